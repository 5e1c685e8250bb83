"""How long a record stays open after two people have broken the glass, and how a request stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.clocks import latest_end

LASTS = timedelta(hours=24)
# What nobody has decided by then is no emergency any more.
WAITS = timedelta(hours=72)
LONGEST_ABOUT, LONGEST_REASON = 200, 500


class Standing(StrEnum):
    """How a request stands."""

    WAITS = "Waits for a second person"
    OPEN = "Open"
    ENDED = "Ended"
    REFUSED = "Refused"
    LAPSED = "Lapsed: nobody decided in three days"


def standing(
    now: datetime,
    *,
    asked_at: datetime,
    refused_at: datetime | None,
    ends_at: datetime | None,
    ended_at: datetime | None,
) -> Standing:
    """How a request stands at a moment. It ends by the clock alone: nothing has to run for that."""
    if refused_at is not None:
        return Standing.REFUSED
    if ends_at is None:
        return Standing.WAITS if now <= asked_at + WAITS <= latest_end(now, WAITS) else Standing.LAPSED
    return Standing.OPEN if ended_at is None and now < ends_at <= latest_end(now, LASTS) else Standing.ENDED
