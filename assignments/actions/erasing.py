"""Deleting a partner's account: they ask, a second person sees to it, and their words are gone.

What stays is the practice's record without the person's words: that they came and when, what was given, what the
counsellor decided and wrote herself, and lines of audit, which hold no content.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from assignments.access import has_ended
from assignments.actions.leaving import cancel_widenings, hold_couple
from assignments.models import (
    AgreementText,
    Checkin,
    Entry,
    InstrumentAnswer,
    Outcome,
    Pause,
    RecordConsent,
    Reply,
    Response,
    SetAside,
    Signature,
    TurnPart,
)
from assignments.queries.erasures import erasure_for, own_erasure
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, fold_the_log, transaction
from clinic.models import (
    CalendarFeed,
    Couple,
    Erasure,
    FormKey,
    HalfSignIn,
    Invitation,
    KeptForm,
    OutboxMail,
    Partner,
    Passkey,
    Person,
    Recovery,
    ReminderPlan,
    ReminderSlot,
    SecondFactor,
    SignIn,
    SpareCode,
    TalkRequest,
)
from clinic.queries.couples import own_place

# Every table whose rows are somebody's own, by the column that says whose. Answers, changes of who sees something,
# read marks and the counsellor's replies go with the row they hang on.
OWN: tuple[tuple[type[Any], InstrumentedAttribute[Any]], ...] = (
    (Response, Response.author_id),
    (Reply, Reply.author_id),
    (TurnPart, TurnPart.author_id),
    (Signature, Signature.person_id),
    (AgreementText, AgreementText.author_id),
    (Entry, Entry.author_id),
    (Checkin, Checkin.author_id),
    (InstrumentAnswer, InstrumentAnswer.author_id),
    (Outcome, Outcome.person_id),
    (SetAside, SetAside.person_id),
    (Pause, Pause.author_id),
    (RecordConsent, RecordConsent.author_id),
    (TalkRequest, TalkRequest.author_id),
    (KeptForm, KeptForm.author_id),
    (OutboxMail, OutboxMail.person_id),
    (Invitation, Invitation.person_id),
    (Recovery, Recovery.person_id),
    (SignIn, SignIn.person_id),
    (FormKey, FormKey.person_id),
    (ReminderPlan, ReminderPlan.person_id),
    (ReminderSlot, ReminderSlot.person_id),
    (CalendarFeed, CalendarFeed.person_id),
    (SecondFactor, SecondFactor.author_id),
    (Passkey, Passkey.author_id),
    (SpareCode, SpareCode.person_id),
    (HalfSignIn, HalfSignIn.person_id),
)


@transaction
def ask_for_erasure(*, actor: Person) -> Erasure:
    """Ask for one's own account to be deleted. Raises Conflict while an earlier request waits."""
    require(actor, Permission.ERASURE_ASK)
    hold_couple(actor.practice_id, own_place(actor).couple_id)
    place = own_place(actor)
    if own_erasure(place) is not None:
        raise Conflict("You have asked already.")
    erasure = Erasure(
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        person_id=place.person_id,
        asked_at=clock.now(),
    )
    db.session.add(erasure)
    db.session.flush()
    record(actor, Event.ERASURE_ASKED, erasure)
    return erasure


@transaction
def cancel_erasure(*, actor: Person) -> None:
    """Keep the account after all. Raises Conflict when nothing waits."""
    require(actor, Permission.ERASURE_ASK)
    hold_couple(actor.practice_id, own_place(actor).couple_id)
    erasure = own_erasure(own_place(actor))
    if erasure is None:
        raise Conflict("There is nothing to cancel.")
    erasure.cancelled_at = clock.now()
    record(actor, Event.ERASURE_CANCELLED, erasure)


def erase(*, actor: Person, erasure_id: UUID) -> str:
    """Delete what was asked for, as the second person; gives back the first name. Raises NotFound when over.

    The couple's work ends with it: nobody is left to share with.
    """
    name = _erase(actor, erasure_id)
    fold_the_log()
    return name


@transaction
def _erase(actor: Person, erasure_id: UUID) -> str:
    require(actor, Permission.ERASURE_APPROVE)
    hold_couple(actor.practice_id, erasure_for(actor, erasure_id).couple_id)
    erasure = erasure_for(actor, erasure_id)
    now = clock.now()
    couple = db.session.execute(
        select(Couple)
        .where(Couple.practice_id == erasure.practice_id, Couple.id == erasure.couple_id)
        .options(selectinload(Couple.partners))
    ).scalar_one()
    place = couple.partner_of(erasure.person_id)
    if place is None:
        raise Conflict("This account is in no couple.")
    _end(couple, place)
    _delete_own(erasure.person)
    erasure.erased_at, erasure.approved_by_id = now, actor.id
    record(actor, Event.ERASED, erasure)
    return erasure.person.name


@transaction
def erase_again(person_ids: Collection[UUID]) -> int:
    """After a restore: delete once more what was deleted after that backup was made; how many people it was.

    Somebody who joined later still is not in the backup, so there is nothing of theirs to delete.
    """
    people = db.session.scalars(select(Person).where(Person.id.in_(person_ids))).all()
    for person in people:
        place = db.session.execute(
            select(Partner).where(Partner.practice_id == person.practice_id, Partner.person_id == person.id)
        ).scalar_one_or_none()
        if place is not None:
            couple = db.session.get_one(Couple, place.couple_id, options=[selectinload(Couple.partners)])
            _end(couple, place)
        _delete_own(person)
        record(None, Event.ERASED_AGAIN, person)
    return len(people)


def _delete_own(person: Person) -> None:
    for model, whose in OWN:
        # A form's key is the one thing that belongs to no practice: a form may be opened before anybody is known.
        of_practice = [model.practice_id == person.practice_id] if hasattr(model, "practice_id") else []
        db.session.execute(
            delete(model).where(*of_practice, whose == person.id).execution_options(synchronize_session=False)
        )
    _empty(person)


def _end(couple: Couple, place: Partner) -> None:
    if not has_ended(couple):
        place.left_at = clock.now()
        cancel_widenings(couple, place.left_at)


def _empty(person: Person) -> None:
    """The name stays, because it is the practice's record whom it saw; no way to reach or sign in as them does."""
    person.contact_address = ""
    person.sign_in_address = person.passphrase_hash = None
    person.inbox_shared, person.theme, person.second_factor_at = "unsure", "system", None
    person.disabled_at = clock.now()
