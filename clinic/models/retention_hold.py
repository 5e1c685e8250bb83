"""A record that is held back from being deleted when its time is up: asked for by one admin, granted by another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed
from clinic.models.person import Person


class RetentionHold(Model):
    """One request and what became of it. The row stays as long as the record does."""

    __tablename__ = "retention_hold"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    # For the admins alone: it may be about the counsellor, or come from what one of the two has said.
    reason_sealed: Mapped[Sealed]
    asked_at: Mapped[Moment]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    author: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys="RetentionHold.author_id")
    decided_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys="RetentionHold.decided_by_id"
    )
