"""Bringing in exercises and plans from files: all of them become drafts of the practice's own, or none does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assignments.actions.library import new_exercise
from assignments.actions.own_plans import new_plan
from assignments.domain.exercises import draft_of
from assignments.domain.plans import Plan
from assignments.domain.plans import draft_of as plan_draft_of
from assignments.library.reading import Parcel
from assignments.queries.incoming import incoming
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.extensions import transaction
from clinic.models import Person


@dataclass(frozen=True)
class BroughtIn:
    """What was kept, by the slugs of the drafts, and how many the practice had already, word for word."""

    exercises: tuple[str, ...]
    plans: tuple[str, ...]
    known_already: int


@transaction
def bring_in(*, actor: Person, parcel: Parcel) -> BroughtIn:
    """Keep everything a parcel holds as drafts, for a counsellor to read and publish.

    A slug of a file is never used as it is, so no file can take the place of anything. What the library
    holds already, word for word, is left out. Raises Conflict when there is no room.
    """
    require(actor, Permission.LIBRARY_WRITE)
    if parcel.plans:
        require(actor, Permission.PLAN_LIBRARY_WRITE)
    new = incoming(actor, parcel)
    kept = {one.slug: new_exercise(actor=actor, draft=draft_of(one)).slug for one in new.exercises}
    kept_plans = tuple(_begin_plan(actor, plan, kept) for plan in new.plans)
    record(actor, Event.LIBRARY_BROUGHT_IN, None, exercises=len(kept), plans=len(kept_plans))
    return BroughtIn(
        exercises=tuple(kept.values()),
        plans=kept_plans,
        known_already=len(new.known_already),
    )


def _begin_plan(actor: Person, plan: Plan, renamed: Mapping[str, str]) -> str:
    """A draft of a plan; where it names an exercise that came with it, it means the draft made of that."""
    draft = plan_draft_of(plan)
    for week in draft["weeks"]:
        for item in week["items"]:
            item["exercise"] = renamed.get(item["exercise"], item["exercise"])
    return new_plan(actor=actor, draft=draft).slug
