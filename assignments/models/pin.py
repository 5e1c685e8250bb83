"""What the counsellor wants to bring to the next appointment, and when she last looked through a couple's weeks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId


class Pin(Model):
    """An answer, or a turn of listening turns, to ask about. It holds until the next appointment is over.

    Without a response it means all that both have sent in that turn.
    """

    __tablename__ = "pin"
    __table_args__ = (Index("ix_pin_couple_at", "practice_id", "couple_id", "at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    turn: Mapped[int]
    response_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), index=True
    )
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    taken_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CoupleLook(Model):
    """The moment up to which a member of staff has looked through a couple's weeks. The latest counts."""

    __tablename__ = "couple_look"
    __table_args__ = (Index("ix_couple_look_reader_couple", "practice_id", "reader_id", "couple_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    reader_id: Mapped[PersonId]
    at: Mapped[Moment]
