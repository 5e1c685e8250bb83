"""One of the two leaves: sharing stops both ways at once, and each keeps their own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assignments.actions.assigning import Terms, assign
from assignments.actions.entries import save_thanks
from assignments.actions.leaving import leave_couple
from assignments.actions.responding import change_visibility
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import VisibilityChange
from clinic.clock import now, today
from clinic.errors import Conflict
from clinic.extensions import db
from clinic.models import AuditLine, Couple, Person
from tests import builders
from tests.assignments.given import OUR_PAUSE, PAUSE, agreed, answered, exercise, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit

ENDED = "Practice has ended. Your own answers stay yours."
LEAVE = "/me/leave-couple"


@pytest.fixture
def shared(app: Flask, cast: Cast, clock: Clock) -> dict[str, UUID]:
    """Each has opened something to the other, and Sam has begun to open one thing more."""
    with app.app_context():
        both = given(cast.priya, cast.sam_and_jo)
        agreement = given(cast.priya, cast.sam_and_jo, PAUSE, days=None)
        agreed(cast.sam, cast.jo, agreement, OUR_PAUSE)
        of_sam = answered(cast.sam, both, "The heron", Level.SHARED)
        of_jo = answered(cast.jo, both, "The otter", Level.SHARED)
        save_thanks(actor=cast.sam, what="Heron tea", meant="", level=Level.SHARED)
        save_thanks(actor=cast.jo, what="Otter tea", meant="", level=Level.SHARED)
        clock.move(hours=1)
        waiting = answered(cast.sam, given(cast.priya, cast.sam_and_jo), "The wren", Level.PRIVATE)
        change_visibility(actor=cast.sam, response_id=waiting, level=Level.SHARED)
        open_work = given(cast.priya, cast.sam_and_jo, "midday-message")
    return {
        "both": both,
        "agreement": agreement,
        "sam": of_sam,
        "jo": of_jo,
        "waiting": waiting,
        "open": open_work,
    }


def leaves(client: FlaskClient) -> None:
    assert submit(client, get_page(client, LEAVE), {"sure": "y"}).location == "/today"


def words_everywhere(client: FlaskClient, shared: dict[str, UUID]) -> str:
    """What stands on every page on which the two shared something; a page that is gone says nothing."""
    pages = [
        "/today",
        "/together",
        f"/together/{shared['both']}",
        "/thanks",
        "/check-in",
        f"/do/{shared['open']}",
        f"/do/{shared['both']}",
        f"/agreements/{shared['agreement']}/{OUR_PAUSE}",
    ]
    return " ".join(client.get(page).text for page in pages)


@pytest.mark.parametrize("leaver", ["sam", "jo"])
def test_what_was_open_is_gone_on_both_sides_at_once(
    cast: Cast, as_: AS, shared: dict[str, UUID], leaver: str
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    assert "otter" in words_everywhere(sam, shared)
    assert "heron" in words_everywhere(jo, shared)
    leaves(sam if leaver == "sam" else jo)
    assert "tter" not in words_everywhere(sam, shared)
    assert "eron" not in words_everywhere(jo, shared)
    for client in (sam, jo):
        for page in ("/today", "/together", "/check-in"):
            assert ENDED in get_page(client, page).words
        for gone in (f"/do/{shared['open']}", f"/together/{shared['both']}"):
            assert client.get(gone).status_code == 404
        assert "midday" not in client.get("/today").text.casefold()


def test_each_keeps_their_own(cast: Cast, as_: AS, shared: dict[str, UUID]) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    leaves(sam)
    assert "The heron" in get_page(sam, f"/me/history/{shared['sam']}").words
    assert "The otter" in get_page(jo, f"/me/history/{shared['jo']}").words
    for client, other in ((sam, "Jo and Priya"), (jo, "Sam and Priya")):
        history = get_page(client, "/me/history").words
        assert "Priya only" in history
        assert other not in history
        assert submit(client, get_page(client, "/me/data"), status=200).status_code == 200
        get_page(client, "/me/talk-alone")


@pytest.mark.both_databases
def test_what_was_on_its_way_never_opens(
    cast: Cast, as_: AS, app: Flask, clock: Clock, shared: dict[str, UUID]
) -> None:
    with app.app_context():
        leave_couple(actor=cast.jo)
        (change,) = db.session.query(VisibilityChange).all()
        assert change.cancelled_at == now()
        with pytest.raises(Conflict):
            leave_couple(actor=cast.sam)
    clock.move(days=3)
    page = get_page(as_(cast.sam), f"/me/history/{shared['waiting']}")
    assert "Only me" in page.words
    assert "Jo and Priya" not in page.words


def test_nothing_can_be_opened_to_the_partner_afterwards(
    cast: Cast, as_: AS, app: Flask, shared: dict[str, UUID]
) -> None:
    leaves(as_(cast.jo))
    page = get_page(as_(cast.sam), f"/me/history/{shared['waiting']}")
    assert {str(box["value"]) for box in page.select("input[name=visibility]")} == {"counsellor"}
    thanks = get_page(as_(cast.sam), "/thanks/new")
    assert not thanks.select("input[name=visibility][value=shared]")


def test_the_counsellor_is_told_and_closes_the_work(cast: Cast, as_: AS, app: Flask) -> None:
    leaves(as_(cast.sam))
    priya = as_(cast.priya)
    assert "Sam has left." in get_page(priya, "/c").words
    settings = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/settings")
    assert "Sam has left" in settings.words
    submit(priya, settings, form='form[action$="/close"]')
    assert "Sam has left." not in get_page(priya, "/c?show=all").words
    assert "Sam has left" in get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/settings").words
    with app.app_context():
        events = [line.event for line in db.session.query(AuditLine).order_by(AuditLine.at)]
        assert [one for one in events if one.startswith("couple ")] == ["couple left", "couple closed"]


def test_work_goes_on_cannot_be_closed_and_nothing_is_given_to_who_has_left(
    cast: Cast, as_: AS, app: Flask
) -> None:
    settings = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/settings")
    assert not settings.select('form[action$="/close"]')
    with app.app_context():
        leave_couple(actor=cast.sam)
        day = today("Europe/London")
        terms = Terms("both", day, day + timedelta(days=7), Repeat.ONCE, Level.SHARED)
        with pytest.raises(Conflict):
            assign(
                actor=cast.priya,
                couple_id=cast.sam_and_jo.id,
                exercise=exercise("gentle-questions"),
                terms=terms,
            )


PAGES = ("/today", "/together", "/thanks", "/check-in", LEAVE, "/me/history", "/me/data", "/help")


def bodies(client: FlaskClient) -> list[str]:
    """What each page says in its middle; the keys of forms and what is at the top once aside."""
    return [str(get_page(client, page).one("main").get_text(" ")) for page in PAGES]


def test_it_looks_like_any_other_ending(cast: Cast, as_: AS, app: Flask, shared: dict[str, UUID]) -> None:
    """The other partner can't tell by any page whether somebody left or the counsellor ended the work."""
    jo = as_(cast.jo)
    with app.app_context():
        couple = db.session.get_one(Couple, cast.sam_and_jo.id)
        couple.closed_at = now()
        db.session.commit()
    ended_by_priya = bodies(jo)
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = None
        db.session.commit()
        leave_couple(actor=cast.sam)
    assert bodies(jo) == ended_by_priya


def test_it_wants_a_tick_and_the_pass_phrase_afresh(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    client = as_(cast.sam)
    page = get_page(client, LEAVE)
    told = read_page(submit(client, page, status=422), 422)
    assert "Tick this if you want to leave." in told.words
    clock.move(minutes=10)
    assert submit(client, page, {"sure": "y"}).location == f"/sign-in/again?next={LEAVE}"
    again = get_page(client, f"/sign-in/again?next={LEAVE}")
    submit(client, again, {"password": builders.PASSPHRASE})
    assert not has_left(app, cast.sam)
    leaves(client)
    assert has_left(app, cast.sam)
    assert ENDED in get_page(client, LEAVE).words


def has_left(app: Flask, person: Person) -> bool:
    with app.app_context():
        couple = db.session.query(AuditLine).filter_by(event="couple left", actor_id=person.id)
        return couple.count() == 1
