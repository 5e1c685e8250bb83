"""Reading a couple's answers: the list, one answer, marking it as read, replying to its author."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.responding import change_visibility, take_back
from assignments.domain.visibility import Level
from assignments.models import Comment, ReadMark, Response
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, Person
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import get_page, read_page, submit, submit_and_follow

SAM_SAYS = "The canal at dusk, and nobody in a hurry."
JO_SAYS = "My grandmother's kitchen, with the radio on."


def answered(app: Flask, cast: Cast, levels: dict[str, Level]) -> dict[str, UUID]:
    """Sam and Jo, as far as they are named, answer one exercise given to both; their responses by name."""
    given = give(app, cast, "gentle-questions")
    found = {}
    for name, level in levels.items():
        person = getattr(cast, name)
        write(app, person, given, "answer", {"text": SAM_SAYS if name == "sam" else JO_SAYS})
        send(app, person, given, level)
        found[name] = response_of(app, person, given)
    return found


def response_of(app: Flask, person: Person, assignment_id: UUID) -> UUID:
    with app.app_context():
        return db.session.scalars(
            select(Response.id).where(
                Response.author_id == person.id, Response.assignment_id == assignment_id
            )
        ).one()


def list_url(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/answers"


def answer_url(cast: Cast, response_id: UUID) -> str:
    return f"{list_url(cast)}/{response_id}"


def readings(app: Flask) -> list[tuple[UUID | None, UUID | None]]:
    """Who has read which row, by the audit."""
    with app.app_context():
        rows = db.session.scalars(
            select(AuditLine).where(AuditLine.event == Event.WORDS_READ).order_by(AuditLine.number)
        )
        return [(row.actor_id, row.subject_id) for row in rows]


def rows_of(app: Flask, model: Any) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(model)))


# --- The list.


def test_the_list_names_what_may_be_read_newest_first_and_quotes_nothing(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    answered(app, cast, {"sam": Level.SHARED})
    clock.move(seconds=30)
    answered(app, cast, {"jo": Level.COUNSELLOR})
    page = get_page(as_(cast.priya), list_url(cast))
    assert [link.get_text() for link in page.select("tbody th a")] == [
        "Gentle questions, Jo",
        "Gentle questions, Sam",
    ]
    assert [cell.get_text() for cell in page.select('td[data-label="Who sees it"]')] == [
        "C: counsellor only",
        "Goes to Jo soon",
    ]
    assert "2 of 2 new" in page.words
    assert SAM_SAYS not in page.words
    assert not readings(app)


def test_what_was_kept_or_is_a_draft_is_not_in_the_list_and_has_no_page(
    app: Flask, cast: Cast, as_: AS
) -> None:
    kept = answered(app, cast, {"sam": Level.PRIVATE})["sam"]
    draft_for = give(app, cast, "gentle-questions")
    write(app, cast.jo, draft_for, "answer", {"text": JO_SAYS})
    priya = as_(cast.priya)
    page = get_page(priya, list_url(cast))
    assert not page.select("tbody")
    assert "No answers yet." in page.words
    made_up = priya.get(answer_url(cast, uuid4())).data
    for response_id in (kept, response_of(app, cast.jo, draft_for)):
        reply = priya.get(answer_url(cast, response_id))
        assert (reply.status_code, reply.data) == (404, made_up)
    assert not readings(app)


def test_the_list_looks_the_same_whether_or_not_something_was_kept(app: Flask, cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    before = get_page(priya, list_url(cast)).words
    answered(app, cast, {"sam": Level.PRIVATE, "jo": Level.PRIVATE})
    assert get_page(priya, list_url(cast)).words == before


def test_what_is_tightened_leaves_the_list_at_once(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    with app.app_context():
        change_visibility(actor=cast.sam, response_id=response, level=Level.PRIVATE)
    priya = as_(cast.priya)
    assert not get_page(priya, list_url(cast)).select("tbody")
    get_page(priya, answer_url(cast, response), 404)


def test_the_list_costs_the_same_for_many_answers(
    app: Flask, cast: Cast, as_: AS, count_queries: CountQueries
) -> None:
    priya = as_(cast.priya)
    answered(app, cast, {"sam": Level.SHARED})
    with count_queries() as few:
        get_page(priya, list_url(cast))
    for _ in range(4):
        answered(app, cast, {"sam": Level.SHARED, "jo": Level.COUNSELLOR})
    with count_queries() as many:
        get_page(priya, list_url(cast))
    assert len(many) == len(few)


# --- One answer.


def test_reading_leaves_a_line_before_the_words_are_shown(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.COUNSELLOR})["sam"]
    page = get_page(as_(cast.priya), answer_url(cast, response))
    assert SAM_SAYS in page.words
    assert "For the counsellor only:" in page.words
    assert page.select(".quote-c .c-tab")
    assert readings(app) == [(cast.priya.id, response)]


def test_both_stand_side_by_side_when_both_may_be_read_and_each_reading_is_kept(
    app: Flask, cast: Cast, as_: AS
) -> None:
    both = answered(app, cast, {"sam": Level.SHARED, "jo": Level.COUNSELLOR})
    page = get_page(as_(cast.priya), answer_url(cast, both["jo"]))
    shown = [one.get_text(" ", strip=True) for one in page.select(".side-by-side figure")]
    assert SAM_SAYS in shown[0]
    assert JO_SAYS in shown[1]
    assert [bool(one.select(".c-tab")) for one in page.select(".side-by-side figure")] == [False, True]
    assert set(readings(app)) == {(cast.priya.id, both["sam"]), (cast.priya.id, both["jo"])}


def test_a_twin_that_was_kept_leaves_no_trace_beside_the_answer(app: Flask, cast: Cast, as_: AS) -> None:
    given = answered(app, cast, {"sam": Level.BOTH})["sam"]
    priya = as_(cast.priya)
    alone = get_page(priya, answer_url(cast, given))
    with app.app_context():
        assignment = db.session.get_one(Response, given).assignment_id
    write(app, cast.jo, assignment, "answer", {"text": JO_SAYS})
    send(app, cast.jo, assignment, Level.PRIVATE)
    assert get_page(priya, answer_url(cast, given)).words == alone.words


@pytest.mark.parametrize("level", [Level.COUNSELLOR, Level.BOTH, Level.SHARED])
def test_a_supervisor_reads_and_does_nothing_else(app: Flask, cast: Cast, as_: AS, level: Level) -> None:
    response = answered(app, cast, {"sam": level})["sam"]
    sofia = as_(cast.sofia)
    page = get_page(sofia, answer_url(cast, response))
    assert SAM_SAYS in page.words
    assert not page.select("main form")
    for act in ("read", "comment"):
        get_page(sofia, f"{answer_url(cast, response)}/{act}", 405)
    assert readings(app) == [(cast.sofia.id, response)]


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "omar", "ada", "hana"])
def test_nobody_else_reaches_list_or_answer(app: Flask, cast: Cast, as_: AS, who: str) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    client = as_(getattr(cast, who))
    made_up = client.get("/made/up").data
    for url in (list_url(cast), answer_url(cast, response)):
        reply = client.get(url)
        assert (reply.status_code, reply.data) == (404, made_up)
    assert not readings(app)


def test_an_answer_under_another_couples_address_is_not_found(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    get_page(as_(cast.priya), f"/c/couples/{cast.ade_and_ruth.id}/answers/{response}", 404)


def test_words_that_look_like_markup_or_placeholders_are_shown_as_typed(
    app: Flask, cast: Cast, as_: AS
) -> None:
    given = give(app, cast, "gentle-questions")
    write(app, cast.sam, given, "answer", {"text": "<b>{partner}</b> & مرحبا"})
    send(app, cast.sam, given, Level.COUNSELLOR)
    page = get_page(as_(cast.priya), answer_url(cast, response_of(app, cast.sam, given)))
    assert "<b>{partner}</b> & مرحبا" in page.words
    assert not page.select("blockquote b")


# --- Marked as read.


def test_marking_leads_to_the_next_new_one_and_then_to_the_list(app: Flask, cast: Cast, as_: AS) -> None:
    first = answered(app, cast, {"sam": Level.SHARED})["sam"]
    second = answered(app, cast, {"sam": Level.SHARED})["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, answer_url(cast, first))
    page = submit_and_follow(priya, page, form='main form[action$="/read"]')
    assert page.address == answer_url(cast, second)
    page = submit_and_follow(priya, page, form='main form[action$="/read"]')
    assert page.address == list_url(cast)
    assert "None of 2 new" in page.words
    assert "New" not in [cell.get_text() for cell in page.select('td[data-label="State"]')]


def test_what_stood_beside_is_marked_with_it(app: Flask, cast: Cast, as_: AS) -> None:
    both = answered(app, cast, {"sam": Level.SHARED, "jo": Level.SHARED})
    priya = as_(cast.priya)
    submit(priya, get_page(priya, answer_url(cast, both["sam"])), form='main form[action$="/read"]')
    assert {mark.response_id for mark in rows_of(app, ReadMark)} == set(both.values())


def test_a_later_version_is_new_again(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    priya = as_(cast.priya)
    opened = get_page(priya, answer_url(cast, response))
    with app.app_context():
        assignment = take_back(actor=cast.sam, response_id=response).assignment_id
    send(app, cast.sam, assignment, Level.SHARED)
    submit(priya, opened, form='main form[action$="/read"]')
    assert "1 of 1 new" in get_page(priya, list_url(cast)).words


def test_marking_without_saying_what_was_seen_marks_nothing(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, answer_url(cast, response))
    page.one('form[action$="/read"] [name=version]')["value"] = "seven"
    reply = submit(priya, page, form='main form[action$="/read"]', status=422)
    assert "Open this page again first." in read_page(reply, 422).words
    assert not rows_of(app, ReadMark)


# --- Replies.


def test_a_reply_is_kept_sealed_and_stands_with_the_answer(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.COUNSELLOR})["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, answer_url(cast, response))
    page = submit_and_follow(
        priya, page, {"words": "Bring this on Thursday, if you like."}, form='main form[action$="/comment"]'
    )
    assert "Goes to Sam" in page.words
    assert "Bring this on Thursday, if you like." in page.words
    (kept,) = rows_of(app, Comment)
    assert b"Thursday" not in kept.words_sealed


def test_a_reply_to_an_earlier_version_says_so(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, answer_url(cast, response))
    submit(priya, page, {"words": "Thank you for this."}, form='main form[action$="/comment"]')
    with app.app_context():
        assignment = take_back(actor=cast.sam, response_id=response).assignment_id
    send(app, cast.sam, assignment, Level.SHARED)
    assert "About an earlier version" in get_page(priya, answer_url(cast, response)).words


@pytest.mark.parametrize(
    ("words", "problem"),
    [("  ", "Write a line or two first."), ("x" * 601, "Use at most 600 characters.")],
)
def test_a_reply_that_does_not_fit_stays_in_the_box(
    app: Flask, cast: Cast, as_: AS, words: str, problem: str
) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, answer_url(cast, response))
    reply = submit(priya, page, {"words": words}, form='main form[action$="/comment"]', status=422)
    again = read_page(reply, 422)
    assert problem in again.words
    assert again.one("textarea").get_text().strip() == words.strip()
    assert SAM_SAYS in again.words
    assert len(readings(app)) == 2
    assert not rows_of(app, Comment)


def test_a_reply_to_words_that_have_changed_is_stopped_and_can_then_be_sent(
    app: Flask, cast: Cast, as_: AS
) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, answer_url(cast, response))
    with app.app_context():
        assignment = take_back(actor=cast.sam, response_id=response).assignment_id
    send(app, cast.sam, assignment, Level.SHARED)
    form = 'main form[action$="/comment"]'
    reply = submit(priya, page, {"words": "I read this twice."}, form=form, status=422)
    again = read_page(reply, 422)
    assert "This answer has changed since you opened it." in again.words
    submit(priya, again, form=form)
    assert len(rows_of(app, Comment)) == 1


def test_a_reply_to_what_was_tightened_meanwhile_is_not_found(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, answer_url(cast, response))
    with app.app_context():
        change_visibility(actor=cast.sam, response_id=response, level=Level.PRIVATE)
    submit(priya, page, {"words": "Late"}, form='main form[action$="/comment"]', status=404)
    assert not rows_of(app, Comment)


def test_a_reply_sent_twice_is_kept_once(app: Flask, cast: Cast, as_: AS) -> None:
    response = answered(app, cast, {"sam": Level.SHARED})["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, answer_url(cast, response))
    for _ in range(2):
        submit(priya, page, {"words": "Once is enough."}, form='main form[action$="/comment"]')
    assert len(rows_of(app, Comment)) == 1
