"""How long a record is kept after the work with a couple was closed, and when it goes."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

SHORTEST, LONGEST = 12, 360
# A new setting waits as long before anything goes, so that a slip can be put right.
WAITS = timedelta(days=30)


def later(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of a month that is shorter."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def goes_at(closed_at: datetime, *, keep_months: int, set_at: datetime) -> datetime:
    """When a closed record goes: its time is up, and the setting has stood for thirty days."""
    return max(later(closed_at, keep_months), set_at + WAITS)
