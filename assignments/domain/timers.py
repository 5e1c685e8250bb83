"""Some minutes away from the screen. The start travels in the address, so nothing about it is ever stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FORGOTTEN_AFTER = timedelta(hours=6)


@dataclass(frozen=True)
class RunningTimer:
    """A timer somebody has started."""

    ends_at: datetime
    is_over: bool


def start_mark(now: datetime) -> str:
    """The start as it stands in the address."""
    return str(int(now.timestamp()))


def running_timer(minutes: int, mark: str | None, now: datetime) -> RunningTimer | None:
    """The timer a mark stands for; None for no mark, an unreadable one, or one from long ago."""
    if not mark or not (mark.isascii() and mark.isdigit()) or len(mark) > 11:
        return None
    began = datetime.fromtimestamp(int(mark), UTC)
    if not now - FORGOTTEN_AFTER <= began <= now + timedelta(minutes=1):
        return None
    ends_at = began + timedelta(minutes=minutes)
    return RunningTimer(ends_at, is_over=ends_at <= now)
