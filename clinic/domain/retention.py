"""How long a record is kept after the work with a couple was closed, and when it goes."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

SHORTEST, LONGEST = 12, 360
# A new setting waits as long before anything goes, so that a slip can be put right.
WAITS = timedelta(days=30)
# A clock that was set a year on would let a year of records go in one round. So after a jump of more than the first
# nothing goes for as long as the second, in which somebody sees that every date is wrong.
JUMP, LOOKED_AT = timedelta(days=3), timedelta(days=1)
# Clocks are put right by a little now and then, and of two workers of a host one may write down an older moment than the
# other has. Taken for jumps, these would keep a record for ever.
PUT_RIGHT = timedelta(hours=1)


def later(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of a month that is shorter."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def goes_at(closed_at: datetime, *, keep_months: int, set_at: datetime) -> datetime:
    """When a closed record goes: its time is up, and the setting has stood for thirty days."""
    return max(later(closed_at, keep_months), set_at + WAITS)


def is_steady(now: datetime, *, seen_at: datetime) -> bool:
    """Whether a clock has run on as clocks do; a worker may well have stood still for a day or two."""
    return -PUT_RIGHT <= now - seen_at <= JUMP


def steady_since(now: datetime, *, seen_at: datetime | None, before: datetime | None) -> datetime:
    """Since when a clock has run on without a jump, when it was last seen then."""
    if seen_at is None or before is None or not is_steady(now, seen_at=seen_at):
        return now
    return before


def may_delete(now: datetime, *, seen_at: datetime | None, before: datetime | None) -> bool:
    """Whether the present moment is to be believed where something goes for good."""
    return now - steady_since(now, seen_at=seen_at, before=before) >= LOOKED_AT
