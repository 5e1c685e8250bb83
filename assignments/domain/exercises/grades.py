"""How easily an exercise reads, page by page. Counsellors see these numbers, and the tests hold what ships to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import mean
from typing import Final

from assignments.domain.exercises.definitions import Exercise
from assignments.domain.exercises.wording import (
    personalised,
    reading_grade,
    sentences_in,
    texts_of,
    words_in,
)

# A list of one-word choices is no prose: counted as sentences, it would hide a hard line above it.
FEWEST_WORDS: Final = 3
# Below this, a grade says more about one long word than about the page.
ENOUGH_WORDS: Final = 8


@dataclass(frozen=True)
class Grades:
    """The reading grade of the pages of an exercise: on average, and of the hardest one."""

    average: float
    hardest: float


def prose_of(texts: Iterable[str]) -> list[str]:
    """The sentences of a page, without the fragments."""
    return [
        sentence
        for text in texts
        for sentence in sentences_in(text)
        if len(words_in(sentence)) >= FEWEST_WORDS
    ]


def grade_of(texts: Iterable[str]) -> float | None:
    """The reading grade of a page, or None where it holds too few words to have one."""
    text = "\n".join(prose_of(texts))
    return reading_grade(text) if len(words_in(text)) >= ENOUGH_WORDS else None


def screens_of(exercise: Exercise) -> Mapping[str, list[str]]:
    """What a person reads of an exercise, page by page, with names put in."""
    named = personalised(exercise, partner="Jo", counsellor="Priya")
    return {
        "intro": [named.name, named.summary, named.why, *named.how],
        "tips": [*named.dos, *named.donts],
    } | {step.key: list(texts_of(step)) for step in named.steps}


def grades_of(exercise: Exercise) -> Grades | None:
    """The grades of all pages that have one, or None where none has."""
    found = [grade for texts in screens_of(exercise).values() if (grade := grade_of(texts)) is not None]
    return Grades(round(mean(found), 1), max(found)) if found else None
