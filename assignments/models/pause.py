"""A pause that one partner asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId


class Pause(Model):
    """Asked for by one partner and told to the other. A later one of the same partner's stands in its place."""

    __tablename__ = "pause"
    __table_args__ = (Index("ix_pause_couple_asked", "practice_id", "couple_id", "asked_at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    asked_at: Mapped[Moment]
    # When they mean to be back; None until the next session.
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Said by its author. The other partner's pages never depend on it.
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
