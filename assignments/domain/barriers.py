"""What got in the way of an exercise, in the words of couples and of the desk.

One of them is no barrier to plan around: *did not feel safe* goes to the counsellor alone as a wish to talk, is kept
with the other wishes to talk, and never stands among the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Barrier(StrEnum):
    """The list of the clinical method, in its order."""

    TIME = "time"
    FORGOT = "forgot"
    UNCLEAR_HOW = "unclear-how"
    UNCLEAR_WHY = "unclear-why"
    TOO_HARD = "too-hard"
    PARTNER = "partner"
    NOT_US = "not-us"
    ARGUMENT = "argument"
    NOT_SAFE = "not-safe"
    OTHER = "other"


# As a partner reads them; {partner} is the other one's name.
LABELS: dict[Barrier, str] = {
    Barrier.TIME: "No time for it",
    Barrier.FORGOT: "I forgot",
    Barrier.UNCLEAR_HOW: "I wasn’t sure how",
    Barrier.UNCLEAR_WHY: "I wasn’t sure what it is for",
    Barrier.TOO_HARD: "Too hard, or too exposing",
    Barrier.PARTNER: "{partner} didn’t want to",
    Barrier.NOT_US: "It didn’t fit us",
    Barrier.ARGUMENT: "An argument got in the way",
    Barrier.NOT_SAFE: "It did not feel safe",
    Barrier.OTHER: "Something else",
}

# As the counsellor reads them, in the middle of a line.
AT_THE_DESK: dict[Barrier, str] = {
    Barrier.TIME: "time",
    Barrier.FORGOT: "forgot",
    Barrier.UNCLEAR_HOW: "unclear how",
    Barrier.UNCLEAR_WHY: "unclear why",
    Barrier.TOO_HARD: "too hard or exposing",
    Barrier.PARTNER: "partner unwilling",
    Barrier.NOT_US: "didn’t fit them",
    Barrier.ARGUMENT: "an argument",
    Barrier.OTHER: "something else",
}


def kept(chosen: Iterable[str]) -> str:
    """How a choice is kept beside the exercise: every barrier but the one that is a wish to talk."""
    found = set(chosen)
    return " ".join(one for one in Barrier if one in found and one is not Barrier.NOT_SAFE)


def at_the_desk(row: str) -> str:
    """What was kept, as the counsellor reads it. Anything unknown is left out."""
    named = (one for one in Barrier if one in row.split())
    return ", ".join(AT_THE_DESK[one] for one in named if one in AT_THE_DESK)
