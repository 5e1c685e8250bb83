"""Plans being written: tables that may be half finished, and what the builder's buttons do to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assignments.domain.exercises.advice import Reading, advice_on
from assignments.domain.exercises.grades import Grades, grade_of
from assignments.domain.plans.changing import for_anyone
from assignments.domain.plans.definitions import MOST_WEEKS, Plan
from assignments.domain.plans.parsing import plan_from_table

Draft = dict[str, Any]


def blank_draft() -> Draft:
    """A plan of one empty week."""
    return {"name": "", "why": "", "sources": [], "weeks": [blank_week()]}


def blank_week() -> dict[str, Any]:
    """A week that holds nothing yet."""
    return {"title": "", "items": [], "check_in": True}


def draft_of(plan: Plan) -> Draft:
    """Everything a plan holds, to go on from; what was meant for one partner of a couple is for both."""
    table: Draft = for_anyone(plan).model_dump(mode="json", exclude={"slug", "version"})
    if table.get("checkpoint") is None:
        table.pop("checkpoint", None)
    return table


def finished(draft: Mapping[str, Any], *, slug: str, version: int) -> Plan:
    """The plan a draft has become. Raises PlanError with everything that is left to do."""
    return plan_from_table({**draft, "slug": slug, "version": version}, "Not ready")


def after_button(draft: Draft, button: str) -> Draft:
    """The draft after a button such as “add-week”, “week-up-2”, “item-down-2-1” or “item-out-1-3”.

    A button that fits nothing, such as one of a week that is gone, changes nothing.
    """
    weeks = [dict(week) for week in draft["weeks"]]
    act, _, places = button.rpartition("-") if button[-1:].isdecimal() else (button, "", "")
    if button == "add-week" and len(weeks) < MOST_WEEKS:
        weeks.append(blank_week())
    elif act in ("week-up", "week-down", "week-out"):
        weeks = _moved(weeks, act.removeprefix("week-"), int(places) - 1)
    elif act.rpartition("-")[0] in ("item-up", "item-down", "item-out"):
        kind, _, number = act.rpartition("-")
        week = int(number) - 1 if number.isdecimal() else -1
        if 0 <= week < len(weeks):
            items = list(weeks[week]["items"])
            weeks[week]["items"] = _moved(items, kind.removeprefix("item-"), int(places) - 1)
    return {**draft, "weeks": weeks or [blank_week()]}


def week_in_hand(draft: Draft, button: str) -> int:
    """The week a button was about, where it now stands; the first for one that is about none."""
    found = re.match(r"(week|item)-(up|down|out)-(\d+)", button)
    week = int(found[3]) if found else 1
    if button == "add-week":
        week = len(draft["weeks"])
    elif found and found[1] == "week":
        week += {"up": -1, "down": 1, "out": 0}[found[2]]
    return max(1, min(week, len(draft["weeks"])))


def reading_of(draft: Draft) -> Reading:
    """How what couples read of a plan reads: the titles of its weeks."""
    titles = [str(week["title"]) for week in draft["weeks"]]
    grade = grade_of(titles)
    hints = [
        hint for number, title in enumerate(titles, start=1) for hint in advice_on(f"week-{number}", [title])
    ]
    return Reading(Grades(grade, grade) if grade is not None else None, tuple(hints))


def _moved(things: list[Any], way: str, place: int) -> list[Any]:
    """One of a list taken out, or changed for its neighbour."""
    if not 0 <= place < len(things):
        return things
    if way == "out":
        return [*things[:place], *things[place + 1 :]]
    other = place - 1 if way == "up" else place + 1
    if 0 <= other < len(things):
        things[place], things[other] = things[other], things[place]
    return things
