"""The numbers a practice has set in the sign rules, and which of them hold on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select

from assignments.domain.signs.tuning import with_changes
from assignments.domain.stalls import Limits
from assignments.models import SignRuleChange
from clinic.extensions import db
from clinic.models import Person
from clinic.statements import written_once


def limits_on(practice_id: UUID, day: date) -> Limits:
    """The rules of a practice as they hold on a day: what ships, with its own numbers that have come into force."""
    rows = _in_force(practice_id, day).scalars().all()
    since = rows[-1].applies_from if rows else None
    return with_changes({row.rule: row.value for row in rows}, since)


@written_once
def _in_force(practice_id: UUID, day: date) -> Select[SignRuleChange]:
    return (
        select(SignRuleChange)
        .where(SignRuleChange.practice_id == practice_id, SignRuleChange.applies_from <= day)
        .order_by(SignRuleChange.applies_from, SignRuleChange.at)
    )


def rule_changes(reader: Person) -> Sequence[tuple[SignRuleChange, str]]:
    """Every change of the reader's practice with who made it, newest first."""
    return [
        (row, name)
        for row, name in db.session.execute(
            select(SignRuleChange, Person.name)
            .join(Person, Person.id == SignRuleChange.by_id)
            .where(SignRuleChange.practice_id == reader.practice_id)
            .order_by(SignRuleChange.at.desc())
        )
    ]
