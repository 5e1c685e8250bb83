"""After a recovery by two codes a partner's own words stay closed, until the counsellor has made sure who it was (R15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assignments.actions.couple_settings import end_work
from assignments.actions.entries import save_thanks
from assignments.actions.pausing import ask_for_a_pause
from assignments.domain.pauses import Back
from assignments.domain.visibility import Level
from clinic.actions.sign_ins import finish_recovery, issue_recovery_code, start_recovery
from clinic.extensions import db
from clinic.models import AuditLine, Person, TalkRequest
from tests.assignments.given import answered, drafted, given
from tests.cast import AS, Cast
from tests.clinic.pages.test_sign_in import mailed_code
from tests.conftest import Clock
from tests.crawl import endpoint_of, links
from tests.page import get_page, read_page, submit

PRIVATE = "The heron stood still"
CLOSED = "What you wrote is closed for now"
OPEN = {
    "help.accessibility",
    "help.exit_page",
    "help.help_page",
    "help.privacy",
    "help.urgent",
    "leave.leave",
    "me.closed",
    "me.me",
    "sign_in.recover",
    "sign_in.recover_codes",
    "talks.ask",
    "together.assignment",
    "together.together",
}


@pytest.fixture
def sams(cast: Cast, app: Flask, as_: AS) -> list[str]:
    """Every address Sam's pages lead to, with something of each kind written and kept back."""
    with app.app_context():
        drafted(cast.sam, given(cast.priya, cast.sam_and_jo), PRIVATE, step="answer")
        for level in (Level.PRIVATE, Level.COUNSELLOR):
            answered(cast.sam, given(cast.priya, cast.sam_and_jo), PRIVATE, level)
        save_thanks(actor=cast.sam, what=PRIVATE, meant="", level=Level.PRIVATE)
    found = list(addresses_of(app, as_(cast.sam)))
    assert {"mine.history", "mine.response", "thanks.edit", "do.step", "own_data.data"} <= {
        endpoint_of(app, address) for address in found
    }
    return found


def addresses_of(app: Flask, client: FlaskClient) -> Iterator[str]:
    """What one finds by following links, each route five times at most."""
    waiting, seen, often = ["/today", "/me/history", "/thanks"], set[str](), dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        endpoint = endpoint_of(app, address)
        if address in seen or endpoint == "leave.leave" or often.get(endpoint, 0) == 5:
            continue
        seen.add(address)
        often[endpoint] = often.get(endpoint, 0) + 1
        response = client.get(address)
        if response.location:
            waiting.append(response.location)
        elif response.status_code == 200 and response.mimetype == "text/html":
            yield address
            waiting += links(read_page(response))


def recover(cast: Cast, app: Flask) -> None:
    with app.app_context():
        address = cast.sam.sign_in_address or ""
        start_recovery(address=address)
        spoken = issue_recovery_code(actor=cast.priya, couple_id=cast.sam_and_jo.id, slot="A")
        finish_recovery(
            address=address,
            mail_code=mailed_code(app),
            spoken_code=spoken,
            new_passphrase="a different walk by the river",
        )


def test_with_both_codes_and_the_new_password_nothing_of_theirs_is_read(
    cast: Cast, app: Flask, as_: AS, sams: list[str]
) -> None:
    recover(cast, app)
    client = as_(cast.sam)
    reached = set()
    for address in sams:
        response = client.get(address)
        if response.location == "/me/closed":
            continue
        assert response.status_code == 200, address
        assert PRIVATE not in response.text, address
        reached.add(endpoint_of(app, address))
    assert reached <= OPEN
    assert {"together.together", "talks.ask", "help.urgent"} <= reached
    assert CLOSED in client.get("/me/closed").text


def test_nothing_is_widened_or_sent_meanwhile(cast: Cast, app: Flask, as_: AS, sams: list[str]) -> None:
    client = as_(cast.sam)
    (sharing, *_) = [
        str(form["action"])
        for address in sams
        if endpoint_of(app, address) == "mine.response"
        for form in get_page(client, address).select('form[action$="/sharing"]')
    ]
    recover(cast, app)
    client = as_(cast.sam)
    token = get_page(client, "/me/talk-alone").one("[name=csrf_token]")["value"]
    refused = client.post(sharing, data={"csrf_token": token, "visibility": "shared"})
    assert refused.location == "/me/closed"


def test_the_counsellor_opens_it_again_and_the_other_partner_is_not_told(
    cast: Cast, app: Flask, as_: AS, sams: list[str]
) -> None:
    before = [as_(cast.jo).get(address).text for address in ("/together", "/today")]
    recover(cast, app)
    assert [as_(cast.jo).get(address).text for address in ("/together", "/today")] == before
    url = f"/c/couples/{cast.sam_and_jo.id}/talk"
    priya = as_(cast.priya)
    page = get_page(priya, url)
    assert "set a new password with two codes" in page.words
    assert "It was Sam: open it again" in page.words
    submit(priya, page, form='main form[action*="/talk/"]')
    client = as_(cast.sam)
    assert PRIVATE in get_page(client, "/thanks").words
    assert client.get("/me/closed").location == "/"
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(event="talk held").count() == 1
        assert db.session.get_one(Person, cast.sam.id).words_closed_at is None


def test_yes_to_an_earlier_recovery_opens_nothing_after_a_second(
    cast: Cast, app: Flask, as_: AS, clock: Clock
) -> None:
    recover(cast, app)
    priya, url = as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/talk"
    page = get_page(priya, url)
    clock.move(minutes=9)
    recover(cast, app)
    # Whoever answers “yes, that was me” speaks of the first, on a page that was open before the second.
    assert submit(priya, page, form='main form[action*="/talk/"]', status=404)
    assert as_(cast.sam).get("/me/history").location == "/me/closed"
    with app.app_context():
        assert db.session.query(TalkRequest).filter_by(author_id=cast.sam.id, kind="recovery").count() == 1


def test_the_board_names_it_and_a_wish_to_talk_from_the_same_account_is_doubted(
    cast: Cast, app: Flask, as_: AS, clock: Clock
) -> None:
    recover(cast, app)
    clock.move(minutes=5)
    sam, priya = as_(cast.sam), as_(cast.priya)
    assert "A new password was set with two codes today." in get_page(priya, "/c").words
    submit(sam, get_page(sam, "/me/talk-alone"), {"reach": "Ring the new number"})
    told = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/talk").words
    assert "so it may not be Sam" in told


def test_a_couple_that_has_ended_has_it_in_its_settings(cast: Cast, app: Flask, as_: AS) -> None:
    """It is on no board any more, and its partners may still want what they wrote."""
    with app.app_context():
        end_work(actor=cast.priya, couple_id=cast.sam_and_jo.id)
    recover(cast, app)
    priya = as_(cast.priya)
    page = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/settings")
    assert "A new password was set with two codes" in page.words
    assert "It was Sam: open it again" in get_page(priya, str(page.one('a[href$="/talk"]')["href"])).words


def test_a_pause_of_theirs_tells_nobody_whether_they_came_back(cast: Cast, app: Flask, as_: AS) -> None:
    with app.app_context():
        ask_for_a_pause(actor=cast.sam, back=Back.HOUR, at=None)
    assert "Sam has asked for a pause" in get_page(as_(cast.sam), "/together").words
    recover(cast, app)
    assert "Sam has asked for a pause" not in get_page(as_(cast.sam), "/together").words


def test_an_appointment_to_talk_that_was_asked_for_meanwhile_opens_nothing(
    cast: Cast, app: Flask, as_: AS
) -> None:
    """Whoever holds the account may ask to talk; that the talk took place says nothing of the recovery."""
    recover(cast, app)
    sam, priya = as_(cast.sam), as_(cast.priya)
    submit(sam, get_page(sam, "/me/talk-alone"), {"reach": "After six"})
    url = f"/c/couples/{cast.sam_and_jo.id}/talk"
    page = get_page(priya, url)
    with app.app_context():
        asked = db.session.query(TalkRequest).filter_by(kind="talk").one().id
    submit(priya, page, form=f'form[action$="/talk/{asked}"]')
    assert sam.get("/me/history").location == "/me/closed"
