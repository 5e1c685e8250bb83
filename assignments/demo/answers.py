"""Answers as the runner would have kept them, from the bare words a story holds.

Every value goes through the domain's own reader, so a story that names a step or an option that is not there
fails when it is told, and not on somebody's page.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def answer_value(exercise: Exercise, key: str, bare: Any) -> dict[str, Any]:
    """The stored value of one step: a text, a number, an option, several, or named boxes."""
    step = exercise.step(key)
    if step is None:
        raise LookupError(f"“{exercise.slug}” has no step “{key}”.")
    value = _entries(step, bare) if isinstance(step, EntriesStep) else read_answer(step, _raw(step, bare))
    if value is None:
        raise ValueError(f"“{exercise.slug}”, “{key}”: nothing is said there.")
    return value


def round_answers(
    exercise: Exercise, turn: int, sign: str, line: str, agreed: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """One turn of a weekly exercise: how close it felt, and its text page where there are words for it."""
    values = {}
    for step in exercise.steps_in("usual", first_time=turn == 1):
        bare = _bare(step, turn, sign, line, agreed)
        if bare is not None:
            values[step.key] = answer_value(exercise, step.key, bare)
    return values


def _bare(step: Step, turn: int, sign: str, line: str, agreed: Mapping[str, str]) -> Any:
    match step:
        case RatingStep():
            return number(sign)
        case TimerStep():
            return True
        case ChooseOneStep():
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


def _entries(step: EntriesStep, bare: Any) -> dict[str, Any] | None:
    value: dict[str, Any] | None = None
    for place, one in enumerate(bare if isinstance(bare, list) else [bare], start=1):
        value = with_entry(value, f"{place:012x}", read_answer(step, one))
    return value
