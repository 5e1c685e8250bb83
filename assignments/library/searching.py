"""What typed words find: in any form of the word, by what counsellors call it, and past a slip of the keys.

This is the one place that says what fits some words and what stands first. The words that couples read are plain;
`topics.toml` says which of them a counsellor means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assignments.domain.exercises import FAMILY_NAMES, LEVEL_NAMES, WHO_NAMES, Exercise, texts_of
from assignments.domain.material import Kind, kind_of, label_of
from assignments.domain.signs import KINDS
from assignments.library.harm import Heard, harm_in, load_harm, stands_in
from assignments.library.vocabulary import (
    NO_MATTER,
    SHORTEST_BEGINNING,
    WORD,
    forms_of,
    nearest,
    phrase_of,
    stem,
    topics_file,
)

# Nobody asks for more words than these, and each of them costs time.
MOST_WORDS = 8
# More than the largest library of one practice, and that of many small ones: with fewer, a search through a library
# that does not fit would throw out each exercise before it comes round again, and read them all anew.
MOST_KEPT = 2048

# How much a word counts, by where it stands. What an exercise warns of is no part of what it is for.
IN_NAME, IN_SUMMARY, IN_SOURCE, IN_FACTS, IN_WHY, IN_PAGES, IN_OPTIONS = 8.0, 5.0, 5.0, 3.0, 3.0, 2.0, 1.0
FIRST_OF_TOPIC, STEP_DOWN, SAID_ITSELF = 14.0, 0.5, 0.3
ALIKE, BEGUN = 0.5, 0.6

_SHORT = {"short": 5, "quick": 5, "brief": 5}
_NUMBERS = {"two": 2, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30}
_MINUTES = re.compile(r"\b(\d{1,3}|" + "|".join(_NUMBERS) + r")[\s-]*min(?:ute)?s?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Topic:
    """Words that mean the same to whoever searches, and the exercises that come first for them."""

    phrases: tuple[tuple[str, ...], ...]
    exercises: tuple[str, ...]
    spelled: frozenset[str]


@dataclass(frozen=True)
class Found:
    """What fits some words, the best first, and how they were taken."""

    exercises: tuple[Exercise, ...]
    instead: tuple[tuple[str, str], ...] = ()
    """Each word that stands nowhere, with the one that was looked for in its place."""
    some_only: bool = False
    """Whether nothing holds every word, so that these hold some."""
    is_safety: bool = False
    """Whether the words are about harm, for which no exercise is meant. Where they only may be, there are some."""


@dataclass(frozen=True)
class _Unit:
    """One thing asked for: a word or a phrase, as stems, with the topics that hold it."""

    stems: tuple[str, ...]
    topics: tuple[Topic, ...]


def search(exercises: Sequence[Exercise], typed: str) -> Found:
    """The exercises that hold what was typed, the best first; among equals their own order stays.

    Harm is listened for in all that was typed, before any of it is cut: a miss could hurt, and a false alarm costs a
    sentence.
    """
    heard = harm_in(
        [word.casefold() for word in WORD.findall(typed)], lambda word: _harm_meant(exercises, word)
    )
    if heard is Heard.CLEARLY:
        return Found((), is_safety=True)
    return replace(_search(exercises, typed), is_safety=heard is Heard.PERHAPS)


def _search(exercises: Sequence[Exercise], typed: str) -> Found:
    typed, minutes = _without_minutes(typed)
    fitting = [one for one in exercises if minutes is None or one.minutes <= minutes]
    words = [word.casefold() for word in WORD.findall(typed)]
    asked = [word for word in words if word not in NO_MATTER] or words
    if not asked:
        return Found(tuple(fitting))
    asked = asked[:MOST_WORDS]
    asked, instead = _corrected(exercises, asked)
    units = _units([stem(word) for word in asked])
    scored = [(one, [_score(one, unit) for unit in units]) for one in fitting]
    whole = [(one, sum(scores)) for one, scores in scored if all(scores)]
    if whole:
        return Found(_best_first(whole), instead)
    some = [(one, sum(scores)) for one, scores in scored if any(scores)]
    return Found(_best_first(some), instead, some_only=bool(some))


@lru_cache(maxsize=1)
def load_topics() -> tuple[Topic, ...]:
    """The topics that ship."""
    return tuple(
        Topic(
            tuple(phrase_of(words) for words in topic["words"]),
            tuple(topic["exercises"]),
            frozenset(
                form for words in topic["words"] for word in WORD.findall(words) for form in forms_of(word)
            ),
        )
        for topic in topics_file()["topics"]
    )


def _harm_meant(exercises: Sequence[Exercise], word: str) -> str:
    """The word, or where it may be a slip of a word of harm, the nearest of those and of all the library knows.

    That a word of the library begins like it is no excuse: “abse” is “abuse” before it is the beginning of “absent”.
    """
    spelled, said = load_harm().spelled, stem(word)
    if (
        nearest(word, spelled) == word
        or _is_in_topic(said)
        or any(said in _weights(one) for one in exercises)
    ):
        return word
    return nearest(word, spelled | _known(exercises))


def wrong_topics(slugs: Iterable[str]) -> list[str]:
    """A sentence for every exercise that a topic names and the library has not."""
    known = set(slugs)
    return [
        f"topics.toml: there is no exercise “{slug}”; take it out of “{' '.join(topic.phrases[0])}”."
        for topic in load_topics()
        for slug in topic.exercises
        if slug not in known
    ]


def _without_minutes(typed: str) -> tuple[str, int | None]:
    """“5 minutes” asks for what takes no longer, wherever else those words may stand; so does “short”."""
    found = _MINUTES.search(typed)
    if found:
        said = found[1].casefold()
        return typed[: found.start()] + " " + typed[found.end() :], _NUMBERS.get(said) or int(said)
    words = typed.split()
    quick = next((word for word in words if word.casefold() in _SHORT), None)
    if quick is None:
        return typed, None
    return " ".join(word for word in words if word != quick), _SHORT[quick.casefold()]


def _units(stems: Sequence[str]) -> list[_Unit]:
    """The words taken together where a topic knows them as one phrase, the longest first, else each alone."""
    units, place = [], 0
    phrases = {phrase for topic in load_topics() for phrase in topic.phrases}
    longest = max(len(phrase) for phrase in phrases)
    while place < len(stems):
        size = next(
            (n for n in range(longest, 1, -1) if tuple(stems[place : place + n]) in phrases),
            1,
        )
        taken = tuple(stems[place : place + size])
        units.append(_Unit(taken, tuple(topic for topic in load_topics() if taken in topic.phrases)))
        place += size
    return units


def _score(exercise: Exercise, unit: _Unit) -> float:
    """How well an exercise answers one thing asked for; 0 where it does not."""
    weights = _weights(exercise)
    itself = best = min(_weight(weights, word) for word in unit.stems)
    for topic in unit.topics:
        if exercise.slug in topic.exercises:
            place = topic.exercises.index(exercise.slug)
            best = max(best, FIRST_OF_TOPIC - STEP_DOWN * place + SAID_ITSELF * itself)
        # A word that means the same counts where it says what an exercise is for, and not in passing.
        alike = (weights.get(phrase[0], 0.0) for phrase in topic.phrases if len(phrase) == 1)
        best = max(best, ALIKE * max((weight for weight in alike if weight >= IN_WHY), default=0.0))
    return best


def _weight(weights: Mapping[str, float], word: str) -> float:
    found = weights.get(word, 0.0)
    if found or len(word) < SHORTEST_BEGINNING:
        return found
    return max((BEGUN * weight for other, weight in weights.items() if other.startswith(word)), default=0.0)


def _best_first(scored: Sequence[tuple[Exercise, float]]) -> tuple[Exercise, ...]:
    return tuple(exercise for exercise, _ in sorted(scored, key=lambda pair: -pair[1]))


def _corrected(
    exercises: Sequence[Exercise], words: Sequence[str]
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """The words, with the nearest known one in the place of each that stands nowhere."""
    taken, instead = [], []
    for word in words:
        known = word if _is_known(exercises, stem(word)) else nearest(word, _known(exercises))
        taken.append(known)
        if known != word:
            instead.append((word, known))
    return taken, tuple(instead)


def _is_known(exercises: Sequence[Exercise], word: str) -> bool:
    if _is_in_topic(word) or any(stands_in(phrase, [word]) for phrase in load_harm().perhaps):
        return True
    return any(_weight(_weights(exercise), word) for exercise in exercises)


def _is_in_topic(word: str) -> bool:
    return any(word in phrase for topic in load_topics() for phrase in topic.phrases)


def _known(exercises: Sequence[Exercise]) -> frozenset[str]:
    topics = frozenset(one for topic in load_topics() for one in topic.spelled)
    return topics.union(*(_spelled(exercise) for exercise in exercises))


@lru_cache(maxsize=MOST_KEPT)
def _places(exercise: Exercise) -> tuple[tuple[float, str], ...]:
    """The texts of an exercise with what a word in them counts."""
    sources = [label_of(one) for one in exercise.sources if kind_of(one) is Kind.PRACTICE]
    signs = [label_of(one) for one in exercise.signs]
    signs += [kind.title for kind in KINDS.values() if set(kind.sources) & set(exercise.signs)]
    steps = [text for step in exercise.steps for text in (step.title, step.hint or "")]
    return (
        (IN_NAME, exercise.name),
        (IN_NAME, " ".join((*exercise.sources, *exercise.signs))),
        (IN_SUMMARY, exercise.summary),
        (IN_SOURCE, " ".join((exercise.slug.replace("-", " "), *sources))),
        (
            IN_FACTS,
            f"{FAMILY_NAMES[exercise.family]} {WHO_NAMES[exercise.who]} {LEVEL_NAMES[exercise.level]}",
        ),
        (IN_FACTS, " ".join((exercise.dose.text, *signs))),
        (IN_WHY, " ".join((exercise.why, *exercise.how))),
        (IN_PAGES, " ".join((*exercise.dos, *steps))),
        (IN_OPTIONS, " ".join(text for step in exercise.steps for text in texts_of(step))),
    )


@lru_cache(maxsize=MOST_KEPT)
def _weights(exercise: Exercise) -> Mapping[str, float]:
    """What each word of an exercise counts, by its stem: as much as in its best place."""
    weights: dict[str, float] = {}
    for weight, text in _places(exercise):
        for word in WORD.findall(text):
            key = stem(word)
            weights[key] = max(weights.get(key, 0.0), weight)
    return weights


@lru_cache(maxsize=MOST_KEPT)
def _spelled(exercise: Exercise) -> frozenset[str]:
    return frozenset(word.casefold() for _, text in _places(exercise) for word in WORD.findall(text))
