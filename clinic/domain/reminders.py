"""When a reminder is due: the person's own days and hour on the practice's wall clock, and nothing else (decision 14).

Whether anybody has answered anything is not an argument here, so that no act of anyone can send, stop or move one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES_A_DAY = 24 * 60
# A reminder that could not go within a day is dropped: yesterday's reminder tells nobody anything.
LATEST = timedelta(hours=24)
# Long enough after `LATEST` that no slot can come up again once its row is gone.
SLOT_KEPT = timedelta(days=8)


@dataclass(frozen=True)
class Timetable:
    """Days of the week (Monday is 0) and a minute of the day, as the person chose them; off until they turn it on."""

    days: frozenset[int] = frozenset({6})
    minute: int = 18 * 60
    on: bool = False


@dataclass(frozen=True)
class Limits:
    """What a practice lets a timetable ask for at most: hours of the day, and days of the week."""

    first_hour: int = 0
    last_hour: int = 23
    days: int = 7


@dataclass(frozen=True)
class Slot:
    """One reminder that a timetable asks for: the day on the practice's calendar, and the moment."""

    day: date
    at: datetime


NEVER_SET = Timetable()


def within(timetable: Timetable, limits: Limits) -> Timetable:
    """The timetable as far as the practice lets it go: the nearest hour, and the first of its days."""
    first, last = 60 * limits.first_hour, 60 * limits.last_hour
    return replace(
        timetable,
        minute=min(max(timetable.minute, first), last),
        days=frozenset(sorted(timetable.days)[: limits.days]),
    )


def days_mask(days: Iterable[int]) -> int:
    """Days as one number for the database: bit 0 is Monday. Raises ValueError for a day there is not."""
    chosen = frozenset(days)
    if not chosen <= set(range(len(DAYS))):
        raise ValueError("A week has seven days, and Monday is 0.")
    return sum(1 << day for day in chosen)


def days_of(mask: int) -> frozenset[int]:
    """The days in such a number."""
    return frozenset(day for day in range(len(DAYS)) if mask >> day & 1)


def slot_moment(day: date, minute: int, zone: str) -> datetime:
    """The UTC moment of a wall-clock minute. One the clocks skip becomes the next there is; of two, the first."""
    local = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone))
    while _is_skipped(local):
        local += timedelta(minutes=1)
    return local.astimezone(UTC)


def due_slot(timetable: Timetable, *, zone: str, changed_at: datetime, now: datetime) -> Slot | None:
    """The slot that is due at `now`: the latest one since the timetable was set, and none that is a day old.

    Where nobody sent anything for a while only the latest is due, so that two never arrive together.
    """
    if not timetable.on:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    for back in range(3):
        day = today - timedelta(days=back)
        if day.weekday() not in timetable.days:
            continue
        at = slot_moment(day, timetable.minute, zone)
        if at <= now:
            is_due = changed_at <= at and now - at < LATEST
            return Slot(day, at) if is_due else None
    return None


def _is_skipped(local: datetime) -> bool:
    """Whether the clocks jump over this time: going to UTC and back then leads elsewhere."""
    there_and_back = local.astimezone(UTC).astimezone(local.tzinfo)
    return there_and_back.replace(tzinfo=None) != local.replace(tzinfo=None)


def others_may_read_inbox(*, said: str, own: str, partners: str) -> bool:
    """Whether somebody else may read a person's mail: they said so, were not sure, or share the address."""
    return said != "no" or own.strip().casefold() == partners.strip().casefold()
