"""Writing a practice's own plans: begin, copy, keep a couple's, save a draft, publish, archive, bring back.

A published version is never edited. What couples were given before stays as it was.
"""

from __future__ import annotations

from uuid import UUID

from assignments.actions.own_drafts import (
    blank_row,
    bring_back,
    keep,
    next_version,
    put_away,
    slugs_left,
    written,
)
from assignments.domain.exercises import own_slug
from assignments.domain.plans import (
    Draft,
    PlanError,
    blank_draft,
    draft_of,
    finished,
    plan_to_json,
    unknown_exercises,
)
from assignments.models import PlanVersion, PracticePlan
from assignments.queries.library import library_for
from assignments.queries.own_plans import OwnPlan, own_plan
from assignments.queries.plans import plan_called, plan_for_staff
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person

MOST_OWN = 200
DRAFT_CHARACTERS = 40_000


class PlanNotReady(Conflict):
    """A draft that is no plan yet, with everything that is left to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("This can’t be published yet.")


@transaction
def new_plan(*, actor: Person, draft: Draft | None = None) -> PracticePlan:
    """Begin a plan from nothing, or from a draft such as one read from a file."""
    require(actor, Permission.PLAN_LIBRARY_WRITE)
    return _begin(actor, draft or blank_draft(), None)


@transaction
def copy_plan(*, actor: Person, slug: str) -> PracticePlan:
    """Begin a draft with everything a plan holds. Raises NotFound for a plan the practice has not."""
    require(actor, Permission.PLAN_LIBRARY_WRITE)
    original = plan_called(actor, slug)
    return _begin(actor, draft_of(original), original.slug)


@transaction
def keep_couples_plan(*, actor: Person, couple_id: UUID) -> PracticePlan:
    """Begin a draft with a couple's plan as it now stands, without anything of the couple in it."""
    require(actor, Permission.PLAN_LIBRARY_WRITE)
    _, running = plan_for_staff(actor, couple_id, clock.now())
    if running is None:
        raise Conflict("They have no plan now.")
    return _begin(actor, draft_of(running.plan), running.row.slug)


@transaction
def save_plan_draft(*, actor: Person, slug: str, draft: Draft, version: int) -> PracticePlan:
    """Keep a draft as it is, finished or not. Raises Conflict where `version` is not the one kept last."""
    require(actor, Permission.PLAN_LIBRARY_WRITE)
    row = _unchanged(actor, slug, version).row
    keep(row, _written(draft))
    record(actor, Event.OWN_PLAN_DRAFT_SAVED, row)
    return row


@transaction
def publish_plan(*, actor: Person, slug: str, version: int) -> PlanVersion:
    """Make the draft the next version. Raises PlanNotReady with every problem that is left."""
    require(actor, Permission.PLAN_LIBRARY_WRITE)
    found = _unchanged(actor, slug, version)
    coming = next_version(found)
    try:
        plan = finished(found.draft, slug=slug, version=coming)
    except PlanError as error:
        raise PlanNotReady(error.problems) from error
    unknown = unknown_exercises(plan, frozenset(one.slug for one in library_for(actor).all()))
    if unknown:
        raise PlanNotReady(unknown)
    published = PlanVersion(
        practice_id=actor.practice_id,
        slug=slug,
        version=coming,
        definition=plan_to_json(plan),
        kept_at=clock.now(),
    )
    db.session.add(published)
    found.row.published_version, found.row.published_draft = coming, found.row.draft_version
    db.session.flush()
    record(actor, Event.OWN_PLAN_PUBLISHED, found.row, slug=slug, version=coming)
    return published


@transaction
def archive_plan(*, actor: Person, slug: str) -> PracticePlan:
    """Take it out of the list. Couples who have it keep it, and it can be brought back."""
    require(actor, Permission.PLAN_LIBRARY_WRITE)
    found = own_plan(actor, slug, for_change=True)
    put_away(found)
    record(actor, Event.OWN_PLAN_ARCHIVED, found.row)
    return found.row


@transaction
def restore_plan(*, actor: Person, slug: str) -> PracticePlan:
    """Bring an archived plan back, as it was."""
    require(actor, Permission.PLAN_LIBRARY_WRITE)
    found = own_plan(actor, slug, for_change=True)
    bring_back(found)
    record(actor, Event.OWN_PLAN_RESTORED, found.row)
    return found.row


def _unchanged(actor: Person, slug: str, version: int) -> OwnPlan:
    found = own_plan(actor, slug, for_change=True)
    if found.row.draft_version != version:
        raise Conflict("This plan was changed in another window. Open it again to see what stands there.")
    if found.is_archived:
        raise Conflict("This is archived. Bring it back first.")
    return found


def _begin(actor: Person, draft: Draft, copied_from: str | None) -> PracticePlan:
    sentence = f"There are {MOST_OWN} plans of your own. Ask us before adding more."
    taken = slugs_left(actor, PracticePlan, MOST_OWN, sentence)
    row = PracticePlan(
        slug=own_slug(str(draft.get("name") or "plan"), taken),
        copied_from=copied_from,
        **blank_row(actor, _written(draft)),
    )
    db.session.add(row)
    db.session.flush()
    record(actor, Event.OWN_PLAN_BEGUN, row)
    return row


def _written(draft: Draft) -> str:
    return written(draft, DRAFT_CHARACTERS, "This is longer than a plan can be.")
