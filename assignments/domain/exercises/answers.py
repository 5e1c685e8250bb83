"""Answers to steps: read once and strictly from whatever a form or a file holds.

A value is a plain dictionary that JSON can carry, or None where the person left the page out. Reading a stored value
again gives the same value, so drafts, imports and forms share one reader. The keys a value may hold are the names
`field_names` gives.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from assignments.domain.exercises.steps import (
    ANSWER_CAP,
    AgreementStep,
    AskedField,
    CardsStep,
    ChooseManyStep,
    ChooseOneStep,
    EntriesStep,
    FeelingsStep,
    ISentenceStep,
    Option,
    Part,
    RatingStep,
    ReadOnlyStep,
    Step,
    TextStep,
    TimerStep,
)

AnswerValue = dict[str, Any]

RATHER_NOT_SAY: Final = "skip"
OTHER: Final = "other"
I_SENTENCE_PARTS: Final[tuple[Part, ...]] = ("when", "felt", "would_like")
FEELINGS_PARTS: Final[tuple[Part, ...]] = ("felt", "strength", "body")
ENTRIES: Final = "entries"
WRITING: Final = "writing"
TAKEN_OUT: Final = "taken_out"
MOST_ENTRIES: Final = 60

_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_RATING = re.compile(r"(?:[0-9]|10)")


class AnswerError(ValueError):
    """An answer that cannot be kept; the sentence is for the person, `field` names the box it stands beside."""

    def __init__(self, sentence: str, field: str) -> None:
        self.field = field
        super().__init__(sentence)


def field_names(step: Step) -> tuple[str, ...]:
    """The names a raw answer to this step may use, in reading order."""
    match step:
        case TextStep():
            return ("text",)
        case RatingStep():
            return ("rating",)
        case ChooseOneStep() | CardsStep():
            return ("choice", "other") if step.other else ("choice",)
        case ChooseManyStep():
            return ("choices", "other") if step.other else ("choices",)
        case ISentenceStep():
            return ("when", "felt", "felt_other", "would_like")
        case FeelingsStep():
            where = ("body", "body_other") if step.body.other else ("body",)
            return ("felt", "felt_other", "strength", *where)
        case EntriesStep():
            return tuple(field.key for field in step.fields)
        case TimerStep():
            return ("done",)
        case AgreementStep():
            return (*(field.key for field in step.fields), "agreed")
        case ReadOnlyStep():
            return ()


def parts_of(step: Step) -> tuple[Part, ...]:
    """The parts of a step that each have a page of their own; none for a step that is one page."""
    match step:
        case ISentenceStep():
            return I_SENTENCE_PARTS
        case FeelingsStep():
            return FEELINGS_PARTS
    return ()


def names_of_part(step: Step, part: Part | None) -> tuple[str, ...]:
    """The names a raw answer to one part of a step may use; to the whole step without a part."""
    return tuple(name for name in field_names(step) if part is None or _part_of(name) == part)


def read_answer(step: Step, raw: object) -> AnswerValue | None:
    """The value of a raw answer, or None where nothing was said; AnswerError where it cannot be kept."""
    if raw is None or raw == "":
        return None
    names = field_names(step)
    first = names[0] if names else ""
    if not isinstance(raw, Mapping):
        raise AnswerError("We could not read that answer. Please fill in the page again.", first)
    if any(name not in names for name in raw):
        raise AnswerError("That answer holds something this page did not ask for.", first)
    match step:
        case TextStep():
            text = _text(raw.get("text"), "text", step.max_chars)
            return {"text": text} if text else None
        case RatingStep():
            rating = _rating(raw.get("rating"), "rating")
            return None if rating is None else {"rating": rating}
        case ChooseOneStep() | CardsStep():
            return _choice(step, raw)
        case ChooseManyStep():
            return _choices(step, raw)
        case ISentenceStep():
            return _i_sentence(step, raw)
        case FeelingsStep():
            return _feelings(step, raw)
        case EntriesStep():
            said = _asked(step.fields, raw)
            # The day stands there beforehand, so a day alone is nobody's entry.
            return said if any(field.key in said for field in step.fields if field.kind != "day") else None
        case TimerStep():
            return {"done": True} if _tick(raw.get("done"), "done") else None
        case AgreementStep():
            return _agreement(step, raw)
        case ReadOnlyStep():
            return None


def kept_entries(value: AnswerValue | None) -> dict[str, AnswerValue]:
    """The finished entries of an entries step by their keys, in the order they were written."""
    kept = (value or {}).get(ENTRIES)
    return dict(kept) if isinstance(kept, Mapping) else {}


def entry_in_writing(value: AnswerValue | None) -> AnswerValue | None:
    """The entry somebody has begun and not added yet."""
    begun = (value or {}).get(WRITING)
    return dict(begun) if isinstance(begun, Mapping) else None


def is_log(value: AnswerValue) -> bool:
    """Whether a value holds entries under their keys, and is not one bare entry."""
    return not value.keys().isdisjoint((ENTRIES, WRITING, TAKEN_OUT))


def all_entries(value: AnswerValue) -> list[AnswerValue]:
    """Every entry, the begun one last, so that nothing that was typed is left behind."""
    begun = entry_in_writing(value)
    return [*kept_entries(value).values(), *([begun] if begun else [])]


def with_writing(value: AnswerValue | None, said: AnswerValue | None) -> AnswerValue | None:
    """The entries with the begun one as it stands now."""
    return _entries_value(kept_entries(value), said)


def with_entry(value: AnswerValue | None, key: str, said: AnswerValue | None) -> AnswerValue | None:
    """The entries with the begun one finished under `key`. AnswerError where there are too many."""
    entries = kept_entries(value)
    if said:
        if len(entries) >= MOST_ENTRIES:
            raise AnswerError("That is as many as this page holds. Take one out to add another.", "")
        entries[key] = said
    return _entries_value(entries, None)


def with_changed_entry(value: AnswerValue | None, key: str, said: AnswerValue | None) -> AnswerValue | None:
    """The entries with one said anew in its old place; one that is gone, or emptied, leaves the rest as it is."""
    entries = kept_entries(value)
    if said and key in entries:
        entries[key] = said
    return _entries_value(entries, entry_in_writing(value))


def without_entry(value: AnswerValue | None, key: str) -> AnswerValue | None:
    """The entries without one, which stays at hand until the next save; a key that is gone changes nothing."""
    entries = kept_entries(value)
    out = {key: entries.pop(key)} if key in entries else None
    kept = _entries_value(entries, entry_in_writing(value)) or {}
    return (kept | {TAKEN_OUT: out} if out else kept) or None


def entry_taken_out(value: AnswerValue | None) -> tuple[str, AnswerValue] | None:
    """The entry that was taken out last and can still be put back, with its key."""
    out = (value or {}).get(TAKEN_OUT)
    return next(iter(out.items()), None) if isinstance(out, Mapping) else None


def with_entry_put_back(value: AnswerValue | None) -> AnswerValue | None:
    """The entries with the one taken out last among them again."""
    entries, out = kept_entries(value), entry_taken_out(value)
    if out is not None:
        entries[out[0]] = out[1]
    return _entries_value(entries, entry_in_writing(value))


def _entries_value(entries: dict[str, AnswerValue], begun: AnswerValue | None) -> AnswerValue | None:
    value: AnswerValue = {}
    if entries:
        value[ENTRIES] = entries
    if begun:
        value[WRITING] = begun
    return value or None


def merge_part(
    step: ISentenceStep | FeelingsStep, saved: AnswerValue | None, part: Part, said: AnswerValue | None
) -> AnswerValue:
    """An answer in parts with one part said anew and the others kept; empty when nothing is left."""
    kept = {key: value for key, value in (saved or {}).items() if _part_of(key) != part}
    return read_answer(step, kept | {k: v for k, v in (said or {}).items() if _part_of(k) == part}) or {}


def _part_of(name: str) -> str:
    return name.removesuffix("_other")


def _text(raw: object, field: str, most: int) -> str:
    """A text exactly as it was typed, line ends aside; empty where there is nothing but blanks."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise AnswerError("We expected words here. Please type your answer again.", field)
    if len(raw) > ANSWER_CAP + raw.count("\r\n"):
        raise AnswerError(
            f"That is more than we can keep in one go. {ANSWER_CAP:,} characters is the most.", field
        )
    if "\x00" in raw or any("\ud800" <= character <= "\udfff" for character in raw):
        raise AnswerError(
            "There is a character in here that we cannot keep. Please type that part again.", field
        )
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > most:
        raise AnswerError(
            f"That is {len(text):,} characters, and this box holds {most:,}. Please shorten it a little.",
            field,
        )
    return text if text.strip() else ""


def _rating(raw: object, field: str) -> int | None:
    if raw is None or raw == "" or raw == RATHER_NOT_SAY:
        return None
    # A whole number or its plain digits, and nothing Python would kindly read as one: no True, no 1_0, no ٣.
    if type(raw) is int and 0 <= raw <= 10:
        return raw
    if isinstance(raw, str) and _RATING.fullmatch(raw):
        return int(raw)
    raise AnswerError("Choose a number from 0 to 10, or choose “I’d rather not say”.", field)


def _choice(step: ChooseOneStep | CardsStep, raw: Mapping[str, object]) -> AnswerValue | None:
    chosen = raw.get("choice")
    said = _text(raw.get(OTHER), OTHER, step.max_chars) if step.other else ""
    # Own words are kept beside a chosen line too: nothing that was typed is thrown away.
    if chosen in (None, "", RATHER_NOT_SAY) or (chosen == OTHER and step.other):
        return {"choice": OTHER, OTHER: said} if said else None
    key = _known(step.options, chosen, "choice")
    return {"choice": key, OTHER: said} if said else {"choice": key}


def _choices(step: ChooseManyStep, raw: Mapping[str, object]) -> AnswerValue | None:
    chosen = _known_many(step.options, raw.get("choices"), "choices")
    said = _text(raw.get(OTHER), OTHER, step.max_chars) if step.other else ""
    if not chosen and not said:
        return None
    return {"choices": chosen, OTHER: said} if said else {"choices": chosen}


def _i_sentence(step: ISentenceStep, raw: Mapping[str, object]) -> AnswerValue | None:
    felt = _known_many(step.feelings, raw.get("felt"), "felt")
    parts: AnswerValue = {
        "when": _text(raw.get("when"), "when", step.max_chars),
        "felt": felt,
        "felt_other": _text(raw.get("felt_other"), "felt_other", 100),
        "would_like": _text(raw.get("would_like"), "would_like", step.max_chars),
    }
    return {name: part for name, part in parts.items() if part} or None


def _feelings(step: FeelingsStep, raw: Mapping[str, object]) -> AnswerValue | None:
    strength = _rating(raw.get("strength"), "strength")
    parts: AnswerValue = {
        "felt": _known_many(step.feelings, raw.get("felt"), "felt"),
        "felt_other": _text(raw.get("felt_other"), "felt_other", 100),
        "strength": strength,
        "body": _known_many(step.body.options, raw.get("body"), "body"),
        "body_other": _text(raw.get("body_other"), "body_other", 100),
    }
    # Nothing is told from nought here: the lightest feeling is an answer.
    return {name: part for name, part in parts.items() if part or part == 0} or None


def _agreement(step: AgreementStep, raw: Mapping[str, object]) -> AnswerValue | None:
    said = _asked(step.fields, raw)
    agreed = _tick(raw.get("agreed"), "agreed")
    if agreed and not said:
        raise AnswerError(
            "Write down what you agree on first, or leave this page for now.", step.fields[0].key
        )
    return said | {"agreed": agreed} if said else None


def _asked(fields: tuple[AskedField, ...], raw: Mapping[str, object]) -> AnswerValue:
    said: AnswerValue = {}
    for field in fields:
        given = raw.get(field.key)
        if field.kind == "choose_one":
            if given not in (None, "", RATHER_NOT_SAY):
                said[field.key] = _known(field.options, given, field.key)
        elif field.kind == "day":
            if day := _day(given, field.key):
                said[field.key] = day
        elif text := _text(given, field.key, field.max_chars):
            if field.kind == "line" and "\n" in text.strip():
                raise AnswerError("This box takes one line. Please put it on one line.", field.key)
            said[field.key] = text
    return said


def _day(raw: object, field: str) -> str:
    """A day as 2026-05-14, or nothing where it was left out."""
    if raw in (None, ""):
        return ""
    try:
        if isinstance(raw, str) and _DAY.fullmatch(raw):
            return date.fromisoformat(raw).isoformat()
    except ValueError:
        pass
    raise AnswerError("Choose a day from the list, or leave it out.", field)


def _tick(raw: object, field: str) -> bool:
    if raw in (None, "", False):
        return False
    if raw is True or raw in ("y", "on", "true"):
        return True
    raise AnswerError("We could not read that tick. Please try once more.", field)


def _known(options: tuple[Option, ...], raw: object, field: str) -> str:
    for option in options:
        if raw == option.key:
            return option.key
    raise AnswerError("Choose one of the lines on this page, or leave it out.", field)


def _known_many(options: tuple[Option, ...], raw: object, field: str) -> list[str]:
    """The chosen keys in the order of the options, each once."""
    if raw is None or raw == "":
        return []
    if not isinstance(raw, list | tuple) or len(raw) > ANSWER_CAP:
        raise AnswerError("Choose from the lines on this page, or leave it out.", field)
    chosen = {_known(options, key, field) for key in raw if key != ""}
    return [option.key for option in options if option.key in chosen]
