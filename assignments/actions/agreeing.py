"""Writing an agreement, putting it forward, signing it, and saying that it no longer suits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from assignments.actions.locks import hold_assignment, hold_partner
from assignments.actions.responding import NewerCopy
from assignments.domain import visibility
from assignments.models import AgreementText, Signature
from assignments.queries.agreements import Agreement, agreement_for, words_of
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of


class NewerWords(Conflict):
    """The words on the page are not those on offer any more. Nothing went wrong; the newer ones are to be read."""


@transaction
def save_agreement(
    *, actor: Person, assignment_id: UUID, step: str, value: dict[str, Any] | None, version: int
) -> int:
    """Keep the author's own draft and give its version; an emptied one is gone. Version 0 is for none yet.

    Raises NewerCopy instead of writing over a later save.
    """
    found = _writable(actor, assignment_id, step)
    draft = found.draft
    if found.waiting is not None:
        raise Conflict("You have put this forward. Take it back first if you want to change it.")
    if draft is None:
        if not value:
            return 0
        # The id is made here, because the words are sealed to it before the row is inserted.
        draft = AgreementText(
            id=uuid4(),
            practice_id=found.place.practice_id,
            couple_id=found.place.couple_id,
            assignment_id=found.assignment.id,
            step=step,
            author_id=actor.id,
            version=0,
            signatures=[],
        )
        db.session.add(draft)
    elif words_of(draft) == value:
        return draft.version
    elif draft.version != version:
        raise NewerCopy(words_of(draft), draft.version)
    if not value:
        db.session.delete(draft)
        record(actor, Event.DRAFT_SAVED, draft)
        return 0
    draft.value_sealed = crypto.seal(draft, "value_sealed", json.dumps(value, ensure_ascii=False))
    draft.saved_at = clock.now()
    draft.version += 1
    db.session.flush()
    record(actor, Event.DRAFT_SAVED, draft)
    return draft.version


@transaction
def put_forward(*, actor: Person, assignment_id: UUID, step: str, version: int) -> AgreementText:
    """Show one's draft to both, after the hold, in the version its writer looked at. To do so is to sign it."""
    found = _writable(actor, assignment_id, step)
    draft = found.draft
    if found.waiting is not None:
        raise Conflict("You have put this forward already.")
    if draft is None:
        raise Conflict("Write a line first.")
    if draft.version != version:
        raise Conflict("This has changed since you looked. Read it once more first.")
    now = clock.now()
    draft.put_forward_at, draft.opens_at = now, visibility.hold_ends(now, _hold(actor))
    draft.signatures.append(
        Signature(practice_id=draft.practice_id, person_id=actor.id, at=now, counts_at=draft.opens_at)
    )
    db.session.flush()
    record(actor, Event.AGREEMENT_PUT_FORWARD, draft)
    return draft


@transaction
def take_back_words(*, actor: Person, assignment_id: UUID, step: str) -> None:
    """Undo putting forward until the partner could read it. It is a draft again, as it was."""
    waiting = _found(actor, assignment_id, step).waiting
    if waiting is None:
        raise Conflict("It is open to you both by now, so it can't be taken back. You can change it.")
    waiting.put_forward_at = waiting.opens_at = None
    waiting.signatures.clear()
    db.session.flush()
    record(actor, Event.AGREEMENT_TAKEN_BACK, waiting)


@transaction
def sign(*, actor: Person, assignment_id: UUID, step: str, text_id: UUID) -> Signature:
    """Agree to the words on offer. Raises NewerWords when those that were read are not on offer any more."""
    found = _writable(actor, assignment_id, step)
    row = found.row(found.standing.on_offer)
    if row is None or row.id != text_id:
        raise NewerWords("The words have changed since you opened the page. Please read these.")
    if found.own_signature(row.id) is not None:
        raise Conflict("You have agreed to this already.")
    now = clock.now()
    signature = Signature(
        practice_id=row.practice_id,
        person_id=actor.id,
        at=now,
        counts_at=visibility.hold_ends(now, _hold(actor)),
    )
    row.signatures.append(signature)
    db.session.flush()
    record(actor, Event.AGREEMENT_SIGNED, row)
    return signature


@transaction
def undo_signature(*, actor: Person, assignment_id: UUID, step: str) -> None:
    """Take a signature back while it does not count yet; nobody learns of it."""
    found = _found(actor, assignment_id, step)
    row = found.row(found.standing.on_offer)
    signature = found.own_signature(row.id) if row is not None else None
    if row is None or signature is None:
        raise Conflict("There is nothing to take back.")
    if signature.counts_at <= clock.now():
        raise Expired("It counts by now. You can still say that it no longer suits you.")
    row.signatures.remove(signature)
    db.session.flush()
    record(actor, Event.SIGNATURE_UNDONE, row)


@transaction
def withdraw(*, actor: Person, assignment_id: UUID, step: str, text_id: UUID) -> None:
    """ "This no longer suits me": at once the words are no longer agreed, for both alike."""
    found = _found(actor, assignment_id, step)
    signature = found.own_signature(text_id)
    if text_id not in (found.standing.in_force, found.standing.on_offer) or signature is None:
        raise Conflict("That is not in use any more.")
    signature.withdrawn_at = clock.now()
    record(actor, Event.SIGNATURE_WITHDRAWN, found.row(text_id))


@transaction
def undo_withdrawal(*, actor: Person, assignment_id: UUID, step: str) -> None:
    """Take "This no longer suits me" back. Raises Expired after the hold."""
    found, now = _found(actor, assignment_id, step), clock.now()
    withdrawn = [
        (row, one)
        for row in found.rows.values()
        for one in row.signatures
        if one.person_id == actor.id and one.withdrawn_at is not None
    ]
    if not withdrawn:
        raise Conflict("There is nothing to undo.")
    row, signature = max(withdrawn, key=lambda pair: pair[1].withdrawn_at or now)
    if signature.withdrawn_at is None or signature.withdrawn_at + _hold(actor) < now:
        raise Expired("Ten minutes have passed, so this can't be undone.")
    signature.withdrawn_at = None
    record(actor, Event.SIGNATURE_RESTORED, row)


def _found(actor: Person, assignment_id: UUID, step: str) -> Agreement:
    require(actor, Permission.AGREEMENT_WRITE)
    place = own_place(actor)
    hold_partner(place)
    # Words that are taken back must not be signed at the same moment, nor put forward past a limit just set.
    hold_assignment(place.practice_id, assignment_id)
    return agreement_for(place, assignment_id, step, clock.now())


def _writable(actor: Person, assignment_id: UUID, step: str) -> Agreement:
    found = _found(actor, assignment_id, step)
    if not found.is_open:
        raise NotFound
    return found


def _hold(actor: Person) -> timedelta:
    return timedelta(minutes=practice_of(actor).hold_minutes)
