"""One act on several couples at once, kept so that it can be told of and undone."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Word


class BulkAct(Model):
    """What a counsellor did with several couples at once, and when. It can be undone for ten minutes."""

    __tablename__ = "bulk_act"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    author_id: Mapped[PersonId]
    kind: Mapped[Word]  # given, extended or closed
    at: Mapped[Moment]
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    items: Mapped[list[BulkItem]] = relationship(lazy="raise_on_sql", order_by="BulkItem.number")


class BulkItem(Model):
    """What became of one couple in it: done, with what it was before, or left alone, with why."""

    __tablename__ = "bulk_item"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    bulk_act_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_act.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    couple_id: Mapped[CoupleId]
    # Why nothing was done, as one of the words of `domain.bulk`; empty where something was.
    left_alone: Mapped[Word] = mapped_column(default="")
    assignment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("assignment.id", ondelete="CASCADE"), index=True
    )
    best_before_was: Mapped[date | None]
    by_appointment_was: Mapped[UUID | None]
    # The version the act left behind; where it has moved on, somebody has changed it since.
    version_after: Mapped[int | None]
