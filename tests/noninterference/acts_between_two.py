"""Turns, agreements, rituals and thanks that one partner keeps, or thinks better of, in one of two worlds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from assignments.actions import agreeing
from assignments.actions.noting import mark_done, note_use, rate_closeness, undo_done
from assignments.actions.responding import (
    save_answer,
    send_response,
    set_aside,
)
from assignments.actions.thanking import say_thanks, take_thanks_back
from assignments.actions.turns import hide_part, take_part_back
from assignments.domain.visibility import Level
from assignments.models import AgreementText
from clinic.extensions import db
from clinic.models import Person
from tests.assignments.given import (
    OUR_PAUSE,
    OUR_TIME,
)
from tests.noninterference.worlds import WORDS, World, a_part, slot_of, the_other_slot


def turns_drafted(world: World, person: Person) -> object:
    """A fresh thought, and saying back what the other sent."""
    a_part(world, person, "turns afresh", slot_of(world.cast, person), "on-my-mind")
    return a_part(world, person, "turns", the_other_slot(world, person), "say-back")


def a_part_taken_back_within_the_hold(world: World, person: Person) -> object:
    part_id = a_part(world, person, "turns", the_other_slot(world, person), "say-back", send=True)
    return take_part_back(actor=person, part_id=part_id)


def a_part_hidden_within_the_hold(world: World, person: Person) -> object:
    part_id = a_part(world, person, "turns afresh", slot_of(world.cast, person), "on-my-mind", send=True)
    return hide_part(actor=person, part_id=part_id)


def face_to_face_and_how_heard_it_felt(world: World, person: Person) -> object:
    save_answer(
        actor=person,
        assignment_id=world.assignment["turns afresh"],
        step="understood",
        value={"rating": 2},
        version=0,
    )
    return send_response(actor=person, assignment_id=world.assignment["turns afresh"], level=Level.COUNSELLOR)


def drafts_an_agreement(world: World, person: Person) -> object:
    for name, step in (("offered", OUR_PAUSE), ("ritual", OUR_TIME)):
        agreeing.save_agreement(
            actor=person, assignment_id=world.assignment[name], step=step, value={"place": WORDS}, version=0
        )
    return None


def signs_or_puts_forward_and_takes_it_back_within_the_hold(world: World, person: Person) -> object:
    here: dict[str, Any] = {"actor": person, "assignment_id": world.assignment["offered"], "step": OUR_PAUSE}
    if person.id == world.cast.sam.id:
        offered = db.session.scalars(
            # The latest that Jo put forward: drafts of either may stand beside it.
            select(AgreementText)
            .where(
                AgreementText.assignment_id == world.assignment["offered"],
                AgreementText.author_id == world.cast.jo.id,
                AgreementText.put_forward_at.is_not(None),
            )
            .order_by(AgreementText.put_forward_at.desc())
            .limit(1)
        ).one()
        agreeing.sign(**here, text_id=offered.id)
        return agreeing.undo_signature(**here)
    version = agreeing.save_agreement(**here, value={"signal": WORDS}, version=0)
    agreeing.put_forward(**here, version=version)
    return agreeing.take_back_words(**here)


def a_use_noted_for_oneself(world: World, person: Person) -> object:
    for level in (Level.PRIVATE, Level.COUNSELLOR):
        note_use(actor=person, assignment_id=world.assignment["agreed"], value={"topic": WORDS}, level=level)
    return None


def a_ritual_done_and_its_closeness(world: World, person: Person) -> object:
    work = world.assignment["ritual"]
    marked = mark_done(actor=person, assignment_id=work)
    return rate_closeness(actor=person, assignment_id=work, entry_id=marked.id, closeness=1)


def thanks_for_an_answer_taken_back_within_the_hold(world: World, person: Person) -> object:
    say_thanks(actor=person, assignment_id=world.assignment["open"])
    return take_thanks_back(actor=person, assignment_id=world.assignment["open"])


def a_ritual_not_today(world: World, person: Person) -> object:
    return set_aside(actor=person, assignment_id=world.assignment["ritual"], kind="later", choice="tomorrow")


def a_ritual_done_and_taken_back(world: World, person: Person) -> object:
    mark_done(actor=person, assignment_id=world.assignment["ritual"])
    return undo_done(actor=person, assignment_id=world.assignment["ritual"])
