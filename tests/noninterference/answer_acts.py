"""Answers, thank-yous and check-ins that one partner keeps, or thinks better of, in one of two worlds."""

from __future__ import annotations

from datetime import date

from flask import current_app

from assignments.actions.checking_in import check_in
from assignments.actions.entries import change_thanks, delete_thanks, save_thanks
from assignments.actions.measuring import answer_instrument
from assignments.actions.responding import (
    cancel_widening,
    change_visibility,
    record_outcome,
    save_answer,
    set_aside,
    take_back,
)
from assignments.domain.barriers import Barrier
from assignments.domain.checkins import CheckinAnswers
from assignments.domain.visibility import Level
from clinic.models import Person
from tests.assignments.given import (
    answered,
    drafted,
)
from tests.noninterference.worlds import WORDS, World

WEEK = date(2026, 9, 14)


def only_me(world: World, person: Person) -> object:
    return answered(person, world.assignment["questions"], WORDS, Level.PRIVATE)


def both_at_once_alone(world: World, person: Person) -> object:
    return answered(person, world.assignment["waiting"], WORDS, Level.BOTH, step="at-ease")


def drafts(world: World, person: Person) -> object:
    drafted(person, world.assignment["opens together"], WORDS, step="at-ease")
    return save_answer(
        actor=person,
        assignment_id=world.assignment["log"],
        step="say-one",
        value={"text": WORDS},
        version=0,
    )


def not_tonight(world: World, person: Person) -> object:
    return set_aside(actor=person, assignment_id=world.assignment["waiting"], kind="later", choice="tonight")


def felt_hard(world: World, person: Person) -> object:
    for name, choice in (("questions", "skip"), ("waiting", "bring"), ("weekly", "smaller")):
        set_aside(actor=person, assignment_id=world.assignment[name], kind="hard", choice=choice)
    return None


def how_it_went(world: World, person: Person) -> object:
    assignment_id = world.assignment["open"]
    return record_outcome(actor=person, assignment_id=assignment_id, turn=1, tried="part", useful=2)


def what_got_in_the_way(world: World, person: Person, *barriers: str) -> object:
    return record_outcome(
        actor=person,
        assignment_id=world.assignment["open"],
        turn=1,
        tried=None,
        useful=None,
        barriers=barriers or list(Barrier),
        words="" if barriers else WORDS,
    )


def it_did_not_feel_safe(world: World, person: Person) -> object:
    return what_got_in_the_way(world, person, Barrier.NOT_SAFE)


def checked_in(world: World, person: Person) -> object:
    return check_in(actor=person, week_of=WEEK, answers=CheckinAnswers(closeness=1, tension=9, hope=2))


def questions_answered(world: World, person: Person) -> object:
    return answer_instrument(actor=person, name="csi-4", scores=[0, 0, 1, 0])


def a_thank_you_shared_and_hidden_within_the_hold(world: World, person: Person) -> object:
    entry = save_thanks(actor=person, what=WORDS, meant="", level=Level.SHARED)
    return change_thanks(
        actor=person,
        entry_id=entry.id,
        what=WORDS,
        meant="",
        level=Level.PRIVATE,
        version=entry.version,
    )


def a_thank_you_shared_and_deleted_within_the_hold(world: World, person: Person) -> object:
    entry = save_thanks(actor=person, what=WORDS, meant="", level=Level.SHARED)
    return delete_thanks(actor=person, entry_id=entry.id)


def sent_and_taken_back(world: World, person: Person) -> object:
    response_id = answered(person, world.assignment["questions"], WORDS, Level.SHARED)
    return take_back(actor=person, response_id=response_id)


def sent_and_tightened_within_the_hold(world: World, person: Person) -> object:
    response_id = answered(person, world.assignment["log"], WORDS, Level.SHARED, step="say-one")
    return change_visibility(actor=person, response_id=response_id, level=Level.PRIVATE)


def a_widening_begun_and_cancelled(world: World, person: Person) -> object:
    response_id = answered(person, world.assignment["weekly"], WORDS, Level.PRIVATE, step="stayed")
    change_visibility(actor=person, response_id=response_id, level=Level.SHARED)
    return cancel_widening(actor=person, response_id=response_id)


def this_weeks_turn_kept(world: World, person: Person) -> object:
    return answered(person, world.assignment["weekly"], WORDS, Level.PRIVATE, step="stayed")


def this_week_of_the_plan_done_and_kept(world: World, person: Person) -> object:
    """What one of them did of a plan moves no week of it, today or later."""
    return answered(person, world.assignment["plan week 1"], WORDS, Level.PRIVATE, step="at-ease")


def the_pause_page_opened_and_closed(world: World, person: Person) -> object:
    """Looking at one's own pages, the other's told pause among them, asks nothing and tells nobody."""
    client = current_app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = world.token[person.name], True
    for url in ("/today", "/together", "/pause", "/today"):
        assert client.get(url).status_code in (200, 302), url
    return None
