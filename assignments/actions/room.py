"""Entering and leaving the room, and what is written there by all three."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from assignments.actions.locks import hold_assignment
from assignments.models import AgreementText
from assignments.queries.room import agreements_to_write, key_of_agreement
from clinic import clock, crypto
from clinic.access import require
from clinic.actions.sign_ins import prove_pass_phrase
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import couple_for


@transaction
def enter_room(*, actor: Person, couple_id: UUID, shows: Sequence[str]) -> None:
    """From now on this sign-in reaches the room of this couple and nothing else; `shows` was ticked for it."""
    require(actor, Permission.ROOM_ENTER)
    couple = couple_for(actor, couple_id)
    sign_in = actor.sign_in
    sign_in.in_room_since, sign_in.room_couple_id, sign_in.room_shows = clock.now(), couple.id, list(shows)
    record(actor, Event.ROOM_ENTERED, couple, couple_id=couple.id)


def leave_room(*, actor: Person, given: str, device: str) -> UUID | None:
    """Out again, for whoever knows the pass-phrase; the couple that was in it. Raises WrongSignIn.

    It is asked for however short a time ago it was given: one of the two partners may hold the mouse.
    """
    require(actor, Permission.ROOM_LEAVE)
    prove_pass_phrase(actor=actor, given=given, device=device)
    return _leave(actor)


@transaction
def _leave(actor: Person) -> UUID | None:
    sign_in = actor.sign_in
    couple_id: UUID | None = sign_in.room_couple_id
    sign_in.in_room_since = sign_in.room_couple_id = sign_in.room_shows = None
    sign_in.confirmed_at = clock.now()
    record(actor, Event.ROOM_LEFT, sign_in, couple_id=couple_id)
    return couple_id


@transaction
def write_in_room(
    *, actor: Person, couple_id: UUID, assignment_id: UUID, step: str, value: dict[str, Any] | None
) -> AgreementText:
    """Keep what the three wrote together. It lies open to both at once, and nobody has signed it.

    There is no hold, because both have just read it. Each signs later, on their own, where nobody looks on.
    """
    require(actor, Permission.ROOM_AGREEMENT)
    if actor.sign_in.room_couple_id != couple_id:
        raise NotFound
    couple, now = couple_for(actor, couple_id), clock.now()
    hold_assignment(couple.practice_id, assignment_id)
    found = next(
        (one for one in agreements_to_write(couple, now) if one.assignment.id == assignment_id), None
    )
    if found is None or found.step.key != step:
        raise NotFound
    if not value:
        raise Conflict("Write a line first.")
    # The id is made here, because the words are sealed to it before the row is inserted.
    row = AgreementText(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        assignment_id=assignment_id,
        step=step,
        author_id=actor.id,
        saved_at=now,
        put_forward_at=now,
        opens_at=now,
        signatures=[],
    )
    row.value_sealed = crypto.seal(row, "value_sealed", json.dumps(value, ensure_ascii=False))
    db.session.add(row)
    db.session.flush()
    # It is read back at once, so it joins what the room shows.
    actor.sign_in.room_shows = [*(actor.sign_in.room_shows or ()), key_of_agreement(row.id)]
    record(actor, Event.AGREEMENT_PUT_FORWARD, row)
    return row
