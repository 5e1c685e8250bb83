"""The only reader of the clock, so that every rule can be handed the time as an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """Today's date where the practice is. `zone` is an IANA name such as Europe/London."""
    return now().astimezone(ZoneInfo(zone)).date()
