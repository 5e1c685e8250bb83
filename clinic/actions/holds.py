"""Holding a record back from being deleted: one admin asks with a reason, a second one grants (R43)."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import select

from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.retention import LONGEST_REASON
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Couple, Person, RetentionHold
from clinic.queries.holds import HeldBack, held_back_since, hold_for, was_asked_in_vain_by


@transaction
def ask_to_hold(*, actor: Person, couple_id: UUID, reason: str) -> RetentionHold:
    """Ask that a record stays though its time is up. It stays from now on until somebody has decided, fourteen days at most.

    Raises NotFound for a couple of another practice or one whose record has gone, and Conflict without a reason, where it
    is held back already, and for whoever asked last and was not granted it: one person alone would hold it back for good.
    """
    require(actor, Permission.RETENTION_HOLD)
    now = clock.now()
    _keep_until_done(actor, couple_id)
    if not reason.strip():
        raise Conflict("Say why.")
    if len(reason) > LONGEST_REASON:
        raise Conflict(f"Use at most {LONGEST_REASON} characters.")
    if held_back_since(actor.practice_id, couple_id, now) is not None:
        raise Conflict("This record is held back already, or somebody has asked for it.")
    if was_asked_in_vain_by(actor, couple_id, now):
        raise Conflict("You asked for this one last, and nobody granted it. This time another admin asks.")
    # The id is made here, because the reason is sealed to it before the row is inserted.
    row = RetentionHold(
        id=uuid4(), practice_id=actor.practice_id, couple_id=couple_id, author_id=actor.id, asked_at=now
    )
    row.reason_sealed = crypto.seal(row, "reason_sealed", reason)
    db.session.add(row)
    record(actor, Event.HOLD_ASKED, row)
    return row


def _keep_until_done(actor: Person, couple_id: UUID) -> None:
    """Wait for a round of the worker that may be deleting this record. Raises NotFound when it has."""
    found = select(Couple.id).where(Couple.practice_id == actor.practice_id, Couple.id == couple_id)
    if db.session.execute(found.with_for_update()).one_or_none() is None:
        raise NotFound


@transaction
def grant_hold(*, actor: Person, hold_id: UUID) -> RetentionHold:
    """The second admin says yes: the record stays until somebody lifts it. Raises Conflict for whoever asked, and once decided."""
    row = _to_decide(actor, hold_id).row
    row.granted_at, row.decided_by_id = clock.now(), actor.id
    record(actor, Event.HOLD_GRANTED, row)
    return row


@transaction
def refuse_hold(*, actor: Person, hold_id: UUID) -> RetentionHold:
    """The second admin says no; nothing goes in the thirty days after. Raises Conflict for whoever asked, and once decided."""
    row = _to_decide(actor, hold_id).row
    row.refused_at, row.decided_by_id = clock.now(), actor.id
    record(actor, Event.HOLD_REFUSED, row)
    return row


@transaction
def lift_hold(*, actor: Person, hold_id: UUID) -> RetentionHold:
    """Hold a record back no longer; nothing goes in the thirty days after. Raises Conflict where nothing is held back."""
    require(actor, Permission.RETENTION_HOLD)
    held = _alone_with(actor, hold_id)
    if not held.stands:
        raise Conflict("This record is not held back by it.")
    held.row.lifted_at = clock.now()
    record(actor, Event.HOLD_LIFTED, held.row)
    return held.row


def _alone_with(actor: Person, hold_id: UUID) -> HeldBack:
    """One request as it stands, once nobody else is deciding it. Raises NotFound.

    Its row is waited for before it is read as it is: two admins who decide at once would each find it undecided.
    """
    row = select(RetentionHold).where(
        RetentionHold.practice_id == actor.practice_id, RetentionHold.id == hold_id
    )
    db.session.execute(row.with_for_update().execution_options(populate_existing=True)).all()
    return hold_for(actor, hold_id, clock.now())


def _to_decide(actor: Person, hold_id: UUID) -> HeldBack:
    require(actor, Permission.RETENTION_HOLD)
    held = _alone_with(actor, hold_id)
    if held.row.author_id == actor.id:
        raise Conflict("It takes two. Another admin decides what you asked for.")
    if not held.waits:
        raise Conflict("That was decided already, or has lapsed.")
    return held
