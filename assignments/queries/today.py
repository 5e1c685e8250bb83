"""What one partner finds on Today: their own work and nothing that depends on the other partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, select, union

from assignments.domain import progress
from assignments.domain.exercises import Exercise, SizeName
from assignments.domain.picking import Rank, is_soon, rank
from assignments.domain.progress import Progress
from assignments.domain.rituals import Schedule, schedule_of
from assignments.models import Assignment, Response, SetAside, TurnPart
from assignments.queries.agreements import SharedAgreement, open_agreements
from assignments.queries.assignments import as_read_by, assignments_in_hand
from assignments.queries.checkins import open_checkin
from assignments.queries.doing import is_ritual, size_given
from assignments.queries.exchanges import NextPart, Parts, exchange_between, is_exchange, parts_read_by
from assignments.queries.instruments import Asked, unanswered
from assignments.queries.pauses import PausesNow, pauses_now
from assignments.queries.plans import PlanLine, plan_line
from assignments.queries.replies import replied_to
from assignments.queries.uses import assignments_done_on
from clinic.models import Partner
from clinic.queries.people import practice_of
from clinic.statements import written_once

# A reply is pointed out for so long; it stays with what it is about.
REPLIES_SHOWN = timedelta(days=3)
# These put a turn away until the next one; the others in `SetAside.choice` name an hour or a smaller size.
FOR_THIS_TURN = ("leave", "skip", "bring")

# What Today reads of a response, and of something put away.
OwnTurn = Row[UUID, int, datetime, datetime | None]
PutAway = Row[UUID, str, datetime | None, datetime]


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
    next_part: NextPart | None = None
    """In listening turns: what there is to write. A reply is there once what it answers has opened."""

    @property
    def is_reply(self) -> bool:
        """Whether it answers something the other partner sent here."""
        return self.next_part is not None and not self.next_part.act.is_fresh

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

    pauses: PausesNow = field(default_factory=PausesNow)
    """One's own pause, and what the other partner has asked for."""

    schedules: Mapping[UUID, Schedule] = field(default_factory=dict)
    """When and where each agreed ritual takes place, by its assignment."""

    def schedule_of(self, task: Task) -> str:
        """When and where one task takes place, or nothing where that is not agreed."""
        schedule = self.schedules.get(task.assignment.id)
        return schedule.line if schedule is not None else ""

    questions: Asked | None = None
    """A questionnaire that is open and not yet answered: one at a time, and never in the first place."""

    plan: PlanLine | None = None
    """The week of a plan the couple is in, the same for both partners."""

    has_reply: bool = False
    """Whether the counsellor has replied to something of one's own in the last days."""


def today_for(place: Partner, now: datetime, *, has_check_in: bool = True) -> Today:
    """Today of one partner, in the order of `domain.picking`.

    `has_check_in` is False where there is no page to give one on.
    """
    # Of what may still be shown, and not of all there ever was: the page shall cost the same in the second year.
    return today_of(place, assignments_in_hand(place, now), now, has_check_in=has_check_in)


def today_of(
    place: Partner, given: Sequence[Assignment], now: datetime, *, has_check_in: bool = True
) -> Today:
    """The same from open assignments that are read already."""
    zone = ZoneInfo(practice_of(place.person).timezone)
    local = now.astimezone(zone)
    tasks = _tasks(place, given, local, now)
    agreed = open_agreements(place, now, [task.assignment for task in tasks])
    schedules = _schedules(agreed, tasks, local.date())
    tasks = _with_rituals_of_today(place, tasks, schedules, local.date())
    plan = plan_line(place, now)
    asked = has_check_in and (plan is None or plan.check_in)
    check_in = open_checkin(place, now) if asked else None
    week = check_in.week_of if check_in is not None and check_in.answers is None else None
    done_today = any(task.done_today for task in tasks)
    pauses = pauses_now(place, now, zone)
    ranks = {task.assignment.id: _rank(task, schedules, local) for task in tasks if task.is_waiting}
    waiting = sorted((task for task in tasks if task.is_waiting), key=lambda task: ranks[task.assignment.id])
    # After something was finished the page rests: the next thing waits among the rows.
    rests = done_today or pauses.due is not None
    before = bool(waiting) and ranks[waiting[0].assignment.id] < Rank.CHECK_IN
    check_in_is_first = week is not None and not before and not rests
    first = None if rests or check_in_is_first or not waiting else waiting[0]
    others = [task for task in waiting if task is not first]
    others += [task for task in tasks if task.is_set_aside and task.progress is not Progress.DONE]
    others += [task for task in tasks if task.done_today]
    done_so_far = _done_so_far(place.practice_id, place.couple_id, place.person_id).scalar_one()
    return Today(
        first=first,
        check_in_week=week,
        check_in_is_first=check_in_is_first,
        others=others,
        done_today=done_today,
        done_so_far=done_so_far,
        is_new_here=not done_so_far and Rank.STARTED not in ranks.values(),
        agreed=agreed,
        pauses=pauses,
        schedules=schedules,
        questions=unanswered(place, now) if has_check_in else None,
        plan=plan,
        has_reply=bool(replied_to(place, now, since=now - REPLIES_SHOWN)),
    )


def _rank(task: Task, schedules: Mapping[UUID, Schedule], local: datetime) -> Rank:
    schedule = schedules.get(task.assignment.id)
    starts = schedule.starts if schedule is not None and schedule.is_today else None
    at = datetime.combine(local.date(), starts, local.tzinfo) if starts is not None else None
    return rank(
        is_started=task.progress is Progress.STARTED,
        is_reply=task.is_reply,
        is_ritual_soon=is_soon(at, task.minutes, local),
    )


def _schedules(agreed: Sequence[SharedAgreement], tasks: Sequence[Task], today: date) -> dict[UUID, Schedule]:
    """When and where the agreed rituals take place."""
    minutes = {task.assignment.id: task.minutes for task in tasks}
    return {
        one.assignment.id: schedule_of(one.step, one.value, minutes=minutes[one.assignment.id], today=today)
        for one in agreed
        if is_ritual(one.exercise)
    }


def _with_rituals_of_today(
    place: Partner, tasks: list[Task], schedules: Mapping[UUID, Schedule], today: date
) -> list[Task]:
    """A ritual comes back on each of its days, though its turn is finished for the week, until it was done that day."""
    if not schedules:
        return tasks
    done = assignments_done_on(place, today)

    def as_today(task: Task) -> Task:
        schedule = schedules.get(task.assignment.id)
        if task.assignment.id in done:
            return replace(task, done_today=True, progress=Progress.DONE)
        if (
            schedule is not None
            and schedule.is_today
            and task.progress is Progress.DONE
            and not task.done_today
        ):
            return replace(task, progress=Progress.NEW)
        return task

    return [as_today(task) for task in tasks]


def _tasks(place: Partner, given: Sequence[Assignment], local: datetime, now: datetime) -> list[Task]:
    """Each of these open assignments of this partner's, those within their time first, then the oldest."""
    open_ids = [assignment.id for assignment in given]
    responses = _own_turns(place, open_ids)
    aside = _set_aside(place, open_ids)
    written = [assignment.id for assignment in given if is_exchange(place.couple, assignment)]
    parts: Mapping[UUID, Parts] = parts_read_by(place, written, now) if written else {}
    tasks = [
        _task(
            place,
            assignment,
            responses.get(assignment.id, {}),
            aside.get(assignment.id, []),
            local,
            now,
            parts.get(assignment.id, {}) if assignment.id in written else None,
        )
        for assignment in given
    ]
    return sorted(
        (task for task in tasks if not _has_left(task, local.date())),
        key=lambda task: (
            task.assignment.best_before is not None and task.assignment.best_before < local.date(),
            task.assignment.starts_on,
            task.assignment.assigned_at,
        ),
    )


def _has_left(task: Task, today: date) -> bool:
    """Whether a week of a plan is over and this partner had not begun it. What they began stays with them."""
    given = task.assignment
    if given.couple_plan_id is None or given.best_before is None or given.best_before >= today:
        return False
    return task.progress is not Progress.STARTED and not task.done_today


def _task(
    place: Partner,
    assignment: Assignment,
    responses: Mapping[int, OwnTurn],
    aside: list[PutAway],
    local: datetime,
    now: datetime,
    parts: Parts | None,
) -> Task:
    """`parts` are those of listening turns that this partner may read; None where there are none to write."""

    def turn_at(moment: datetime) -> int:
        day = moment.astimezone(local.tzinfo).date()
        return progress.turn_on(day, starts_on=assignment.starts_on, repeat=assignment.repeat)

    begun = (number for number, row in responses.items() if row.sent_at is None)
    turn = progress.turn_in_hand(turn_at(now), begun)
    response = responses.get(turn)
    sent_at = response.sent_at if response else None
    latest = max((row for row in aside if turn_at(row.at) == turn), key=lambda row: row.at, default=None)
    smaller = any(row.choice == "smaller" for row in aside)
    size: SizeName = "small" if smaller else size_given(assignment)
    exercise = as_read_by(place, assignment)
    own = progress.progress(response.started_at if response else None, sent_at)
    one: NextPart | None = None
    if parts is not None:
        exchange = exchange_between(
            place,
            assignment,
            parts,
            current=turn_at(now),
            size=size,
            spoken=[number for number, row in responses.items() if row.sent_at],
        )
        one = exchange.next
        sent_at = max(filter(None, (sent_at, exchange.sent_last())), default=None)
        own = _progress_of(own, one)
    return Task(
        assignment=assignment,
        exercise=exercise,
        minutes=exercise.size(size).minutes,
        progress=own,
        done_today=own is Progress.DONE
        and sent_at is not None
        and sent_at.astimezone(local.tzinfo).date() == local.date(),
        is_resting=latest is not None and latest.until is not None and latest.until > now,
        is_set_aside=latest is not None and latest.choice in FOR_THIS_TURN,
        next_part=one,
    )


def _progress_of(own: Progress, one: NextPart | None) -> Progress:
    """Progress in listening turns: a part to write is new or begun, and what is sent leaves Today until another."""
    if own is Progress.STARTED or (one is not None and one.draft is not None):
        return Progress.STARTED
    if one is not None:
        return Progress.NEW
    return Progress.DONE


def _own_turns(place: Partner, assignment_ids: Sequence[UUID]) -> dict[UUID, dict[int, OwnTurn]]:
    """One's own responses by assignment, and then by turn."""
    found: dict[UUID, dict[int, OwnTurn]] = defaultdict(dict)
    for row in _turns(place.practice_id, place.couple_id, place.person_id, assignment_ids):
        found[row.assignment_id][row.turn] = row
    return found


@written_once
def _turns(
    practice_id: UUID, couple_id: UUID, author_id: UUID, assignment_ids: Sequence[UUID]
) -> Select[UUID, int, datetime, datetime | None]:
    return select(Response.assignment_id, Response.turn, Response.started_at, Response.sent_at).where(
        Response.practice_id == practice_id,
        Response.couple_id == couple_id,
        Response.author_id == author_id,
        Response.assignment_id.in_(assignment_ids),
    )


def _set_aside(place: Partner, assignment_ids: Sequence[UUID]) -> dict[UUID, list[PutAway]]:
    by_assignment: dict[UUID, list[PutAway]] = defaultdict(list)
    for row in _put_away(place.practice_id, place.couple_id, place.person_id, assignment_ids):
        by_assignment[row.assignment_id].append(row)
    return by_assignment


@written_once
def _put_away(
    practice_id: UUID, couple_id: UUID, person_id: UUID, assignment_ids: Sequence[UUID]
) -> Select[UUID, str, datetime | None, datetime]:
    return select(SetAside.assignment_id, SetAside.choice, SetAside.until, SetAside.at).where(
        SetAside.practice_id == practice_id,
        SetAside.couple_id == couple_id,
        SetAside.person_id == person_id,
        SetAside.assignment_id.in_(assignment_ids),
    )


@written_once
def _done_so_far(practice_id: UUID, couple_id: UUID, author_id: UUID) -> Select[int]:
    """How many turns this partner has finished, whatever they kept to themselves."""
    answered, written = (
        select(row.assignment_id, row.turn).where(
            row.practice_id == practice_id,
            row.couple_id == couple_id,
            row.author_id == author_id,
            row.sent_at.is_not(None),
        )
        for row in (Response, TurnPart)
    )
    return select(func.count()).select_from(union(answered, written).subquery())
