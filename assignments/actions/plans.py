"""A couple's plan: start it, pause it, leave out a week, give one again, change the weeks to come, end it.

Everything here is the counsellor's doing. Nothing a partner did or left undone moves a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from assignments.actions.assigning import UNDO, couple_ready_for_work, take_back
from assignments.actions.plan_days import lay_out
from assignments.domain.plans import Branch, Phase, Plan, PlanItem, at_pace, plan_to_json, smaller
from assignments.domain.visibility import Level
from assignments.models import CouplePlan, PlanChange
from assignments.queries.assignments import is_withdrawn
from assignments.queries.plans import ITEMS, RunningPlan, assignments_in, plan_for_staff
from clinic import clock, language
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.people import practice_of

FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class PlanTerms:
    """How a plan is given: from when, how much a week, how open, and which holidays are left out."""

    starts_on: date
    pace: int
    sharing_limit: Level
    skipped: Sequence[date] = ()


@transaction
def start_plan(*, actor: Person, couple_id: UUID, plan: Plan, terms: PlanTerms) -> CouplePlan:
    """Give a couple a plan, as it stands now, with every week dated.

    Raises NotFound for other couples, and Conflict while they may be given nothing, or have a plan already.
    """
    require(actor, Permission.PLAN_WRITE)
    couple = couple_ready_for_work(actor, couple_id)
    _lock(couple)
    _, before = plan_for_staff(actor, couple_id, clock.now())
    if before is not None and not before.is_over:
        raise Conflict("They have a plan already. End that one first.")
    if before is not None:
        _end(actor, before)
    today = clock.today(practice_of(actor).timezone)
    if not today <= terms.starts_on <= today + FURTHEST:
        raise Conflict("Start today or within a year.")
    bent = at_pace(plan, terms.pace)
    row = CouplePlan(
        practice_id=couple.practice_id,
        couple_id=couple.id,
        slug=plan.slug,
        version=plan.version,
        definition=plan_to_json(bent),
        starts_on=terms.starts_on,
        sharing_limit=terms.sharing_limit,
        author_id=actor.id,
        started_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    record(actor, Event.PLAN_STARTED, row, slug=plan.slug, version=plan.version)
    for day in terms.skipped:
        _, running = _running(actor, couple_id)
        _must_be_free(running, day)
        _note(actor, running, "skip", day)
    lay_out(actor, couple, _running(actor, couple_id)[1])
    return row


@transaction
def undo_start(*, actor: Person, couple_id: UUID) -> CouplePlan:
    """Take back a plan that was started a moment ago. Raises Expired after ten minutes."""
    require(actor, Permission.PLAN_WRITE)
    _, running = _running(actor, couple_id)
    if clock.now() - running.row.started_at > UNDO:
        raise Expired("Ten minutes have passed. You can still end the plan.")
    return _end(actor, running)


@transaction
def end_plan(*, actor: Person, couple_id: UUID) -> CouplePlan:
    """End a plan before its last week. What is open of it leaves; what was written stays with its author."""
    require(actor, Permission.PLAN_WRITE)
    _, running = _running(actor, couple_id)
    return _end(actor, running)


@transaction
def pause_plan(*, actor: Person, couple_id: UUID) -> PlanChange:
    """Stop the calendar of a plan from today; everything that is left waits."""
    require(actor, Permission.PLAN_WRITE)
    couple, running = _running(actor, couple_id)
    if running.timetable.is_paused:
        raise Conflict("The plan is paused already.")
    change = _note(actor, running, "pause", running.today)
    lay_out(actor, couple, _running(actor, couple_id)[1])
    return change


@transaction
def resume_plan(*, actor: Person, couple_id: UUID) -> PlanChange:
    """Go on from today; what is left moves by as many days as the pause took."""
    require(actor, Permission.PLAN_WRITE)
    couple_ready_for_work(actor, couple_id)
    couple, running = _running(actor, couple_id)
    pause = next((one for one in reversed(running.changes) if one.kind == "pause"), None)
    if pause is None or not running.timetable.is_paused:
        raise Conflict("The plan is not paused.")
    change = _note(actor, running, "resume", running.today)
    lay_out(actor, couple, _running(actor, couple_id)[1], paused_at=pause.at)
    return change


@transaction
def skip_week(*, actor: Person, couple_id: UUID, day: date) -> PlanChange:
    """Leave out the week that holds a day. The week of the plan that stood there comes a week later."""
    require(actor, Permission.PLAN_WRITE)
    couple, running = _running(actor, couple_id)
    _must_be_free(running, day)
    change = _note(actor, running, "skip", day)
    lay_out(actor, couple, _running(actor, couple_id)[1])
    return change


@transaction
def keep_week(*, actor: Person, couple_id: UUID, day: date) -> PlanChange:
    """Take a holiday out again before it has begun; the weeks after it come back by a week."""
    require(actor, Permission.PLAN_WRITE)
    couple, running = _running(actor, couple_id)
    slot = running.timetable.slot_on(day)
    found = next((one for one in running.changes if one.kind == "skip" and one.on_day == day), None)
    if found is None or slot is None:
        raise Conflict("That week is not left out.")
    if slot.begins_on <= running.today:
        raise Conflict("That week has begun. It stays left out.")
    found.taken_back_at = clock.now()
    record(actor, Event.PLAN_CHANGED, running.row, kind="keep")
    lay_out(actor, couple, _running(actor, couple_id)[1])
    return found


@transaction
def give_again(*, actor: Person, couple_id: UUID, week: int) -> PlanChange:
    """Give the week that is on, or the one before it, for seven more days; the rest waits that long."""
    require(actor, Permission.PLAN_WRITE)
    couple_ready_for_work(actor, couple_id)
    couple, running = _running(actor, couple_id)
    if week not in (running.may_give_again, running.may_extend):
        raise Conflict("Only the week that is on, or the one before it, can be given again.")
    slot = running.week_in_hand
    day = running.today if slot is None else max(running.today, slot.begins_on)
    change = _note(actor, running, "again", day, week=week)
    lay_out(actor, couple, _running(actor, couple_id)[1])
    return change


@transaction
def change_week(*, actor: Person, couple_id: UUID, week: int, items: Sequence[PlanItem]) -> PlanChange:
    """Put other exercises into a week that has not begun. Raises NotFound for a week that is not there."""
    require(actor, Permission.PLAN_WRITE)
    couple, running = _running(actor, couple_id)
    if not 1 <= week <= len(running.plan.weeks):
        raise NotFound
    if running.timetable.has_begun(week, running.today):
        raise Conflict("That week has begun. Change the weeks to come.")
    change = _note(actor, running, "week", running.today, week=week, items=items)
    lay_out(actor, couple, _running(actor, couple_id)[1])
    return change


@transaction
def answer_checkpoint(*, actor: Person, couple_id: UUID, branch: Branch) -> PlanChange:
    """Record how it goes. “Make it smaller” puts every week that has not begun into its small size."""
    require(actor, Permission.PLAN_WRITE)
    couple, running = _running(actor, couple_id)
    if not running.checkpoint_due or branch not in running.branches:
        raise Conflict("There is nothing to answer now.")
    change = _note(actor, running, "checkpoint", running.today, week=running.standing.week, choice=branch)
    if branch == "smaller":
        for number, week in enumerate(running.plan.weeks, start=1):
            if not running.timetable.has_begun(number, running.today):
                _note(actor, running, "week", running.today, week=number, items=smaller(week.items))
        lay_out(actor, couple, _running(actor, couple_id)[1])
    return change


def _running(actor: Person, couple_id: UUID) -> tuple[Couple, RunningPlan]:
    couple, running = plan_for_staff(actor, couple_id, clock.now())
    if running is None:
        raise Conflict("They have no plan now.")
    if running.is_over and running.standing.phase is not Phase.OVER:
        raise Conflict("That plan has ended.")
    return couple, running


def _must_be_free(running: RunningPlan, day: date) -> None:
    """Raises Conflict where no week that is to come holds the day."""
    slot = running.timetable.slot_on(day)
    if slot is None:
        raise Conflict(f"{language.day(day)} lies outside the plan. Choose a day of one of its weeks.")
    if slot.week is None:
        raise Conflict(f"The week of {language.short_day(day)} is left out already.")
    if slot.begins_on <= running.today and running.row.started_at < clock.now() - UNDO:
        raise Conflict("That week has begun. Pause the plan instead.")


def _note(
    actor: Person,
    running: RunningPlan,
    kind: str,
    day: date,
    *,
    week: int | None = None,
    items: Sequence[PlanItem] | None = None,
    choice: Branch | None = None,
) -> PlanChange:
    """Write down what was done, with who and when; the days follow from it."""
    change = PlanChange(
        practice_id=running.row.practice_id,
        couple_plan_id=running.row.id,
        number=1 + _changes_so_far(running),
        kind=kind,
        on_day=day,
        week=week,
        items=ITEMS.dump_json(tuple(items)).decode() if items is not None else None,
        choice=choice,
        by_id=actor.id,
        at=clock.now(),
    )
    db.session.add(change)
    db.session.flush()
    record(actor, Event.PLAN_CHANGED, running.row, kind=kind)
    return change


def _changes_so_far(running: RunningPlan) -> int:
    return db.session.execute(
        select(func.count())
        .select_from(PlanChange)
        .where(PlanChange.practice_id == running.row.practice_id, PlanChange.couple_plan_id == running.row.id)
    ).scalar_one()


def _end(actor: Person, running: RunningPlan) -> CouplePlan:
    for one in assignments_in(running.row):
        if not is_withdrawn(one) and (one.best_before is None or one.best_before >= running.today):
            take_back(actor, one)
    running.row.ended_at, running.row.ended_by_id = clock.now(), actor.id
    record(actor, Event.PLAN_ENDED, running.row)
    return running.row


def _lock(couple: Couple) -> None:
    """Two windows must not both find that there is no plan yet."""
    db.session.execute(
        select(Couple.id)
        .where(Couple.practice_id == couple.practice_id, Couple.id == couple.id)
        .with_for_update()
    )
