"""What stands first on Today: one thing, by a fixed order in which nothing is pressing.

The order is that of the day and not of duty: a time one named oneself, what one has begun, what was said to one, what
both have a time for, what closes again, and then whatever was given longest ago.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum

# A ritual comes forward this long before its time.
SOON = timedelta(hours=2)


class Rank(IntEnum):
    """Why something stands where it does, first things first."""

    RETURN_DUE = 1
    STARTED = 2
    YOUR_TURN = 3
    RITUAL_SOON = 4
    CHECK_IN = 5
    NEW = 6


def rank(*, is_started: bool, is_reply: bool, is_ritual_soon: bool) -> Rank:
    """Where one open exercise stands. Among equals the one given longest ago comes first."""
    if is_started:
        return Rank.STARTED
    if is_reply:
        return Rank.YOUR_TURN
    return Rank.RITUAL_SOON if is_ritual_soon else Rank.NEW


def is_soon(starts_at: datetime | None, minutes: int, now: datetime) -> bool:
    """Whether a ritual's time is near or running. A time that cannot be read is never near."""
    if starts_at is None:
        return False
    return starts_at - SOON <= now < starts_at + timedelta(minutes=minutes)
