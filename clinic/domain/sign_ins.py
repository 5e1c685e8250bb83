"""How long a sign-in lasts and how many wrong pass-phrases are let through (decision 8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from clinic.domain.roles import Permission

PARTNER_IDLE = timedelta(minutes=30)
STAFF_IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
# Writing "last seen" on every request would make each page a write; once a minute is near enough.
TOUCH_EVERY = timedelta(minutes=1)

# A pass-phrase given so short a time ago counts as fresh.
FRESH = timedelta(minutes=10)

# What was sent after a time-out waits this long for its sender to come back.
FORM_KEPT = timedelta(minutes=15)
# These are done by their owner or not at all, so nothing of them waits.
NEVER_KEPT = frozenset(
    {
        Permission.TALK_ASK,
        Permission.ANSWER_SEND,
        Permission.ANSWER_UNDO,
        Permission.ANSWER_VISIBILITY,
        Permission.PAUSE_ASK,
        Permission.REPLY_SEND,
    }
)

# Both codes of a recovery, from when the later of them was made.
RECOVERY_LASTS = timedelta(hours=24)

FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=15)
# Longer than they count, because the clocks of hosts differ.
FAILURES_KEPT = timedelta(days=1)


def is_live(
    now: datetime,
    *,
    is_staff: bool,
    created_at: datetime,
    last_seen_at: datetime,
    ended_at: datetime | None,
) -> bool:
    """Whether a sign-in still counts: not ended, not idle too long, not older than twelve hours.

    Nor as far ahead, which happens to what was begun or seen before the clock was put back.
    """
    idle = STAFF_IDLE if is_staff else PARTNER_IDLE
    return ended_at is None and abs(now - last_seen_at) < idle and abs(now - created_at) < LONGEST


def is_fresh(now: datetime, *, created_at: datetime, confirmed_at: datetime | None) -> bool:
    """Whether the pass-phrase was given a short time ago, by signing in or by giving it again."""
    return abs(now - max(created_at, confirmed_at or created_at)) < FRESH


def has_timed_out(
    now: datetime,
    *,
    is_staff: bool,
    created_at: datetime,
    last_seen_at: datetime,
    ended_at: datetime | None,
) -> bool:
    """Whether a sign-in stopped counting by itself. One that somebody ended has not timed out: they meant it."""
    return ended_at is None and not is_live(
        now, is_staff=is_staff, created_at=created_at, last_seen_at=last_seen_at, ended_at=ended_at
    )


def device_name(user_agent: str) -> str:
    """A browser and what it runs on, in two words, so that a person knows their own sign-ins again."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


# The first mark that is found counts: most browsers also claim to be the ones below them.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def may_try(now: datetime, failures: Sequence[datetime]) -> bool:
    """Whether one more pass-phrase may be tried in this bucket: ten in fifteen minutes.

    What lies ahead by as little counts as well, because the clocks of hosts differ. What lies further ahead was
    counted before the clock was put back, and would shut its owner out until that time comes.
    """
    return sum(1 for at in failures if abs(now - at) < FAILURE_WINDOW) < FAILURES
