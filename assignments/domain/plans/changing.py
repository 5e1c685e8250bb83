"""Plans bent to a couple: a slower pace, another week, smaller sizes. Each returns a new plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assignments.domain.plans.definitions import Checkpoint, Plan, PlanItem, PlanWeek


def at_pace(plan: Plan, pace: int) -> Plan:
    """The plan with at most `pace` new exercises a week. A fuller week becomes two of the same title.

    The moment to ask how it goes moves with the weeks before it.
    """
    weeks: list[PlanWeek] = []
    ends: list[int] = []
    for week in plan.weeks:
        for start in range(0, len(week.items), pace):
            weeks.append(week.model_copy(update={"items": week.items[start : start + pace]}))
        ends.append(len(weeks))
    asks = plan.checkpoint
    moved = None if asks is None else Checkpoint(after_week=ends[asks.after_week - 1], branches=asks.branches)
    return rebuilt(plan, weeks=tuple(weeks), checkpoint=moved)


def with_weeks(plan: Plan, edits: Mapping[int, Sequence[PlanItem]]) -> Plan:
    """The plan with the exercises of some weeks, by number, put in the place of what stood there."""
    weeks = tuple(
        week.model_copy(update={"items": tuple(edits[number])}) if number in edits else week
        for number, week in enumerate(plan.weeks, start=1)
    )
    return rebuilt(plan, weeks=weeks)


def smaller(items: Sequence[PlanItem]) -> tuple[PlanItem, ...]:
    """The same exercises, each in its small size."""
    return tuple(item.model_copy(update={"size": "small"}) for item in items)


def for_anyone(plan: Plan) -> Plan:
    """The plan without one couple in it: what was meant for one partner is for both again."""
    weeks = []
    for week in plan.weeks:
        items: dict[str, PlanItem] = {}
        for item in week.items:
            items.setdefault(item.exercise, item.model_copy(update={"who": "both"}))
        weeks.append(week.model_copy(update={"items": tuple(items.values())}))
    return rebuilt(plan, weeks=tuple(weeks))


def rebuilt(plan: Plan, **changes: object) -> Plan:
    """A copy that has been checked like a file; raises pydantic's ValidationError where it does not hold."""
    return Plan.model_validate({**{name: getattr(plan, name) for name in Plan.model_fields}, **changes})
