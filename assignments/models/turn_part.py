"""What one person sends at once in listening turns: one step of a strand, in one round."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assignments.models.assignment import Assignment
from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed


class TurnPart(Model):
    """One part of the strand in which `speaker` (a slot) speaks. A draft has no `sent_at`.

    `turn` counts the repeats of the assignment from 1, as a response does; `round` the tries within a strand.
    """

    __tablename__ = "turn_part"
    __table_args__ = (
        UniqueConstraint("assignment_id", "turn", "speaker", "step", "round"),
        Index("ix_turn_part_couple_sent", "practice_id", "couple_id", "sent_at"),
    )

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    turn: Mapped[int]
    speaker: Mapped[str] = mapped_column(String(1))
    round: Mapped[int]
    step: Mapped[str] = mapped_column(String(60))
    author_id: Mapped[PersonId]
    value_sealed: Mapped[Sealed]
    # What was said at the check, one of three fixed words, once it is sent.
    choice: Mapped[str | None] = mapped_column(String(20))
    saved_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When the other partner may first see it: sent_at plus the minute of the hold (decision 12).
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # From then on its author alone sees it.
    hidden_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    assignment: Mapped[Assignment] = relationship(lazy="raise_on_sql")
