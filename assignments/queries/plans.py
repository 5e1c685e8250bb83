"""Plans: what can be given, the one a couple has, and where they are in it.

Where they are follows from the calendar and from what the counsellor recorded. No answer, no draft and no
"not tonight" is read here, so nothing a partner does can move a plan or show in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from assignments.access import is_frozen
from assignments.domain.plans import (
    Again,
    Branch,
    Pause,
    Phase,
    Plan,
    PlanItem,
    Slot,
    Standing,
    Timetable,
    local_day,
    plan_from_json,
    with_weeks,
)
from assignments.library.plan_loader import load_plans
from assignments.models import Assignment, CouplePlan, PlanChange, PlanVersion, PracticePlan
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner, Person
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.statements import written_once

ITEMS: TypeAdapter[tuple[PlanItem, ...]] = TypeAdapter(tuple[PlanItem, ...])


@dataclass(frozen=True)
class RunningPlan:
    """A couple's plan as it now stands: what was given, with the edited weeks in their places, and its days."""

    row: CouplePlan
    today: date

    @cached_property
    def changes(self) -> list[PlanChange]:
        """What was recorded and still holds, oldest first."""
        return [change for change in self.row.changes if change.taken_back_at is None]

    @cached_property
    def plan(self) -> Plan:
        """The plan with the weeks that were changed for this couple."""
        edits: Mapping[int, Sequence[PlanItem]] = {
            change.week: ITEMS.validate_json(change.items)
            for change in self.changes
            if change.kind == "week" and change.week is not None and change.items is not None
        }
        return with_weeks(plan_from_json(self.row.definition), edits)

    @cached_property
    def timetable(self) -> Timetable:
        """The days of every week."""
        pauses: list[Pause] = []
        for change in self.changes:
            if change.kind == "pause":
                pauses.append(Pause(change.on_day))
            elif change.kind == "resume":
                pauses[-1] = Pause(pauses[-1].begins_on, change.on_day)
        return Timetable(
            self.row.starts_on,
            len(self.plan.weeks),
            skipped=tuple(change.on_day for change in self.changes if change.kind == "skip"),
            pauses=tuple(pauses),
            again=tuple(
                Again(change.on_day, change.week)
                for change in self.changes
                if change.kind == "again" and change.week is not None
            ),
        )

    @cached_property
    def standing(self) -> Standing:
        """Where they are today."""
        return self.timetable.standing(self.today)

    @property
    def is_over(self) -> bool:
        """Whether its last week has passed, or it was ended."""
        return self.row.ended_at is not None or self.standing.phase is Phase.OVER

    @property
    def may_give_again(self) -> int | None:
        """The week that may be given once more: the last one that was over, unless it is on again already."""
        last = self.timetable.last_before(self.today)
        coming = self.week_in_hand
        if last is None or coming is None or last.week == coming.week or self._is_repeated(coming):
            return None
        return last.week

    @property
    def may_extend(self) -> int | None:
        """The week that is on, where it may go on for another seven days."""
        slot = self.standing.slot
        return None if slot is None or slot.week is None or self._is_repeated(slot) else slot.week

    @property
    def week_in_hand(self) -> Slot | None:
        """The week that is on, or the next one after a holiday; None in a pause, before the start and after."""
        if self.standing.phase not in (Phase.ON, Phase.HOLIDAY):
            return None
        slots = (slot for slot in self.timetable.slots if slot.week is not None)
        return next((slot for slot in slots if slot.ends_on is None or slot.ends_on >= self.today), None)

    def _is_repeated(self, slot: Slot) -> bool:
        return any(slot.holds(one.on) for one in self.timetable.again)

    @property
    def checkpoint_due(self) -> bool:
        """Whether the week to ask after has passed and nobody has said how it goes."""
        asks = self.plan.checkpoint
        if asks is None or self.checkpoint is not None or self.is_over:
            return False
        return any(
            slot.ends_on is not None and slot.ends_on < self.today
            for slot in self.timetable.slots_of(asks.after_week)
        )

    @property
    def checkpoint(self) -> PlanChange | None:
        """What was answered at the checkpoint."""
        return next((change for change in self.changes if change.kind == "checkpoint"), None)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """What may follow at the checkpoint."""
        return self.plan.checkpoint.branches if self.plan.checkpoint is not None else ()


@dataclass(frozen=True)
class PlanLine:
    """What both partners read on Today about their plan."""

    week: int
    weeks: int
    title: str
    check_in: bool


def plans_for(reader: Person) -> tuple[Plan, ...]:
    """The plans this reader may give: their practice's own, published and not archived, then those that ship."""
    own = db.session.execute(
        select(PlanVersion)
        .join(
            PracticePlan,
            (PracticePlan.practice_id == PlanVersion.practice_id)
            & (PracticePlan.slug == PlanVersion.slug)
            & (PracticePlan.published_version == PlanVersion.version),
        )
        .where(
            PlanVersion.practice_id == reader.practice_id,
            PracticePlan.practice_id == reader.practice_id,
            PracticePlan.archived_at.is_(None),
        )
    ).scalars()
    mine = sorted((plan_from_json(version.definition) for version in own), key=lambda plan: plan.name)
    return (*mine, *load_plans())


def plan_called(reader: Person, slug: str) -> Plan:
    """One plan this reader may give. Raises NotFound for any other."""
    found = next((plan for plan in plans_for(reader) if plan.slug == slug), None)
    if found is None:
        raise NotFound
    return found


def plan_for_staff(reader: Person, couple_id: UUID, now: datetime) -> tuple[Couple, RunningPlan | None]:
    """A couple the reader may see, with the plan they were given last, unless it was ended."""
    couple = couple_for(reader, couple_id)
    return couple, plan_of(couple, now, ZoneInfo(practice_of(reader).timezone))


def plan_of(couple: Couple, now: datetime, zone: ZoneInfo) -> RunningPlan | None:
    """The plan that a couple already read has; one whose weeks have passed stays until the next one."""
    row = _newest_plan(couple.practice_id, couple.id).unique().scalar_one_or_none()
    return RunningPlan(row, local_day(now, zone)) if row is not None else None


@written_once
def _newest_plan(practice_id: UUID, couple_id: UUID) -> Select[CouplePlan]:
    return (
        select(CouplePlan)
        .where(
            CouplePlan.practice_id == practice_id,
            CouplePlan.couple_id == couple_id,
            CouplePlan.ended_at.is_(None),
        )
        .options(joinedload(CouplePlan.changes))
        .order_by(CouplePlan.started_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def checks_due(couples: Sequence[Couple], now: datetime, zone: ZoneInfo) -> dict[UUID, tuple[int, int]]:
    """Of couples already read, those whose plan asks how it goes: after which week, and of how many."""
    found = _plans_of(list({couple.practice_id for couple in couples}), [couple.id for couple in couples])
    # The one given last is the one they have.
    rows = found.unique().scalars()
    latest = {row.couple_id: RunningPlan(row, local_day(now, zone)) for row in rows}
    return {
        couple_id: (running.plan.checkpoint.after_week, len(running.plan.weeks))
        for couple_id, running in latest.items()
        if running.checkpoint_due and running.plan.checkpoint is not None
    }


@written_once
def _plans_of(practice_ids: Sequence[UUID], couple_ids: Sequence[UUID]) -> Select[CouplePlan]:
    return (
        select(CouplePlan)
        .where(
            CouplePlan.practice_id.in_(practice_ids),
            CouplePlan.couple_id.in_(couple_ids),
            CouplePlan.ended_at.is_(None),
        )
        .options(joinedload(CouplePlan.changes))
        .order_by(CouplePlan.started_at)
    )


def assignments_in(row: CouplePlan) -> list[Assignment]:
    """Everything a plan has given so far or will give, in the order of its weeks."""
    return list(
        db.session.execute(
            select(Assignment)
            .where(Assignment.practice_id == row.practice_id, Assignment.couple_plan_id == row.id)
            .options(joinedload(Assignment.exercise_version), selectinload(Assignment.withdrawals))
            .order_by(Assignment.starts_on, Assignment.assigned_at, Assignment.id)
            .execution_options(populate_existing=True)
        ).scalars()
    )


def plan_line(place: Partner, now: datetime) -> PlanLine | None:
    """The week the couple is in; None on holiday, in a pause, before and after, and while work rests.

    It is the same for both partners.
    """
    couple = place.couple
    if is_frozen(couple):
        return None
    running = plan_of(couple, now, ZoneInfo(practice_of(place.person).timezone))
    if running is None or running.standing.phase is not Phase.ON or running.standing.week is None:
        return None
    number = running.standing.week
    week = running.plan.week(number)
    return PlanLine(number, len(running.plan.weeks), week.title, week.check_in)
