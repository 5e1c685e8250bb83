"""Who has put their name to a decision beside its author."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from assignments.models import Decision, DecisionCosign
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person, Supervision


@dataclass(frozen=True)
class Cosigned:
    """One supervisor's name beside a decision, and when."""

    by_id: UUID
    by: str
    at: datetime


def cosignings_of(reader: Person, couple: Couple) -> dict[UUID, tuple[Cosigned, ...]]:
    """Who co-signed which decision about a couple already read, by decision id. Raises NotFound for a partner."""
    if not can(reader, Permission.DECISION_READ):
        raise NotFound
    rows = db.session.execute(
        select(DecisionCosign, Person.name, Person.family_name)
        .join(Decision, Decision.id == DecisionCosign.decision_id)
        .join(Person, Person.id == DecisionCosign.author_id)
        .where(DecisionCosign.practice_id == couple.practice_id, Decision.couple_id == couple.id)
        .order_by(DecisionCosign.at)
    )
    found: dict[UUID, tuple[Cosigned, ...]] = {}
    for row, name, family_name in rows:
        one = Cosigned(row.author_id, f"{name} {family_name}", row.at)
        found[row.decision_id] = (*found.get(row.decision_id, ()), one)
    return found


def supervises(reader: Person, couple: Couple) -> bool:
    """Whether this supervisor is the counsellor's own; broken glass makes nobody that."""
    return bool(
        db.session.execute(
            select(
                exists().where(
                    Supervision.practice_id == reader.practice_id,
                    Supervision.supervisor_id == reader.id,
                    Supervision.counsellor_id == couple.counsellor_id,
                )
            )
        ).scalar_one()
    )
