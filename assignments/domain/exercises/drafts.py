"""Drafts: the table an exercise file would hold, while somebody is still writing it.

A draft may be half finished and may hold what no exercise may; only `finished` decides, by the same reading that
files go through. A draft has no slug and no version of its own: both are given to it when it is published.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, Final

from assignments.domain.exercises.definitions import OWN_PREFIX, Exercise
from assignments.domain.exercises.parsing import exercise_from_table

Draft = dict[str, Any]

_SAID_OF: Final[Mapping[str, str]] = {
    "name": "Name",
    "family": "Kind",
    "who": "Who",
    "minutes": "Minutes",
    "level": "How deep",
    "summary": "In one line",
    "why": "Why we do this",
    "how": "How it goes",
    "dos": "What helps",
    "donts": "Better left out",
    "dose": "How often",
    "sharing": "How open",
    "reveal_together": "Opening together",
    "sources": "Where it comes from",
    "signs": "Signs it may help with",
    "sizes": "Sizes",
}

SLUG_CHARACTERS: Final = 60


def draft_of(exercise: Exercise) -> Draft:
    """The draft a copy of an exercise begins with."""
    table = _as_lists(exercise.model_dump(exclude_none=True))
    del table["slug"], table["version"]
    return dict(table)


def blank_draft(name: str, *, family: str = "validation", who: str = "each") -> Draft:
    """What a new exercise begins with: everything that has a usual answer, and one page that asks for words."""
    return {
        "name": name,
        "family": family,
        "who": who,
        "level": "easy",
        "minutes": 8,
        "sharing": "both",
        "reveal_together": False,
        "dose": {"text": "Once", "once": True},
        "sources": [],
        "signs": [],
        "steps": [{"key": "step-1", "type": "text", "title": ""}],
        "sizes": {
            "small": {"minutes": 2, "steps": ["step-1"]},
            "usual": {"minutes": 8, "steps": ["step-1"]},
            "longer": {"minutes": 15, "steps": ["step-1"]},
        },
    }


def finished(draft: Mapping[str, Any], *, slug: str, version: int) -> Exercise:
    """The exercise a draft has become. Raises ExerciseError with every problem that is left."""
    return exercise_from_table(as_file(draft, slug=slug, version=version), "draft")


def as_file(draft: Mapping[str, Any], *, slug: str, version: int) -> Draft:
    """The table the draft would stand as in a file of its own."""
    kept = {name: value for name, value in draft.items() if name != "removed"}
    return {**kept, "slug": slug, "version": version}


def differences(draft: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where one draft differs from another, each place with the words that stand there in the first."""
    found = [
        (_SAID_OF.get(name, name.replace("_", " ")), value if isinstance(value, str) else "")
        for name, value in draft.items()
        if name not in ("steps", "removed") and value != other.get(name)
    ]
    mine, theirs = draft.get("steps", []), {step.get("key"): step for step in other.get("steps", [])}
    found += [
        (f"Step {number}", str(step.get("title") or ""))
        for number, step in enumerate(mine, start=1)
        if theirs.get(step.get("key")) != step
    ]
    if [step.get("key") for step in mine] != list(theirs):
        found.append(("The order or number of steps", ""))
    return found


def own_slug(name: str, taken: Collection[str]) -> str:
    """A slug for a practice's own exercise, made of its name and unlike any that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-") or "exercise"
    stem = f"{OWN_PREFIX}{words.removeprefix(OWN_PREFIX)}"[: SLUG_CHARACTERS - 5].strip("-")
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def _as_lists(value: Any) -> Any:
    """Frozen definitions have tuples; a table that is written as JSON has lists."""
    if isinstance(value, dict):
        return {key: _as_lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_lists(item) for item in value]
    return value
