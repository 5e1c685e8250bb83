"""Several couples at once: giving them an exercise, extending what is open, closing their work; and undoing it.

Each couple's own gates are looked at here, on the server, and whoever is left alone is told of in the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from assignments.actions.assigning import Terms, give, take_back
from assignments.actions.couple_settings import close, reopen
from assignments.actions.leaving import hold_couple
from assignments.actions.meant_for import appointment_meant
from assignments.domain.bulk import MOST_COUPLES, Gates, Kind, LeftAlone, Until, held_back, may_undo
from assignments.domain.exercises import Exercise
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import Assignment, BulkAct, BulkItem
from assignments.queries.assignments import is_withdrawn
from assignments.queries.bulk import bulk_act_of, chosen_couples, gates_of
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.appointments import appointments_of
from clinic.queries.people import practice_of


@dataclass(frozen=True)
class Common:
    """How an exercise is given to all of them. "Until the next appointment" is each couple's own."""

    until: Until | None
    repeat: Repeat
    sharing_limit: Level
    note: str = ""


@transaction
def give_to_several(
    *, actor: Person, couple_ids: Sequence[UUID], exercise: Exercise, common: Common
) -> BulkAct:
    """Give an exercise to both partners of each couple that may have it, from today.

    Raises NotFound where one of them is somebody else's, and Conflict for an exercise that is for one partner.
    """
    require(actor, Permission.ASSIGNMENT_WRITE)
    if exercise.who == "one":
        raise Conflict("This one is for one partner. Give it couple by couple.")
    couples, act = _begin(actor, couple_ids, Kind.GIVEN)
    have_it = _with_it_open(actor, couples, exercise)
    gates, today = gates_of(actor, couples), clock.today(practice_of(actor).timezone)
    for couple in couples:
        best_before, problem = _day_for(actor, couple, common.until, today)
        problem = _why_not(couple, gates[couple.id], common, have_it) or problem
        if problem is not None:
            _left_alone(act, couple, problem)
            continue
        terms = Terms("both", today, best_before, common.repeat, common.sharing_limit, common.note)
        given = give(actor, couple, exercise, terms)
        act.items.append(_item(act, couple, assignment_id=given.id, version_after=given.version))
    return _end(actor, act)


def _why_not(couple: Couple, gates: Gates, common: Common, have_it: set[UUID]) -> LeftAlone | None:
    if (problem := held_back(Kind.GIVEN, gates)) is not None:
        return problem
    if couple.id in have_it:
        return LeftAlone.HAS_IT
    return LeftAlone.TIGHTER if common.sharing_limit.is_looser_than(Level(couple.sharing_limit)) else None


def _day_for(
    actor: Person, couple: Couple, until: Until | None, today: date
) -> tuple[date | None, LeftAlone | None]:
    if until is None:
        return None, None
    if until is Until.WEEK:
        return today + timedelta(days=7), None
    day = _next_day(actor, couple, today)
    return day, None if day else LeftAlone.NO_APPOINTMENT


def _next_day(actor: Person, couple: Couple, after: date) -> date | None:
    """The first day after this one on which both come."""
    zone = ZoneInfo(practice_of(actor).timezone)
    days = (one.starts_at.astimezone(zone).date() for one in appointments_of(couple))
    return next((day for day in days if day > after), None)


@transaction
def extend_several(*, actor: Person, couple_ids: Sequence[UUID], until: Until) -> BulkAct:
    """Give more time for everything that is open: a week, or until the appointment after the one it is meant for."""
    require(actor, Permission.ASSIGNMENT_WRITE)
    couples, act = _begin(actor, couple_ids, Kind.EXTENDED)
    gates, today = gates_of(actor, couples), clock.today(practice_of(actor).timezone)
    open_work = _open_work(actor, couples, today)
    for couple in couples:
        problem = held_back(Kind.EXTENDED, gates[couple.id])
        work = open_work.get(couple.id, [])
        if problem is None and not work:
            problem = LeftAlone.NOTHING_OPEN
        if problem is not None:
            _left_alone(act, couple, problem)
            continue
        before = len(act.items)
        for assignment in work:
            was = assignment.best_before or today
            day = was + timedelta(days=7) if until is Until.WEEK else _next_day(actor, couple, was)
            if day is not None:
                act.items.append(_extended(actor, act, couple, assignment, day))
        if len(act.items) == before:
            _left_alone(act, couple, LeftAlone.NO_APPOINTMENT)
    return _end(actor, act)


def _extended(actor: Person, act: BulkAct, couple: Couple, assignment: Assignment, day: date) -> BulkItem:
    item = _item(
        act,
        couple,
        assignment_id=assignment.id,
        best_before_was=assignment.best_before,
        by_appointment_was=assignment.by_appointment_id,
        version_after=assignment.version + 1,
    )
    assignment.best_before = day
    assignment.by_appointment_id = appointment_meant(actor, couple, day)
    assignment.version += 1
    record(actor, Event.ASSIGNMENT_CHANGED, assignment)
    return item


@transaction
def close_several(*, actor: Person, couple_ids: Sequence[UUID]) -> BulkAct:
    """Close the work with each couple that nothing holds back. Both keep what they wrote; sharing stops."""
    require(actor, Permission.COUPLE_END)
    for couple_id in sorted(
        set(couple_ids)
    ):  # In one order, so that two such acts never wait for each other.
        hold_couple(actor.practice_id, couple_id)
    couples, act = _begin(actor, couple_ids, Kind.CLOSED)
    gates = gates_of(actor, couples)
    for couple in couples:
        problem = held_back(Kind.CLOSED, gates[couple.id])
        if problem is not None:
            _left_alone(act, couple, problem)
            continue
        close(actor, couple, act.at)
        act.items.append(_item(act, couple))
    return _end(actor, act)


@transaction
def undo_several(*, actor: Person, act_id: UUID) -> int:
    """Take all of it back, for ten minutes. Says how many could not be, because they were changed since.

    Raises Expired after ten minutes, and Conflict once it was undone.
    """
    require(actor, Permission.ASSIGNMENT_WRITE)
    for couple_id in sorted({item.couple_id for item in bulk_act_of(actor, act_id).items}):
        hold_couple(actor.practice_id, couple_id)
    act = bulk_act_of(
        actor, act_id
    )  # Read again, as it stands now that nobody else can change these couples.
    if act.undone_at is not None:
        raise Conflict("That was undone already.")
    if not may_undo(act.at, None, clock.now()):
        raise Expired("Ten minutes have passed. Change them one by one.")
    done = [item for item in act.items if not item.left_alone]
    couples = {one.id: one for one in chosen_couples(actor, list({item.couple_id for item in done}))}
    work = _work_called(actor, [item.assignment_id for item in done if item.assignment_id])
    kept = 0
    for item in done:
        undo = _undo_closing if act.kind == Kind.CLOSED else _undo_work
        kept += not undo(actor, act, item, couples[item.couple_id], work)
    act.undone_at = clock.now()
    record(actor, Event.BULK_UNDONE, act, what=act.kind)
    return kept


def _undo_closing(
    actor: Person, act: BulkAct, item: BulkItem, couple: Couple, _work: dict[UUID, Assignment]
) -> bool:
    if couple.closed_at != act.at:
        return False
    reopen(actor, couple)
    return True


def _undo_work(
    actor: Person, act: BulkAct, item: BulkItem, _couple: Couple, work: dict[UUID, Assignment]
) -> bool:
    assignment = work.get(item.assignment_id) if item.assignment_id else None
    if assignment is None or is_withdrawn(assignment) or assignment.version != item.version_after:
        return False
    if act.kind == Kind.GIVEN:
        take_back(actor, assignment)
        return True
    assignment.best_before = item.best_before_was
    assignment.by_appointment_id = item.by_appointment_was
    assignment.version += 1
    record(actor, Event.ASSIGNMENT_CHANGED, assignment)
    return True


# ---- what they share ----


def _begin(actor: Person, couple_ids: Sequence[UUID], kind: Kind) -> tuple[list[Couple], BulkAct]:
    if not 1 <= len(set(couple_ids)) <= MOST_COUPLES:
        raise Conflict("Choose at least one couple.")
    couples = chosen_couples(actor, couple_ids)
    act = BulkAct(
        id=uuid4(),
        practice_id=actor.practice_id,
        author_id=actor.id,
        kind=kind,
        at=clock.now(),
        items=[],
    )
    db.session.add(act)
    return couples, act


def _item(act: BulkAct, couple: Couple, **values: object) -> BulkItem:
    return BulkItem(
        practice_id=act.practice_id,
        bulk_act_id=act.id,
        number=len(act.items) + 1,
        couple_id=couple.id,
        **values,
    )


def _left_alone(act: BulkAct, couple: Couple, why: LeftAlone) -> None:
    act.items.append(_item(act, couple, left_alone=why.value))


def _end(actor: Person, act: BulkAct) -> BulkAct:
    db.session.flush()
    done = len({item.couple_id for item in act.items if not item.left_alone})
    record(actor, Event.BULK_DONE, act, what=act.kind, couples=done)
    return act


def _work_called(actor: Person, ids: Iterable[UUID]) -> dict[UUID, Assignment]:
    rows = db.session.execute(
        select(Assignment)
        .where(Assignment.practice_id == actor.practice_id, Assignment.id.in_(list(ids)))
        .options(selectinload(Assignment.withdrawals))
    ).scalars()
    return {one.id: one for one in rows}


def _open_work(actor: Person, couples: Sequence[Couple], today: date) -> dict[UUID, list[Assignment]]:
    """What is open with a day of its own. A plan has its own days, and is moved as a plan."""
    rows = db.session.execute(
        select(Assignment)
        .where(
            Assignment.practice_id == actor.practice_id,
            Assignment.couple_id.in_([couple.id for couple in couples]),
            Assignment.couple_plan_id.is_(None),
            Assignment.best_before >= today,
        )
        .options(selectinload(Assignment.withdrawals))
        .order_by(Assignment.starts_on, Assignment.assigned_at)
    ).scalars()
    found: dict[UUID, list[Assignment]] = {}
    for one in rows:
        if not is_withdrawn(one):
            found.setdefault(one.couple_id, []).append(one)
    return found


def _with_it_open(actor: Person, couples: Sequence[Couple], exercise: Exercise) -> set[UUID]:
    """The couples that have this exercise open already."""
    today = clock.today(practice_of(actor).timezone)
    rows = db.session.execute(
        select(Assignment)
        .where(
            Assignment.practice_id == actor.practice_id,
            Assignment.couple_id.in_([couple.id for couple in couples]),
        )
        .options(selectinload(Assignment.withdrawals), joinedload(Assignment.exercise_version))
    ).scalars()
    return {
        one.couple_id
        for one in rows
        if one.exercise_version.slug == exercise.slug
        and not is_withdrawn(one)
        and (one.best_before is None or one.best_before >= today)
    }
