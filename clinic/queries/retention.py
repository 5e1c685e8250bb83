"""Records whose time is up, for the worker; and those that go soon, for the admin who decides how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from clinic.domain.retention import SHORTEST, goes_at
from clinic.extensions import db
from clinic.models import Couple, Person, Practice
from clinic.queries.holds import ends_of_holds, ends_of_holds_on
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
    held = ends_of_holds([practice.id])
    found = [
        Going(one, at)
        for one in couples
        if (at := _goes_at(practice, one.closed_at, held.get(one.id, ()))) is not None and at <= now + SOON
    ]
    return tuple(sorted(found, key=lambda one: one.at))


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
    candidates = rows.all()
    held = ends_of_holds({practice.id for practice, _, _ in candidates})
    due = [
        (practice.id, couple_id)
        for practice, couple_id, closed_at in candidates
        if (at := _goes_at(practice, closed_at, held.get(couple_id, ()))) is not None and at <= now
    ]
    return due[:most]


def is_still_due(practice_id: UUID, couple_id: UUID, now: datetime) -> bool:
    """The same of one record that nobody can close, open or hold back any more until the transaction is over."""
    row = db.session.execute(
        select(Practice, Couple.closed_at)
        .join(Couple, Couple.practice_id == Practice.id)
        .where(Practice.id == practice_id, Couple.id == couple_id)
        .with_for_update(of=Couple)
    ).one_or_none()
    if row is None:
        return False
    practice, closed_at = row
    at = _goes_at(practice, closed_at, ends_of_holds_on(practice_id, couple_id))
    return at is not None and at <= now


def _goes_at(
    practice: Practice, closed_at: datetime | None, let_go: Iterable[datetime | None]
) -> datetime | None:
    """When one record goes; None where it is kept."""
    if closed_at is None or practice.keep_months is None or practice.keep_set_at is None:
        return None
    return goes_at(closed_at, keep_months=practice.keep_months, set_at=practice.keep_set_at, let_go=let_go)
