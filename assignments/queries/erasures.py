"""Who has asked for their account to be deleted, for whoever asked and for the two who may see to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Erasure, Partner, Person
from clinic.statements import written_once


def own_erasure(place: Partner) -> Erasure | None:
    """This partner's own request, while it waits."""
    return db.session.execute(
        _waiting(place.practice_id).where(Erasure.person_id == place.person_id)
    ).scalar_one_or_none()


def who_asked(reader: Person, couple_ids: Iterable[UUID]) -> set[UUID]:
    """The partners of couples already read whose request waits. Raises NotFound for a partner."""
    if not reader.is_staff:
        raise NotFound
    return set(_waiting_in(reader.practice_id, list(couple_ids)).scalars())


def erasures_for(reader: Person) -> Sequence[Erasure]:
    """The requests this reader may see to, oldest first: an own couple's, or for an admin any of the practice."""
    statement = _to_see_to(reader).options(joinedload(Erasure.person)).order_by(Erasure.asked_at, Erasure.id)
    return db.session.execute(statement).scalars().all()


def erasure_for(reader: Person, erasure_id: UUID) -> Erasure:
    """One of them, held until the act is done. Raises NotFound for anybody else's, and once it is over."""
    statement = _to_see_to(reader).where(Erasure.id == erasure_id).options(joinedload(Erasure.person))
    found = db.session.execute(statement.with_for_update(of=Erasure)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _to_see_to(reader: Person) -> Select[Erasure]:
    statement = _waiting(reader.practice_id)
    if reader.kind is Role.ADMIN:
        return statement
    if reader.kind is not Role.COUNSELLOR:
        raise NotFound
    return statement.join(Couple, Couple.id == Erasure.couple_id).where(Couple.counsellor_id == reader.id)


@written_once
def _waiting_in(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[UUID]:
    return _waiting(practice_id).with_only_columns(Erasure.person_id).where(Erasure.couple_id.in_(couple_ids))


def _waiting(practice_id: UUID) -> Select[Erasure]:
    return select(Erasure).where(
        Erasure.practice_id == practice_id, Erasure.cancelled_at.is_(None), Erasure.erased_at.is_(None)
    )
