"""The weekly check-in of one partner. Numbers and fixed choices only; the counsellor alone sees it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId


class Checkin(Model):
    """One week of one partner. A skipped item is None, which is a missing report and never a zero."""

    __tablename__ = "checkin"
    __table_args__ = (
        UniqueConstraint("author_id", "week_of"),
        Index("ix_checkin_couple_week", "practice_id", "couple_id", "week_of"),
    )

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    week_of: Mapped[date]  # the Monday that begins the week reported on
    closeness: Mapped[int | None]
    understood: Mapped[int | None]
    tension: Mapped[int | None]
    pulled_back: Mapped[int | None]
    outside_pressure: Mapped[int | None]
    same_disagreement: Mapped[str | None] = mapped_column(String(10))
    hope: Mapped[int | None]
    my_part: Mapped[str | None] = mapped_column(String(20))
    saved_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
