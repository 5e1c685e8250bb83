"""Appointments: how a local date and time becomes a moment, and how one that repeats keeps its hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# Two a week for a year would be many; a longer row is booked again when the first has run out.
MOST_TIMES = 52
MOST_MINUTES = 480
BOTH = "both"


class Repeat(StrEnum):
    """How often an appointment comes again."""

    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    THREE_WEEKS = "three-weeks"
    FOUR_WEEKS = "four-weeks"

    @property
    def weeks(self) -> int:
        """Weeks from one to the next; 0 where there is no next."""
        return _WEEKS[self]


_WEEKS = {
    Repeat.ONCE: 0,
    Repeat.WEEKLY: 1,
    Repeat.FORTNIGHTLY: 2,
    Repeat.THREE_WEEKS: 3,
    Repeat.FOUR_WEEKS: 4,
}


class Scope(StrEnum):
    """How much of a row of appointments an act is about."""

    ONE = "one"
    FOLLOWING = "following"


def moment(day: date, at: time, zone: str) -> datetime:
    """The UTC moment of a wall-clock time. An hour that does not exist moves forward; a doubled one is the first."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    return local.astimezone(UTC)


def moments(day: date, at: time, zone: str, repeat: Repeat, times: int) -> Iterator[datetime]:
    """The moments of a row of appointments. It repeats on the wall clock, so seven in the evening stays that."""
    for number in range(times if repeat.weeks else 1):
        yield moment(day + timedelta(weeks=repeat.weeks * number), at, zone)


def moved(starts_at: datetime, zone: str, *, days: int, at: time) -> datetime:
    """The same appointment so many days later (or earlier) by the calendar, at this time of the wall clock."""
    return moment(starts_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days), at, zone)


def is_for(slot: str, for_whom: str) -> bool:
    """Whether an appointment is with the partner in this slot: with both, or with this one alone."""
    return for_whom in (BOTH, slot)
