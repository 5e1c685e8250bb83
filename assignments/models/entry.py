"""One item in a log: a thank-you, a journal note, any of the many small entries of an exercise."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assignments.models.level_change import LevelChange
from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed


class Entry(Model):
    """One sealed entry. Deleting hides it at once; it is erased later."""

    __tablename__ = "entry"
    __table_args__ = (Index("ix_entry_author_day", "practice_id", "author_id", "happened_on"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    assignment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("assignment.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(20))  # thanks, or the step key of the exercise
    author_id: Mapped[PersonId]
    happened_on: Mapped[date]
    value_sealed: Mapped[Sealed]
    # The level the author chose first; what they chose later are rows of EntryChange.
    visibility: Mapped[str] = mapped_column(String(20))
    at: Mapped[Moment]
    # The end of the hold (decision 12), counted anew from each change of the words.
    opens_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    changes: Mapped[list[EntryChange]] = relationship(lazy="raise_on_sql", order_by="EntryChange.at")


class EntryChange(LevelChange, Model):
    """The author changed who sees an entry."""

    __tablename__ = "entry_change"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
