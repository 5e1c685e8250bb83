"""The acts of reading staff, without a page in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.assigning import Terms, assign
from assignments.actions.entries import save_thanks
from assignments.actions.replying import reply_to_answers
from assignments.actions.responding import save_answer, send_response
from assignments.actions.reviewing import mark_read, record_reading
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import Comment, ReadMark, Response
from clinic.audit import Event
from clinic.clock import today
from clinic.crypto import unseal
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from clinic.models import AuditLine
from tests.cast import Cast
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def in_app(app: Flask, cast: Cast) -> Iterator[None]:
    with app.app_context():
        yield


def sent(cast: Cast, level: Level) -> Response:
    exercise = load_library().get("gentle-questions")
    assert exercise is not None
    terms = Terms("both", today("Europe/London"), None, Repeat.ONCE, Level.SHARED)
    given = assign(actor=cast.priya, couple_id=cast.sam_and_jo.id, exercise=exercise, terms=terms)
    # What goes to the partner gives a line, for an empty answer may not open the other's.
    save_answer(
        actor=cast.sam, assignment_id=given.id, step="answer", value={"text": "I would row"}, version=0
    )
    return send_response(actor=cast.sam, assignment_id=given.id, level=level)


def events(event: Event) -> list[AuditLine]:
    return list(db.session.scalars(select(AuditLine).where(AuditLine.event == event)))


def test_reading_is_written_down_once_for_each_answer(cast: Cast) -> None:
    first, second = sent(cast, Level.COUNSELLOR), sent(cast, Level.SHARED)
    ids = [first.id, second.id, first.id]
    record_reading(actor=cast.priya, couple_id=cast.sam_and_jo.id, response_ids=ids, what="answer")
    lines = events(Event.WORDS_READ)
    assert {(line.subject_id, line.couple_id) for line in lines} == {
        (first.id, cast.sam_and_jo.id),
        (second.id, cast.sam_and_jo.id),
    }
    assert len(lines) == 2
    assert {line.details["what"] for line in lines} == {"answer"}


def test_reading_all_or_nothing(cast: Cast) -> None:
    readable, kept = sent(cast, Level.SHARED), sent(cast, Level.PRIVATE)
    for ids in ([readable.id, kept.id], [readable.id, uuid4()]):
        with pytest.raises(NotFound):
            record_reading(actor=cast.priya, couple_id=cast.sam_and_jo.id, response_ids=ids, what="answer")
    assert not events(Event.WORDS_READ)


def test_a_thank_you_is_read_only_once_it_lies_open_to_both(cast: Cast, clock: Clock) -> None:
    entry = save_thanks(actor=cast.sam, what="You rang", meant="", level=Level.SHARED)

    def read() -> None:
        record_reading(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            response_ids=[],
            thanks_ids=[entry.id],
            what="brief",
        )

    with pytest.raises(NotFound):
        read()
    clock.move(minutes=11)
    read()
    assert [line.subject_id for line in events(Event.WORDS_READ)] == [entry.id]


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "omar", "ada", "hana"])
def test_whoever_may_not_read_can_do_nothing_here(cast: Cast, who: str) -> None:
    response, actor, couple = sent(cast, Level.SHARED), getattr(cast, who), cast.sam_and_jo.id
    for act in (
        lambda: record_reading(actor=actor, couple_id=couple, response_ids=[response.id], what="answer"),
        lambda: mark_read(actor=actor, couple_id=couple, seen={response.id: 1}),
        lambda: reply_to_answers(actor=actor, couple_id=couple, seen={response.id: 1}, words="Hello"),
    ):
        with pytest.raises(NotFound):
            act()
    assert not events(Event.WORDS_READ) + events(Event.MARKED_READ) + events(Event.COMMENTED)


def test_a_supervisor_reads_but_neither_marks_nor_replies(cast: Cast) -> None:
    response, couple = sent(cast, Level.COUNSELLOR), cast.sam_and_jo.id
    record_reading(actor=cast.sofia, couple_id=couple, response_ids=[response.id], what="answer")
    with pytest.raises(NotFound):
        mark_read(actor=cast.sofia, couple_id=couple, seen={response.id: 1})
    with pytest.raises(NotFound):
        reply_to_answers(actor=cast.sofia, couple_id=couple, seen={response.id: 2}, words="Hello")


def test_marking_never_runs_ahead_of_what_is_there_nor_back(cast: Cast) -> None:
    response, couple = sent(cast, Level.SHARED), cast.sam_and_jo.id

    def marked(seen: int) -> int:
        mark_read(actor=cast.priya, couple_id=couple, seen={response.id: seen})
        (mark,) = db.session.scalars(select(ReadMark))
        return mark.version

    assert marked(999) == response.version
    assert marked(0) == response.version
    assert len(events(Event.MARKED_READ)) == 2


def test_a_reply_is_bound_to_its_version_and_sealed_to_its_writer(cast: Cast) -> None:
    response = sent(cast, Level.SHARED)
    (kept,) = reply_to_answers(
        actor=cast.priya,
        couple_id=cast.sam_and_jo.id,
        seen={response.id: response.version},
        words="Thank you.\nShall we look at it on Thursday?",
    )
    assert kept.response_version == response.version
    assert unseal(kept, "words_sealed", kept.words_sealed).startswith("Thank you.\n")
    (line,) = events(Event.COMMENTED)
    assert (line.subject_id, line.couple_id, line.details) == (kept.id, cast.sam_and_jo.id, {})


@pytest.mark.parametrize(("words", "version"), [(" ", 0), ("x" * 601, 0), ("Hello", 1), ("Hello", -1)])
def test_a_reply_that_is_empty_too_long_or_about_another_version_is_refused(
    cast: Cast, words: str, version: int
) -> None:
    response = sent(cast, Level.SHARED)
    with pytest.raises(Conflict):
        reply_to_answers(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            seen={response.id: response.version + version},
            words=words,
        )
    assert not list(db.session.scalars(select(Comment)))


def test_another_couples_answer_is_not_found_even_by_their_counsellor(cast: Cast) -> None:
    response: UUID = sent(cast, Level.SHARED).id
    with pytest.raises(NotFound):
        mark_read(actor=cast.priya, couple_id=cast.ade_and_ruth.id, seen={response: 1})
