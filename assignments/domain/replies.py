"""When a reply of the counsellor's reaches the person it is for: once a day, at one hour, so that it is no chat.

The hour is the same for every reply, so it says nothing about when she read or what the other partner did.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DELIVERY = time(17)
# However close to the hour it is written, a reply can be taken back for this long.
UNDO = timedelta(minutes=10)


def delivered_at(written_at: datetime, zone: ZoneInfo) -> datetime:
    """The first delivery that still leaves time to take the reply back."""
    earliest = written_at + UNDO
    today = earliest.astimezone(zone).date()
    moment = datetime.combine(today, DELIVERY, zone)
    if moment < earliest:
        moment = datetime.combine(today + timedelta(days=1), DELIVERY, zone)
    return moment.astimezone(UTC)
