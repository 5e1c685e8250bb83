"""How did that go: tried, how useful and what got in the way, and who reads what of it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.domain.visibility import Level
from assignments.models import Outcome
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine
from tests.assignments.work import give, send
from tests.cast import AS, Cast
from tests.page import Page, get_page, read_page, submit, submit_and_follow


def said_after(app: Flask, cast: Cast, client: FlaskClient, **fields: str | list[str]) -> Page:
    """Finish an exercise as Sam and say how it went on the real page; the page that comes after."""
    assignment_id = give(app, cast, "gentle-questions")
    send(app, cast.sam, assignment_id, Level.PRIVATE)
    page = get_page(client, f"/do/{assignment_id}/done")
    return submit_and_follow(client, page, fields, form='main form[action$="/outcome"]')


def bare(page: Page) -> str:
    """The page without what is random in each rendering, and without whose exercise it is."""
    return re.sub(r'value="[^"]{20,}"|[0-9a-f-]{36}', "", page.response.text)


def test_each_part_may_be_left_out_and_an_empty_form_says_what_to_do(cast: Cast, as_: AS, app: Flask) -> None:
    sam = as_(cast.sam)
    assert "Thank you. That is noted." in said_after(app, cast, sam, barriers=["time"]).words
    with app.app_context():
        given = db.session.scalars(select(Outcome)).one()
    done = get_page(sam, f"/do/{given.assignment_id}/done")
    refused = read_page(submit(sam, done, {}, form='main form[action$="/outcome"]', status=422), 422)
    assert "Choose one of these, or leave the page." in refused.words


def test_the_counsellor_reads_what_got_in_the_way_and_each_reading_leaves_a_line(
    cast: Cast, as_: AS, app: Flask
) -> None:
    said_after(app, cast, as_(cast.sam), barriers=["time", "other"], words="The boiler broke", useful="3")
    couple = f"/c/couples/{cast.sam_and_jo.id}"
    assert "In the way: time, something else" in get_page(as_(cast.priya), couple).words
    told = get_page(as_(cast.priya), f"{couple}/how-it-went").words
    assert "time, something else" in told
    assert "“The boiler broke”" in told
    with app.app_context():
        assert b"boiler" not in (db.session.scalars(select(Outcome.barrier_words_sealed)).one() or b"")
        lines = db.session.scalars(select(AuditLine.event)).all()
    assert lines.count(Event.WORDS_READ) == 1


@pytest.mark.both_databases
def test_did_not_feel_safe_is_a_wish_to_talk_and_stands_nowhere_else(cast: Cast, as_: AS, app: Flask) -> None:
    after = said_after(app, cast, as_(cast.sam), barriers=["not-safe", "time"])
    assert "Thank you. That is noted." in after.words
    assert "Asked today to talk alone." in get_page(as_(cast.priya), "/c").words
    couple = f"/c/couples/{cast.sam_and_jo.id}"
    assert "it did not feel safe." in get_page(as_(cast.priya), f"{couple}/talk").words
    for url in (couple, f"{couple}/how-it-went", f"{couple}/answers", f"{couple}/brief"):
        assert "feel safe" not in get_page(as_(cast.priya), url).words
    with app.app_context():
        assert db.session.scalars(select(Outcome.barriers)).one() == "time"


def test_the_page_after_it_is_the_page_after_any_other_answer(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    pages = []
    for barriers in (["not-safe"], ["forgot"], ["not-safe", "forgot"]):
        after = said_after(app, cast, client, barriers=barriers)
        assert not after.select("input[type=checkbox][checked]")
        pages.append((bare(after), bare(get_page(client, after.address))))
    assert pages[0] == pages[1] == pages[2]


def test_saying_it_again_with_nothing_in_the_way_keeps_what_was_said(cast: Cast, as_: AS, app: Flask) -> None:
    sam = as_(cast.sam)
    after = said_after(app, cast, sam, barriers=["forgot"])
    submit_and_follow(sam, after, {"tried": "part"}, form='main form[action$="/outcome"]')
    with app.app_context():
        row = db.session.scalars(select(Outcome)).one()
        assert (row.tried, row.barriers) == ("part", "forgot")


def test_a_barrier_that_is_not_on_the_list_is_refused_and_nothing_is_kept(
    cast: Cast, as_: AS, app: Flask
) -> None:
    assignment_id = give(app, cast, "gentle-questions")
    send(app, cast.sam, assignment_id, Level.PRIVATE)
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{assignment_id}/done")
    for fields in ({"barriers": ["made-up"]}, {"words": "x" * 301}):
        read_page(submit(sam, page, fields, form='main form[action$="/outcome"]', status=422), 422)
    with app.app_context():
        assert db.session.scalars(select(Outcome)).all() == []
