"""What a kind reader would say about a draft's words. It advises and never blocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from assignments.domain.exercises.building import sketch, steps_of
from assignments.domain.exercises.grades import ENOUGH_WORDS, Grades, grades_of
from assignments.domain.exercises.wording import blame_hint, reading_grade, sentences_in, words_in

GRADE_TO_KEEP: Final = 7.0
LONGEST_SENTENCE: Final = 15
_READ_BY_COUPLES: Final = ("summary", "why", "how", "dos", "donts")


@dataclass(frozen=True)
class Advice:
    """One hint about the words at one place: a field's name, or a step's key."""

    place: str
    sentence: str


@dataclass(frozen=True)
class Reading:
    """How a draft reads as a whole, and what might be said more simply."""

    grades: Grades | None
    """None while there is too little to read."""
    hints: tuple[Advice, ...]

    @property
    def is_easy(self) -> bool:
        """Whether most people read every page of it without effort."""
        return self.grades is not None and self.grades.hardest <= GRADE_TO_KEEP


def reading_of(draft: Mapping[str, Any]) -> Reading:
    """The reading grade of everything a couple reads in a draft, and hints by place."""
    return Reading(grades_of(sketch(draft)), tuple(_hints(draft)))


def _hints(draft: Mapping[str, Any]) -> Iterator[Advice]:
    for name in _READ_BY_COUPLES:
        value = draft.get(name)
        yield from advice_on(name, value if isinstance(value, list) else [value])
    for step in steps_of(draft):
        yield from advice_on(str(step.get("key")), _texts_in(step))


def advice_on(place: str, texts: list[Any]) -> Iterator[Advice]:
    """What might be said more simply at one place, and what may land as blame."""
    words = [text for text in texts if isinstance(text, str)]
    long = next(
        (one for text in words for one in sentences_in(text) if len(words_in(one)) > LONGEST_SENTENCE), None
    )
    if long is not None:
        yield Advice(
            place, f"“{_begin(long)}” runs to {len(words_in(long))} words. Two short ones read easier."
        )
    hard = next(
        (
            text
            for text in words
            if len(words_in(text)) >= ENOUGH_WORDS and reading_grade(text) > GRADE_TO_KEEP
        ),
        None,
    )
    if hard is not None and long is None:
        yield Advice(
            place, f"“{_begin(hard)}” reads at grade {reading_grade(hard):.0f}. Shorter words would help."
        )
    for text in words:
        hint = blame_hint(text)
        if hint:
            yield Advice(place, f"“{_begin(text)}”: {hint[0].lower()}{hint[1:]}")
            break


def _texts_in(step: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    for name, value in step.items():
        if name in ("key", "type", "quotes", "turn", "kind"):
            continue
        for item in value if isinstance(value, list) else [value]:
            found.extend(_texts_in(item) if isinstance(item, dict) else [item])
    return found


def _begin(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"
