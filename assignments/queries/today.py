"""What one partner finds on Today: their own work and nothing that depends on the other partner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from assignments.domain import progress
from assignments.domain.exercises import Exercise
from assignments.domain.progress import Progress
from assignments.domain.rituals import Plan, plan_of
from assignments.models import Assignment, Response, SetAside
from assignments.queries.agreements import SharedAgreement, open_agreements
from assignments.queries.assignments import open_assignments
from assignments.queries.checkins import open_checkin
from assignments.queries.doing import as_read_by, is_ritual
from assignments.queries.uses import assignments_done_on
from clinic.extensions import db
from clinic.models import Partner
from clinic.queries.people import practice_of

# These put a turn away until the next one; the others in `SetAside.choice` name an hour or a smaller size.
FOR_THIS_TURN = ("leave", "skip", "bring")


@dataclass(frozen=True)
class Task:
    """One open assignment as its author meets it today."""

    assignment: Assignment
    exercise: Exercise
    minutes: int
    progress: Progress
    done_today: bool
    is_resting: bool
    """Put away until an hour that has not come yet, so it is not shown."""
    is_set_aside: bool
    """Put away for this turn, so it never stands first."""

    @property
    def is_waiting(self) -> bool:
        """Whether it may stand in the first place."""
        return self.progress is not Progress.DONE and not self.is_resting and not self.is_set_aside


@dataclass(frozen=True)
class Today:
    """The one thing, what else there is, and what was done. `first` is None where nothing is set."""

    first: Task | None
    check_in_week: date | None
    """The week whose check-in is open and not yet given."""
    check_in_is_first: bool
    others: Sequence[Task]
    done_today: bool
    done_so_far: int
    is_new_here: bool
    agreed: Sequence[SharedAgreement] = ()
    """What both have agreed on in open exercises: a ritual's days and place, or words whose uses are noted."""

    plans: Mapping[UUID, Plan] = field(default_factory=dict)
    """When and where each agreed ritual takes place, by its assignment."""

    def plan_of(self, task: Task) -> str:
        """The line of one task's plan, or nothing where none is agreed."""
        plan = self.plans.get(task.assignment.id)
        return plan.line if plan is not None else ""


def today_for(place: Partner, now: datetime, *, has_check_in: bool = True) -> Today:
    """Today of one partner. Started work comes first, then an open check-in, then the oldest new work.

    `has_check_in` is False where there is no page to give one on.
    """
    local = now.astimezone(ZoneInfo(practice_of(place.person).timezone))
    tasks = _tasks(place, local, now)
    agreed = open_agreements(place, now, [task.assignment for task in tasks])
    plans = _plans(agreed, tasks, local.date())
    tasks = _with_rituals_of_today(place, tasks, plans, local.date())
    check_in = open_checkin(place, now) if has_check_in else None
    week = check_in.week_of if check_in is not None and check_in.answers is None else None
    done_today = any(task.done_today for task in tasks)
    started = [task for task in tasks if task.is_waiting and task.progress is Progress.STARTED]
    new = [task for task in tasks if task.is_waiting and task.progress is Progress.NEW]
    # After something was finished the page rests: the next thing waits among the rows.
    check_in_is_first = week is not None and not started and not done_today
    queue = [] if done_today or check_in_is_first else [*started, *new]
    first = queue[0] if queue else None
    others = [task for task in [*started, *new] if task is not first]
    others += [task for task in tasks if task.is_set_aside and task.progress is not Progress.DONE]
    others += [task for task in tasks if task.done_today]
    done_so_far = _done_so_far(place)
    return Today(
        first=first,
        check_in_week=week,
        check_in_is_first=check_in_is_first,
        others=others,
        done_today=done_today,
        done_so_far=done_so_far,
        is_new_here=not done_so_far and not started,
        agreed=agreed,
        plans=plans,
    )


def _plans(agreed: Sequence[SharedAgreement], tasks: Sequence[Task], today: date) -> dict[UUID, Plan]:
    """When and where the agreed rituals take place."""
    minutes = {task.assignment.id: task.minutes for task in tasks}
    return {
        one.assignment.id: plan_of(one.step, one.value, minutes=minutes[one.assignment.id], today=today)
        for one in agreed
        if is_ritual(one.exercise)
    }


def _with_rituals_of_today(
    place: Partner, tasks: list[Task], plans: Mapping[UUID, Plan], today: date
) -> list[Task]:
    """A ritual comes back on each of its days, though its turn is finished for the week, until it was done that day."""
    if not plans:
        return tasks
    done = assignments_done_on(place, today)

    def as_today(task: Task) -> Task:
        plan = plans.get(task.assignment.id)
        if task.assignment.id in done:
            return replace(task, done_today=True, progress=Progress.DONE)
        if plan is not None and plan.is_today and task.progress is Progress.DONE and not task.done_today:
            return replace(task, progress=Progress.NEW)
        return task

    return [as_today(task) for task in tasks]


def _tasks(place: Partner, local: datetime, now: datetime) -> list[Task]:
    """Every open assignment of this partner's, those within their time first, then the oldest."""
    given = open_assignments(place, local.date())
    responses = _own_turns(place)
    aside = _set_aside(place)
    tasks = [
        _task(place, assignment, responses, aside.get(assignment.id, []), local, now) for assignment in given
    ]
    return sorted(
        tasks,
        key=lambda task: (
            task.assignment.best_before is not None and task.assignment.best_before < local.date(),
            task.assignment.starts_on,
            task.assignment.assigned_at,
        ),
    )


def _task(
    place: Partner,
    assignment: Assignment,
    responses: dict[tuple[UUID, int], Response],
    aside: list[SetAside],
    local: datetime,
    now: datetime,
) -> Task:
    def turn_at(moment: datetime) -> int:
        day = moment.astimezone(local.tzinfo).date()
        return progress.turn_on(day, starts_on=assignment.starts_on, repeat=assignment.repeat)

    begun = (
        number for (given, number), row in responses.items() if given == assignment.id and row.sent_at is None
    )
    turn = progress.turn_in_hand(turn_at(now), begun)
    response = responses.get((assignment.id, turn))
    sent_at = response.sent_at if response else None
    latest = max((row for row in aside if turn_at(row.at) == turn), key=lambda row: row.at, default=None)
    smaller = any(row.choice == "smaller" for row in aside)
    exercise = as_read_by(place, assignment)
    return Task(
        assignment=assignment,
        exercise=exercise,
        minutes=exercise.size("small" if smaller else "usual").minutes,
        progress=progress.progress(response.started_at if response else None, sent_at),
        done_today=sent_at is not None and sent_at.astimezone(local.tzinfo).date() == local.date(),
        is_resting=latest is not None and latest.until is not None and latest.until > now,
        is_set_aside=latest is not None and latest.choice in FOR_THIS_TURN,
    )


def _own_turns(place: Partner) -> dict[tuple[UUID, int], Response]:
    rows = db.session.execute(
        select(Response).where(
            Response.practice_id == place.practice_id,
            Response.couple_id == place.couple_id,
            Response.author_id == place.person_id,
        )
    ).scalars()
    return {(row.assignment_id, row.turn): row for row in rows}


def _set_aside(place: Partner) -> dict[UUID, list[SetAside]]:
    rows = db.session.execute(
        select(SetAside).where(
            SetAside.practice_id == place.practice_id,
            SetAside.couple_id == place.couple_id,
            SetAside.person_id == place.person_id,
        )
    ).scalars()
    by_assignment: dict[UUID, list[SetAside]] = {}
    for row in rows:
        by_assignment.setdefault(row.assignment_id, []).append(row)
    return by_assignment


def _done_so_far(place: Partner) -> int:
    """How many turns this partner has finished, whatever they kept to themselves."""
    return db.session.execute(
        select(func.count())
        .select_from(Response)
        .where(
            Response.practice_id == place.practice_id,
            Response.couple_id == place.couple_id,
            Response.author_id == place.person_id,
            Response.sent_at.is_not(None),
        )
    ).scalar_one()
