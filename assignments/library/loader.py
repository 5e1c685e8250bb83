"""Reads the library from its files, once, and answers questions about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from assignments.domain.exercises import (
    FAMILY_NAMES,
    LEVEL_NAMES,
    OWN_PREFIX,
    Deck,
    Exercise,
    ExerciseError,
    Family,
    Level,
    Who,
    parse_deck,
    parse_exercise,
)
from assignments.domain.material import MATERIAL, Kind, kind_of, label_of
from assignments.library.searching import search

EXERCISES_FOLDER = Path(__file__).parent / "exercises"
DECKS_FOLDER = Path(__file__).parent / "decks"


@dataclass(frozen=True)
class Library:
    """Exercises in reading order: by family, then from easy to deeper, then by name.

    Those of a practice's own, named in `own`, stand among those that ship.
    """

    exercises: tuple[Exercise, ...]
    own: frozenset[str] = frozenset()

    def with_own(self, exercises: Iterable[Exercise]) -> Library:
        """This library with a practice's own exercises in their places."""
        mine = tuple(exercises)
        if not mine:
            return self
        return Library(
            tuple(sorted((*self.exercises, *mine), key=_reading_order)),
            own=self.own | {exercise.slug for exercise in mine},
        )

    def get(self, slug: str, version: int | None = None) -> Exercise | None:
        """The exercise of that slug, or None; with a version, only when that version is the one that ships."""
        found = next((exercise for exercise in self.exercises if exercise.slug == slug), None)
        if found is not None and version is not None and found.version != version:
            return None
        return found

    def all(self) -> tuple[Exercise, ...]:
        """Every exercise."""
        return self.exercises

    def search(
        self,
        word: str = "",
        *,
        family: Family | None = None,
        max_minutes: int | None = None,
        level: Level | None = None,
        who: Who | None = None,
        sign: str | None = None,
    ) -> tuple[Exercise, ...]:
        """The exercises that pass every filter and fit the words, the best first; in reading order without words."""
        found = self.filtered(family=family, max_minutes=max_minutes, level=level, who=who, sign=sign)
        return search(found, word).exercises

    def filtered(
        self,
        *,
        family: Family | None = None,
        max_minutes: int | None = None,
        level: Level | None = None,
        who: Who | None = None,
        sign: str | None = None,
    ) -> tuple[Exercise, ...]:
        """The exercises that pass every filter, in reading order."""
        return tuple(
            exercise
            for exercise in self.exercises
            if (family is None or exercise.family == family)
            and (max_minutes is None or exercise.minutes <= max_minutes)
            and (level is None or exercise.level == level)
            and (who is None or exercise.who == who)
            and (sign is None or sign in exercise.signs)
        )

    def where_used(self) -> dict[str, list[str]]:
        """For every material id of the catalogue, the exercises that name it as a source or as a sign of avoidance.

        A threshold (T) named as a sign is left out: it is reached on the signs page, not through an exercise.
        """
        used: dict[str, list[str]] = {material_id: [] for material_id in MATERIAL}
        for exercise in self.exercises:
            signs = tuple(sign for sign in exercise.signs if kind_of(sign) is Kind.AVOIDANCE_SIGN)
            for material_id in dict.fromkeys((*exercise.sources, *signs)):
                used[material_id].append(exercise.slug)
        return used


@dataclass(frozen=True)
class LibraryReport:
    """What a check of the library found: broken files, where each material id is used, and which are missing."""

    exercises: tuple[Exercise, ...]
    problems: tuple[str, ...]
    where_used: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every file could be read and every material id is reachable."""
        return not self.problems and not self.missing

    def lines(self) -> list[str]:
        """The report as lines of text, ready to print."""
        counted = f"{len(self.exercises)} exercises read, {len(self.problems)} problems."
        used = [
            f"{material_id:<4} {label_of(material_id)}: {', '.join(places) or 'nowhere yet'}"
            for material_id, places in self.where_used.items()
        ]
        reached = len(self.where_used) - len(self.missing)
        total = f"{reached} of {len(self.where_used)} material ids are reachable."
        missing = [f"Missing: {', '.join(self.missing)}."] if self.missing else []
        return [counted, *self.problems, *used, total, *missing]


@lru_cache(maxsize=1)
def load_decks() -> Mapping[str, Deck]:
    """The decks of question cards that ship, by the name an exercise calls them by."""
    decks = (
        parse_deck(path.read_text(encoding="utf-8"), f"decks/{path.name}")
        for path in sorted(DECKS_FOLDER.glob("*.toml"))
    )
    return MappingProxyType({deck.slug: deck for deck in decks})


@lru_cache(maxsize=4)
def load_library(folder: Path = EXERCISES_FOLDER) -> Library:
    """The library that ships; a file that cannot be read raises ExerciseError, naming every problem of every file."""
    exercises, errors = _read_folder(folder)
    if errors:
        # All of them at once: whoever repairs the library should not meet the problems one by one.
        raise ExerciseError("library", tuple(line for error in errors for line in str(error).splitlines()))
    return Library(exercises)


def check_library(
    elsewhere: Mapping[str, Iterable[str]] = MappingProxyType({}),
    folder: Path = EXERCISES_FOLDER,
    *,
    also_wrong: Iterable[str] = (),
) -> LibraryReport:
    """Read every file and say where each material id is used and which are missing.

    `elsewhere` names what lies outside the exercises: material id to places, such as "T1" to the signs page or
    "PL1" to a plan. Nothing is taken on trust: an id that neither an exercise nor `elsewhere` names is missing.
    `also_wrong` are problems found there, which count like those of exercises.
    """
    exercises, errors = _read_folder(folder)
    used = Library(exercises).where_used()
    for material_id, places in elsewhere.items():
        used[material_id].extend(places)
    return LibraryReport(
        exercises=exercises,
        problems=(*(line for error in errors for line in str(error).splitlines()), *also_wrong),
        where_used=MappingProxyType({material_id: tuple(places) for material_id, places in used.items()}),
        missing=tuple(material_id for material_id, places in used.items() if not places),
    )


def _read_folder(folder: Path) -> tuple[tuple[Exercise, ...], tuple[ExerciseError, ...]]:
    exercises: list[Exercise] = []
    errors: list[ExerciseError] = []
    for path in sorted(folder.glob("*.toml")):
        source = f"{folder.name}/{path.name}"
        try:
            exercise = parse_exercise(path.read_text(encoding="utf-8"), source, load_decks())
            if exercise.slug != path.stem:
                sentence = f"slug: expected “{path.stem}”, the name of the file; found “{exercise.slug}”."
                raise ExerciseError(source, (sentence,))
            if exercise.slug.startswith(OWN_PREFIX):
                sentence = f"slug: “{OWN_PREFIX}” begins the names of a practice's own exercises only."
                raise ExerciseError(source, (sentence,))
        except UnicodeDecodeError:
            errors.append(ExerciseError(source, ("this is not UTF-8 text; save it again as UTF-8.",)))
        except ExerciseError as error:
            errors.append(error)
        else:
            exercises.append(exercise)
    return tuple(sorted(exercises, key=_reading_order)), tuple(errors)


def _reading_order(exercise: Exercise) -> tuple[int, int, str]:
    family = list(FAMILY_NAMES).index(exercise.family)
    return family, list(LEVEL_NAMES).index(exercise.level), exercise.name.casefold()
