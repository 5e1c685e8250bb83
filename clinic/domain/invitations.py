"""An invitation is a link of one use and a spoken code; both live 72 hours and die after five wrong tries:
a code that is not right, or an address that somebody has."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.domain.clocks import latest_end

LIFETIME = timedelta(hours=72)
WRONG_CODES = 5
CODE_DIGITS = 6
# What the counsellor reads where somebody asked to talk before joining.
TALK_FIRST = "Would like to talk first"
TOO_MANY = "Too many wrong tries"


def is_open(
    now: datetime,
    *,
    expires_at: datetime,
    wrong_codes: int,
    claimed_at: datetime | None,
    declined_at: datetime | None,
    revoked_at: datetime | None,
) -> bool:
    """Whether this invitation can still be used at `now` (UTC)."""
    return (
        claimed_at is None
        and declined_at is None
        and revoked_at is None
        and wrong_codes < WRONG_CODES
        and now < expires_at <= latest_end(now, LIFETIME)
    )


def state(
    now: datetime,
    *,
    joined_at: datetime | None,
    expires_at: datetime | None,
    wrong_codes: int,
    declined_at: datetime | None,
    wants_to_talk_at: datetime | None,
) -> str:
    """What the counsellor is told about one invitation, in words of her page."""
    if joined_at is not None:
        return "Joined"
    if declined_at is not None:
        return "Said no, thank you"
    if wants_to_talk_at is not None:
        return f"{TALK_FIRST}. {TOO_MANY}" if wrong_codes >= WRONG_CODES else TALK_FIRST
    if expires_at is None:
        return "Not invited yet"
    if wrong_codes >= WRONG_CODES:
        return TOO_MANY
    return "Invited" if now < expires_at <= latest_end(now, LIFETIME) else "Invitation has run out"
