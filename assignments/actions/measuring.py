"""Questionnaires: their wording, switching one on for a couple, and answering it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID, uuid4

from assignments.domain import wordings
from assignments.domain.instruments import INSTRUMENTS, InstrumentError, total
from assignments.domain.wordings import Wording
from assignments.models import InstrumentAnswer, InstrumentUse, InstrumentWording
from assignments.queries.instruments import asked_by_name, own_answers, uses_of, worded
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import couple_for, own_place
from clinic.queries.people import practice_of


@transaction
def word_instrument(*, actor: Person, name: str, wording: Wording, version: int) -> InstrumentWording:
    """Keep the practice's words as a new version; the newest counts, and what was answered keeps its own.

    Raises Conflict when somebody else has saved them since they were read, and NotFound for an unknown key.
    """
    require(actor, Permission.INSTRUMENT_WORD)
    newest = worded(actor, name)
    if newest.version != version:
        raise Conflict("Somebody else has saved this since. Look at it again first.")
    if len(wording.items) != len(INSTRUMENTS[name].item_ranges):
        raise Conflict("These are not the items of this questionnaire.")
    row = InstrumentWording(
        id=uuid4(),
        practice_id=actor.practice_id,
        by_id=actor.id,
        at=clock.now(),
        name=name,
        version=version + 1,
        definition=wordings.to_json(wording),
    )
    db.session.add(row)
    record(actor, Event.INSTRUMENT_WORDED, row, name=name, version=row.version)
    return row


@transaction
def switch_on(*, actor: Person, couple_id: UUID, name: str) -> InstrumentUse:
    """Ask both partners of a couple from today on. Raises Conflict while the practice's words are not whole."""
    require(actor, Permission.INSTRUMENT_SWITCH)
    couple = couple_for(actor, couple_id)
    one = worded(actor, name)
    if not one.is_on:
        raise Conflict("Your practice has not entered all its words yet.")
    if name in uses_of(couple):
        raise Conflict("This is on already.")
    use = InstrumentUse(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        by_id=actor.id,
        at=clock.now(),
        name=name,
        began_on=clock.today(practice_of(actor).timezone),
    )
    db.session.add(use)
    record(actor, Event.INSTRUMENT_ON, use, name=name)
    return use


@transaction
def switch_off(*, actor: Person, couple_id: UUID, name: str) -> InstrumentUse:
    """Ask no more. What was answered stays. Raises Conflict when it is not on."""
    require(actor, Permission.INSTRUMENT_SWITCH)
    use = uses_of(couple_for(actor, couple_id)).get(name)
    if use is None:
        raise Conflict("This is off already.")
    use.ended_at = clock.now()
    record(actor, Event.INSTRUMENT_OFF, use, name=name)
    return use


@transaction
def answer_instrument(*, actor: Person, name: str, scores: Sequence[int]) -> InstrumentAnswer:
    """Keep the author's answers in the round that is open; answering again replaces them until it closes.

    Raises NotFound when it is not asked now, and Conflict for anything but one answer to every item.
    """
    require(actor, Permission.INSTRUMENT_ANSWER)
    place, now = own_place(actor), clock.now()
    asked = asked_by_name(place, now, name)
    try:
        total(name, scores)
    except InstrumentError:
        raise Conflict("Each question needs one of its answers.") from None
    wording = asked.worded.row
    if wording is None:
        raise Conflict("This is not ready to be answered.")
    row = own_answers(place).get((name, asked.round.opened_on))
    if row is None:
        # The id is made here, because the items are sealed to it before the row is inserted.
        row = InstrumentAnswer(
            id=uuid4(),
            practice_id=place.practice_id,
            couple_id=place.couple_id,
            author_id=actor.id,
            name=name,
            round_on=asked.round.opened_on,
            answered_at=now,
            version=0,
        )
        db.session.add(row)
    row.wording_id, row.saved_at, row.version = wording.id, now, row.version + 1
    row.items_sealed = crypto.seal(row, "items_sealed", json.dumps(list(scores)))
    db.session.flush()
    record(actor, Event.INSTRUMENT_ANSWERED, row)
    return row
