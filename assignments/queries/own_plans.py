"""Plans a practice has written itself: drafts, what was published of them, and what is put away."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from assignments.models import PlanVersion, PracticePlan
from assignments.queries.own_drafts import Own, draft_in, row_called, rows_of
from clinic.extensions import db
from clinic.models import Person

OwnPlan = Own[PracticePlan]


def own_plans(reader: Person) -> Sequence[OwnPlan]:
    """Everything the reader's practice has written, drafts and archived ones included, the latest first."""
    return [OwnPlan(row, draft_in(row)) for row in rows_of(reader, PracticePlan)]


def own_plan(reader: Person, slug: str, *, for_change: bool = False) -> OwnPlan:
    """One plan of the reader's practice. Raises NotFound for any other, whoever's it is."""
    row = row_called(reader, PracticePlan, slug, for_change=for_change)
    return OwnPlan(row, draft_in(row))


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
