"""Appointments: which one is next, and how a local date and time becomes a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def moment(day: date, at: time, zone: str) -> datetime:
    """The UTC moment of a wall-clock time. An hour that does not exist moves forward; a doubled one is the first."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    return local.astimezone(UTC)


def next_one(now: datetime, starts: Iterable[datetime]) -> datetime | None:
    """The earliest start after `now`."""
    return min((start for start in starts if start > now), default=None)


def last_one(now: datetime, starts: Iterable[datetime]) -> datetime | None:
    """The latest start up to `now`."""
    return max((start for start in starts if start <= now), default=None)
