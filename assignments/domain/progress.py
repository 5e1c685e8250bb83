"""Where one partner stands with one assignment. Computed from facts; nothing here is ever stored.

Couples see New, Started, Done or Set aside (and *Opens when you both answer*); never late or missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum


class Repeat(StrEnum):
    """How often an assignment comes round."""

    ONCE = "once"
    WEEKLY = "weekly"


class Progress(StrEnum):
    """What a partner is told about their own turn."""

    NEW = "New"
    STARTED = "Started"
    DONE = "Done"


def turn_on(day: date, *, starts_on: date, repeat: str) -> int:
    """Which turn is on at `day`, counted from 1; 0 before it starts. Weeks run from the starting day."""
    if day < starts_on:
        return 0
    if repeat == Repeat.WEEKLY:
        return (day - starts_on).days // 7 + 1
    return 1


def turn_begins_on(turn: int, *, starts_on: date, repeat: str) -> date:
    """The first day of a turn."""
    return starts_on + timedelta(days=7 * (turn - 1)) if repeat == Repeat.WEEKLY else starts_on


def turn_in_hand(on_now: int, begun_and_not_sent: Iterable[int]) -> int:
    """The turn a partner goes on with: the latest one they began and have not sent, or the one that is on.

    A week that turns over never leaves words behind, and never sends an empty turn in their place.
    """
    return max(begun_and_not_sent, default=on_now)


def turn_closes_on(turn: int, *, starts_on: date, repeat: str, best_before: date | None) -> date | None:
    """The first day on which a turn no longer waits for anybody, or None where it waits for good.

    It is read off the calendar alone, so that it says nothing about who has answered.
    """
    next_turn = starts_on + timedelta(days=7 * turn) if repeat == Repeat.WEEKLY else None
    after_best = best_before + timedelta(days=1) if best_before is not None else None
    return min((day for day in (next_turn, after_best) if day is not None), default=None)


def progress(started_at: datetime | None, sent_at: datetime | None) -> Progress:
    """One partner's own progress with one turn."""
    if sent_at is not None:
        return Progress.DONE
    return Progress.STARTED if started_at is not None else Progress.NEW


def is_open_to(slot: str, for_whom: str) -> bool:
    """Whether an assignment was given to the partner in this slot."""
    return for_whom in ("both", slot)
