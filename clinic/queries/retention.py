"""Records whose time is up, for the worker; and those that go soon, for the admin who decides how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from clinic.domain.retention import SHORTEST, goes_at
from clinic.extensions import db
from clinic.models import Couple, Person, Practice
from clinic.queries.people import practice_of
from clinic.queries.practices import all_couples

SOON = timedelta(days=90)


@dataclass(frozen=True)
class Going:
    """A closed couple and when its record goes."""

    couple: Couple
    at: datetime


def going_soon(admin: Person, now: datetime) -> tuple[Going, ...]:
    """The couples whose record goes within three months, soonest first. Raises NotFound for anybody but an admin."""
    practice = practice_of(admin)
    couples = all_couples(admin)
    if practice.keep_months is None or practice.keep_set_at is None:
        return ()
    found = [
        Going(one, goes_at(one.closed_at, keep_months=practice.keep_months, set_at=practice.keep_set_at))
        for one in couples
        if one.closed_at is not None
    ]
    return tuple(sorted((one for one in found if one.at <= now + SOON), key=lambda one: one.at))


def expired_records(now: datetime, most: int) -> Sequence[tuple[UUID, UUID]]:
    """Practice and couple of records whose time is up. For the worker alone: it asks for nobody."""
    rows = db.session.execute(
        select(Practice, Couple.id, Couple.closed_at)
        .join(Couple, Couple.practice_id == Practice.id)
        .where(
            Practice.keep_months.is_not(None),
            Practice.keep_set_at.is_not(None),
            # No setting is shorter, so nothing younger has to be looked at.
            Couple.closed_at <= now - timedelta(days=28 * SHORTEST),
        )
        .order_by(Couple.closed_at)
    )
    due = [
        (practice.id, couple_id)
        for practice, couple_id, closed_at in rows
        if closed_at is not None
        and practice.keep_months is not None
        and practice.keep_set_at is not None
        and goes_at(closed_at, keep_months=practice.keep_months, set_at=practice.keep_set_at) <= now
    ]
    return due[:most]
