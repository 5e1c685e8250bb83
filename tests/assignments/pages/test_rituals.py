"""A ritual whose days and place are agreed: three taps from Today, and closeness that stays one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.actions.noting import mark_done, undo_done
from assignments.actions.responding import change_visibility
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import Response, VisibilityChange
from clinic.extensions import db
from clinic.models import Practice
from tests.assignments.given import OUR_TIME, SIT_DOWN, agreed, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, submit, submit_and_follow


@pytest.fixture
def ritual(app: Flask, cast: Cast) -> UUID:
    """Fifteen quiet minutes, weekly, agreed for Wednesdays; and it is a Wednesday."""
    with app.app_context():
        work = given(cast.priya, cast.sam_and_jo, SIT_DOWN, days=None, repeat=Repeat.WEEKLY)
        agreed(cast.sam, cast.jo, work, OUR_TIME)
        return work


def press(client: FlaskClient, page: Page, to: str) -> Page:
    return submit_and_follow(client, page, form=f'main form[action$="{to}"]')


def without_tokens(page: Page) -> str:
    for field in page.select("input[name=csrf_token], input[name=form_key]"):
        field["value"] = ""
    return page.decode()


def test_before_it_is_agreed_the_page_is_the_usual_one_and_leads_to_the_agreement(
    app: Flask, cast: Cast, as_: AS
) -> None:
    with app.app_context():
        work = given(cast.priya, cast.sam_and_jo, SIT_DOWN)
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{work}")
    assert "Last five times" not in page.words
    start = next(a for a in page.select("main a") if a.get_text(strip=True) == "Start")
    assert sam.get(str(start["href"])).location == f"/agree/{work}/{OUR_TIME}"
    assert sam.post(f"/ritual/{work}/done").status_code in (400, 404)


def test_three_taps_from_today_to_done_and_only_the_author_and_the_counsellor_see_the_closeness(
    cast: Cast, as_: AS, ritual: UUID
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    before = without_tokens(get_page(jo, f"/do/{ritual}")), without_tokens(get_page(jo, "/together"))
    today = get_page(sam, "/today")
    assert "Tonight 8:30 pm" in today.words
    first = today.select_one(".hero a.btn")
    assert first is not None
    page = get_page(sam, str(first["href"]))  # One.
    assert "Tonight 8:30 pm, 15 minutes. Kitchen." in page.words
    assert "If that falls through: Friday." in page.words
    page = press(sam, page, "/done")  # Two: it is done.
    assert "Done. Thank you for making time." in page.words
    assert not page.select("input[name=rating][checked]")
    assert "Priya sees this. Jo does not." in page.words
    page = submit_and_follow(sam, page, {"rating": "7"}, form='main form[action$="/closeness"]')  # Three.
    assert "Saved. That is enough for today." in page.words
    assert "Done. That is enough for today." in page.words

    assert (
        without_tokens(get_page(jo, f"/do/{ritual}")),
        without_tokens(get_page(jo, "/together")),
    ) == before
    times = get_page(sam, f"/do/{ritual}").select_one(".times")
    assert times is not None
    assert times.get_text(" ", strip=True).endswith("7")
    read = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/agreements")
    assert read.select_one("table") is not None
    assert "Sam 7" in " ".join(td.get_text(strip=True) for td in read.select("td"))


def test_the_time_runs_from_the_servers_clock(cast: Cast, as_: AS, clock: Clock, ritual: UUID) -> None:
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{ritual}")
    assert "7:30 pm → to about 7:45 pm" in page.words
    page = press(sam, page, "/start")
    assert "Ends about 7:45 pm." in page.words
    clock.move(minutes=16)
    assert (
        "The time is up."
        in get_page(sam, f"{page.address}?{page.response.request.query_string.decode()}").words
    )


def test_not_today_asks_nothing_and_jo_sees_nothing_of_it(
    cast: Cast, as_: AS, clock: Clock, ritual: UUID
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    before = without_tokens(get_page(jo, "/today"))
    page = press(sam, get_page(sam, f"/do/{ritual}"), "/not-today")
    assert "That is fine." in page.words
    assert "Fifteen quiet minutes" not in page.words
    assert without_tokens(get_page(jo, "/today")) == before
    clock.move(days=1, minutes=1)
    assert "Fifteen quiet minutes" in get_page(as_(cast.sam), "/today").words


def test_each_gives_their_own_and_never_sees_the_others(
    cast: Cast, as_: AS, clock: Clock, ritual: UUID
) -> None:
    for person, number in ((cast.sam, "9"), (cast.jo, "2")):
        client = as_(person)
        page = press(client, get_page(client, f"/do/{ritual}"), "/done")
        submit(client, page, {"rating": number}, form='main form[action$="/closeness"]')
    clock.move(days=7)
    for person, own in ((cast.sam, "9"), (cast.jo, "2")):
        times = get_page(as_(person), f"/do/{ritual}").select(".times li")
        assert [one.select("span")[-1].get_text(strip=True) for one in times] == [own]


def test_one_need_not_say_how_close_it_felt(cast: Cast, as_: AS, ritual: UUID) -> None:
    sam = as_(cast.sam)
    page = press(sam, get_page(sam, f"/do/{ritual}"), "/done")
    submit(sam, page, {"rating": "skip"}, form='main form[action$="/closeness"]')
    times = get_page(sam, f"/do/{ritual}").select_one(".times")
    assert times is not None
    assert "not said" in times.get_text()


def test_it_can_be_done_again_another_day_of_the_same_week_and_five_are_shown(
    cast: Cast, as_: AS, clock: Clock, ritual: UUID
) -> None:
    for _ in range(6):
        sam = as_(cast.sam)
        press(sam, get_page(sam, f"/do/{ritual}"), "/done")
        clock.move(days=1)
    assert len(get_page(as_(cast.sam), f"/do/{ritual}").select(".times li")) == 5


def test_it_comes_back_to_today_on_each_of_its_days_until_it_was_done(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        work = given(cast.priya, cast.sam_and_jo, "evening-check-in", days=None, repeat=Repeat.WEEKLY)
        agreed(cast.sam, cast.jo, work, "our-evenings")
    name = "Five minutes in the evening"
    sam = as_(cast.sam)
    press(sam, get_page(sam, f"/do/{work}"), "/done")  # A Wednesday.
    clock.move(days=1)
    assert name not in get_page(as_(cast.sam), "/today").words
    clock.move(days=1)
    sam = as_(cast.sam)
    hero = get_page(sam, "/today").select_one("main")
    assert hero is not None
    assert name in hero.get_text()
    press(sam, get_page(sam, f"/do/{work}"), "/done")
    assert "Done. That is enough for today." in get_page(sam, "/today").words


def test_we_did_it_can_be_taken_back_for_ten_minutes(cast: Cast, as_: AS, clock: Clock, ritual: UUID) -> None:
    sam = as_(cast.sam)
    page = press(sam, get_page(sam, f"/do/{ritual}"), "/done")
    page = press(sam, page, "/undo")
    assert "Taken back." in page.words
    assert not page.select(".times li")
    page = press(sam, page, "/done")
    clock.move(minutes=11)
    page = press(sam, page, "/undo")
    assert "Ten minutes have passed" in page.words
    assert page.select(".times li")


def test_taking_it_back_opens_the_turn_again_while_the_clock_runs(
    app: Flask, cast: Cast, as_: AS, clock: Clock, ritual: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam = as_(cast.sam)
    ticks = count()
    monkeypatch.setattr("clinic.clock.now", lambda: clock.now + timedelta(milliseconds=next(ticks)))
    page = press(sam, get_page(sam, f"/do/{ritual}"), "/done")
    press(sam, page, "/undo")
    with app.app_context():
        assert db.session.scalars(select(Response.sent_at)).all() == [None]


def test_nothing_of_who_was_to_see_it_is_left_when_it_is_taken_back(
    app: Flask, cast: Cast, clock: Clock, ritual: UUID
) -> None:
    with app.app_context():
        mark_done(actor=cast.sam, assignment_id=ritual)
        response_id = db.session.scalars(select(Response.id)).one()
        change_visibility(actor=cast.sam, response_id=response_id, level=Level.PRIVATE)
        undo_done(actor=cast.sam, assignment_id=ritual)
        assert not db.session.scalars(select(VisibilityChange.id)).all()


def test_it_can_be_taken_back_after_midnight_as_well(
    app: Flask, cast: Cast, as_: AS, clock: Clock, ritual: UUID
) -> None:
    # Five to twelve on the last evening of the turn: both the day and the turn are over when Sam thinks again.
    clock.set(datetime(2026, 9, 22, 22, 55, tzinfo=UTC))
    sam = as_(cast.sam)
    page = press(sam, get_page(sam, f"/do/{ritual}"), "/done")
    clock.move(minutes=7)
    page = press(sam, page, "/undo")
    assert "Taken back." in page.words
    assert not page.select(".times li")
    with app.app_context():
        assert db.session.scalars(select(Response.sent_at)).all() == [None]


def test_where_the_practice_keeps_no_secrets_the_closeness_stays_with_its_author(
    app: Flask, cast: Cast, as_: AS, ritual: UUID
) -> None:
    with app.app_context():
        db.session.get_one(Practice, cast.canal_street.id).allows_counsellor_only = False
        db.session.commit()
    sam = as_(cast.sam)
    page = press(sam, get_page(sam, f"/do/{ritual}"), "/done")
    assert "Only you see this." in page.words
    submit(sam, page, {"rating": "7"}, form='main form[action$="/closeness"]')
    read = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/agreements")
    assert not read.select("table")


def test_words_begun_on_it_stay_with_their_author_when_it_is_marked_as_done(
    app: Flask, cast: Cast, as_: AS
) -> None:
    with app.app_context():
        work = given(cast.priya, cast.sam_and_jo, "how-we-are", days=None)
        agreed(cast.sam, cast.jo, work, OUR_TIME)
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{work}")
    link = next(a for a in page.select("main a") if "Write something down" in a.get_text())
    submit(
        sam,
        get_page(sam, str(link["href"])),
        {"text": "Tired, mostly"},
        form="main form[data-autosave]",
        button="Continue",
    )
    press(sam, get_page(sam, f"/do/{work}"), "/done")
    words = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/answers").words
    assert "How I am, what I need" not in words
    assert "Tired, mostly" not in get_page(as_(cast.jo), f"/do/{work}").words


def test_the_time_and_the_closeness_are_not_asked_a_second_time(cast: Cast, as_: AS, ritual: UUID) -> None:
    sam = as_(cast.sam)
    assert sam.get(f"/do/{ritual}/closeness").status_code == 404
    assert sam.get(f"/do/{ritual}/check").location == f"/do/{ritual}"


def test_a_number_off_the_scale_is_refused_beside_the_tiles(cast: Cast, as_: AS, ritual: UUID) -> None:
    sam = as_(cast.sam)
    page = press(sam, get_page(sam, f"/do/{ritual}"), "/done")
    reply = submit(sam, page, {"rating": "11"}, form='main form[action$="/closeness"]', status=422)
    assert "Choose a number from 0 to 10" in reply.text
