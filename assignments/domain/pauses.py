"""A pause one partner asks for, and when they mean to come back to it.

Asking is a shared act: the other partner reads that a pause was asked for, and for how long. Coming back is not: what
the other reads goes by the clock and the calendar alone, so nobody learns whether somebody came back. Not coming back
is never a failure; it can be the safe choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic import language


class Back(StrEnum):
    """When somebody means to come back."""

    HALF_HOUR = "half-hour"
    HOUR = "hour"
    TOMORROW = "tomorrow"
    SESSION = "session"


MINUTES = {Back.HALF_HOUR: 30, Back.HOUR: 60}
# How long the way back waits on Today once its time has come, and how long a pause until the session is told of
# where no session is booked.
WAITS = timedelta(hours=24)
WITHOUT_A_SESSION = timedelta(days=7)


@dataclass(frozen=True)
class Pause:
    """One pause. `until` is None where it lasts until the session; `session_ends_at` is the first one after it."""

    asked_at: datetime
    until: datetime | None
    session_ends_at: datetime | None = None
    returned_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When its line goes from the other partner's pages, whatever its asker does."""
        return self.until or self.session_ends_at or self.asked_at + WITHOUT_A_SESSION

    def is_told(self, now: datetime) -> bool:
        """Whether the other partner reads of it."""
        return self.asked_at <= now < self.ends_at

    def is_running(self, now: datetime) -> bool:
        """Whether its asker is still away by their own account."""
        return self.returned_at is None and self.is_told(now)

    def is_due(self, now: datetime) -> bool:
        """Whether the time to come back has come and still stands first on its asker's Today."""
        return self.returned_at is None and self.until is not None and self.until <= now < self.until + WAITS

    def days_without_a_return(
        self, now: datetime, *, done_last: datetime | None, zone: ZoneInfo
    ) -> int | None:
        """Whole days of a pause that nothing has come after, for the counsellor; None where that cannot be said.

        A session that is still to come is an agreed return. Anything done since counts as having come back.
        """
        if self.returned_at is not None or (done_last is not None and done_last > self.asked_at):
            return None
        agreed = self.until or self.session_ends_at
        if agreed is not None and now < agreed:
            return None
        days = (now.astimezone(zone).date() - self.asked_at.astimezone(zone).date()).days
        return days or None


def until(back: Back, now: datetime, *, at: time | None, zone: ZoneInfo) -> datetime | None:
    """The moment somebody means to come back; None for the session. `at` is read for tomorrow alone.

    Raises ValueError where tomorrow has no time.
    """
    if back is Back.SESSION:
        return None
    if back is not Back.TOMORROW:
        return now + timedelta(minutes=MINUTES[back])
    if at is None:
        raise ValueError("Enter a time, such as 19:00.")
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    # Through UTC and back, so that an hour the clocks leave out becomes one that exists.
    return datetime.combine(tomorrow, at, zone).astimezone(UTC)


def back_line(
    moment: datetime | None, now: datetime, zone: ZoneInfo, clock: Callable[[datetime], str]
) -> str:
    """When they mean to be back, as both read it. The clock writes the hour as its reader does."""
    if moment is None:
        return "Back in our session."
    there, today = moment.astimezone(zone), now.astimezone(zone).date()
    away = (there.date() - today).days
    day = {0: "", 1: "tomorrow "}.get(away, f"on {language.weekday(there)} ")
    return f"Back {day}at {clock(there)}."
