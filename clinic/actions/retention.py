"""Keeping records for as long as the practice decides, and no longer (R43)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.retention import LONGEST, SHORTEST
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, fold_the_log, transaction
from clinic.models import Couple, FormKey, Partner, Person, Practice
from clinic.queries.retention import expired_records, is_still_due

AT_ONCE = 20


@transaction
def change_retention(*, actor: Person, keep_months: int | None) -> None:
    """Decide how long a closed record is kept; None keeps it for good. Nothing goes in the thirty days after.

    Raises Conflict for less than a year or more than thirty.
    """
    require(actor, Permission.PRACTICE_SETTINGS)
    if keep_months is not None and not SHORTEST <= keep_months <= LONGEST:
        raise Conflict("Choose from one year to thirty.")
    practice = db.session.get_one(Practice, actor.practice_id)
    if keep_months != practice.keep_months:
        practice.keep_months, practice.keep_set_at = keep_months, clock.now()
    record(actor, Event.PRACTICE_CHANGED, practice, practice_id=practice.id, what="how long records are kept")


def delete_expired_records(now: datetime) -> int:
    """Delete the records whose time is up, some in each round. Says how many went."""
    due = expired_records(now, AT_ONCE)
    db.session.commit()  # On SQLite this began like a writer, and pages would wait for it.
    gone = sum(_delete_record(practice_id, couple_id, now) for practice_id, couple_id in due)
    if gone:
        fold_the_log()
    return gone


@transaction
def _delete_record(practice_id: UUID, couple_id: UUID, now: datetime) -> bool:
    """The couple, both accounts and all that hangs on them; what stays is a line that says it was done.

    Says no where somebody has opened the work again or held the record back a moment ago.
    """
    if not is_still_due(practice_id, couple_id, now):
        return False
    people = list(
        db.session.execute(
            select(Partner.person_id).where(
                Partner.practice_id == practice_id, Partner.couple_id == couple_id
            )
        ).scalars()
    )
    db.session.execute(delete(FormKey).where(FormKey.person_id.in_(people)))
    db.session.execute(delete(Couple).where(Couple.practice_id == practice_id, Couple.id == couple_id))
    db.session.execute(delete(Person).where(Person.practice_id == practice_id, Person.id.in_(people)))
    record(None, Event.RECORD_EXPIRED, practice_id=practice_id, couple_id=couple_id)
    return True
