"""An agreement from the first word to the day it no longer suits, by both partners, over HTTP."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.domain.visibility import Level
from clinic.extensions import db
from clinic.models import AuditLine, Couple
from tests.assignments.given import OUR_PAUSE, PAUSE, agreed, given, put_forward_by
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow


@pytest.fixture
def pause(app: Flask, cast: Cast) -> UUID:
    """The pause, given to Sam and Jo, as open as it may be."""
    with app.app_context():
        return given(cast.priya, cast.sam_and_jo, PAUSE, days=None)


def here(pause: UUID, more: str = "") -> str:
    return f"/agree/{pause}/{OUR_PAUSE}{more}"


def press(client: FlaskClient, page: Page, to: str) -> Page:
    """Press the one button that leads there."""
    return submit_and_follow(client, page, form=f'main form[action$="{to}"]')


def test_written_put_forward_taken_back_read_back_changed_signed_used_and_set_down(
    cast: Cast, as_: AS, clock: Clock, pause: UUID
) -> None:
    sam = as_(cast.sam)
    # Sam writes; the page of the exercise leads there.
    step = sam.get(f"/do/{pause}/{OUR_PAUSE}")
    assert step.location == here(pause)
    nothing = get_page(as_(cast.jo), here(pause)).words
    page = get_page(sam, here(pause, "/write"))
    page = submit_and_follow(sam, page, {"box_signal": "teapot", "box_how_long": "half-an-hour"})
    assert "Our signal word or sign: teapot" in page.words
    assert "Only you see this, until you put it forward." in page.words
    assert get_page(as_(cast.jo), here(pause)).words == nothing

    # Put forward, taken back within the hold, put forward again.
    page = press(sam, page, "/forward")
    assert "You can take it back until then." in page.words
    clock.move(minutes=9)
    assert get_page(as_(cast.jo), here(pause)).words == nothing
    sam = as_(cast.sam)
    page = press(sam, get_page(sam, here(pause)), "/back")
    assert "It is your draft again." in page.words
    clock.move(minutes=20)
    assert get_page(as_(cast.jo), here(pause)).words == nothing
    sam = as_(cast.sam)
    press(sam, get_page(sam, here(pause)), "/forward")
    clock.move(minutes=10)

    # Jo finds it on Together, reads it back, and changes it; Sam's words are where she begins.
    jo = as_(cast.jo)
    assert "To read together" in get_page(jo, "/together").words
    page = get_page(jo, here(pause))
    assert "Our signal word or sign: teapot" in page.words
    assert "You have agreed to this" not in page.words
    assert "You have agreed to this." in get_page(as_(cast.sam), here(pause)).words
    page = get_page(jo, here(pause, "/write"))
    page = submit_and_follow(jo, page, {"box_come_back": "Whoever asked begins"})
    press(jo, page, "/forward")
    clock.move(minutes=10)

    # Sam reads the change, and signs it; it counts when that hold has passed too.
    sam = as_(cast.sam)
    page = get_page(sam, here(pause))
    assert "How we come back: Whoever asked begins" in page.words
    page = press(sam, page, "/sign")
    assert "You have agreed to this." in page.words
    assert "Agreed by you both" not in get_page(as_(cast.jo), "/together").words
    clock.move(minutes=10)
    both = [get_page(as_(person), "/together") for person in (cast.sam, cast.jo)]
    for together in both:
        assert "Agreed by you both" in together.words
        assert "How we come back: Whoever asked begins" in together.words
        assert "To read together" not in together.words

    # Jo notes a use straight from Together, and another from Today; Sam sees the one that was shared.
    for start in ("/together", "/today"):
        jo = as_(cast.jo)
        link = next(a for a in get_page(jo, start).select("main a") if "Note a use" in a.get_text())
        page = get_page(jo, str(link["href"]))
        level = Level.SHARED if start == "/today" else Level.COUNSELLOR
        page = submit_and_follow(jo, page, {"box_topic": f"Noted on {start}", "level": level.value})
        assert f"Noted on {start}" in page.words
    clock.move(minutes=10)
    words = get_page(as_(cast.sam), here(pause)).words
    assert "Noted on /today" in words
    assert "Noted on /together" not in words

    # It no longer suits Sam. Both are told the same, and Undo is there.
    sam = as_(cast.sam)
    page = press(sam, get_page(sam, here(pause)), "/withdraw")
    assert "Not in use now" in page.words
    told = [get_page(as_(person), here(pause)) for person in (cast.sam, cast.jo)]
    assert told[0].select_one("#set-down ~ p") == told[1].select_one("#set-down ~ p")
    assert "Sam" not in told[1].words
    assert "Agreed by you both" not in get_page(as_(cast.jo), "/together").words
    press(sam, page, "/restore")
    assert "Agreed by you both" in get_page(as_(cast.jo), "/together").words


def test_only_the_words_that_were_looked_at_are_put_forward(cast: Cast, as_: AS, pause: UUID) -> None:
    sam, elsewhere = as_(cast.sam), as_(cast.sam)
    page = submit_and_follow(sam, get_page(sam, here(pause, "/write")), {"box_signal": "teapot"})
    submit(elsewhere, get_page(elsewhere, here(pause, "/write")), {"box_signal": "not for Jo yet"})
    page = press(sam, page, "/forward")
    assert "This has changed since you looked. Read it once more first." in page.words
    assert "not for Jo yet" in page.words
    assert "Put forward." in press(sam, page, "/forward").words


def test_the_counsellor_reads_what_was_put_forward_at_once_and_it_is_written_down(
    app: Flask, cast: Cast, as_: AS, clock: Clock, pause: UUID
) -> None:
    with app.app_context():
        put_forward_by(cast.sam, pause, OUR_PAUSE)
    page = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/agreements")
    assert "teapot" in page.words
    assert "Signed by" in page.words
    with app.app_context():
        read = db.session.scalars(select(AuditLine).where(AuditLine.event == "words read")).all()
        assert [line.subject_type for line in read] == ["agreement_text"]


def test_a_draft_is_its_writers_alone(app: Flask, cast: Cast, as_: AS, pause: UUID) -> None:
    sam = as_(cast.sam)
    submit(sam, get_page(sam, here(pause, "/write")), {"box_signal": "parasol"})
    assert "parasol" not in get_page(as_(cast.jo), here(pause)).words
    assert "parasol" not in get_page(as_(cast.jo), here(pause, "/write")).decode()
    assert "parasol" not in get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/agreements").words
    assert "Not put forward" in get_page(sam, "/me/history").words


def test_two_put_forward_at_once_leave_the_later_one_and_lose_nothing(
    app: Flask, cast: Cast, as_: AS, clock: Clock, pause: UUID
) -> None:
    with app.app_context():
        put_forward_by(cast.sam, pause, OUR_PAUSE, signal="teapot")
    clock.move(minutes=1)
    with app.app_context():
        put_forward_by(cast.jo, pause, OUR_PAUSE, signal="kettle")
    clock.move(minutes=10)
    sam, jo = as_(cast.sam), as_(cast.jo)
    for reader in (sam, jo):
        offered = get_page(reader, here(pause)).select_one("section[aria-labelledby=offered]")
        assert offered is not None
        assert "kettle" in offered.get_text()
        assert "teapot" not in offered.get_text()
    assert "teapot" in get_page(sam, here(pause)).words
    assert "teapot" not in get_page(jo, here(pause)).words
    assert get_page(sam, "/me/history").select(f'a[href="{here(pause)}"]')


def test_signing_words_that_have_changed_meanwhile_leads_to_the_newer_ones(
    app: Flask, cast: Cast, as_: AS, clock: Clock, pause: UUID
) -> None:
    with app.app_context():
        put_forward_by(cast.sam, pause, OUR_PAUSE)
    clock.move(minutes=10)
    with app.app_context():
        put_forward_by(cast.sam, pause, OUR_PAUSE, signal="kettle")
    jo = as_(cast.jo)
    page = get_page(jo, here(pause))
    clock.move(minutes=10)
    page = press(jo, page, "/sign")
    assert "The words have changed since you opened the page." in page.words
    assert "kettle" in page.words
    assert "You have agreed to this" not in page.words


def test_signing_can_be_undone_until_it_counts(
    app: Flask, cast: Cast, as_: AS, clock: Clock, pause: UUID
) -> None:
    with app.app_context():
        put_forward_by(cast.sam, pause, OUR_PAUSE)
    clock.move(minutes=10)
    jo = as_(cast.jo)
    page = press(jo, get_page(jo, here(pause)), "/sign")
    page = submit_and_follow(jo, page, form='section form[action$="/unsign"]')
    assert "Nobody was told." in page.words
    clock.move(minutes=20)
    assert "Agreed by you both" not in get_page(as_(cast.sam), "/together").words


@pytest.mark.parametrize("how", ["the limit is tighter", "it is for one of them"])
def test_where_it_may_not_be_shared_it_stays_ones_own_note(how: str, app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        work = (
            given(cast.priya, cast.sam_and_jo, PAUSE, limit=Level.COUNSELLOR)
            if how == "the limit is tighter"
            else given(cast.priya, cast.sam_and_jo, PAUSE, for_whom="A")
        )
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{work}/{OUR_PAUSE}")
    assert page.select("input[name=agreed]")
    assert sam.get(here(work)).status_code == 404
    assert sam.get(here(work, "/write")).status_code == 404


@pytest.mark.parametrize("stop", ["held_at", "closed_at"])
def test_when_sharing_stops_nothing_of_it_lies_open_to_either(
    stop: str, app: Flask, cast: Cast, as_: AS, clock: Clock, pause: UUID
) -> None:
    with app.app_context():
        agreed(cast.sam, cast.jo, pause, OUR_PAUSE)
    assert "Agreed by you both" in get_page(as_(cast.jo), "/together").words
    with app.app_context():
        setattr(db.session.get_one(Couple, cast.sam_and_jo.id), stop, clock.now)
        db.session.commit()
    for person in (cast.sam, cast.jo):
        assert "Agreed by you both" not in get_page(as_(person), "/together").words
    # Jo wrote none of it; Sam keeps the words that are Sam's own.
    assert as_(cast.jo).get(here(pause)).status_code == 404
    page = get_page(as_(cast.sam), here(pause))
    assert "Words you put forward before" in page.words
    assert not page.select("main form")


def test_words_that_were_typed_stay_when_a_box_holds_too_much(cast: Cast, as_: AS, pause: UUID) -> None:
    sam = as_(cast.sam)
    page = get_page(sam, here(pause, "/write"))
    reply = submit(sam, page, {"box_signal": "t" * 61, "box_meanwhile": "A walk"}, status=422)
    assert "this box holds 60" in reply.text
    assert "A walk" in reply.text


def test_a_copy_from_another_window_is_not_written_over(cast: Cast, as_: AS, pause: UUID) -> None:
    sam = as_(cast.sam)
    first, second = get_page(sam, here(pause, "/write")), get_page(sam, here(pause, "/write"))
    submit(sam, first, {"box_signal": "teapot"})
    reply = submit(sam, second, {"box_signal": "kettle"}, status=422)
    assert "The newer copy says:" in reply.text
    assert "teapot" in reply.text


@pytest.mark.parametrize("ahead", [{"minutes": 14}, {"days": 400}], ids=str)
def test_what_no_longer_suits_stays_set_down_when_a_clock_that_was_ahead_is_put_right(
    ahead: dict[str, int], app: Flask, cast: Cast, as_: AS, clock: Clock, pause: UUID
) -> None:
    with app.app_context():
        agreed(cast.sam, cast.jo, pause, OUR_PAUSE)
    clock.move(minutes=30)
    assert "Agreed by you both" in get_page(as_(cast.jo), "/together").words
    clock.move(**ahead)
    sam = as_(cast.sam)
    press(sam, get_page(sam, here(pause)), "/withdraw")
    clock.move(**{unit: -number for unit, number in ahead.items()})
    for person, path in ((cast.jo, "/together"), (cast.jo, here(pause)), (cast.sam, here(pause))):
        assert "Agreed by you both" not in get_page(as_(person), path).words


def test_the_draft_saves_itself(cast: Cast, as_: AS, pause: UUID) -> None:
    sam = as_(cast.sam)
    page = get_page(sam, here(pause, "/write"))
    token = page.select_one("main form input[name=csrf_token]")
    assert token is not None
    reply = sam.post(
        here(pause, "/draft"),
        data={"csrf_token": token["value"], "box_signal": "teapot", "version": "0"},
    )
    assert reply.get_json()["version"] == 1
    assert "teapot" in get_page(sam, here(pause)).words


def test_a_use_needs_words_and_a_choice_of_who_sees_it(app: Flask, cast: Cast, as_: AS, pause: UUID) -> None:
    with app.app_context():
        agreed(cast.sam, cast.jo, pause, OUR_PAUSE)
    jo = as_(cast.jo)
    page = get_page(jo, here(pause, "/use"))
    assert not page.select("input[name=level][checked]")
    refused = read_page(submit(jo, page, {"box_topic": "Bills"}, status=422), 422)
    assert "Choose who sees it" in refused.words
    page = get_page(jo, here(pause, "/use"))
    assert "Write a line first." in submit(jo, page, {"level": "private"}, status=422).text
