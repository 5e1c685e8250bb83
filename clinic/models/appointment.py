"""Counselling sessions, called appointments in code because Flask and SQLAlchemy own the other word."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.appointments import BOTH
from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId


class Appointment(Model):
    """One appointment, of a couple or with one partner alone. Cancelling keeps the row and says when."""

    __tablename__ = "appointment"
    __table_args__ = (
        Index("ix_appointment_day", "practice_id", "counsellor_id", "starts_at"),
        Index("ix_appointment_couple_start", "practice_id", "couple_id", "starts_at"),
    )

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    counsellor_id: Mapped[PersonId]
    starts_at: Mapped[Moment]
    minutes: Mapped[int] = mapped_column(default=60)
    created_at: Mapped[Moment]
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Those that were booked as one row, so that this one and those that follow can be moved together.
    series_id: Mapped[UUID | None] = mapped_column(index=True)
    # Those that came out of one calendar file, so that bringing it in can be undone.
    import_id: Mapped[UUID | None] = mapped_column(index=True)
    # "both", or the slot of the one partner it is held with; then nothing of it may reach the other.
    for_whom: Mapped[str] = mapped_column(String(4), default=BOTH, server_default=BOTH)
    # Whether that one partner wants it in their own calendar, which somebody else may look at.
    in_own_feed: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def is_joint(self) -> bool:
        """Whether both partners come."""
        return self.for_whom == BOTH
