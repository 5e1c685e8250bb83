"""Laying a couple's plan out into dated assignments, and laying it out again when its days have moved.

Past weeks stay as they were given. What has not begun moves, what is left out is taken back, what is missing
is given; so a week is open on its own days only, and nothing piles up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from assignments.actions.assigning import PlanPlace, Terms, give, give_back, take_back
from assignments.domain import visibility
from assignments.domain.exercises import Exercise
from assignments.domain.plans import PlanItem, Slot
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import Assignment
from assignments.queries.assignments import exercise_of, is_withdrawn
from assignments.queries.library import library_for
from assignments.queries.plans import RunningPlan, assignments_in
from clinic.errors import Conflict
from clinic.models import Couple, Person
from clinic.queries.people import practice_of

Key = tuple[int, str, str, str]


def lay_out(
    actor: Person, couple: Couple, running: RunningPlan, *, paused_at: datetime | None = None
) -> None:
    """Make the couple's assignments agree with the days of their plan.

    After a pause, `paused_at` names what the pause took back, so that it is given back and nothing else is.
    Raises Conflict when an exercise is no longer in the library.
    """
    given = assignments_in(running.row)
    pinned = {exercise_of(one).slug: exercise_of(one) for one in given}
    library = library_for(actor)
    standing: dict[Key, list[Assignment]] = defaultdict(list)
    taken: set[tuple[Key, date]] = set()
    for one in given:
        if not is_withdrawn(one) or _rests(one, paused_at):
            standing[_key_of(one)].append(one)
        elif one.starts_on <= running.today:
            taken.add((_key_of(one), one.starts_on))  # Taken back by hand while it was on; it stays so.
    for key, slots, item in _wanted(running):
        open_slots = _settle(actor, standing[key], slots, taken, key, running.today)
        for slot in open_slots:
            if standing[key]:
                _move(actor, standing[key].pop(0), slot)
                continue
            exercise = pinned.get(item.exercise) or library.get(item.exercise)
            if exercise is None:
                raise Conflict(f"“{item.exercise}” is no longer in the library. Change that week first.")
            place = PlanPlace(running.row.id, key[0])
            give(actor, couple, exercise, _terms(actor, couple, running, exercise, item, slot), place)
    for left in standing.values():
        for one in left:
            if not is_withdrawn(one) and (one.best_before is None or one.best_before >= running.today):
                take_back(actor, one)


def _wanted(running: RunningPlan) -> Sequence[tuple[Key, list[Slot], PlanItem]]:
    """Every exercise of every week with the days it is wanted on, in order. A week in a pause has no days."""
    wanted = []
    for number in range(1, len(running.plan.weeks) + 1):
        slots = [slot for slot in running.timetable.slots_of(number) if slot.ends_on is not None]
        for item in running.plan.items_in(number):
            wanted.append(((number, item.exercise, item.who, item.size), slots, item))
    return wanted


def _settle(
    actor: Person,
    standing: list[Assignment],
    slots: Sequence[Slot],
    taken: set[tuple[Key, date]],
    key: Key,
    today: date,
) -> list[Slot]:
    """Match what has begun with its own days; leaves the days that still need something."""
    needing = []
    for slot in slots:
        if slot.begins_on <= today:
            same = next((one for one in standing if one.starts_on == slot.begins_on), None)
            if same is not None:
                standing.remove(same)
                if slot.ends_on is not None and slot.ends_on >= today:
                    _move(actor, same, slot)
                continue
            if (key, slot.begins_on) in taken or (slot.ends_on is not None and slot.ends_on < today):
                continue
        needing.append(slot)
    return needing


def _move(actor: Person, assignment: Assignment, slot: Slot) -> None:
    if (assignment.starts_on, assignment.best_before) != (slot.begins_on, slot.ends_on):
        assignment.starts_on, assignment.best_before = slot.begins_on, slot.ends_on
        assignment.version += 1
    if is_withdrawn(assignment):
        give_back(actor, assignment)


def _terms(
    actor: Person, couple: Couple, running: RunningPlan, exercise: Exercise, item: PlanItem, slot: Slot
) -> Terms:
    limits = (Level(exercise.sharing), Level(couple.sharing_limit), Level(running.row.sharing_limit))
    return Terms(
        for_whom=item.who,
        starts_on=slot.begins_on,
        best_before=slot.ends_on,
        # Its week is its only one: what stays on is given anew in each week, and leaves with it.
        repeat=Repeat.ONCE,
        sharing_limit=visibility.loosest_of(
            limits, allows_counsellor_only=practice_of(actor).allows_counsellor_only
        ),
        size=item.size,
    )


def _rests(assignment: Assignment, paused_at: datetime | None) -> bool:
    """Whether the pause that ends took it back, rather than somebody's hand before."""
    return paused_at is not None and any(
        withdrawal.reopened_at is None and withdrawal.at >= paused_at for withdrawal in assignment.withdrawals
    )


def _key_of(assignment: Assignment) -> Key:
    return (assignment.plan_week or 0, exercise_of(assignment).slug, assignment.for_whom, assignment.size)
