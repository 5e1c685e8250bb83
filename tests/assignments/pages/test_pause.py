"""Taking a pause: what each reads of it, coming back, and that closing the page leaves no trace."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assignments.actions.pausing import ask_for_a_pause, come_back
from assignments.domain.pauses import Back
from assignments.models import Answer, Pause
from clinic.actions.appointments import book_appointment
from clinic.audit import Event
from clinic.clock import now
from clinic.extensions import db
from clinic.models import AuditLine, Couple
from tests.assignments.given import OUR_PAUSE, PAUSE, agreed, given
from tests.assignments.work import give
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

FORM = "main form:not([action])"
ASKED = "Sam has asked for a pause"  # The clock of these tests stands at 19:30 in London.


def start(client: FlaskClient, **fields: str) -> Page:
    """Ask for a pause on the real page, and read the page that comes after."""
    return submit_and_follow(client, get_page(client, "/pause"), fields, form=FORM)


def pauses_in(app: Flask) -> list[Pause]:
    with app.app_context():
        return list(db.session.scalars(select(Pause).order_by(Pause.asked_at)))


def events_in(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditLine.event)))


@pytest.mark.both_databases
def test_both_partners_and_the_counsellor_read_that_a_pause_was_asked_for(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    after = start(as_(cast.sam), back="hour")
    assert "Your pause has begun. Back at 8:30 pm." in after.words
    for url in ("/today", "/together"):
        assert f"{ASKED}Back at 8:30 pm." in get_page(as_(cast.jo), url).words.replace(
            "pause Back", "pauseBack"
        )
        assert "I’m back" in get_page(as_(cast.sam), url).words
        assert "I’m back" not in get_page(as_(cast.jo), url).words
    told = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}").words
    assert "Asked for a pause at 19:30. Back at 20:30." in told
    assert Event.PAUSE_ASKED in events_in(app)


@pytest.mark.parametrize("comes_back", [True, False])
def test_the_line_goes_by_the_clock_alone(
    app: Flask, cast: Cast, as_: AS, clock: Clock, comes_back: bool
) -> None:
    start(as_(cast.sam), back="half-hour")
    clock.move(minutes=10)
    if comes_back:
        with app.app_context():
            come_back(actor=cast.sam, pause_id=pauses_in(app)[0].id)
    clock.move(minutes=19)
    assert ASKED in get_page(as_(cast.jo), "/today").words
    clock.move(minutes=1)
    for url in ("/today", "/together"):
        assert "pause" not in get_page(as_(cast.jo), url).one("main").get_text()


def test_the_way_back_stands_first_once_its_time_has_come_and_asks_for_nothing(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    give(app, cast, "gentle-questions")
    start(as_(cast.sam), back="half-hour")
    clock.move(minutes=30)
    sam = as_(cast.sam)
    page = get_page(sam, "/today")
    assert page.one("#hero-title").get_text() == "Coming back"
    assert "Late" not in page.words
    welcome = submit_and_follow(sam, page, form='main form[action$="/back"]')
    assert "Welcome back." in welcome.words
    assert page.one("#hero-title").get_text() != welcome.one("#hero-title").get_text()
    assert pauses_in(app)[0].returned_at == now()
    assert events_in(app).count(Event.PAUSE_ENDED) == 1


def test_after_a_day_nothing_is_said_of_a_pause_nobody_came_back_from(
    cast: Cast, as_: AS, clock: Clock
) -> None:
    start(as_(cast.sam), back="half-hour")
    clock.move(hours=25)
    for person in (cast.sam, cast.jo):
        words = get_page(as_(person), "/today").one("main").get_text()
        assert "pause" not in words.lower()


def test_more_time_is_a_new_pause_that_stands_in_place_of_the_first(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    start(as_(cast.sam), back="half-hour")
    clock.move(minutes=20)
    start(as_(cast.sam), back="tomorrow", at="18:15")
    words = get_page(as_(cast.jo), "/today").words
    assert "Back tomorrow at 6:15 pm." in words
    assert "Back at" not in words
    assert len(pauses_in(app)) == 2


def test_until_our_session_goes_by_the_calendar(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    with app.app_context():
        book_appointment(actor=cast.priya, couple_id=cast.sam_and_jo.id, starts_at=now() + timedelta(days=2))
    start(as_(cast.sam), back="session")
    clock.move(days=2)
    assert "Back in our session." in get_page(as_(cast.jo), "/today").words
    clock.move(hours=3)
    assert ASKED not in get_page(as_(cast.jo), "/today").words


def test_opening_the_page_and_closing_it_changes_nothing(app: Flask, cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    before = events_in(app)
    page = get_page(client, "/pause")
    close = next(link for link in page.select("main a") if link.get_text().strip() == "Close this")
    assert close["href"] == "/today"
    assert pauses_in(app) == []
    assert events_in(app) == before


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose when you will come back."),
        ({"back": "never"}, "Choose one of these."),
        ({"back": "tomorrow", "at": ""}, "Enter a time, such as 19:00."),
        ({"back": "tomorrow", "at": "25:99"}, "Enter a time, such as 19:00."),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(
    app: Flask, cast: Cast, as_: AS, fields: dict[str, str], sentence: str
) -> None:
    sam = as_(cast.sam)
    page = read_page(submit(sam, get_page(sam, "/pause"), fields, form=FORM, status=422), 422)
    assert sentence in page.words
    assert pauses_in(app) == []


def test_a_time_that_is_not_needed_is_no_slip(app: Flask, cast: Cast, as_: AS) -> None:
    start(as_(cast.sam), back="hour", at="")
    assert len(pauses_in(app)) == 1


def test_what_is_no_time_is_told_beside_its_box_and_kept(app: Flask, cast: Cast, as_: AS) -> None:
    sam = as_(cast.sam)
    sent = {"back": "hour", "at": "nonsense"}
    refused = read_page(submit(sam, get_page(sam, "/pause"), sent, form=FORM, status=422), 422)
    assert "Enter a time, such as 19:00." in refused.words
    assert refused.one("[name=at]")["value"] == "nonsense"
    assert pauses_in(app) == []


def test_the_agreed_pause_stands_beside(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    assert "Our agreement" not in get_page(as_(cast.sam), "/pause").words
    with app.app_context():
        agreed(cast.sam, cast.jo, given(cast.priya, cast.sam_and_jo, PAUSE, days=None), OUR_PAUSE)
    clock.move(hours=1)
    for person in (cast.sam, cast.jo):
        words = get_page(as_(person), "/pause").words
        assert "Our agreement" in words
        assert "teapot" in words


def test_nobody_else_opens_the_way_back(app: Flask, cast: Cast, as_: AS) -> None:
    start(as_(cast.sam), back="hour")
    url = f"/pause/{pauses_in(app)[0].id}/back"
    for person in (cast.jo, cast.ade, cast.priya, cast.ada):
        assert (
            get_page(as_(person), url, 404).words
            == get_page(as_(person), f"/pause/{UUID(int=7)}/back", 404).words
        )
    assert "I’m back" in get_page(as_(cast.sam), url).words


def test_on_hold_nothing_crosses_and_the_asker_reads_the_same(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = now()
        db.session.commit()
    assert "Jo and Priya see" in get_page(as_(cast.sam), "/pause").words
    assert "Your pause has begun. Back at 8:30 pm." in start(as_(cast.sam), back="hour").words
    assert ASKED not in get_page(as_(cast.jo), "/today").words


def test_after_an_ending_the_page_still_works_for_oneself(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = now()
        db.session.commit()
    assert "Jo and Priya" not in get_page(as_(cast.sam), "/pause").words
    start(as_(cast.sam), back="hour")
    assert ASKED not in get_page(as_(cast.jo), "/today").words


def test_from_a_page_one_writes_on_the_words_are_kept_first(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    url = f"/do/{give(app, cast, 'what-helps-me-feel-safe')}/at-ease"
    sam = as_(cast.sam)
    after = submit_and_follow(sam, get_page(sam, url), {"text": "On walks"}, button="Take a pause")
    assert after.address.endswith("/pause")
    assert "Saved." in after.words
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Answer)) == 1
    assert "On walks" in get_page(as_(cast.sam), url).response.text


def test_a_pause_that_nothing_came_after_is_named_on_the_board(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        ask_for_a_pause(actor=cast.sam, back=Back.TOMORROW, at=time(19))
    clock.move(days=16)
    assert "Sam paused 16 days ago." in get_page(as_(cast.priya), "/c?show=all").words
    with app.app_context():
        come_back(actor=cast.sam, pause_id=pauses_in(app)[0].id)
    assert "Sam paused" not in get_page(as_(cast.priya), "/c?show=all").words
