"""Finding an exercise: what can be asked for, in which words, and what fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from assignments.domain.exercises import (
    FAMILY_NAMES,
    LEVEL_NAMES,
    WHO_NAMES,
    Exercise,
    Family,
    Level,
    Who,
    personalised,
)
from assignments.domain.material import Kind, is_material, kind_of, label_of
from assignments.domain.signs import KINDS
from assignments.library.loader import Library
from assignments.library.searching import MOST_KEPT, Found, search

MINUTES = (5, 10, 15, 20)
LONGEST_WORD = 200


@dataclass(frozen=True)
class Wanted:
    """What somebody asks the library for. Nothing asked for is everything."""

    word: str = ""
    family: Family | None = None
    minutes: int | None = None
    level: Level | None = None
    who: Who | None = None
    sign: str | None = None

    @classmethod
    def asked_in(cls, given: Mapping[str, str]) -> Wanted:
        """What an address asks for; what is not known is not asked for."""
        minutes, sign = given.get("minutes", ""), given.get("helps", "")
        return cls(
            word=given.get("q", "").strip()[:LONGEST_WORD],
            family=next((key for key in FAMILY_NAMES if key == given.get("family")), None),
            minutes=next((most for most in MINUTES if str(most) == minutes), None),
            level=next((key for key in LEVEL_NAMES if key == given.get("level")), None),
            who=next((key for key in WHO_NAMES if key == given.get("who")), None),
            sign=sign if is_sign(sign) else None,
        )

    @property
    def is_anything(self) -> bool:
        """Whether nothing narrows it."""
        return self == Wanted()

    def in_address(self) -> dict[str, str]:
        """The same, as an address asks for it."""
        said = {
            "q": self.word,
            "family": self.family,
            "minutes": str(self.minutes) if self.minutes else None,
            "level": self.level,
            "who": self.who,
            "helps": self.sign,
        }
        return {name: value for name, value in said.items() if value}


def find(library: Library, wanted: Wanted) -> tuple[Exercise, ...]:
    """The exercises that fit. Where they are to help with a sign, the easiest first step comes first."""
    return look_for(library, wanted).exercises


def look_for(library: Library, wanted: Wanted) -> Found:
    """The same, with how the words were taken."""
    fitting = library.filtered(
        family=wanted.family,
        max_minutes=wanted.minutes,
        level=wanted.level,
        who=wanted.who,
        sign=wanted.sign,
    )
    found = search(fitting, wanted.word)
    if wanted.sign is None:
        return found
    return replace(found, exercises=tuple(sorted(found.exercises, key=ease)))


def ease(exercise: Exercise) -> tuple[int, int]:
    """How easy it is to begin with: how deep it goes, then how long it takes."""
    return list(LEVEL_NAMES).index(exercise.level), exercise.minutes


def is_sign(material_id: str) -> bool:
    """Whether this is something an exercise may help with: a sign of avoidance or a threshold."""
    return is_material(material_id) and kind_of(material_id) in (Kind.AVOIDANCE_SIGN, Kind.THRESHOLD)


def sign_in_words(material_id: str) -> str:
    """What a sign is called: as on the signs page where it stands there, else as in the catalogue."""
    title = next(
        (kind.title for kind in KINDS.values() if material_id in kind.sources), label_of(material_id)
    )
    return f"{title} ({material_id})"


def signs_helped(library: Library) -> list[str]:
    """The ids that some exercise of this library may help with, thresholds first."""
    ids = {sign for exercise in library.all() for sign in exercise.signs}
    return sorted(ids, key=lambda one: (kind_of(one) is not Kind.THRESHOLD, int(one[1:])))


@lru_cache(maxsize=MOST_KEPT)
def without_names(exercise: Exercise) -> Exercise:
    """With “your partner” where a name would stand, for lists that are read away from any couple."""
    return personalised(exercise)
