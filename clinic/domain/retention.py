"""How long a record is kept after the work with a couple was closed, and when it goes."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

SHORTEST, LONGEST = 12, 360
# A new setting waits as long before anything goes, so that a slip can be put right.
WAITS = timedelta(days=30)
# A record that somebody asked to hold back stays as long for a second person to say yes.
HOLD_WAITS = timedelta(days=14)
LONGEST_REASON = 500
# A clock that was set a year on would let a year of records go in one round. So after a jump of more than the first
# nothing goes for as long as the second, in which somebody sees that every date is wrong.
JUMP, LOOKED_AT = timedelta(days=3), timedelta(days=1)
# Clocks are put right by a little now and then, and of two workers of a host one may write down an older moment than the
# other has. Taken for jumps, these would keep a record for ever.
PUT_RIGHT = timedelta(hours=1)


def later(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of a month that is shorter."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


class Hold(StrEnum):
    """How it stands with holding a record back."""

    WAITS = "Waits for a second person"
    STANDS = "Held back"
    LIFTED = "Lifted"
    REFUSED = "Refused"
    LAPSED = "Lapsed: nobody decided in fourteen days"


def hold(
    now: datetime,
    *,
    asked_at: datetime,
    granted_at: datetime | None,
    refused_at: datetime | None,
    lifted_at: datetime | None,
) -> Hold:
    """How one request stands at a moment. A clock that was put back makes none of them lapse."""
    if refused_at is not None:
        return Hold.REFUSED
    if lifted_at is not None:
        return Hold.LIFTED
    if granted_at is not None:
        return Hold.STANDS
    return Hold.WAITS if now <= asked_at + HOLD_WAITS else Hold.LAPSED


def let_go_at(
    *,
    asked_at: datetime,
    granted_at: datetime | None,
    refused_at: datetime | None,
    lifted_at: datetime | None,
) -> datetime | None:
    """When a record was or will be held back no more by one request; None while it is for good.

    One that waits holds the record back as well: what went meanwhile could not be brought back.
    """
    if refused_at is not None or lifted_at is not None:
        return refused_at or lifted_at
    return None if granted_at is not None else asked_at + HOLD_WAITS


def goes_at(
    closed_at: datetime,
    *,
    keep_months: int,
    set_at: datetime,
    let_go: Iterable[datetime | None] = (),
) -> datetime | None:
    """When a closed record goes, or None while it is held back.

    Its time is up, and the setting has stood for thirty days, and so has the end of each time it was held back.
    """
    moments = [later(closed_at, keep_months), set_at + WAITS]
    for one in let_go:
        if one is None:
            return None
        moments.append(one + WAITS)
    return max(moments)


def is_steady(now: datetime, *, seen_at: datetime) -> bool:
    """Whether a clock has run on as clocks do; a worker may well have stood still for a day or two."""
    return -PUT_RIGHT <= now - seen_at <= JUMP


def steady_since(now: datetime, *, seen_at: datetime | None, before: datetime | None) -> datetime:
    """Since when a clock has run on without a jump, when it was last seen then."""
    if seen_at is None or before is None or not is_steady(now, seen_at=seen_at):
        return now
    return before


def may_delete(now: datetime, *, seen_at: datetime | None, before: datetime | None) -> bool:
    """Whether the present moment is to be believed where something goes for good."""
    return now - steady_since(now, seen_at=seen_at, before=before) >= LOOKED_AT
