"""Taking a couple's record or a caseload out of here, and what each partner lets go into such a record."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from assignments.domain.visibility import Consent
from assignments.models import RecordConsent
from assignments.queries.caseload import Caseload, caseload_of
from assignments.queries.record_copy import RecordCopy, record_copy
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record, record_each
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db, transaction
from clinic.models import Couple, Partner, Person
from clinic.queries.couples import couple_for, own_place


@transaction
def choose_record_consent(*, actor: Person, choice: Consent) -> RecordConsent:
    """What of one's own words may be handed on, from now on. It counts at once, whichever way it goes."""
    require(actor, Permission.RECORD_CONSENT)
    place = own_place(actor)
    now = clock.now()
    _count_before(place, now)
    row = RecordConsent(
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        author_id=actor.id,
        at=now,
        choice=choice.value,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, Event.RECORD_CONSENT_CHOSEN, row)
    return row


def _count_before(place: Partner, now: datetime) -> None:
    """What was chosen while a clock was ahead was chosen before this, whatever it says; the newest choice is what counts."""
    db.session.execute(
        update(RecordConsent)
        .where(
            RecordConsent.practice_id == place.practice_id,
            RecordConsent.author_id == place.person_id,
            RecordConsent.at >= now,
        )
        .values(at=now - timedelta(microseconds=1))
    )


@transaction
def take_record(*, actor: Person, couple_id: UUID, form: str, with_decisions: bool) -> RecordCopy:
    """The couple's record, for its counsellor to hand on. Every word in it is written down as read."""
    require(actor, Permission.EXPORT_COUPLE)
    couple = couple_for(actor, couple_id)
    made, rows = record_copy(actor, couple, clock.now(), with_decisions=with_decisions)
    record(actor, Event.RECORD_TAKEN, couple, couple_id=couple.id, form=form)
    record_each(actor, Event.WORDS_READ, rows, what="the couple's record")
    return made


@transaction
def take_record_as_operator(*, couple_id: UUID) -> RecordCopy:
    """The same from the command line, as the couple's counsellor would get it. Raises NotFound for no such couple."""
    counsellor = db.session.scalars(
        select(Couple).where(Couple.id == couple_id).options(joinedload(Couple.counsellor))
    ).one_or_none()
    if counsellor is None:
        raise NotFound
    couple = couple_for(counsellor.counsellor, couple_id)
    made, _ = record_copy(couple.counsellor, couple, clock.now(), with_decisions=True)
    record(None, Event.RECORD_TAKEN, couple, couple_id=couple.id, form="command line")
    return made


@transaction
def take_caseload(*, actor: Person) -> Caseload:
    """Numbers of all of a counsellor's couples, week by week, without a name or a word."""
    require(actor, Permission.EXPORT_CASELOAD)
    record(actor, Event.CASELOAD_TAKEN, actor)
    return caseload_of(actor, clock.now())
