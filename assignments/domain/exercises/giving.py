"""What is enough of an answer to open the other partner's in return."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from assignments.domain.exercises.answers import OTHER, AnswerValue, all_entries, is_log
from assignments.domain.exercises.steps import (
    AgreementStep,
    AskedField,
    CardsStep,
    ChooseManyStep,
    ChooseOneStep,
    EntriesStep,
    FeelingsStep,
    ISentenceStep,
    RatingStep,
    ReadOnlyStep,
    Step,
    TimerStep,
)


def gives_something(steps: Iterable[Step], values: Mapping[str, AnswerValue | None]) -> bool:
    """Whether an answer gives enough to open the other partner's in return: a word, a choice or a number.

    A full stop or a tick gives nothing, and would open everything. Where no step asks for words there is nothing to
    be had either, and nothing to refuse.
    """
    asking = [step for step in steps if not isinstance(step, TimerStep | ReadOnlyStep)]
    return not asking or any(_gives(step, values.get(step.key)) for step in asking)


def _gives(step: Step, value: AnswerValue | None) -> bool:
    if not value:
        return False
    match step:
        case RatingStep():
            return True
        case ChooseOneStep() | CardsStep():
            return value["choice"] != OTHER or _has_word(value.get(OTHER, ""))
        case ChooseManyStep():
            return bool(value["choices"]) or _has_word(value.get(OTHER, ""))
        case ISentenceStep():
            said = (value.get(name, "") for name in ("when", "felt_other", "would_like"))
            return bool(value.get("felt")) or any(map(_has_word, said))
        case FeelingsStep():
            said = (value.get(name, "") for name in ("felt_other", "body_other"))
            chosen = value.get("felt") or value.get("body") or value.get("strength") is not None
            return bool(chosen) or any(map(_has_word, said))
        case EntriesStep():
            entries = all_entries(value) if is_log(value) else [value]
            return any(_gives_in(step.fields, entry) for entry in entries)
        case AgreementStep():
            return _gives_in(step.fields, value)
        case _:
            return any(isinstance(said, str) and _has_word(said) for said in value.values())


def _gives_in(fields: tuple[AskedField, ...], value: AnswerValue) -> bool:
    """The day stands there beforehand, so a day alone gives nothing."""
    return any(
        field.key in value and (field.kind == "choose_one" or _has_word(value[field.key]))
        for field in fields
        if field.kind != "day"
    )


def _has_word(text: str) -> bool:
    """Whether two letters or digits stand together somewhere; a sign above or below a letter counts with it."""
    kinds = "".join(unicodedata.category(character)[0] for character in text)
    return any(len(run) > 1 and not set(run) <= {"M"} for run in re.findall("[LMN]+", kinds))
