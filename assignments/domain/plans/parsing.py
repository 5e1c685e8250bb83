"""From the text of a TOML file to a plan, or to sentences a counsellor can act on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from assignments.domain.exercises.said import nearest, one_of, shown, unreadable
from assignments.domain.exercises.steps import Definition
from assignments.domain.plans.definitions import Checkpoint, Plan, PlanItem, PlanWeek

_PARTS: Final[Mapping[str, type[Definition]]] = {
    "weeks": PlanWeek,
    "items": PlanItem,
    "checkpoint": Checkpoint,
}


class PlanError(Exception):
    """A file that is no plan yet; every problem is a sentence with file, week, field and what was expected."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        self.source = source
        self.problems = problems
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))


def parse_plan(text: str, source: str) -> Plan:
    """Read one plan out of the text of its file; `source` is how messages name that file."""
    try:
        table = tomllib.loads(text)
    except ValueError as error:
        raise PlanError(source, (unreadable(error),)) from error
    except RecursionError as error:
        raise PlanError(source, ("this is nested far deeper than any plan is.",)) from error
    return plan_from_table(table, source)


def plan_from_table(table: Mapping[str, Any], source: str) -> Plan:
    """The plan in a table, whether it came from a file or from a form. Raises PlanError."""
    problems = list(_odd_texts(dict(table), ()))
    try:
        plan = Plan.model_validate(_with_tuples(dict(table)))
    except ValidationError as error:
        details = error.errors(include_url=False)
        # Where a list holds something wrong, pydantic also counts it short, which says nothing new.
        told = [one for one in details if not (one["type"] == "too_short" and one["input"])]
        problems.extend(_problem(dict(detail)) for detail in told)
        raise PlanError(source, tuple(problems)) from error
    if problems:
        raise PlanError(source, tuple(problems))
    return plan


def plan_to_json(plan: Plan) -> str:
    """The definition as JSON, for keeping beside a couple so that what they were given never changes."""
    return plan.model_dump_json()


def plan_from_json(text: str) -> Plan:
    """The definition back from plan_to_json."""
    return Plan.model_validate_json(text)


def unknown_exercises(plan: Plan, known: frozenset[str]) -> tuple[str, ...]:
    """A sentence for each exercise that a plan names and nobody has."""
    return tuple(
        f"weeks {number} › items {place} › exercise: there is no exercise “{item.exercise}”"
        + (f"; did you mean “{near[0]}”?" if (near := get_close_matches(item.exercise, known, n=1)) else ".")
        for number, week in enumerate(plan.weeks, start=1)
        for place, item in enumerate(week.items, start=1)
        if item.exercise not in known
    )


def _problem(detail: Mapping[str, Any]) -> str:
    """One sentence from one of pydantic's findings."""
    location = tuple(detail["loc"])
    path, context = _path(location), detail.get("ctx", {})
    model = _model_at(location)
    if detail["type"] == "value_error":
        return f"{path}: {context['error']}." if location else f"{context['error']}."
    if detail["type"] == "missing":
        return f"{path}: this is missing; expected {_expected(model, location)}."
    if detail["type"] == "extra_forbidden":
        known = tuple(model.model_fields)
        near = get_close_matches(str(location[-1]), known, n=1)
        meant = f"did you mean “{near[0]}”?" if near else f"known here: {', '.join(known)}."
        return f"{path}: there is no such field; {meant}"
    given = detail["input"]
    if detail["type"] == "literal_error":
        choices = str(context["expected"])
        return f"{path}: expected {one_of(choices)}; found {shown(given)}.{nearest(given, choices)}"
    return f"{path}: expected {_expected(model, location)}; found {shown(given)}."


def _model_at(location: tuple[str | int, ...]) -> type[Definition]:
    """The definition that the last name of a place belongs to."""
    names = [part for part in location if isinstance(part, str)]
    model: type[Definition] = Plan
    for name in names[:-1]:
        model = _PARTS.get(name, model)
    return model


def _expected(model: type[Definition], location: tuple[str | int, ...]) -> str:
    name = location[-1] if location else ""
    if isinstance(name, int):
        return "a table" if location[-2] in ("weeks", "items") else "one of the texts named in the README"
    field = model.model_fields.get(name)
    said = [getattr(one, "description", None) for one in (field, *(field.metadata if field else ()))]
    return str(next((text for text in said if text), "what the README of the library says"))


def _path(place: tuple[str | int, ...]) -> str:
    """“weeks 2 › items 1 › exercise”: counted from one, as people count."""
    words = ""
    for part in place:
        words += f" {part + 1}" if isinstance(part, int) else f"{' › ' if words else ''}{part}"
    return words


def _with_tuples(value: Any) -> Any:
    """TOML has lists, frozen definitions have tuples; the strict reading would refuse the one for the other."""
    if isinstance(value, dict):
        return {key: _with_tuples(item) for key, item in value.items()}
    return tuple(_with_tuples(item) for item in value) if isinstance(value, list) else value


def _odd_texts(value: Any, place: tuple[str | int, ...]) -> list[str]:
    """Sentences about texts with braces, which no plan fills in, or with characters that cannot be seen."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in _odd_texts(item, (*place, key))]
    if isinstance(value, list):
        return [line for number, item in enumerate(value) for line in _odd_texts(item, (*place, number))]
    if not isinstance(value, str):
        return []
    found = []
    if "{" in value or "}" in value:
        found.append(f"{_path(place)}: a plan fills in no names; leave the braces out.")
    if not value.isprintable():
        found.append(f"{_path(place)}: it holds a character that cannot be seen; type the line again.")
    return found
