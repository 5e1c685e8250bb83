"""What a partner may do with an answer, below the pages: the levels, taking back, and several acts on end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from assignments.access import sharing_of
from assignments.actions.responding import (
    NewerCopy,
    cancel_widening,
    change_visibility,
    may_undo,
    save_answer,
    send_response,
    set_aside,
    take_back,
)
from assignments.domain.visibility import Level
from assignments.models import Response
from assignments.queries.responses import own_response_by_id, own_values
from clinic.clock import now
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from clinic.models import Couple, Practice
from clinic.queries.couples import own_place
from tests.assignments.work import give
from tests.cast import Cast
from tests.conftest import Clock


@pytest.fixture
def given(app: Flask, cast: Cast) -> Iterator[UUID]:
    """Something both were given and may share, and an app context in which acts follow each other."""
    assignment_id = give(app, cast, "i-statements")
    with app.app_context():
        yield assignment_id


def send(cast: Cast, assignment_id: UUID, level: Level) -> Response:
    words = {"say-it": {"when": "it rained"}, "answer": {"text": "The lake"}}
    for step, value in words.items():
        with suppress(NotFound, NewerCopy):
            save_answer(actor=cast.sam, assignment_id=assignment_id, step=step, value=value, version=0)
    return send_response(actor=cast.sam, assignment_id=assignment_id, level=level)


def level_of(cast: Cast, response: Response) -> Level:
    return sharing_of(own_response_by_id(own_place(cast.sam), response.id)).level_at(now())


def test_a_widening_can_be_cancelled_in_the_same_breath(cast: Cast, given: UUID, clock: Clock) -> None:
    response = send(cast, given, Level.PRIVATE)
    change_visibility(actor=cast.sam, response_id=response.id, level=Level.SHARED)
    cancel_widening(actor=cast.sam, response_id=response.id)
    clock.move(days=2)
    assert level_of(cast, response) is Level.PRIVATE


def test_a_second_change_replaces_a_widening_that_is_on_its_way(
    cast: Cast, given: UUID, clock: Clock
) -> None:
    response = send(cast, given, Level.PRIVATE)
    change_visibility(actor=cast.sam, response_id=response.id, level=Level.SHARED)
    change_visibility(actor=cast.sam, response_id=response.id, level=Level.COUNSELLOR)
    clock.move(days=2)
    assert level_of(cast, response) is Level.COUNSELLOR


def test_what_was_taken_back_forgets_what_was_changed_before(cast: Cast, given: UUID, clock: Clock) -> None:
    response = send(cast, given, Level.SHARED)
    change_visibility(actor=cast.sam, response_id=response.id, level=Level.COUNSELLOR)
    take_back(actor=cast.sam, response_id=response.id)
    send(cast, given, Level.SHARED)
    clock.move(minutes=11)
    assert level_of(cast, response) is Level.SHARED


def test_saving_twice_in_the_same_breath_changes_one_answer(cast: Cast, given: UUID) -> None:
    for version, words in enumerate(("the door shut", "the door shut again")):
        answer = save_answer(
            actor=cast.sam, assignment_id=given, step="say-it", value={"when": words}, version=version
        )
    response = own_response_by_id(own_place(cast.sam), answer.response_id)
    assert own_values(response) == {"say-it": {"when": "the door shut again"}}
    with pytest.raises(NewerCopy) as newer:
        save_answer(actor=cast.sam, assignment_id=given, step="say-it", value={"when": "no"}, version=1)
    assert newer.value.value == {"when": "the door shut again"}
    assert newer.value.version == 2


@pytest.mark.parametrize("acting", ["send", "change"])
def test_a_level_the_practice_has_switched_off_is_refused_even_as_a_tightening(
    acting: str, cast: Cast, given: UUID
) -> None:
    db.session.get_one(Practice, cast.canal_street.id).allows_counsellor_only = False
    db.session.commit()
    if acting == "send":
        with pytest.raises(Conflict):
            send(cast, given, Level.COUNSELLOR)
        return
    response = send(cast, given, Level.SHARED)
    with pytest.raises(Conflict):
        change_visibility(actor=cast.sam, response_id=response.id, level=Level.COUNSELLOR)
    change_visibility(actor=cast.sam, response_id=response.id, level=Level.PRIVATE)
    assert level_of(cast, response) is Level.PRIVATE


def test_a_level_looser_than_the_limit_is_refused(app: Flask, cast: Cast, clock: Clock) -> None:
    assignment_id = give(app, cast, "i-statements", limit=Level.COUNSELLOR)
    with app.app_context():
        for level in (Level.BOTH, Level.SHARED):
            with pytest.raises(Conflict):
                send(cast, assignment_id, level)
        response = send(cast, assignment_id, Level.PRIVATE)
        with pytest.raises(Conflict):
            change_visibility(actor=cast.sam, response_id=response.id, level=Level.SHARED)


def test_widening_takes_the_practices_delay_and_hiding_takes_none(
    cast: Cast, given: UUID, clock: Clock
) -> None:
    response = send(cast, given, Level.PRIVATE)
    change = change_visibility(actor=cast.sam, response_id=response.id, level=Level.SHARED)
    assert change.takes_effect_at == clock.now + timedelta(hours=24)
    clock.move(hours=25)
    hidden = change_visibility(actor=cast.sam, response_id=response.id, level=Level.PRIVATE)
    assert hidden.takes_effect_at == clock.now


@pytest.mark.parametrize("act", [take_back, cancel_widening])
def test_nobody_else_can_act_on_an_answer(act: Callable[..., object], cast: Cast, given: UUID) -> None:
    response = send(cast, given, Level.SHARED)
    for person in (cast.jo, cast.ade, cast.priya):
        with pytest.raises(NotFound):
            act(actor=person, response_id=response.id)
        with pytest.raises(NotFound):
            change_visibility(actor=person, response_id=response.id, level=Level.PRIVATE)


@pytest.mark.parametrize("held", [True, False])
def test_while_sharing_is_held_undo_does_not_tell_that_the_other_has_answered(
    held: bool, app: Flask, cast: Cast, clock: Clock
) -> None:
    """They would have opened together, but the counsellor stopped sharing before they did."""
    assignment_id = give(app, cast, "gentle-questions", limit=Level.BOTH)
    with app.app_context():
        for person in (cast.jo, cast.sam):
            save_answer(
                actor=person,
                assignment_id=assignment_id,
                step="answer",
                value={"text": "The lake"},
                version=0,
            )
        own = send_response(actor=cast.jo, assignment_id=assignment_id, level=Level.BOTH)
        clock.move(hours=1)
        send_response(actor=cast.sam, assignment_id=assignment_id, level=Level.BOTH)
        if held:
            db.session.get_one(Couple, cast.sam_and_jo.id).held_at = now()
            db.session.commit()
        clock.move(hours=1)
        place = own_place(cast.jo)
        assert may_undo(place, own_response_by_id(place, own.id)) is held


def test_an_unknown_way_of_setting_aside_is_refused(cast: Cast, given: UUID) -> None:
    for kind, choice in (("later", "skip"), ("hard", "tomorrow"), ("made-up", "skip")):
        with pytest.raises(Conflict):
            set_aside(actor=cast.sam, assignment_id=given, kind=kind, choice=choice)
