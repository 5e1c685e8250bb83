"""Appointments: how a local date and time becomes a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def moment(day: date, at: time, zone: str) -> datetime:
    """The UTC moment of a wall-clock time. An hour that does not exist moves forward; a doubled one is the first."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    return local.astimezone(UTC)
