"""Answers in words, the way their author and their readers meet them."""

import re
from datetime import date
from typing import Final

from assignments.domain.exercises.answers import (
    OTHER,
    AnswerValue,
    all_entries,
    is_log,
)
from assignments.domain.exercises.steps import (
    AgreementStep,
    AskedField,
    CardsStep,
    ChooseManyStep,
    ChooseOneStep,
    EntriesStep,
    FeelingsStep,
    ISentenceStep,
    Option,
    RatingStep,
    ReadOnlyStep,
    Step,
    TextStep,
    TimerStep,
)
from clinic import language

_SAID_ALREADY = {
    "when": re.compile(r"\A\s*when\b[\s…,.]*", re.IGNORECASE),
    "would_like": re.compile(r"\A\s*i(?:['’]d|\s+would)\s+like\b[\s…,.]*", re.IGNORECASE),
}
_LOWER_AT_START: Final = frozenset(
    {
        "a",
        "an",
        "the",
        "you",
        "your",
        "we",
        "our",
        "my",
        "it",
        "they",
        "he",
        "she",
        "there",
        "this",
        "that",
        "these",
    }
    | {
        "those",
        "some",
        "more",
        "less",
        "to",
        "for",
        "if",
        "at",
        "on",
        "in",
        "after",
        "before",
        "both",
        "each",
        "one",
    }
    | {"no", "not", "nobody", "everything", "dinner", "plans"}
)


def lines_of(step: Step, value: AnswerValue | None) -> list[str]:
    """A value in words, one thought a line; nothing for a page that was left out."""
    if not value:
        return []
    match step:
        case TextStep():
            return [value["text"]]
        case RatingStep():
            return [f"{value['rating']} out of 10, where 0 is “{step.low}” and 10 is “{step.high}”"]
        case ChooseOneStep() | CardsStep():
            chosen = [] if value["choice"] == OTHER else [_label(step.options, value["choice"])]
            return [*chosen, value[OTHER]] if OTHER in value else chosen
        case ChooseManyStep():
            lines = [_label(step.options, key) for key in value["choices"]]
            return [*lines, value[OTHER]] if OTHER in value else lines
        case ISentenceStep():
            return [_spoken(step, value)]
        case FeelingsStep():
            return _feeling_lines(step, value)
        case EntriesStep():
            if is_log(value):
                return [" · ".join(_asked_lines(step.fields, entry)) for entry in all_entries(value)]
            return _asked_lines(step.fields, value)  # One bare entry, as a form or an import hands it over.
        case TimerStep():
            return [f"{step.minutes} minutes, done"]
        case AgreementStep():
            lines = _asked_lines(step.fields, value)
            return [*lines, step.agree] if value.get("agreed") else lines
        case ReadOnlyStep():
            return []


def sentence_of(step: Step, value: AnswerValue | None) -> str:
    """A value in words, on one line."""
    lines = [" ".join(line.split()) for line in lines_of(step, value)]
    return " · ".join(lines)


def day_in_words(day: str) -> str:
    """ "Tuesday 14 May" for the day an entry is about."""
    return language.day(date.fromisoformat(day))


def _feeling_lines(step: FeelingsStep, value: AnswerValue) -> list[str]:
    """The words, how strong, and where, each on a line of its own."""
    lines = []
    if felt := _listed(step.feelings, value.get("felt", []), value.get("felt_other")):
        lines.append(f"Felt {felt}")
    if "strength" in value:
        lines.append(f"How strong: {value['strength']} out of 10")
    if where := _listed(step.body.options, value.get("body", []), value.get("body_other")):
        lines.append(f"Where: {where}")
    return lines


def _listed(options: tuple[Option, ...], keys: list[str], other: str | None) -> str:
    """ "hurt, sad and cold": the chosen labels and the person's own word."""
    words = [_label(options, key) for key in keys]
    if other:
        words.append(" ".join(other.split()).rstrip("."))
    return " and ".join(filter(None, (", ".join(words[:-1]), "".join(words[-1:]))))


def _asked_lines(fields: tuple[AskedField, ...], value: AnswerValue) -> list[str]:
    lines = []
    for field in fields:
        if field.key in value:
            said = value[field.key]
            if field.kind == "choose_one":
                said = _label(field.options, said)
            elif field.kind == "day":
                said = day_in_words(said)
            lines.append(f"{field.label}{'' if field.label.endswith(('?', '…')) else ':'} {said}")
    return lines


def _label(options: tuple[Option, ...], key: str) -> str:
    # A label may be gone in a later version of the exercise; the key is then better than an error page.
    return next((option.label for option in options if option.key == key), key)


def _spoken(step: ISentenceStep, value: AnswerValue) -> str:
    """When … I felt … I'd like …, out of whatever parts there are."""
    when = _part_in_words("when", value.get("when", ""))
    like = _part_in_words("would_like", value.get("would_like", ""))
    felt = _listed(step.feelings, value.get("felt", []), value.get("felt_other"))
    first = ", ".join(filter(None, (f"When {when}" if when else "", f"I felt {felt}" if felt else "")))
    return " ".join(f"{part}." for part in (first, f"I’d like {like}" if like else "") if part)


def _part_in_words(part: str, text: str) -> str:
    """One part without the words the sentence brings itself, and without a capital in mid-sentence."""
    words = " ".join(_SAID_ALREADY[part].sub("", text, count=1).split()).rstrip(".")
    first, _, rest = words.partition(" ")
    if first.lower() in _LOWER_AT_START:
        first = first.lower()
    return f"{first} {rest}".strip()
