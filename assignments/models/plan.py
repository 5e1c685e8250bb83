"""Plans: those of a practice's own, the one a couple has, and what the counsellor recorded about it since."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, ListedPracticeId, Moment, PersonId, PracticeId


class PracticePlan(Model):
    """One plan of a practice's own. What was published stands in `plan_version` and is never edited.

    The draft is the table its TOML file would hold, as JSON; it may be half finished. It is practice
    material and about no couple, so it is not sealed.
    """

    __tablename__ = "practice_plan"
    __table_args__ = (UniqueConstraint("practice_id", "slug"),)

    id: Mapped[Id]
    practice_id: Mapped[ListedPracticeId]
    slug: Mapped[str] = mapped_column(String(80))
    copied_from: Mapped[str | None] = mapped_column(String(80))
    draft: Mapped[str] = mapped_column(Text)
    draft_version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[Moment]
    author_id: Mapped[PersonId]
    published_version: Mapped[int] = mapped_column(default=0)  # 0 while it was never published.
    # The draft version that the published one was made of; a later one holds changes nobody is given yet.
    published_draft: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PlanVersion(Model):
    """A practice's own plan as it was published. It is never edited."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("practice_id", "slug", "version"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    slug: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    definition: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[Moment]


class CouplePlan(Model):
    """A plan a couple was given, as it stood on that day. Where they are is computed, never stored."""

    __tablename__ = "couple_plan"
    __table_args__ = (Index("ix_couple_plan_couple_started", "practice_id", "couple_id", "started_at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    slug: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    definition: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    sharing_limit: Mapped[str] = mapped_column(String(20))
    author_id: Mapped[PersonId]
    started_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))

    changes: Mapped[list[PlanChange]] = relationship(order_by="PlanChange.number", lazy="raise_on_sql")


class PlanChange(Model):
    """One thing the counsellor recorded about a running plan. Nothing is overwritten: taken back, it says when."""

    __tablename__ = "plan_change"
    __table_args__ = (UniqueConstraint("couple_plan_id", "number"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_plan_id: Mapped[UUID] = mapped_column(ForeignKey("couple_plan.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]  # Counted from 1 in a plan: two things may be recorded in one moment.
    kind: Mapped[str] = mapped_column(String(12))  # skip, pause, resume, again, week, checkpoint
    on_day: Mapped[date]
    week: Mapped[int | None]
    items: Mapped[str | None] = mapped_column(Text)  # The exercises of an edited week, as JSON.
    choice: Mapped[str | None] = mapped_column(String(20))  # The branch taken at a checkpoint.
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    taken_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
