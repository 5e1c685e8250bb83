"""The counsellor's own process notes about a couple, kept apart from the couple's record."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed


class ProcessNote(Model):
    """One note, about one day. Its author alone reads it, until they open it to their supervisor.

    No brief, export, search or page for a partner or an admin reads this table.
    """

    __tablename__ = "process_note"
    __table_args__ = (Index("ix_process_note_couple_author", "practice_id", "couple_id", "author_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    about_day: Mapped[date]
    at: Mapped[Moment]
    # Since when the author's supervisor may read it; empty while it is the author's alone.
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    versions: Mapped[list[NoteVersion]] = relationship(
        lazy="raise_on_sql",
        order_by="NoteVersion.version",
        back_populates="note",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class NoteVersion(Model):
    """A note as it was written once. A correction is the next version, and the earlier one stays."""

    __tablename__ = "note_version"
    __table_args__ = (UniqueConstraint("note_id", "version"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    note_id: Mapped[UUID] = mapped_column(ForeignKey("process_note.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[PersonId]
    version: Mapped[int]
    words_sealed: Mapped[Sealed]
    at: Mapped[Moment]

    note: Mapped[ProcessNote] = relationship(lazy="raise_on_sql", back_populates="versions")
