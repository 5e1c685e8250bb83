"""A plan that a couple of the demo is half way through, as rows: given whole, with every week dated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from assignments.demo.scene import Scene, new_id
from assignments.demo.stories import Given, Planned
from assignments.domain.plans import Timetable, plan_to_json
from assignments.domain.visibility import Level
from assignments.library.plan_loader import load_plans
from assignments.models import CouplePlan
from clinic.audit import Event
from clinic.models import Couple, Person


@dataclass(frozen=True)
class Placed:
    """Where an exercise stands in a couple's plan: which week, its days, and when the plan was given."""

    couple_plan_id: UUID
    week: int
    begins_on: date
    ends_on: date
    given_at: datetime


def tell_plan(
    scene: Scene, counsellor: Person, couple: Couple, planned: Planned, began_on: date, at: datetime
) -> Iterator[tuple[Given, Placed]]:
    """Write the plan of a couple, and yield what each of its weeks gives them, in the order of the weeks.

    Nothing was moved since, so its weeks follow one another. What lies ahead is given too, as the action does.
    """
    plan = next((plan for plan in load_plans() if plan.slug == planned.slug), None)
    if plan is None:
        raise LookupError(f"The library has no plan “{planned.slug}”.")
    told = {given.slug: given for given in planned.given}
    if unknown := set(told) - set(plan.exercises):
        raise LookupError(f"“{plan.slug}” has no {', '.join(sorted(unknown))}.")
    row = CouplePlan(
        id=new_id(Random(f"{couple.id} {plan.slug}")),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        slug=plan.slug,
        version=plan.version,
        definition=plan_to_json(plan),
        starts_on=began_on,
        sharing_limit=Level.SHARED,
        author_id=counsellor.id,
        started_at=at,
    )
    scene.add(row)
    scene.note(at, counsellor, Event.PLAN_STARTED, row, slug=plan.slug, version=plan.version)
    for slot in Timetable(began_on, len(plan.weeks)).slots:
        if slot.week is None or slot.ends_on is None:
            continue
        for place, item in enumerate(plan.items_in(slot.week)):
            # One after the other, as the action gives them, so that a week keeps its order on the page.
            given_at = at + timedelta(milliseconds=place)
            placed = Placed(row.id, slot.week, slot.begins_on, slot.ends_on, given_at)
            given = told.get(item.exercise, Given(item.exercise))
            yield replace(given, for_whom=item.who, days=(scene.today - slot.begins_on).days), placed


def begins_on(scene: Scene, planned: Planned, next_in: int) -> date:
    """So many weeks before the next appointment, which is the day of an earlier one."""
    return scene.today - timedelta(days=7 * planned.weeks - next_in)
