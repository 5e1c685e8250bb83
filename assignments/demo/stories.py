"""What a story is: a couple, how their weeks went in numbers, what they were given and what they wrote.

Everybody told about here is invented, and so is everything that happens to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assignments.domain.checkins import Disagreement, MyPart, asks_every_second_week_items
from assignments.domain.signs import DecisionState

Report = Mapping[str, int | str | None]
Course = tuple[tuple[Report | None, ...], tuple[Report | None, ...]]

AGAIN = {"n": Disagreement.NONE, "e": Disagreement.EASED, "s": Disagreement.STUCK, "w": Disagreement.WORSE}
PART = {"d": MyPart.DOING, "k": MyPart.DONT_KNOW_HOW, "l": MyPart.NOT_NOW, "u": MyPart.UNSAID}
# Feeling understood goes with closeness, a little above or below it from week to week.
UNDERSTOOD_BESIDE = (0, -1, 0, 1, 0, -1, 0)


@dataclass(frozen=True)
class Who:
    """One person. Without an address, one is made from the name."""

    name: str
    family_name: str
    address: str = ""


@dataclass(frozen=True)
class Said:
    """What one partner did with an exercise, so many days after it was given.

    `answers` holds bare values by step: a text, a number, an option's key, a list of keys. Without a level it
    goes as far as the exercise allows.
    """

    slot: str
    answers: Mapping[str, Any]
    after: float = 2
    level: str = ""
    is_draft: bool = False
    useful: int | None = None
    comment: str = ""


@dataclass(frozen=True)
class Part:
    """One part of a listening turn, sent so many days after it was given, in the strand its speaker began."""

    slot: str
    step: str
    bare: Any
    after: float = 1
    round: int = 1


@dataclass(frozen=True)
class Aside:
    """ "Not tonight" (later) or "This one feels hard" (hard), so many days after it was given."""

    slot: str
    kind: str
    choice: str
    after: float = 2


@dataclass(frozen=True)
class Given:
    """An exercise given to a couple, so many weeks before their next appointment, or so many days ago.

    `rounds` tells a weekly one in two lines, A's and B's, a sign a week: a digit is a turn that was done and
    how close it felt, "l" was put off, "h" felt hard, "-" was left. `lines` are words for its text page.
    """

    slug: str
    weeks: float = 0
    said: tuple[Said, ...] = ()
    for_whom: str = "both"
    days: int | None = None
    note: str = ""
    rounds: tuple[str, str] | None = None
    agreed: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    asides: tuple[Aside, ...] = ()
    parts: tuple[Part, ...] = ()
    limit: str = ""
    open_ended: bool = False
    withdrawn_after: float | None = None


@dataclass(frozen=True)
class Planned:
    """A plan of the library, given so many weeks before their next appointment.

    `given` tells what was done with its exercises; those that are not named were given and left.
    """

    slug: str
    weeks: int
    given: tuple[Given, ...] = ()


@dataclass(frozen=True)
class Thanks:
    """A small thank-you in the log."""

    slot: str
    days: float
    what: str
    meant: str = ""
    is_private: bool = False


@dataclass(frozen=True)
class Decided:
    """A decision the counsellor has recorded; its evidence is worked out as it stood that day."""

    state: DecisionState
    days: int
    reason: str
    review_in: int | None = None
    in_brief: bool = False


@dataclass(frozen=True)
class Referred:
    """A letter that followed the decision of so many days ago, about one of them, and what became of it."""

    contact: str
    slot: str
    days: int
    words: str
    steps: tuple[tuple[str, int], ...] = ()
    follow_up_in: int | None = None


@dataclass(frozen=True)
class Asked:
    """A questionnaire in use since so many weeks: each partner's totals, round after round, None for none."""

    name: str
    weeks_ago: int
    first: tuple[int | None, ...]
    second: tuple[int | None, ...]


@dataclass(frozen=True)
class Judged:
    """The counsellor's own view on a sign that the software never works out."""

    sign: str
    judgement: str
    days: int
    note: str = ""


@dataclass(frozen=True)
class Noted:
    """A process note of the counsellor's own, about a day; `is_open` lets her supervisor read it."""

    days: int
    words: str
    is_open: bool = False


@dataclass(frozen=True)
class Story:
    """One couple. `next_in` counts days from today to their next appointment; None means there is none."""

    first: Who
    second: Who
    course: Course = ((), ())
    next_in: int | None = None
    # The partner the counsellor sees alone the day after the next appointment; nobody where it is empty.
    sees_alone: str = ""
    every: int = 7
    hour: int = 10
    given: tuple[Given, ...] = ()
    planned: Planned | None = None
    thanks: tuple[Thanks, ...] = ()
    decided: tuple[Decided, ...] = ()
    asked: tuple[Asked, ...] = ()
    referred: Referred | None = None
    watches: tuple[tuple[str, int], ...] = ()
    """Rows in the counsellor's own words, each with how many days ago it was added."""

    asked_alone: tuple[tuple[str, str, int], ...] = ()
    """Topics one of them was asked about alone: the slot, the topic, and how many days ago."""
    useful: tuple[tuple[str, bool, int], ...] = ()
    """Signs she found useful or not, each with how many days ago she said so."""

    judged: tuple[Judged, ...] = ()
    notes: tuple[Noted, ...] = ()
    unread: int = 0
    last_seen: int = 0
    held_days: int | None = None
    closed_days: int | None = None
    invited_days: int | None = None
    wants_to_talk: str = ""

    @property
    def weeks(self) -> int:
        """How many weeks of check-ins there have been."""
        return max(len(line) for line in self.course)


def course(
    a: str,
    b: str,
    *,
    again: tuple[str, str] = ("en", "ne"),
    hope: tuple[str, str] = ("6", "6"),
    part: tuple[str, str] = ("d", "d"),
    pressure: tuple[str, str] = ("3434", "4343"),
) -> Course:
    """A course written out week by week: closeness/tension/pulling back, a digit a week, "x" for ten.

    A "-" in the first line is a week without a check-in, in the two after it an item that was left out. The
    other lines begin again when they run out.
    """
    told = (
        _line(a, again[0], hope[0], part[0], pressure[0]),
        _line(b, again[1], hope[1], part[1], pressure[1]),
    )
    if len(told[0]) != len(told[1]):
        raise ValueError(f"Both partners need as many weeks: {a} and {b}.")
    return told


def _line(digits: str, again: str, hope: str, part: str, pressure: str) -> tuple[Report | None, ...]:
    closeness, tension, pulled_back = digits.split("/")
    if not len(closeness) == len(tension) == len(pulled_back):
        raise ValueError(f"The three lines differ in length: {digits}.")
    reports: list[Report | None] = []
    for week, close in enumerate(closeness):
        if close == "-":
            reports.append(None)
            continue
        beside = UNDERSTOOD_BESIDE[week % len(UNDERSTOOD_BESIDE)]
        report: dict[str, int | str | None] = {
            "closeness": number(close),
            "understood": max(0, min(10, number(close) + beside)),
            "tension": None if tension[week] == "-" else number(tension[week]),
            "pulled_back": None if pulled_back[week] == "-" else number(pulled_back[week]),
            "outside_pressure": number(_turn(pressure, week)),
            "same_disagreement": AGAIN[_turn(again, week)].value,
        }
        if asks_every_second_week_items(week):
            report["hope"] = number(_turn(hope, week // 2))
            report["my_part"] = PART[_turn(part, week // 2)].value
        reports.append(report)
    return tuple(reports)


def number(sign: str) -> int:
    """A digit, or "x" for ten."""
    return 10 if sign == "x" else int(sign)


def _turn(signs: Sequence[str], place: int) -> str:
    return signs[place % len(signs)]
