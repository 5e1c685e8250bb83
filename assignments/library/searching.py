"""What typed words find: in any form of the word, by what counsellors call it, and past a slip of the keys.

This is the one place that says what fits some words and what stands first. The words that couples read are plain;
`topics.toml` says which of them a counsellor means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum, auto
from functools import lru_cache
from pathlib import Path
from typing import Any

from assignments.domain.exercises import FAMILY_NAMES, LEVEL_NAMES, WHO_NAMES, Exercise, texts_of
from assignments.domain.material import Kind, kind_of, label_of
from assignments.domain.signs import KINDS

TOPICS_FILE = Path(__file__).parent / "topics.toml"

# Nobody asks for more words than these, and each of them costs time.
MOST_WORDS = 8
CLOSE_ENOUGH = 0.83
SHORTEST_BEGINNING = 3
SHORTEST_HARM = 5
# More than the largest library of one practice, and that of many small ones: with fewer, a search through a library
# that does not fit would throw out each exercise before it comes round again, and read them all anew.
MOST_KEPT = 2048

# How much a word counts, by where it stands. What an exercise warns of is no part of what it is for.
IN_NAME, IN_SUMMARY, IN_SOURCE, IN_FACTS, IN_WHY, IN_PAGES, IN_OPTIONS = 8.0, 5.0, 5.0, 3.0, 3.0, 2.0, 1.0
FIRST_OF_TOPIC, STEP_DOWN, SAID_ITSELF = 14.0, 0.5, 0.3
ALIKE, BEGUN = 0.5, 0.6

_NO_MATTER = frozenset(
    [
        "a",
        "an",
        "and",
        "or",
        "the",
        "to",
        "for",
        "with",
        "of",
        "in",
        "on",
        "at",
        "from",
        "by",
        "my",
        "our",
        "your",
        "their",
        "is",
        "are",
        "be",
        "it",
        "that",
        "this",
        "who",
        "how",
        "about",
        "something",
        "exercise",
        "exercises",
        "practice",
        "homework",
        "couple",
        "couples",
        "partner",
        "partners",
        "them",
        "they",
    ]
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
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


class _Heard(Enum):
    """What some words say of harm."""

    NOTHING = auto()
    PERHAPS = auto()
    CLEARLY = auto()


@dataclass(frozen=True)
class Harm:
    """The words of harm: people and phrases as stems, and as it is typed what is harm in no case."""

    people: frozenset[str]
    clear: tuple[tuple[str, ...], ...]
    perhaps: tuple[tuple[str, ...], ...]
    ordinary: tuple[tuple[str, ...], ...]
    spelled: frozenset[str]
    """The single words that are long enough to be known past a slip."""


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
    heard = _harm_in(exercises, [word.casefold() for word in _WORD.findall(typed)])
    if heard is _Heard.CLEARLY:
        return Found((), is_safety=True)
    return replace(_search(exercises, typed), is_safety=heard is _Heard.PERHAPS)


def _search(exercises: Sequence[Exercise], typed: str) -> Found:
    typed, minutes = _without_minutes(typed)
    fitting = [one for one in exercises if minutes is None or one.minutes <= minutes]
    words = [word.casefold() for word in _WORD.findall(typed)]
    asked = [word for word in words if word not in _NO_MATTER] or words
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


def stem(word: str) -> str:
    """A word without its ending, so that “arguing”, “argues” and “argued” are one."""
    word = word.casefold().replace("’", "'").removesuffix("'s").replace("'", "")
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending in ("ing", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if ending != "ly" and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    word = word.replace("iz", "is") if word.endswith(("iz", "ize")) else word
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


@lru_cache(maxsize=1)
def load_topics() -> tuple[Topic, ...]:
    """The topics that ship."""
    return tuple(
        Topic(
            tuple(_phrase(words) for words in topic["words"]),
            tuple(topic["exercises"]),
            frozenset(
                form for words in topic["words"] for word in _WORD.findall(words) for form in _forms(word)
            ),
        )
        for topic in _file()["topics"]
    )


@lru_cache(maxsize=1)
def load_harm() -> Harm:
    """The words for which no exercise is meant, or may not be."""
    harm = _file()["harm"]
    people = frozenset(map(stem, harm["people"]))
    clear, perhaps, ordinary = (
        [tuple(_WORD.findall(words.casefold())) for words in harm[kind]]
        for kind in ("clear", "perhaps", "ordinary")
    )
    return Harm(
        people,
        tuple(tuple(map(stem, _telling(phrase, people))) for phrase in clear),
        tuple(tuple(map(stem, _telling(phrase, people))) for phrase in perhaps),
        tuple(ordinary),
        frozenset(
            phrase[0] for phrase in (*clear, *perhaps) if len(phrase) == 1 and len(phrase[0]) >= SHORTEST_HARM
        ),
    )


def _harm_in(exercises: Sequence[Exercise], words: Sequence[str]) -> _Heard:
    """What the words say of harm, the worst of it."""
    harm = load_harm()
    left = _without_ordinary(words, harm.ordinary)
    said = [stem(_harm_meant(exercises, word)) for word in _telling(left, harm.people)]
    if any(_stands_in(phrase, said) for phrase in harm.clear):
        return _Heard.CLEARLY
    return _Heard.PERHAPS if any(_stands_in(phrase, said) for phrase in harm.perhaps) else _Heard.NOTHING


def _telling(words: Iterable[str], people: frozenset[str]) -> list[str]:
    """The words without the small ones, so that “afraid of him” and “afraid him” are one; people always count."""
    return [word for word in words if stem(word) in people or word not in _NO_MATTER]


def _without_ordinary(words: Sequence[str], ordinary: Iterable[tuple[str, ...]]) -> list[str]:
    """The words with a gap where they are ordinary, so that what stands on both sides of it is not one phrase."""
    left = list(words)
    for phrase in ordinary:
        for place in range(len(left) - len(phrase) + 1):
            if tuple(left[place : place + len(phrase)]) == phrase:
                left[place : place + len(phrase)] = [""] * len(phrase)
    return left


def _harm_meant(exercises: Sequence[Exercise], word: str) -> str:
    """The word, or where it may be a slip of a word of harm, the nearest of those and of all the library knows.

    That a word of the library begins like it is no excuse: “abse” is “abuse” before it is the beginning of “absent”.
    """
    spelled, said = load_harm().spelled, stem(word)
    if (
        _nearest(word, spelled) == word
        or _is_in_topic(said)
        or any(said in _weights(one) for one in exercises)
    ):
        return word
    return _nearest(word, spelled | _known(exercises))


def _stands_in(phrase: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the phrase is somewhere in what was said, both as stems."""
    places = range(len(said) - len(phrase) + 1)
    return any(all(map(_is_harm, phrase, said[place : place + len(phrase)])) for place in places)


def _is_harm(known: str, said: str) -> bool:
    """Whether the stem of a typed word is this one of a phrase, or for a long one begins with it."""
    if known == "somebody":
        return said in load_harm().people
    return said == known or (len(known) >= SHORTEST_HARM and said.startswith(known))


def _file() -> dict[str, Any]:
    return tomllib.loads(TOPICS_FILE.read_text(encoding="utf-8"))


def _phrase(words: str) -> tuple[str, ...]:
    """The stems of a phrase as they are left of it when it is typed."""
    said = _WORD.findall(words.casefold())
    return tuple(stem(word) for word in said if word not in _NO_MATTER) or tuple(map(stem, said))


def _forms(word: str) -> tuple[str, str, str]:
    """A word in the forms people type, so that a slip in any of them finds it."""
    return word, word[:-1] + "ies" if word.endswith("y") else word + "s", word + "ing"


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
        nearest = word if _is_known(exercises, stem(word)) else _nearest(word, _known(exercises))
        taken.append(nearest)
        if nearest != word:
            instead.append((word, nearest))
    return taken, tuple(instead)


def _is_known(exercises: Sequence[Exercise], word: str) -> bool:
    if _is_in_topic(word) or any(_stands_in(phrase, [word]) for phrase in load_harm().perhaps):
        return True
    return any(_weight(_weights(exercise), word) for exercise in exercises)


def _is_in_topic(word: str) -> bool:
    return any(word in phrase for topic in load_topics() for phrase in topic.phrases)


def _known(exercises: Sequence[Exercise]) -> frozenset[str]:
    topics = frozenset(one for topic in load_topics() for one in topic.spelled)
    return topics.union(*(_spelled(exercise) for exercise in exercises))


def _nearest(word: str, known: Iterable[str]) -> str:
    if len(word) < SHORTEST_BEGINNING + 1:
        return word
    # The first letter is seldom the slip, and “violence” is never meant to be “silence”. In order, so that one
    # of two that are equally near is always the same.
    near = sorted(one for one in known if one[0] == word[0])
    close = get_close_matches(word, near, n=1, cutoff=CLOSE_ENOUGH)
    return close[0] if close else word


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
        for word in _WORD.findall(text):
            key = stem(word)
            weights[key] = max(weights.get(key, 0.0), weight)
    return weights


@lru_cache(maxsize=MOST_KEPT)
def _spelled(exercise: Exercise) -> frozenset[str]:
    return frozenset(word.casefold() for _, text in _places(exercise) for word in _WORD.findall(text))
