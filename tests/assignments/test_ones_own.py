"""What one partner finds while doing an exercise is their own: what the other did with it changes none of it.

No other couple's rows are near these queries, so `tests/test_whose_rows.py` cannot tell whose of the two they read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.entries import save_thanks
from assignments.actions.erasing import ask_for_erasure
from assignments.actions.noting import note_use
from assignments.actions.pausing import ask_for_a_pause
from assignments.actions.pinning import bring_answer
from assignments.actions.process_notes import open_note, write_note
from assignments.actions.replying import reply_to_answers, take_back_reply
from assignments.actions.responding import record_outcome, send_response, set_aside
from assignments.actions.reviewing import mark_read, record_reading
from assignments.actions.sign_rows import note_topics_asked
from assignments.domain.exercises.steps import EntriesStep
from assignments.domain.pauses import Back
from assignments.domain.signs.topics import Topic
from assignments.domain.visibility import Level
from assignments.models import Response, SignAside
from assignments.queries.assignments import assignment_of
from assignments.queries.doing import asked_size, doing_for, own_outcome
from assignments.queries.entries import opened_entries
from assignments.queries.erasures import who_asked
from assignments.queries.exchanges import exchange_for
from assignments.queries.library import library_for
from assignments.queries.mine import own_history
from assignments.queries.notes import note_rows
from assignments.queries.offers import given_lately
from assignments.queries.pauses import pauses_of
from assignments.queries.pins_in_force import pins_in_force
from assignments.queries.readers import readers_of_own
from assignments.queries.replies import own_reply, taken_back_last
from assignments.queries.sign_rows import aside_of, topics_of
from assignments.queries.today import today_for
from assignments.queries.unread import marks_among, turns_to_read
from assignments.queries.unshared import kept_from_the_other
from assignments.queries.uses import own_uses, uses_from_partner
from clinic import crypto
from clinic.actions.staffing import reassign_couple, set_supervision
from clinic.clock import now, today
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Person
from clinic.queries.couples import couple_for, own_couple, own_place
from tests import builders
from tests.assignments.given import (
    OUR_PAUSE,
    PAUSE,
    agreed,
    answered,
    drafted,
    exercise,
    given,
    part_of,
)
from tests.cast import Cast
from tests.conftest import Clock
from tests.statements import every_statement_names_its_practice
from tests.whose_rows import rows_that_come_out


@pytest.fixture(autouse=True)
def _each_statement_names_its_practice(app: Flask) -> Iterator[None]:
    with every_statement_names_its_practice(app):
        yield


def finds(person: Person, assignment_id: UUID) -> dict[str, Any]:
    """Where one partner stands with one thing."""
    place = own_place(person)
    doing = doing_for(place, assignment_id, now())
    exchange = exchange_for(place, assignment_id, now())
    return {
        "turn": doing.turn,
        "size": asked_size(place, assignment_of(place.couple, assignment_id)),
        "outcome": own_outcome(doing),
        "response": doing.response,
        "values": doing.values,
        "has written in turns": doing.is_written,
        "has spoken": exchange.spoken,
        "may write": exchange.next and exchange.next.address,
        "today": today_for(place, now()),
        "my answers": own_history(place, now()),
    }


def test_what_the_other_did_with_it_changes_nothing_of_ones_own(cast: Cast, app: Flask) -> None:
    with app.test_request_context():
        turns = given(cast.priya, cast.sam_and_jo, "reflect-and-check")
        before = finds(cast.jo, turns)
        set_aside(actor=cast.sam, assignment_id=turns, kind="hard", choice="smaller")
        part_of(cast.sam, turns, "A", "thought")
        drafted(cast.sam, turns, "We sat on the steps.", step="take-away")
        assert finds(cast.jo, turns) == before
        send_response(actor=cast.sam, assignment_id=turns, level=Level.PRIVATE)
        record_outcome(actor=cast.sam, assignment_id=turns, turn=1, tried="tried", useful=7)
        assert finds(cast.jo, turns) == before
        assert finds(cast.sam, turns) != before


def test_a_private_thank_you_is_not_even_looked_at_for_what_lies_open(cast: Cast, app: Flask) -> None:
    with app.test_request_context():
        kept = save_thanks(actor=cast.sam, what="Tea.", meant="", level=Level.PRIVATE)
        shared = save_thanks(actor=cast.sam, what="Bread.", meant="", level=Level.SHARED)
        with rows_that_come_out() as seen:
            opened_entries(own_couple(cast.jo), now())
        assert shared.id.hex in seen
        assert kept.id.hex not in seen


def test_who_asked_to_be_deleted_is_told_of_the_couples_asked_about(cast: Cast, app: Flask) -> None:
    with app.test_request_context():
        ask_for_erasure(actor=cast.nia)
        ask_for_erasure(actor=cast.sam)
        with rows_that_come_out() as seen:
            assert who_asked(cast.priya, [cast.sam_and_jo.id]) == {cast.sam.id}
        assert cast.nia.id.hex not in seen


def test_who_read_the_others_words_is_not_told_of_ones_own(cast: Cast, app: Flask) -> None:
    with app.test_request_context():
        sent = answered(cast.sam, given(cast.priya, cast.sam_and_jo), "Your laugh.", Level.COUNSELLOR)
        record_reading(actor=cast.priya, couple_id=cast.sam_and_jo.id, response_ids=[sent], what="answers")
        assert [one.name for one in readers_of_own(own_place(cast.sam))] == ["Priya Nair"]
        assert readers_of_own(own_place(cast.jo)) == []


def sent_and_replied_to(cast: Cast) -> tuple[Response, UUID]:
    """An answer of Sam's for Priya, which she brings to their hour and replies to."""
    sent = answered(cast.sam, given(cast.priya, cast.sam_and_jo), "Your laugh.", Level.COUNSELLOR)
    couple_id = cast.sam_and_jo.id
    of_theirs = select(Response).where(Response.practice_id == cast.canal_street.id, Response.id == sent)
    row = db.session.scalars(of_theirs).one()
    bring_answer(actor=cast.priya, couple_id=couple_id, response_id=sent)
    seen = {sent: row.version}
    (reply,) = reply_to_answers(actor=cast.priya, couple_id=couple_id, seen=seen, words="Thank you.")
    return row, reply.id


def test_what_the_counsellor_before_did_is_not_the_new_ones(cast: Cast, app: Flask) -> None:
    with app.test_request_context():
        row, reply_id = sent_and_replied_to(cast)
        couple_id, day = cast.sam_and_jo.id, today("Europe/London")
        note = write_note(actor=cast.priya, couple_id=couple_id, about_day=day, words="They were quiet.")
        open_note(actor=cast.priya, couple_id=couple_id, note_id=note.id)
        take_back_reply(actor=cast.priya, couple_id=couple_id, reply_id=reply_id)
        both = [cast.priya.id, cast.marcus.id]
        set_supervision(actor=cast.ada, person_id=cast.sofia.id, counsellor_ids=both)
        couple = couple_for(cast.priya, couple_id)
        assert pins_in_force(couple, now())
        assert taken_back_last(cast.priya, [row]) == "Thank you."
        assert own_reply(cast.priya, couple, reply_id)
        assert note_rows(cast.sofia, couple)
        assert given_lately(cast.priya, library_for(cast.priya))

        reassign_couple(actor=cast.ada, couple_id=couple_id, counsellor_id=cast.marcus.id)
        db.session.expire_all()
        couple = couple_for(cast.marcus, couple_id)
        assert pins_in_force(couple, now()) == []
        assert taken_back_last(cast.marcus, [row]) == ""
        assert note_rows(cast.marcus, couple) == note_rows(cast.sofia, couple) == []
        assert given_lately(cast.marcus, library_for(cast.marcus)) == []
        with pytest.raises(NotFound):
            own_reply(cast.marcus, couple, reply_id)


def test_what_was_done_about_one_couple_is_not_found_at_another_of_the_same_counsellor(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    with app.test_request_context():
        _, reply_id = sent_and_replied_to(cast)
        other = couple_for(cast.priya, cast.ade_and_ruth.id)
        assert pins_in_force(other, now()) == []
        with pytest.raises(NotFound):
            own_reply(cast.priya, other, reply_id)
        builders.appointment(other, starts_at=now() + timedelta(hours=1))
        clock.move(hours=3)
        assert pins_in_force(couple_for(cast.priya, cast.sam_and_jo.id), now()), "no hour of theirs was held"


def test_what_was_asked_or_set_aside_about_one_couple_says_nothing_of_another(cast: Cast, app: Flask) -> None:
    """Days and signs of two couples are alike, so nothing but whose they are tells them apart."""
    with app.app_context():
        day, priya, theirs = today("Europe/London"), cast.priya, cast.sam_and_jo
        note_topics_asked(
            actor=priya, couple_id=theirs.id, slot="A", topics=[next(iter(Topic))], asked_on=day
        )
        row = SignAside(
            id=uuid4(), practice_id=theirs.practice_id, couple_id=theirs.id, author_id=priya.id, at=now(),
            sign="not_doing", state="met", returns_on=day,
        )  # fmt: skip
        row.reason_sealed = crypto.seal(row, "reason_sealed", "Exams")
        db.session.add(row)
        db.session.commit()
    with app.test_request_context():
        theirs, other = (couple_for(cast.priya, one.id) for one in (cast.sam_and_jo, cast.ade_and_ruth))
        assert day in {found for topic in topics_of(cast.priya, theirs, now()) for found in topic.days}
        assert {found for topic in topics_of(cast.priya, other, now()) for found in topic.days} == {None}
        assert aside_of(theirs, "not_doing") is not None
        assert aside_of(other, "not_doing") is None


def test_what_the_counsellor_before_read_is_new_to_the_next(cast: Cast, app: Flask) -> None:
    with app.test_request_context():
        row, _ = sent_and_replied_to(cast)
        where = cast.canal_street.id, cast.sam_and_jo.id
        mark_read(actor=cast.priya, couple_id=row.couple_id, seen={row.id: row.version})
        couple = couple_for(cast.priya, row.couple_id)
        assert marks_among(couple, [row.id], []) == {row.id: row.version}
        assert turns_to_read(*where, cast.priya.id).all() == []
        reassign_couple(actor=cast.ada, couple_id=row.couple_id, counsellor_id=cast.marcus.id)
        db.session.expire_all()
        couple = couple_for(cast.marcus, row.couple_id)
        assert marks_among(couple, [row.id], []) == {}
        assert [tuple(one) for one in turns_to_read(*where, cast.marcus.id)] == [(row.assignment_id, 1)]


def test_what_one_partner_kept_is_not_taken_for_the_others(cast: Cast, app: Flask) -> None:
    """A reply is held against what the one it goes to may not read; what they wrote themselves is no secret from them."""
    with app.test_request_context():
        assignment_id = given(cast.priya, cast.sam_and_jo)
        answered(cast.sam, assignment_id, "Your laugh.", Level.SHARED)
        record_outcome(
            actor=cast.sam, assignment_id=assignment_id, turn=1, tried="tried", useful=2,
            barriers=["forgot"], words="My mother",
        )  # fmt: skip
        couple = couple_for(cast.priya, cast.sam_and_jo.id)
        save_thanks(actor=cast.sam, what="You rang.", meant="", level=Level.SHARED)
        kept = kept_from_the_other(cast.priya, couple, cast.sam.id, now())
        assert "My mother" in kept
        assert any("You rang." in text for text in kept), "nobody has read it within its hold"
        assert kept_from_the_other(cast.priya, couple, cast.jo.id, now()) == []


def test_a_use_of_what_both_agreed_is_its_authors_until_it_is_shared(cast: Cast, app: Flask) -> None:
    with app.app_context():
        agreement = given(cast.priya, cast.sam_and_jo, PAUSE)
        agreed(cast.sam, cast.jo, agreement, OUR_PAUSE)
    with app.test_request_context():
        kept, shared = (
            note_use(actor=cast.sam, assignment_id=agreement, value={"topic": "The dishes"}, level=level)
            for level in (Level.PRIVATE, Level.SHARED)
        )
        step = next(one for one in exercise(PAUSE).steps if isinstance(one, EntriesStep))
        with rows_that_come_out() as seen:
            uses_from_partner(own_place(cast.jo), agreement, step, now())
        assert shared.id.hex in seen
        assert kept.id.hex not in seen
        with rows_that_come_out() as seen:
            uses_from_partner(own_place(cast.sam), agreement, step, now())
            assert own_uses(own_place(cast.jo), agreement, step, now()) == []
        assert shared.id.hex not in seen


def test_a_pause_until_the_next_hour_waits_for_an_hour_of_ones_own(cast: Cast, app: Flask) -> None:
    with app.test_request_context():
        ask_for_a_pause(actor=cast.sam, back=Back.SESSION)
        builders.appointment(cast.ade_and_ruth, starts_at=now() + timedelta(hours=1))
        assert pauses_of(cast.priya, [cast.sam_and_jo])[cast.sam.id].session_ends_at is None
        builders.appointment(cast.sam_and_jo, starts_at=now() + timedelta(hours=4))
        assert pauses_of(cast.priya, [cast.sam_and_jo])[cast.sam.id].session_ends_at is not None
