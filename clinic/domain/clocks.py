"""Clocks of hosts that differ by a little, and one that was far ahead and was put right.

What lasts for a while and was begun while a clock was far ahead would last until that time comes. So everything that
opens something has, beside its own end, a latest end that it can have by the clock of now; beyond it, it is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

# So far apart may the clocks of hosts be, and no further.
CLOCKS_DIFFER = timedelta(minutes=15)


def latest_now(now: datetime) -> datetime:
    """What some host may call now; a later moment is of a clock that was put back since."""
    return now + CLOCKS_DIFFER


def latest_end(now: datetime, lasts: timedelta) -> datetime:
    """When something that lasts so long ends at the latest, if it has begun by now on any clock."""
    return latest_now(now) + lasts
