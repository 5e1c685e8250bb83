"""Two acts that arrive at once: the second waits for the first, in either order, and neither is lost."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from assignments.access import sharing_of, sharing_of_entry
from assignments.actions import agreeing
from assignments.actions.assigning import change_assignment
from assignments.actions.entries import change_thanks, delete_thanks, save_thanks
from assignments.actions.responding import cancel_widening, change_visibility, send_response, take_back
from assignments.actions.turns import hide_part, save_part, send_part, take_part_back
from assignments.domain.visibility import Level, Sharing
from assignments.models import AgreementText, Assignment, Entry, Response, Signature, TurnPart
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from tests.assignments.given import OUR_PAUSE, PAUSE, answered, drafted, given, put_forward_by
from tests.at_once import Act, at_once
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.both_databases


def sharing(app: Flask, response_id: UUID) -> Sharing:
    with app.app_context():
        statement = select(Response).where(Response.id == response_id).options(selectinload(Response.changes))
        return sharing_of(db.session.execute(statement).scalar_one())


@pytest.fixture
def task(cast: Cast, app: Flask) -> UUID:
    with app.app_context():
        return given(cast.priya, cast.sam_and_jo)


def tighten_limit(cast: Cast, task: UUID, version: int = 1) -> Act:
    def act() -> None:
        change_assignment(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            assignment_id=task,
            best_before=None,
            sharing_limit=Level.COUNSELLOR,
            note="",
            version=version,
        )

    return act


def turn_to(cast: Cast, response_id: UUID, level: Level) -> Act:
    return lambda: change_visibility(actor=cast.sam, response_id=response_id, level=level)


@pytest.mark.parametrize("tightens_first", [True, False])
def test_hiding_is_never_undone_by_an_opening_that_it_met(
    cast: Cast, app: Flask, clock: Clock, task: UUID, tightens_first: bool
) -> None:
    with app.app_context():
        answer = answered(cast.sam, task, "I was wary", Level.COUNSELLOR)
    hide, widen = turn_to(cast, answer, Level.PRIVATE), turn_to(cast, answer, Level.SHARED)
    assert at_once(app, *((hide, widen) if tightens_first else (widen, hide))) == [None, None]
    found = sharing(app, answer)
    assert found.level_at(clock.now) is Level.PRIVATE
    # Asked for last, the opening waits its day; asked for before, it is stopped for good.
    assert found.level_at(clock.now + timedelta(days=2)) is (
        Level.SHARED if tightens_first else Level.PRIVATE
    )


@pytest.mark.parametrize("limit_first", [True, False])
def test_nothing_opens_further_than_a_limit_set_at_the_same_moment(
    cast: Cast, app: Flask, clock: Clock, task: UUID, limit_first: bool
) -> None:
    with app.app_context():
        answer = answered(cast.sam, task, "I was wary", Level.PRIVATE)
    limit, widen = tighten_limit(cast, task), turn_to(cast, answer, Level.SHARED)
    refused = at_once(app, *((limit, widen) if limit_first else (widen, limit)))
    assert refused == [None, Conflict if limit_first else None]
    assert sharing(app, answer).level_at(clock.now + timedelta(days=2)) is Level.PRIVATE


@pytest.mark.parametrize("limit_first", [True, False])
def test_an_answer_goes_as_far_as_was_allowed_when_it_was_sent(
    cast: Cast, app: Flask, task: UUID, limit_first: bool
) -> None:
    with app.app_context():
        drafted(cast.sam, task, "I was wary", step="answer")
    limit = tighten_limit(cast, task)
    send: Act = partial(send_response, actor=cast.sam, assignment_id=task, level=Level.SHARED)
    refused = at_once(app, *((limit, send) if limit_first else (send, limit)))
    assert refused == [None, Conflict if limit_first else None]
    with app.app_context():
        assert db.session.scalars(select(Response.sent_at.is_not(None))).one() is not limit_first


def test_an_answer_is_sent_once(cast: Cast, app: Flask, task: UUID) -> None:
    with app.app_context():
        drafted(cast.sam, task, "I was wary", step="answer")
    keep, share = (
        lambda: send_response(actor=cast.sam, assignment_id=task, level=Level.PRIVATE),
        lambda: send_response(actor=cast.sam, assignment_id=task, level=Level.SHARED),
    )
    assert at_once(app, keep, share) == [None, Conflict]
    with app.app_context():
        assert db.session.scalars(select(Response.visibility)).one() == Level.PRIVATE


@pytest.mark.parametrize("back_first", [True, False])
def test_what_was_taken_back_keeps_no_choice(cast: Cast, app: Flask, task: UUID, back_first: bool) -> None:
    with app.app_context():
        answer = answered(cast.sam, task, "I was wary", Level.SHARED)
    back: Act = partial(take_back, actor=cast.sam, response_id=answer)
    hide = turn_to(cast, answer, Level.PRIVATE)
    refused = at_once(app, *((back, hide) if back_first else (hide, back)))
    assert refused == [None, Conflict if back_first else None]
    found = sharing(app, answer)
    assert found.sent_at is None
    assert found.changes == ()


@pytest.mark.parametrize("cancels_first", [True, False])
def test_cancelling_stops_every_opening_asked_for_before_it(
    cast: Cast, app: Flask, clock: Clock, task: UUID, cancels_first: bool
) -> None:
    with app.app_context():
        answer = answered(cast.sam, task, "I was wary", Level.PRIVATE)
    cancel: Act = partial(cancel_widening, actor=cast.sam, response_id=answer)
    widen = turn_to(cast, answer, Level.SHARED)
    assert at_once(app, *((cancel, widen) if cancels_first else (widen, cancel))) == [None, None]
    later = sharing(app, answer).level_at(clock.now + timedelta(days=2))
    assert later is (Level.SHARED if cancels_first else Level.PRIVATE)


def test_no_part_is_sent_past_a_limit_set_at_the_same_moment(cast: Cast, app: Flask) -> None:
    with app.app_context():
        turns = given(cast.priya, cast.sam_and_jo, "reflect-and-check", days=14)
        where: dict[str, Any] = {
            "assignment_id": turns,
            "turn": 1,
            "slot": "A",
            "step": "thought",
            "number": 1,
        }
        version = save_part(actor=cast.sam, **where, value={"text": "I was wary"}, version=0).version
    send: Act = partial(send_part, actor=cast.sam, **where, version=version)
    assert at_once(app, tighten_limit(cast, turns), send) == [None, NotFound]


@pytest.mark.parametrize("back_first", [True, False])
def test_a_part_that_was_taken_back_is_not_hidden_as_well(
    cast: Cast, app: Flask, clock: Clock, back_first: bool
) -> None:
    with app.app_context():
        turns = given(cast.priya, cast.sam_and_jo, "reflect-and-check", days=14)
        where: dict[str, Any] = {
            "assignment_id": turns,
            "turn": 1,
            "slot": "A",
            "step": "thought",
            "number": 1,
        }
        kept = save_part(actor=cast.sam, **where, value={"text": "I was wary"}, version=0)
        part_id = send_part(actor=cast.sam, **where, version=kept.version).id
    back: Act = partial(take_part_back, actor=cast.sam, part_id=part_id)
    hide: Act = partial(hide_part, actor=cast.sam, part_id=part_id)
    assert at_once(app, *((back, hide) if back_first else (hide, back))) == [None, Conflict]
    with app.app_context():
        part = db.session.get_one(TurnPart, part_id)
        assert (part.sent_at is None) is back_first
        assert (part.hidden_at is None) is back_first


def test_words_taken_back_at_the_last_moment_are_signed_by_nobody(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    """Otherwise what is put forward next, in other words, would be signed already."""
    with app.app_context():
        work = given(cast.priya, cast.sam_and_jo, PAUSE, days=None)
        put_forward_by(cast.sam, work, OUR_PAUSE)
        text_id = db.session.scalars(select(AgreementText.id)).one()
    clock.move(minutes=9, seconds=59)
    here: dict[str, Any] = {"assignment_id": work, "step": OUR_PAUSE}

    def sign_a_moment_later() -> None:
        clock.move(seconds=1)
        agreeing.sign(actor=cast.jo, **here, text_id=text_id)

    back: Act = partial(agreeing.take_back_words, actor=cast.sam, **here)
    assert at_once(app, back, sign_a_moment_later) == [None, agreeing.NewerWords]
    with app.app_context():
        assert not db.session.scalars(select(Signature.person_id)).all()


def test_two_changes_of_what_was_given_are_not_written_over_each_other(
    cast: Cast, app: Flask, task: UUID
) -> None:
    assert at_once(app, tighten_limit(cast, task), tighten_limit(cast, task)) == [None, Conflict]
    with app.app_context():
        assert db.session.get_one(Assignment, task).version == 2


@pytest.mark.parametrize("hides_first", [True, False])
def test_two_changes_of_a_thank_you_are_not_written_over_each_other(
    cast: Cast, app: Flask, clock: Clock, hides_first: bool
) -> None:
    with app.app_context():
        thanks = save_thanks(actor=cast.sam, what="Tea", meant="", level=Level.SHARED).id

    def changed(what: str, level: Level) -> Act:
        return lambda: change_thanks(
            actor=cast.sam, entry_id=thanks, what=what, meant="", level=level, version=1
        )

    hide, reword = changed("Tea", Level.PRIVATE), changed("Toast", Level.SHARED)
    assert at_once(app, *((hide, reword) if hides_first else (reword, hide))) == [None, Conflict]
    with app.app_context():
        row = db.session.scalars(select(Entry).options(selectinload(Entry.changes))).one()
        wanted = Level.PRIVATE if hides_first else Level.SHARED
        assert sharing_of_entry(row).level_at(clock.now + timedelta(days=2)) is wanted


@pytest.mark.parametrize("deletes_first", [True, False])
def test_a_deleted_thank_you_stays_deleted(cast: Cast, app: Flask, deletes_first: bool) -> None:
    with app.app_context():
        thanks = save_thanks(actor=cast.sam, what="Tea", meant="", level=Level.PRIVATE).id
    delete: Act = partial(delete_thanks, actor=cast.sam, entry_id=thanks)
    share: Act = partial(
        change_thanks, actor=cast.sam, entry_id=thanks, what="Tea", meant="", level=Level.SHARED, version=1
    )
    refused = at_once(app, *((delete, share) if deletes_first else (share, delete)))
    assert refused == [None, NotFound if deletes_first else None]
    with app.app_context():
        assert db.session.scalars(select(Entry.deleted_at.is_not(None))).one()
