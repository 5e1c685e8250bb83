"""Exercises a practice has written or adapted itself: the draft, and which version of it stands in the library."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Id, ListedPracticeId, Moment, PersonId


class PracticeExercise(Model):
    """One exercise of a practice's own. What was published stands in `exercise_version` and is never edited.

    The draft is the table its TOML file would hold, as JSON; it may be half finished. It is practice
    material and about no couple, so it is not sealed.
    """

    __tablename__ = "practice_exercise"
    __table_args__ = (UniqueConstraint("practice_id", "slug"),)

    id: Mapped[Id]
    practice_id: Mapped[ListedPracticeId]
    slug: Mapped[str] = mapped_column(String(80))
    copied_from: Mapped[str | None] = mapped_column(String(80))
    copied_version: Mapped[int | None]
    draft: Mapped[str] = mapped_column(Text)
    draft_version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[Moment]
    author_id: Mapped[PersonId]
    published_version: Mapped[int] = mapped_column(default=0)  # 0 while it was never published.
    # The draft version that the published one was made of; a later one holds changes nobody is given yet.
    published_draft: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
