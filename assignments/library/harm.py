"""Words of harm among what was typed: for some no exercise is meant, and for others perhaps none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from assignments.library.vocabulary import NO_MATTER, WORD, stem, topics_file

SHORTEST_HARM = 5


class Heard(Enum):
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


@lru_cache(maxsize=1)
def load_harm() -> Harm:
    """The words for which no exercise is meant, or may not be."""
    harm = topics_file()["harm"]
    people = frozenset(map(stem, harm["people"]))
    clear, perhaps, ordinary = (
        [tuple(WORD.findall(words.casefold())) for words in harm[kind]]
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


def harm_in(words: Sequence[str], meant: Callable[[str], str]) -> Heard:
    """What the words say of harm, the worst of it; ``meant`` takes each past a slip."""
    harm = load_harm()
    left = _without_ordinary(words, harm.ordinary)
    said = [stem(meant(word)) for word in _telling(left, harm.people)]
    if any(stands_in(phrase, said) for phrase in harm.clear):
        return Heard.CLEARLY
    return Heard.PERHAPS if any(stands_in(phrase, said) for phrase in harm.perhaps) else Heard.NOTHING


def _telling(words: Iterable[str], people: frozenset[str]) -> list[str]:
    """The words without the small ones, so that “afraid of him” and “afraid him” are one; people always count."""
    return [word for word in words if stem(word) in people or word not in NO_MATTER]


def _without_ordinary(words: Sequence[str], ordinary: Iterable[tuple[str, ...]]) -> list[str]:
    """The words with a gap where they are ordinary, so that what stands on both sides of it is not one phrase."""
    left = list(words)
    for phrase in ordinary:
        for place in range(len(left) - len(phrase) + 1):
            if tuple(left[place : place + len(phrase)]) == phrase:
                left[place : place + len(phrase)] = [""] * len(phrase)
    return left


def stands_in(phrase: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the phrase is somewhere in what was said, both as stems."""
    places = range(len(said) - len(phrase) + 1)
    return any(all(map(_is_harm, phrase, said[place : place + len(phrase)])) for place in places)


def _is_harm(known: str, said: str) -> bool:
    """Whether the stem of a typed word is this one of a phrase, or for a long one begins with it."""
    if known == "somebody":
        return said in load_harm().people
    return said == known or (len(known) >= SHORTEST_HARM and said.startswith(known))
