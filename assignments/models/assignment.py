"""An exercise given to a couple, pinned to the version they were given."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed


class ExerciseVersion(Model):
    """An exercise as it stood when it was first given. It is never edited: that is the promise."""

    __tablename__ = "exercise_version"
    __table_args__ = (UniqueConstraint("practice_id", "slug", "version"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    slug: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    definition: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[Moment]


class Assignment(Model):
    """One exercise for one couple. Its state is computed from its dates and rows, never stored."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_couple_start", "practice_id", "couple_id", "starts_on"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    exercise_version_id: Mapped[UUID] = mapped_column(ForeignKey("exercise_version.id"), index=True)
    for_whom: Mapped[str] = mapped_column(String(4))  # "both", "A" or "B"
    starts_on: Mapped[date]
    best_before: Mapped[date | None]
    repeat: Mapped[str] = mapped_column(String(10), default="once")  # once, weekly, log
    sharing_limit: Mapped[str] = mapped_column(String(20))
    note_sealed: Mapped[Sealed | None]
    author_id: Mapped[PersonId]
    assigned_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    # Small, usual or longer, as it was given; a partner may always choose less.
    size: Mapped[str] = mapped_column(String(10), default="usual", server_default="usual")
    # Where it came with a plan: which one, and which of its weeks.
    couple_plan_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("couple_plan.id", ondelete="SET NULL"), index=True
    )
    plan_week: Mapped[int | None]
    # The appointment it is meant for, where "best before" is that appointment's day and moves with it.
    by_appointment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("appointment.id", ondelete="SET NULL"), index=True
    )

    exercise_version: Mapped[ExerciseVersion] = relationship(lazy="raise_on_sql")
    withdrawals: Mapped[list[Withdrawal]] = relationship(lazy="raise_on_sql")


class Withdrawal(Model):
    """An assignment taken back. Its absence, or a date of reopening, means the assignment is open."""

    __tablename__ = "withdrawal"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    reopened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SetAside(Model):
    """ "Not tonight" or "This one feels hard", said by one partner. The other partner never sees it."""

    __tablename__ = "set_aside"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[PersonId]
    kind: Mapped[str] = mapped_column(String(10))  # later, hard
    choice: Mapped[str] = mapped_column(String(20))
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    at: Mapped[Moment]
