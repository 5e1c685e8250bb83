"""Reading a couple's record that is nobody's of one's own, in an emergency: asked for by one, granted by another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Id, Moment, PersonId, PracticeId, Sealed
from clinic.models.person import Person


class BreakGlass(Model):
    """One request. It opens the record to one supervisor for a day, and ends by itself; the row stays."""

    __tablename__ = "break_glass"
    __table_args__ = (Index("ix_break_glass_reader", "practice_id", "reader_id", "ends_at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    # Who asked. A supervisor asks for themselves; an admin for a supervisor, because admins read no record.
    author_id: Mapped[PersonId]
    reader_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    counsellor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    # Chosen by whoever grants: who asks may not even know the names of couples they do not see.
    couple_id: Mapped[UUID | None] = mapped_column(ForeignKey("couple.id", ondelete="CASCADE"), index=True)
    # Both go once it was refused or has lapsed: what came to nothing needs no name and no story of anybody's.
    about_sealed: Mapped[Sealed | None]
    reason_sealed: Mapped[Sealed | None]
    asked_at: Mapped[Moment]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When the counsellor has taken note of it.
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    author: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys="BreakGlass.author_id")
    reader: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys="BreakGlass.reader_id")
    counsellor: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys="BreakGlass.counsellor_id")
    decided_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys="BreakGlass.decided_by_id"
    )
