"""Answers as the runner would have kept them, from the bare words a story holds.

Every value goes through the domain's own reader, so a story that names a step or an option that is not there
fails when it is told, and not on somebody's page.
"""

from __future__ import annotations

from calendar import day_name
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from assignments.demo.stories import number
from assignments.domain.exercises import (
    AgreementStep,
    CardsStep,
    ChooseManyStep,
    ChooseOneStep,
    EntriesStep,
    Exercise,
    RatingStep,
    Step,
    TextStep,
    TimerStep,
    read_answer,
    with_entry,
)


def answer_value(exercise: Exercise, key: str, bare: Any, written_on: date) -> dict[str, Any]:
    """The stored value of one step: a text, a number, an option, several, or named boxes.

    A story names a day of an entry by its weekday; it is the last one up to the day of writing.
    """
    step = exercise.step(key)
    if step is None:
        raise LookupError(f"“{exercise.slug}” has no step “{key}”.")
    value = (
        _entries(step, bare, written_on)
        if isinstance(step, EntriesStep)
        else read_answer(step, _raw(step, bare))
    )
    if value is None:
        raise ValueError(f"“{exercise.slug}”, “{key}”: nothing is said there.")
    return value


def round_answers(
    exercise: Exercise, turn: int, sign: str, line: str, agreed: Mapping[str, str], written_on: date
) -> dict[str, dict[str, Any]]:
    """One turn of a weekly exercise: how close it felt, and its text page where there are words for it."""
    values = {}
    for step in exercise.steps_in("usual", first_time=turn == 1):
        bare = _bare(step, turn, sign, line, agreed)
        if bare is not None:
            values[step.key] = answer_value(exercise, step.key, bare, written_on)
    return values


def _bare(step: Step, turn: int, sign: str, line: str, agreed: Mapping[str, str]) -> Any:
    match step:
        case RatingStep():
            return number(sign)
        case TimerStep():
            return True
        case ChooseOneStep() | CardsStep():
            return step.options[(turn - 1) % len(step.options)].key
        case AgreementStep():
            return {**agreed, "agreed": True} if agreed else None
        case TextStep():
            return line or None
    return None


def _raw(step: Step, bare: Any) -> Any:
    match step:
        case TextStep():
            return {"text": bare}
        case RatingStep():
            return {"rating": bare}
        case TimerStep():
            return {"done": bare}
        case ChooseOneStep() | CardsStep() if isinstance(bare, str):
            return {"choice": bare}
        case ChooseManyStep() if isinstance(bare, list):
            return {"choices": bare}
    return bare


def _entries(step: EntriesStep, bare: Any, written_on: date) -> dict[str, Any] | None:
    value: dict[str, Any] | None = None
    days = [field.key for field in step.fields if field.kind == "day"]
    for place, one in enumerate(bare if isinstance(bare, list) else [bare], start=1):
        dated = one | {day: _last(one[day], written_on) for day in days if day in one}
        value = with_entry(value, f"{place:012x}", read_answer(step, dated))
    return value


def _last(weekday: str, written_on: date) -> str:
    back = (written_on.weekday() - list(day_name).index(weekday)) % 7
    return (written_on - timedelta(days=back)).isoformat()
