"""Plans a practice has written itself: drafts, what was published of them, and what is put away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from assignments.domain.plans import Draft
from assignments.models import PlanVersion, PracticePlan
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Person


@dataclass(frozen=True)
class OwnPlan:
    """One plan of the practice's own, with its draft as a table."""

    row: PracticePlan
    draft: Draft

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


def own_plans(reader: Person) -> Sequence[OwnPlan]:
    """Everything the reader's practice has written, drafts and archived ones included, the latest first."""
    rows = db.session.execute(
        select(PracticePlan)
        .where(PracticePlan.practice_id == reader.practice_id)
        .order_by(PracticePlan.saved_at.desc(), PracticePlan.slug)
    ).scalars()
    return [OwnPlan(row, json.loads(row.draft)) for row in rows]


def own_plan(reader: Person, slug: str, *, for_change: bool = False) -> OwnPlan:
    """One plan of the reader's practice. Raises NotFound for any other, whoever's it is."""
    statement = select(PracticePlan).where(
        PracticePlan.practice_id == reader.practice_id, PracticePlan.slug == slug
    )
    if for_change:
        # Two tabs must not both believe that they hold the newest draft.
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = db.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound
    return OwnPlan(row, json.loads(row.draft))


def plan_versions(reader: Person, slug: str) -> Sequence[PlanVersion]:
    """Every published version of one plan of the practice's own, the latest first."""
    return (
        db.session.execute(
            select(PlanVersion)
            .where(PlanVersion.practice_id == reader.practice_id, PlanVersion.slug == slug)
            .order_by(PlanVersion.version.desc())
        )
        .scalars()
        .all()
    )
