"""Bringing an answer to the next appointment, and letting go of that."""

from __future__ import annotations

from uuid import UUID

from assignments.models import Pin
from assignments.queries.pins_in_force import pins_in_force
from assignments.queries.review import readable_rows
from assignments.queries.strands import readable_parts
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.couples import couple_for


@transaction
def bring_answer(*, actor: Person, couple_id: UUID, response_id: UUID) -> Pin:
    """Bring one answer to the next appointment. Raises NotFound unless it may be read now."""
    require(actor, Permission.ANSWER_BRING)
    couple = couple_for(actor, couple_id)
    row = readable_rows(actor, couple, [response_id], clock.now())[response_id]
    return _pin(actor, couple, row.assignment_id, row.turn, row.id)


@transaction
def bring_turns(*, actor: Person, couple_id: UUID, assignment_id: UUID, turn: int) -> Pin:
    """Bring a turn of listening turns. Raises NotFound where nothing of it may be read now."""
    require(actor, Permission.ANSWER_BRING)
    couple = couple_for(actor, couple_id)
    readable_parts(actor, couple, assignment_id, turn, clock.now())
    return _pin(actor, couple, assignment_id, turn, None)


@transaction
def let_go(*, actor: Person, couple_id: UUID, pin_id: UUID) -> Pin:
    """Take a pin off. Raises NotFound for one that does not hold any more."""
    require(actor, Permission.ANSWER_BRING)
    couple = couple_for(actor, couple_id)
    found = next((row for row in pins_in_force(couple, clock.now()) if row.id == pin_id), None)
    if found is None:
        raise NotFound
    found.taken_off_at = clock.now()
    record(actor, Event.UNPINNED, found)
    return found


def _pin(actor: Person, couple: Couple, assignment_id: UUID, turn: int, response_id: UUID | None) -> Pin:
    wanted = (assignment_id, turn, response_id)
    for row in pins_in_force(couple, clock.now()):
        if (row.assignment_id, row.turn, row.response_id) == wanted:
            return row
    pin = Pin(
        practice_id=couple.practice_id,
        couple_id=couple.id,
        assignment_id=assignment_id,
        turn=turn,
        response_id=response_id,
        by_id=actor.id,
        at=clock.now(),
    )
    db.session.add(pin)
    db.session.flush()
    record(actor, Event.PINNED, pin)
    return pin
