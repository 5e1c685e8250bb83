"""What a partner does in listening turns: keep a part, send it, take it back within the minute, hide it later."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from assignments.actions.locks import hold_assignment, hold_partner
from assignments.actions.responding import TURNS_HOLD_MINUTES, NewerCopy
from assignments.domain import turns, visibility
from assignments.domain.exercises import AnswerError
from assignments.models import TurnPart
from assignments.queries.exchanges import Exchange, NextPart, exchange_for, own_part_by_id
from assignments.queries.responses import unsealed_value
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Partner, Person
from clinic.queries.couples import own_place


@transaction
def save_part(
    *,
    actor: Person,
    assignment_id: UUID,
    turn: int,
    slot: str,
    step: str,
    number: int,
    value: Any,
    version: int,
) -> TurnPart:
    """Keep the author's own draft of the part an address names. `version` is what the form was opened with.

    Raises NewerCopy instead of writing over a later save, Conflict once it is sent, NotFound for what is not theirs
    to write now.
    """
    require(actor, Permission.DRAFT_WRITE)
    place = own_place(actor)
    hold_partner(place)
    exchange, one = _to_write(place, assignment_id, turn, slot, step, number)
    part = one.draft
    if part is None:
        # The id is made here, because the words are sealed to it before the row is inserted.
        part = TurnPart(
            id=uuid4(),
            practice_id=place.practice_id,
            couple_id=place.couple_id,
            assignment_id=exchange.assignment.id,
            turn=turn,
            speaker=slot,
            round=number,
            step=step,
            author_id=actor.id,
            version=0,
        )
    elif part.version != version:
        kept = unsealed_value(part)
        if kept == value:
            return part
        raise NewerCopy(kept, part.version)
    part.value_sealed = crypto.seal(part, "value_sealed", json.dumps(value, ensure_ascii=False))
    part.version += 1
    part.saved_at = clock.now()
    db.session.add(part)
    db.session.flush()
    record(actor, Event.DRAFT_SAVED, part)
    return part


@transaction
def send_part(
    *, actor: Person, assignment_id: UUID, turn: int, slot: str, step: str, number: int, version: int
) -> TurnPart:
    """Send what was kept, in the version its author looked at. It is held for a minute (decision 12).

    Raises Conflict where it has changed since, or where there is nothing to send yet.
    """
    require(actor, Permission.ANSWER_SEND)
    place = own_place(actor)
    hold_partner(place)
    hold_assignment(place.practice_id, assignment_id)
    _, one = _to_write(place, assignment_id, turn, slot, step, number)
    part = one.draft
    if part is None:
        raise Conflict("Write a line first.")
    if part.version != version:
        raise Conflict("This has changed since you looked. Read it once more first.")
    try:
        value = turns.ready_to_send(one.act, unsealed_value(part))
    except AnswerError as problem:
        raise Conflict(str(problem)) from problem
    now = clock.now()
    part.value_sealed = crypto.seal(part, "value_sealed", json.dumps(value, ensure_ascii=False))
    part.choice = turns.choice_in(one.act, value)
    part.sent_at = now
    part.opens_at = visibility.hold_ends(now, timedelta(minutes=TURNS_HOLD_MINUTES))
    part.version += 1
    record(actor, Event.RESPONSE_SENT, part)
    return part


@transaction
def take_part_back(*, actor: Person, part_id: UUID) -> TurnPart:
    """Undo sending within the hold: it is a draft again, and the other partner never learns of it."""
    require(actor, Permission.ANSWER_UNDO)
    part = _own_part(actor, part_id)
    now = clock.now()
    if part.hidden_at is not None or part.opens_at is None or part.opens_at <= now:
        raise Conflict("It is too late to take this back. You can hide it from now on.")
    part.sent_at = part.opens_at = part.choice = None
    part.version += 1
    record(actor, Event.RESPONSE_TAKEN_BACK, part)
    return part


@transaction
def hide_part(*, actor: Person, part_id: UUID) -> TurnPart:
    """From now on its author alone can read it. No mark is left where it stood."""
    require(actor, Permission.ANSWER_VISIBILITY)
    part = _own_part(actor, part_id)
    if part.sent_at is None:
        raise Conflict("Nobody sees this yet.")
    if part.hidden_at is not None:
        raise Conflict("Only you can see this already.")
    part.hidden_at = clock.now()
    part.version += 1
    record(actor, Event.VISIBILITY_CHANGED, part)
    return part


def _own_part(actor: Person, part_id: UUID) -> TurnPart:
    """One of the author's own parts, to be changed: taking back and hiding must not pass each other."""
    place = own_place(actor)
    hold_partner(place)
    return own_part_by_id(place, part_id)


def _to_write(
    place: Partner, assignment_id: UUID, turn: int, slot: str, step: str, number: int
) -> tuple[Exchange, NextPart]:
    """The part an address names, if its author may write it now."""
    exchange = exchange_for(place, assignment_id, clock.now())
    one = exchange.next_at(turn, slot, step, number)
    if one is None:
        own = exchange.own_part(turn, slot, step, number)
        if own is not None and own.sent_at is not None:
            raise Conflict("You have sent this. Take it back first if you want to change it.")
        raise NotFound
    return exchange, one
