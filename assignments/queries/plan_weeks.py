"""The weeks of a couple's plan as the counsellor reads them: dates, exercises, and who has done what.

Done is all that is said; who may read an answer is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assignments.domain.plans import Phase, Slot
from assignments.models import Assignment, Checkin
from assignments.queries.assignments import exercise_of, is_withdrawn
from assignments.queries.history import GivenTurn, Record
from assignments.queries.library import library_for
from assignments.queries.plans import RunningPlan, assignments_in
from clinic.models import Couple, Person


@dataclass(frozen=True)
class ItemRow:
    """One exercise of one week. `done` names the partners who have done it."""

    name: str
    whom: str
    size: str
    done: tuple[str, ...] = ()
    assignment: Assignment | None = None


@dataclass(frozen=True)
class WeekRow:
    """One week of the calendar, or one that waits behind a pause and has no days yet."""

    number: int | None
    title: str
    begins_on: date | None
    ends_on: date | None
    state: str
    items: tuple[ItemRow, ...] = ()
    check_in: bool = False
    may_change: bool = False
    holiday: date | None = None
    """The day by which a holiday to come can be taken out again."""

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has done anything of it."""
        return not any(item.done for item in self.items)


def weeks_of(reader: Person, running: RunningPlan, record: Record) -> list[WeekRow]:
    """Every week in the order of the calendar, then those that wait for the plan to go on."""
    given = [one for one in assignments_in(running.row) if not is_withdrawn(one)]
    done = _done(record)
    names = {exercise.slug: exercise.name for exercise in library_for(reader).all()}
    rows = [_row(running, slot, given, done, names) for slot in running.timetable.slots]
    dated = {row.number for row in rows}
    for number in range(1, len(running.plan.weeks) + 1):
        if number not in dated:
            rows.append(
                WeekRow(
                    number,
                    running.plan.week(number).title,
                    None,
                    None,
                    "Waits",
                    _planned(running, number, names),
                    running.plan.week(number).check_in,
                    may_change=True,
                )
            )
    return rows


def evidence(
    running: RunningPlan, couple: Couple, turns: Iterable[GivenTurn], checkins: Sequence[Checkin]
) -> str:
    """What has been done since the start, and how close each felt, in one line. Any others are left out."""
    own = [turn for turn in turns if turn.assignment.couple_plan_id == running.row.id]
    said = []
    for partner in couple.partners:
        theirs = [turn for turn in own if turn.partner == partner.slot]
        done = sum(turn.done_at is not None for turn in theirs)
        said.append(f"{partner.name} has done {done} of {len(theirs)}")
    felt = []
    for partner in couple.partners:
        numbers = [
            one.closeness
            for one in checkins
            if one.author_id == partner.person_id
            and one.closeness is not None
            and one.week_of >= running.row.starts_on
        ]
        if numbers:
            moved = f"{numbers[0]} to {numbers[-1]}" if numbers[0] != numbers[-1] else f"still {numbers[0]}"
            felt.append(f"{partner.name} {moved}")
    closeness = f" Closeness: {', '.join(felt)}." if felt else " No check-ins since the start."
    return f"{', '.join(said)}.{closeness}"


def _row(
    running: RunningPlan,
    slot: Slot,
    given: Sequence[Assignment],
    done: dict[str, tuple[str, ...]],
    names: dict[str, str],
) -> WeekRow:
    today = running.today
    if slot.week is None:
        skips = [one.on_day for one in running.changes if one.kind == "skip" and slot.holds(one.on_day)]
        coming = slot.begins_on > today
        return WeekRow(
            None, "Left out", slot.begins_on, slot.ends_on, "Holiday", holiday=skips[0] if coming else None
        )
    week = running.plan.week(slot.week)
    here = [one for one in given if one.plan_week == slot.week and one.starts_on == slot.begins_on]
    items = tuple(
        ItemRow(exercise_of(one).name, one.for_whom, one.size, done.get(str(one.id), ()), one) for one in here
    )
    return WeekRow(
        slot.week,
        week.title,
        slot.begins_on,
        slot.ends_on,
        _state(running, slot),
        items or _planned(running, slot.week, names),
        week.check_in,
        may_change=not running.timetable.has_begun(slot.week, today),
    )


def _planned(running: RunningPlan, number: int, names: dict[str, str]) -> tuple[ItemRow, ...]:
    return tuple(
        ItemRow(names.get(item.exercise, item.exercise), item.who, item.size)
        for item in running.plan.items_in(number)
    )


def _state(running: RunningPlan, slot: Slot) -> str:
    if slot.ends_on is not None and slot.ends_on < running.today:
        return "Over"
    if not slot.holds(running.today):
        return "To come"
    return "Paused" if running.standing.phase is Phase.PAUSED else "Now"


def _done(record: Record) -> dict[str, tuple[str, ...]]:
    """Who has done it, by assignment."""
    found: dict[str, tuple[str, ...]] = {}
    for turn in record.turns:
        if turn.done_at is not None:
            key = str(turn.assignment.id)
            found[key] = (*found.get(key, ()), turn.partner)
    return found
