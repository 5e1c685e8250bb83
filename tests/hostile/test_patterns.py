"""Every pattern of the product is linear: 100,000 characters of what backtracking hates take no time to speak of."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import assignments
import clinic
from tests.trust import Proves

SIZE = 100_000
MOST_SECONDS = 0.05
# One letter over and over, and with an end that fits nothing, so that every way of splitting it is tried.
KINDS = {
    "letters": "a", "blanks": " ", "digits": "1", "stops": ".", "new lines": "\n", "quotes": "'", "braces": "{", "dashes": "-",
    "letters and blanks": "a ", "digits and colons": "1:", "when": "when ", "a then dot": "a.", "ats": "@a", "plus": "+1",
    "folds": "\r\n ", "you always": "you always ", "days": "2026-", "weekday": "MO,", "begin": "BEGIN", "wide": "字",
}  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern that a module of ours keeps, in a table of its own too."""
    for package in (assignments, clinic):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations." in found.name:
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                kept = value.items() if isinstance(value, dict) else ((name, value),)
                for key, one in kept:
                    if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                        yield f"{found.name}.{name} {key}", one


@pytest.mark.slow
def test_no_pattern_can_be_kept_busy(proves: Proves) -> None:
    known = {one.pattern: (name, one) for name, one in patterns()}
    worst: list[tuple[float, str]] = []
    for name, pattern in known.values():
        for kind, piece in KINDS.items():
            text = (piece * SIZE)[:SIZE] + "\0"
            for way in (pattern.search, pattern.match, pattern.fullmatch):
                began = time.process_time()
                way(text)
                worst.append((time.process_time() - began, f"{name}, {kind}"))
    worst.sort(reverse=True)
    proves(
        "R27 bad input is refused with a sentence, and never ends in a server error",
        f"{len(known)} patterns x {len(KINDS)} strings of {SIZE:,} characters x 3, slowest {1000 * worst[0][0]:.1f} ms "
        f"({worst[0][1]})",
    )
    assert len(known) >= 15
    assert [f"{name}: {seconds:.3f} s" for seconds, name in worst if seconds > MOST_SECONDS] == []
