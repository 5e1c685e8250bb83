"""A small plan of exercises that ship, and couples who have it. Call these in an app context."""

from __future__ import annotations

from datetime import date, timedelta

from assignments.actions.plans import PlanTerms, start_plan
from assignments.domain.plans import Plan, parse_plan, rebuilt
from assignments.domain.visibility import Level
from assignments.models import CouplePlan
from clinic.clock import today
from clinic.models import Couple, Person

TEXT = """
slug = "small-plan"
version = 1
name = "A small plan"
why = "One thing a week, for the two of you."
sources = ["PL1"]

[checkpoint]
after_week = 3

[[weeks]]
title = "Notice"
items = [{ exercise = "withdrawal-journal" }]

[[weeks]]
title = "Say it as I"
items = [{ exercise = "i-statements" }, { exercise = "gentle-questions" }]

[[weeks]]
title = "Ask kindly"
items = [{ exercise = "what-helps-me-feel-safe" }]

[[weeks]]
title = "Sit down"
items = [{ exercise = "weekly-sit-down", repeat = "weekly" }]

[[weeks]]
title = "Warm words"
items = [{ exercise = "validate-first" }]

[[weeks]]
title = "Look back"
items = [{ exercise = "appreciation-log", size = "small" }]
"""


def small_plan() -> Plan:
    """Six weeks; the fourth brings something that stays."""
    return parse_plan(TEXT, "plans/small-plan.toml")


def two_weeks() -> Plan:
    """As little as a plan can be and still move on: one thing that opens together, then one talk."""
    plan = small_plan()
    return rebuilt(plan, weeks=(plan.week(3), plan.week(4)), checkpoint=None)


def planned(
    counsellor: Person,
    couple: Couple,
    *,
    plan: Plan | None = None,
    starts_in: int = 0,
    pace: int = 3,
    skipped: tuple[date, ...] = (),
) -> CouplePlan:
    """The small plan, begun today unless told otherwise."""
    begins = today("Europe/London") + timedelta(days=starts_in)
    terms = PlanTerms(begins, pace, Level.SHARED, skipped)
    started: CouplePlan = start_plan(
        actor=counsellor, couple_id=couple.id, plan=plan or small_plan(), terms=terms
    )
    return started
