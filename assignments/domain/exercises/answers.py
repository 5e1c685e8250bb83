"""Answers to steps: read once and strictly from whatever a form or a file holds, and shown back in words.

A value is a plain dictionary that JSON can carry, or None where the person left the page out. Reading a stored value
again gives the same value, so drafts, imports and forms share one reader. The keys a value may hold are the names
`field_names` gives.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from assignments.domain.exercises.steps import (
    ANSWER_CAP,
    AgreementStep,
    AskedField,
    ChooseManyStep,
    ChooseOneStep,
    EntriesStep,
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
PARTS: Final[tuple[Part, ...]] = ("when", "felt", "would_like")
ENTRIES: Final = "entries"
WRITING: Final = "writing"
MOST_ENTRIES: Final = 60

_RATING = re.compile(r"(?:[0-9]|10)")
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
        case ChooseOneStep():
            return ("choice", "other") if step.other else ("choice",)
        case ChooseManyStep():
            return ("choices", "other") if step.other else ("choices",)
        case ISentenceStep():
            return ("when", "felt", "felt_other", "would_like")
        case EntriesStep():
            return tuple(field.key for field in step.fields)
        case TimerStep():
            return ("done",)
        case AgreementStep():
            return (*(field.key for field in step.fields), "agreed")
        case ReadOnlyStep():
            return ()


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
            rating = _rating(raw.get("rating"))
            return None if rating is None else {"rating": rating}
        case ChooseOneStep():
            return _choice(step, raw)
        case ChooseManyStep():
            return _choices(step, raw)
        case ISentenceStep():
            return _i_sentence(step, raw)
        case EntriesStep():
            return _asked(step.fields, raw) or None
        case TimerStep():
            return {"done": True} if _tick(raw.get("done"), "done") else None
        case AgreementStep():
            return _agreement(step, raw)
        case ReadOnlyStep():
            return None


def lines_of(step: Step, value: AnswerValue | None) -> list[str]:
    """A value in words, one thought a line; nothing for a page that was left out."""
    if not value:
        return []
    match step:
        case TextStep():
            return [value["text"]]
        case RatingStep():
            return [f"{value['rating']} out of 10, where 0 is “{step.low}” and 10 is “{step.high}”"]
        case ChooseOneStep():
            chosen = [] if value["choice"] == OTHER else [_label(step.options, value["choice"])]
            return [*chosen, value[OTHER]] if OTHER in value else chosen
        case ChooseManyStep():
            lines = [_label(step.options, key) for key in value["choices"]]
            return [*lines, value[OTHER]] if OTHER in value else lines
        case ISentenceStep():
            return [_spoken(step, value)]
        case EntriesStep():
            if ENTRIES in value or WRITING in value:
                return [" · ".join(_asked_lines(step.fields, entry)) for entry in _entries_in(value)]
            return _asked_lines(step.fields, value)  # One bare entry, as a form or an import hands it over.
        case TimerStep():
            return [f"{step.minutes} minutes, done"]
        case AgreementStep():
            lines = _asked_lines(step.fields, value)
            return [*lines, step.agree] if value.get("agreed") else lines
        case ReadOnlyStep():
            return []


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
        case ChooseOneStep():
            return value["choice"] != OTHER or _has_word(value.get(OTHER, ""))
        case ChooseManyStep():
            return bool(value["choices"]) or _has_word(value.get(OTHER, ""))
        case ISentenceStep():
            said = (value.get(name, "") for name in ("when", "felt_other", "would_like"))
            return bool(value.get("felt")) or any(map(_has_word, said))
        case EntriesStep():
            entries = _entries_in(value) if ENTRIES in value or WRITING in value else [value]
            return any(_gives_in(step.fields, entry) for entry in entries)
        case AgreementStep():
            return _gives_in(step.fields, value)
        case _:
            return any(isinstance(said, str) and _has_word(said) for said in value.values())


def _gives_in(fields: tuple[AskedField, ...], value: AnswerValue) -> bool:
    return any(
        field.key in value and (field.kind == "choose_one" or _has_word(value[field.key])) for field in fields
    )


def _has_word(text: str) -> bool:
    """Whether two letters or digits stand together somewhere; a sign above or below a letter counts with it."""
    kinds = "".join(unicodedata.category(character)[0] for character in text)
    return any(len(run) > 1 and not set(run) <= {"M"} for run in re.findall("[LMN]+", kinds))


def kept_entries(value: AnswerValue | None) -> dict[str, AnswerValue]:
    """The finished entries of an entries step by their keys, in the order they were written."""
    kept = (value or {}).get(ENTRIES)
    return dict(kept) if isinstance(kept, Mapping) else {}


def entry_in_writing(value: AnswerValue | None) -> AnswerValue | None:
    """The entry somebody has begun and not added yet."""
    begun = (value or {}).get(WRITING)
    return dict(begun) if isinstance(begun, Mapping) else None


def _entries_in(value: AnswerValue) -> list[AnswerValue]:
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


def without_entry(value: AnswerValue | None, key: str) -> AnswerValue | None:
    """The entries without one; a key that is gone already changes nothing."""
    entries = kept_entries(value)
    entries.pop(key, None)
    return _entries_value(entries, entry_in_writing(value))


def _entries_value(entries: dict[str, AnswerValue], begun: AnswerValue | None) -> AnswerValue | None:
    value: AnswerValue = {}
    if entries:
        value[ENTRIES] = entries
    if begun:
        value[WRITING] = begun
    return value or None


def sentence_of(step: Step, value: AnswerValue | None) -> str:
    """A value in words, on one line."""
    lines = [" ".join(line.split()) for line in lines_of(step, value)]
    return " · ".join(lines)


def merge_part(
    step: ISentenceStep, saved: AnswerValue | None, part: Part, said: AnswerValue | None
) -> AnswerValue:
    """An I-sentence with one part said anew and the other two kept; empty when nothing is left."""
    kept = {key: value for key, value in (saved or {}).items() if _part_of(key) != part}
    return read_answer(step, kept | {k: v for k, v in (said or {}).items() if _part_of(k) == part}) or {}


def _part_of(name: str) -> str:
    return "felt" if name == "felt_other" else name


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


def _rating(raw: object) -> int | None:
    if raw is None or raw == "" or raw == RATHER_NOT_SAY:
        return None
    # A whole number or its plain digits, and nothing Python would kindly read as one: no True, no 1_0, no ٣.
    if type(raw) is int and 0 <= raw <= 10:
        return raw
    if isinstance(raw, str) and _RATING.fullmatch(raw):
        return int(raw)
    raise AnswerError("Choose a number from 0 to 10, or choose “I’d rather not say”.", "rating")


def _choice(step: ChooseOneStep, raw: Mapping[str, object]) -> AnswerValue | None:
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
        elif text := _text(given, field.key, field.max_chars):
            if field.kind == "line" and "\n" in text.strip():
                raise AnswerError("This box takes one line. Please put it on one line.", field.key)
            said[field.key] = text
    return said


def _asked_lines(fields: tuple[AskedField, ...], value: AnswerValue) -> list[str]:
    lines = []
    for field in fields:
        if field.key in value:
            said = value[field.key]
            shown = _label(field.options, said) if field.kind == "choose_one" else said
            lines.append(f"{field.label}{'' if field.label.endswith(('?', '…')) else ':'} {shown}")
    return lines


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


def _label(options: tuple[Option, ...], key: str) -> str:
    # A label may be gone in a later version of the exercise; the key is then better than an error page.
    return next((option.label for option in options if option.key == key), key)


def _spoken(step: ISentenceStep, value: AnswerValue) -> str:
    """When … I felt … I'd like …, out of whatever parts there are."""
    when = _part_in_words("when", value.get("when", ""))
    like = _part_in_words("would_like", value.get("would_like", ""))
    feelings = [_label(step.feelings, key) for key in value.get("felt", [])]
    if value.get("felt_other"):
        feelings.append(" ".join(value["felt_other"].split()).rstrip("."))
    felt = " and ".join(filter(None, (", ".join(feelings[:-1]), "".join(feelings[-1:]))))
    first = ", ".join(filter(None, (f"When {when}" if when else "", f"I felt {felt}" if felt else "")))
    return " ".join(f"{part}." for part in (first, f"I’d like {like}" if like else "") if part)


def _part_in_words(part: str, text: str) -> str:
    """One part without the words the sentence brings itself, and without a capital in mid-sentence."""
    words = " ".join(_SAID_ALREADY[part].sub("", text, count=1).split()).rstrip(".")
    first, _, rest = words.partition(" ")
    if first.lower() in _LOWER_AT_START:
        first = first.lower()
    return f"{first} {rest}".strip()
