"""The words around an exercise: names put in, and two gentle hints for whoever writes."""

import re
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import syllapy

from assignments.domain.exercises.definitions import Size
from assignments.domain.exercises.steps import Definition

D = TypeVar("D", bound=Definition)

_PLACEHOLDER = re.compile(r"\{(partner|counsellor)\}")
_STOPS: Final = ".?!:…"
_OPENING: Final = "“‘\"'"
_CLOSING: Final = "”’\"'"

BLAME_HINT: Final = "This may land as blame. Keep it or try again?"
_BLAME = re.compile(
    r"\byou(?:['’](?:re|ve|d|ll)|\s+(?:are|were|have|had|do|did|will|would))?\s+(?:always|never)\b"
    r"|\bi\s+(?:feel|felt)\s+(?:that|like|as\s+(?:if|though))\s+you\b",
    re.IGNORECASE,
)

# A run of stops is looked at from its first one alone: from each of them in turn it would take its length squared.
_SENTENCE = re.compile(r"(?<![.?!…:])[.?!…:]++(?=\s|\Z|[”’\"'])|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

_NOT_READ: Final = frozenset(
    {"slug", "key", "type", "kind", "quotes", "turn", "family", "who", "level", "sharing", "sources", "signs"}
    | {"deck", "depth", "depths"}
)


def personalise(text: str, *, partner: str | None = None, counsellor: str | None = None) -> str:
    """The text with names in place of {partner} and {counsellor}, or plain words where no name is given."""

    if "{" not in text:
        return text  # Most texts name nobody, and an exercise has hundreds.

    def name_at(match: re.Match[str]) -> str:
        name = partner if match[1] == "partner" else counsellor
        if name:
            return name
        starts = _begins_a_sentence(text[: match.start()])
        return f"{'Your' if starts else 'your'} {match[1]}"

    # One pass over the text, so that a name which looks like a placeholder is left as it was typed.
    return _PLACEHOLDER.sub(name_at, text)


def _begins_a_sentence(before: str) -> bool:
    """Whether what follows these words begins a sentence: the text, a line, or after a stop; an opening quote aside."""
    if before.endswith(tuple(_OPENING)):
        before = before[:-1]
    words = before.rstrip()
    gap = before[len(words) :]
    if not before or "\n" in gap:
        return True
    return bool(gap) and words.removesuffix(words[-1:] if words[-1:] in _CLOSING else "")[-1:] in tuple(
        _STOPS
    )


def personalised(thing: D, *, partner: str | None = None, counsellor: str | None = None) -> D:
    """A copy of an exercise, a step or a part of one, with every text of it personalised."""

    def of(value: Any) -> Any:
        if isinstance(value, str):
            return personalise(value, partner=partner, counsellor=counsellor)
        if isinstance(value, Definition):
            return personalised(value, partner=partner, counsellor=counsellor)
        if isinstance(value, tuple):
            return tuple(of(item) for item in value)
        return value

    # The copy is not checked again: a long name must not make a hint “too long” after the file was accepted.
    return thing.model_copy(update={name: of(getattr(thing, name)) for name in type(thing).model_fields})


def blame_hint(text: str) -> str | None:
    """A soft hint where words such as “you always” may land as blame; it advises and never blocks."""
    return BLAME_HINT if _BLAME.search(text) else None


def sentences_in(text: str) -> tuple[str, ...]:
    """The sentences of a text, without those that hold no word."""
    return tuple(part.strip() for part in _SENTENCE.split(text) if _WORD.search(part))


def words_in(text: str) -> tuple[str, ...]:
    """The words of a text; “I’d” and “phone” are a word each, numbers are none."""
    return tuple(_WORD.findall(text))


def reading_grade(text: str) -> float:
    """The Flesch–Kincaid grade of a text: a screen for long words and sentences, not a verdict."""
    words = words_in(text)
    if not words:
        return 0.0
    sentences = max(1, len(sentences_in(text)))
    # A contraction is said as its first part is; “you’re” and “we’ll” are one syllable.
    syllables: int = sum(max(1, syllapy.count(re.split("['’]", word)[0])) for word in words)
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    return round(max(0.0, grade), 1)


def texts_of(thing: Definition) -> Sequence[str]:
    """Every text of an exercise that a person reads, in order; keys and other settings are left out."""
    found: list[str] = []
    for name in type(thing).model_fields:
        if name in _NOT_READ:
            continue
        value = getattr(thing, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, str) and not (isinstance(thing, Size) and name == "steps"):
                found.append(item)
            elif isinstance(item, Definition):
                found.extend(texts_of(item))
    return found
