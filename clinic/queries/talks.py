"""Who has asked to talk alone. Staff alone may ask; there is no query of these rows for a partner, by design."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, case, func, select

from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import AFTER_RECOVERY, Couple, Person, TalkRequest
from clinic.statements import written_once


def open_requests(reader: Person, couple: Couple) -> Sequence[TalkRequest]:
    """What the partners of a couple already read have asked and nobody has seen to yet, oldest first.

    Raises NotFound for a partner, whoever asked.
    """
    if not reader.is_staff:
        raise NotFound
    return (
        db.session.execute(
            select(TalkRequest)
            .where(
                TalkRequest.practice_id == reader.practice_id,
                TalkRequest.couple_id == couple.id,
                TalkRequest.spoken_at.is_(None),
            )
            .order_by(TalkRequest.asked_at)
        )
        .scalars()
        .all()
    )


def request_for(reader: Person, couple: Couple, request_id: UUID) -> TalkRequest:
    """One request of a couple already read, seen to or not. Raises NotFound for a partner, whoever asked."""
    found = db.session.execute(
        select(TalkRequest).where(
            TalkRequest.practice_id == reader.practice_id,
            TalkRequest.couple_id == couple.id,
            TalkRequest.id == request_id,
        )
    ).scalar_one_or_none()
    if found is None or not reader.is_staff:
        raise NotFound
    return found


@dataclass(frozen=True)
class Waiting:
    """Since when somebody waits for their counsellor, and for what."""

    asked_at: datetime | None = None
    """When they first asked to talk alone, or ended a sign-in that was not theirs."""
    came_back_at: datetime | None = None
    """When a new password was set with two codes, and nobody has made sure yet by whom."""


def who_waits(reader: Person, couple_ids: Iterable[UUID]) -> dict[UUID, Waiting]:
    """Everybody in these couples whom nobody has seen to yet, by person id. Raises NotFound for a partner."""
    if not reader.is_staff:
        raise NotFound
    rows = _waiting(reader.practice_id, list(couple_ids))
    return {person_id: Waiting(asked_at, came_back_at) for person_id, asked_at, came_back_at in rows}


@written_once
def _waiting(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[UUID, datetime | None, datetime | None]:
    return (
        select(
            TalkRequest.author_id,
            func.min(case((TalkRequest.kind != AFTER_RECOVERY, TalkRequest.asked_at))),
            func.min(case((TalkRequest.kind == AFTER_RECOVERY, TalkRequest.asked_at))),
        )
        .where(
            TalkRequest.practice_id == practice_id,
            TalkRequest.couple_id.in_(couple_ids),
            TalkRequest.spoken_at.is_(None),
        )
        .group_by(TalkRequest.author_id)
    )
