"""What a practice has written itself, exercises and plans alike: the draft, and how it stands to what was published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from assignments.models import PracticeExercise, PracticePlan
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Person

Row = TypeVar("Row", PracticeExercise, PracticePlan)


@dataclass(frozen=True)
class Own(Generic[Row]):
    """One thing of the practice's own, with its draft as a table."""

    row: Row
    draft: dict[str, Any]

    @property
    def slug(self) -> str:
        """What it is called in addresses."""
        return self.row.slug

    @property
    def name(self) -> str:
        """What its draft is called, or words that say it has no name yet."""
        return str(self.draft.get("name") or "Not named yet")

    @property
    def is_published(self) -> bool:
        """Whether it can be given, unless it is archived."""
        return self.row.published_version > 0

    @property
    def is_archived(self) -> bool:
        """Whether it has been put away."""
        return self.row.archived_at is not None

    @property
    def has_changes(self) -> bool:
        """Whether the draft holds what the published version does not."""
        return self.row.draft_version != self.row.published_draft


def rows_of(reader: Person, model: type[Row]) -> Sequence[Row]:
    """Everything of this kind that the reader's practice has written, drafts and archived ones included, latest first."""
    statement = select(model).where(model.practice_id == reader.practice_id)
    return db.session.execute(statement.order_by(model.saved_at.desc(), model.slug)).scalars().all()


def row_called(reader: Person, model: type[Row], slug: str, *, for_change: bool) -> Row:
    """One of them. Raises NotFound for any other, whoever's it is."""
    statement = select(model).where(model.practice_id == reader.practice_id, model.slug == slug)
    if for_change:
        # Two tabs must not both believe that they hold the newest draft.
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = db.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def slugs_taken(reader: Person, model: type[Row]) -> set[str]:
    """The addresses that this practice's own are called by already."""
    statement = select(model.slug).where(model.practice_id == reader.practice_id)
    return set(db.session.execute(statement).scalars())


def draft_in(row: PracticeExercise | PracticePlan) -> dict[str, Any]:
    """The draft of a row as a table."""
    draft: dict[str, Any] = json.loads(row.draft)
    return draft
