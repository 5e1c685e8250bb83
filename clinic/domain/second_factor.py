"""The second step of signing in: who needs one, which codes count, and how long a half sign-in waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.domain.clocks import latest_now

# A code lives for half a minute; a clock may be one code ahead or behind (RFC 6238).
STEP_SECONDS = 30
DRIFT = 1

SPARE_CODES = 10
SPARE_DIGITS = 12

# From the pass-phrase to the code. Longer than fetching a phone takes, shorter than leaving the house.
HALF_LASTS = timedelta(minutes=10)

# How long a question to a passkey waits. Browsers give up on one after a minute or so.
QUESTION_LASTS = timedelta(minutes=10)
MOST_PASSKEYS = 10


def is_owed(*, is_staff: bool, in_demo: bool, has_one: bool) -> bool:
    """Whether somebody must set up a second step before anything else: staff, but not of a demo (R14)."""
    return is_staff and not in_demo and not has_one


def step_at(now: datetime) -> int:
    """The number of the half minute that a moment falls into."""
    return int(now.timestamp()) // STEP_SECONDS


def steps_taken(now: datetime) -> range:
    """The half minutes whose codes are taken at a moment."""
    return range(step_at(now) - DRIFT, step_at(now) + DRIFT + 1)


def last_step_of_any_clock(now: datetime) -> int:
    """The latest half minute whose code some host may have taken; a later one is of a clock that was put back since."""
    return step_at(latest_now(now)) + DRIFT


def is_spare(code: str) -> bool:
    """Whether this has the shape of a recovery code; an app's code is shorter."""
    return len(code) == SPARE_DIGITS


def in_groups(text: str, size: int = 4) -> str:
    """A long code in groups, as people read and type it."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))
