"""What is promised, as docs/security.md lists it, and what the tests it names came to in a run.

That page is the one list: `tests/trust.py` runs what it names and says for each promise whether it was shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "security.md"
ROW = re.compile(r"^\| (R\d+) \| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/.]+)`")


@dataclass(frozen=True)
class Promise:
    """One row: its number, the sentence, and the files and folders of tests that show it."""

    number: str
    words: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """What one of those places came to: how many of its tests passed, and how many did not."""

    place: str
    passed: int
    others: int

    @property
    def is_whole(self) -> bool:
        """Whether something of it ran, and nothing of it failed or was left out."""
        return self.passed > 0 and self.others == 0


def promises(page: str) -> list[Promise]:
    """Every promise of the page, in its order."""
    return [Promise(number, words, tuple(NAMED.findall(by))) for number, words, by in ROW.findall(page)]


def is_named(file: str, listed: Iterable[Promise]) -> bool:
    """Whether a test of this file shows a promise."""
    return any(_lies_in(file, place) for promise in listed for place in promise.places)


def shown(promise: Promise, outcomes: Iterable[tuple[str, str]]) -> list[Shown]:
    """What the places of a promise came to, of the file and the outcome of every test that ran."""
    ran = list(outcomes)
    found = []
    for place in promise.places:
        counted = Counter(outcome == "passed" for file, outcome in ran if _lies_in(file, place))
        found.append(Shown(place, counted[True], counted[False]))
    return found


def _lies_in(file: str, place: str) -> bool:
    return file.startswith(place) if place.endswith("/") else file == place
