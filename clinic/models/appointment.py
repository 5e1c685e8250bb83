"""Counselling sessions, called appointments in code because Flask and SQLAlchemy own the other word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId


class Appointment(Model):
    """One appointment of a couple. Cancelling keeps the row and says when."""

    __tablename__ = "appointment"
    __table_args__ = (Index("ix_appointment_day", "practice_id", "counsellor_id", "starts_at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    counsellor_id: Mapped[PersonId]
    starts_at: Mapped[Moment]
    minutes: Mapped[int] = mapped_column(default=60)
    created_at: Mapped[Moment]
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
