"""Records that are held back from being deleted: for the admins who decide it, and for whoever has to know that they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from clinic import crypto
from clinic.domain.retention import Hold, hold, let_go_at
from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person, RetentionHold
from clinic.queries.practices import all_couples


class Moments(TypedDict):
    """What decides how one request stands."""

    asked_at: datetime
    granted_at: datetime | None
    refused_at: datetime | None
    lifted_at: datetime | None


@dataclass(frozen=True)
class HeldBack:
    """One request with its reason opened, whose record it is about, and how it stands."""

    row: RetentionHold
    couple: Couple
    reason: str
    standing: Hold

    @property
    def waits(self) -> bool:
        """Whether a second admin has still to decide."""
        return self.standing is Hold.WAITS

    @property
    def stands(self) -> bool:
        """Whether it can be lifted."""
        return self.standing is Hold.STANDS


def holds_for(admin: Person, now: datetime) -> tuple[HeldBack, ...]:
    """Every request of the practice whose record is still there, newest first. Raises NotFound for anybody but an admin."""
    couples = {couple.id: couple for couple in all_couples(admin)}
    rows = db.session.execute(_asked_in(admin).order_by(RetentionHold.asked_at.desc())).scalars()
    return tuple(_opened(row, couples[row.couple_id], now) for row in rows)


def hold_for(admin: Person, hold_id: UUID, now: datetime) -> HeldBack:
    """One of them. Raises NotFound for another practice's, and for anybody but an admin."""
    row = db.session.execute(_asked_in(admin).where(RetentionHold.id == hold_id)).scalar_one_or_none()
    couple = next((one for one in all_couples(admin) if row is not None and one.id == row.couple_id), None)
    if row is None or couple is None:
        raise NotFound
    return _opened(row, couple, now)


def held_back_since(practice_id: UUID, couple_id: UUID, now: datetime) -> datetime | None:
    """Since when the record of a couple already read is held back, if it is; one that waits counts from the asking.

    Why is not told: it may be about whoever asks.
    """
    since = [
        row.asked_at
        for row in _holds_on(practice_id, couple_id)
        if hold(now, **_moments(row)) in (Hold.WAITS, Hold.STANDS)
    ]
    return min(since, default=None)


def was_asked_in_vain_by(admin: Person, couple_id: UUID, now: datetime) -> bool:
    """Whether the newest request about a record is this admin's own, and was refused or lapsed."""
    rows = _holds_on(admin.practice_id, couple_id)
    newest = max(rows, key=lambda row: row.asked_at, default=None)
    return (
        newest is not None
        and newest.author_id == admin.id
        and hold(now, **_moments(newest)) in (Hold.REFUSED, Hold.LAPSED)
    )


def ends_of_holds(practice_ids: Collection[UUID]) -> dict[UUID, list[datetime | None]]:
    """Until when the records of these practices are held back, by couple; None in place of a moment is for good."""
    found: dict[UUID, list[datetime | None]] = defaultdict(list)
    for row in db.session.execute(
        select(RetentionHold).where(RetentionHold.practice_id.in_(practice_ids))
    ).scalars():
        found[row.couple_id].append(let_go_at(**_moments(row)))
    return found


def ends_of_holds_on(practice_id: UUID, couple_id: UUID) -> list[datetime | None]:
    """The same of one record."""
    return [let_go_at(**_moments(row)) for row in _holds_on(practice_id, couple_id)]


def _holds_on(practice_id: UUID, couple_id: UUID) -> Sequence[RetentionHold]:
    return (
        db.session.execute(
            select(RetentionHold).where(
                RetentionHold.practice_id == practice_id, RetentionHold.couple_id == couple_id
            )
        )
        .scalars()
        .all()
    )


def _asked_in(admin: Person) -> Select[RetentionHold]:
    if admin.kind is not Role.ADMIN:
        raise NotFound
    return (
        select(RetentionHold)
        .where(RetentionHold.practice_id == admin.practice_id)
        .options(joinedload(RetentionHold.author), joinedload(RetentionHold.decided_by))
    )


def _opened(row: RetentionHold, couple: Couple, now: datetime) -> HeldBack:
    return HeldBack(
        row, couple, crypto.unseal(row, "reason_sealed", row.reason_sealed), hold(now, **_moments(row))
    )


def _moments(row: RetentionHold) -> Moments:
    return {
        "asked_at": row.asked_at,
        "granted_at": row.granted_at,
        "refused_at": row.refused_at,
        "lifted_at": row.lifted_at,
    }
