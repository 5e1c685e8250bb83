"""A form that arrives after a time-out: its sender signs in again and nothing is lost; nobody else gets it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assignments.actions.entries import save_thanks
from assignments.domain.visibility import Level
from clinic.actions.kept_forms import forget_kept_forms
from clinic.actions.tokens import digest
from clinic.extensions import db
from clinic.models import KeptForm, Person, SignIn
from tests import builders
from tests.assignments.given import answered, drafted, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

WORDS = "I would row, and I have told nobody how much I miss it."
LATER = 31  # minutes; a partner's sign-in lasts thirty without a click.


def sign_in(client: FlaskClient, person: Person, where: str = "/sign-in") -> str | None:
    """Sign in on the real page; where that leads."""
    fields = {"email": str(person.sign_in_address), "password": builders.PASSPHRASE}
    return submit(client, get_page(client, where), fields).location


def written(client: FlaskClient) -> Page:
    """A thank-you typed on its page, and not sent yet."""
    return get_page(client, "/thanks/new")


def kept(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(KeptForm)) or 0


def timed_out_with_words(client: FlaskClient, clock: Clock) -> None:
    page = written(client)
    clock.move(minutes=LATER)
    reply = submit(client, page, {"what": WORDS, "visibility": "private"}, button="Save")
    assert (reply.location or "").startswith("/sign-in")


@pytest.mark.both_databases
def test_what_was_sent_completes_once_its_sender_has_signed_in_again(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    client = as_(cast.sam)
    timed_out_with_words(client, clock)
    assert "Please sign in again. Nothing is lost." in get_page(client, "/sign-in").words
    with app.app_context():
        assert WORDS.encode() not in db.session.scalars(select(KeptForm.fields_sealed)).one()
    assert sign_in(client, cast.sam) == "/sign-in/carry-on"
    after = submit_and_follow(client, get_page(client, "/sign-in/carry-on"), form="form[data-carry-on]")
    assert WORDS in after.words
    assert client.get("/sign-in/carry-on").location == "/", "it is completed once"


IN_THE_BACKGROUND = {"Sec-Fetch-Mode": "cors", "Accept": "application/json"}


def test_a_save_in_the_background_learns_whether_words_would_come_along(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    """They do after a time-out, and never from a sign-in that somebody ended, here or on another device."""
    with app.app_context():
        step = f"/do/{given(cast.priya, cast.sam_and_jo)}/answer"
    idle, ended, left = as_(cast.sam), as_(cast.sam), as_(cast.sam)
    fields = {
        client: {"csrf_token": str(get_page(client, step).one("[name=csrf_token]")["value"])}
        for client in (idle, ended, left)
    }
    submit(
        left, get_page(left, "/me"), form='form[action="/sign-out"]'
    )  # In another tab of the same browser.
    with app.app_context():
        token = digest(token_of(ended))
        db.session.scalars(select(SignIn).where(SignIn.token_hash == token)).one().ended_at = clock.now
        db.session.commit()
    clock.move(minutes=LATER)
    saved = idle.post(f"{step}/draft", headers=IN_THE_BACKGROUND, data=fields[idle])
    assert saved.status_code == 302
    for client in (ended, left):
        saved = client.post(f"{step}/draft", headers=IN_THE_BACKGROUND, data=fields[client])
        assert (saved.status_code, saved.data) == (401, b"")
        sent = client.post(step, data=fields[client])
        assert sent.status_code == 302, "a page that is sent goes to the sign-in page as ever"
    assert kept(app) == 0


def token_of(client: FlaskClient) -> str:
    """What the cookie holds of the sign-in."""
    with client.session_transaction() as session:
        return str(session["_user_id"])


def test_the_other_partner_at_the_same_browser_gets_nothing_of_it(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    client = as_(cast.sam)
    timed_out_with_words(client, clock)
    assert sign_in(client, cast.jo) == "/"
    assert client.get("/sign-in/carry-on").location == "/"
    assert kept(app) == 1, "it still waits for Sam"


def test_it_waits_a_quarter_of_an_hour_and_no_longer(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.sam)
    timed_out_with_words(client, clock)
    clock.move(minutes=15)
    assert sign_in(client, cast.sam) == "/"
    with app.app_context():
        forget_kept_forms()
    assert kept(app) == 0


def test_it_can_be_left(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.sam)
    timed_out_with_words(client, clock)
    sign_in(client, cast.sam)
    page = get_page(client, "/sign-in/carry-on")
    submit(client, page, form="form[action='/sign-in/carry-on']")
    assert kept(app) == 0
    assert WORDS not in get_page(client, "/thanks").words


def test_nothing_is_kept_of_somebody_who_left_on_purpose(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    client = as_(cast.sam)
    page = written(client)
    client.get("/leave")
    client.post("/thanks/new", data={"what": WORDS, "visibility": "private", "form_key": "a" * 32})
    assert page.words
    assert kept(app) == 0


def test_nothing_is_kept_without_the_token_of_the_page(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.sam)
    clock.move(minutes=LATER)
    client.post("/thanks/new", data={"what": WORDS, "visibility": "private", "form_key": "a" * 32})
    assert kept(app) == 0


def test_a_save_in_the_background_is_not_kept_because_its_page_keeps_the_words(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        assignment_id = given(cast.priya, cast.sam_and_jo, limit=Level.SHARED)
    client = as_(cast.sam)
    page = get_page(client, f"/do/{assignment_id}/answer")
    token = page.select_one("main [name=csrf_token]")
    assert token is not None
    clock.move(minutes=LATER)
    reply = client.post(
        f"{page.address}/draft",
        data={"csrf_token": token["value"], "form_key": "a" * 32},
        headers={"Sec-Fetch-Mode": "cors"},
    )
    assert reply.status_code == 302
    assert kept(app) == 0


def test_a_refused_form_is_shown_with_what_was_typed(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.sam)
    page = written(client)
    clock.move(minutes=LATER)
    submit(client, page, {"what": WORDS, "meant": "m" * 4001, "visibility": "private"}, button="Save")
    sign_in(client, cast.sam)
    page = get_page(client, "/sign-in/carry-on")
    refused = read_page(submit(client, page, form="form[data-carry-on]", status=422), 422)
    assert WORDS in refused.words


def pressed_too_late(
    client: FlaskClient, clock: Clock, address: str, fields: dict[str, str], form: str
) -> None:
    page = get_page(client, address)
    clock.move(minutes=LATER)
    assert (submit(client, page, fields, form=form).location or "").startswith("/sign-in")


def test_a_request_to_talk_alone_is_kept_nowhere(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.sam)
    form = "main form:not([action])"
    pressed_too_late(client, clock, "/me/talk-alone", {"reach": "Ring my work number"}, form)
    told = get_page(client, "/sign-in").words
    assert "Nothing is lost" not in told, "it did not arrive, and that is said"
    assert "Please sign in again, then do that once more." in told
    assert kept(app) == 0
    assert sign_in(client, cast.sam) == "/"


@pytest.mark.parametrize("act", ["send", "who sees it", "delete", "hand on", "leave", "delete all"])
def test_nobody_at_a_timed_out_browser_leaves_an_act_for_its_owner_to_carry_out(
    act: str, app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        task = given(cast.priya, cast.sam_and_jo, limit=Level.SHARED)
        answer = answered(cast.sam, given(cast.priya, cast.sam_and_jo), WORDS, Level.PRIVATE)
        drafted(cast.sam, task, WORDS, step="answer")
        thanks = save_thanks(actor=cast.sam, what=WORDS, meant="", level=Level.PRIVATE).id
    address, fields, form = {
        "send": (f"/do/{task}/check", {"level": "shared"}, "main form"),
        "who sees it": (f"/me/history/{answer}", {"visibility": "shared"}, "form[action$='/sharing']"),
        "delete": (f"/thanks/{thanks}", {}, "form[action$='/delete']"),
        # These ask for the pass-phrase afresh, so coming back with it must not do them by itself.
        "hand on": ("/me/data/record", {"choice": "counsellor"}, "main form"),
        "leave": ("/me/leave-couple", {}, "main form"),
        "delete all": ("/me/delete-account", {}, "main form"),
    }[act]
    client = as_(cast.sam)
    pressed_too_late(client, clock, address, fields, form)
    assert kept(app) == 0
    assert sign_in(client, cast.sam) == "/"


def test_a_page_left_open_is_good_again_for_its_own_writer_and_for_nobody_else(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    """Two tabs of one browser: somebody signs out in one, and signs in again, while words stand in the other."""
    client = app.test_client()
    sign_in(client, cast.sam)
    page = written(client)
    submit(client, get_page(client, "/me"), form='form[action="/sign-out"]')
    sign_in(client, cast.jo)
    words = {"what": WORDS, "visibility": "private"}
    submit(client, page, words, button="Save", status=400)
    token = {"csrf_token": str(page.one("[name=csrf_token]")["value"])}
    assert client.post("/thanks/new", data=token, headers=IN_THE_BACKGROUND).status_code == 401
    assert WORDS not in get_page(client, "/thanks").words
    submit(client, get_page(client, "/me"), form='form[action="/sign-out"]')
    sign_in(client, cast.sam)
    assert WORDS in submit_and_follow(client, page, words, button="Save").words


def test_a_page_of_another_browser_is_not_taken(app: Flask, cast: Cast) -> None:
    here, there = app.test_client(), app.test_client()
    sign_in(here, cast.sam)
    sign_in(there, cast.sam)
    submit(here, written(there), {"what": WORDS, "visibility": "private"}, button="Save", status=400)


def test_a_clock_that_is_put_back_asks_to_sign_in_again_and_the_open_page_stays_good(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    """A sign-in of a time that has not come yet would have no end, so it is refused."""
    client = app.test_client()
    sign_in(client, cast.sam)
    page = written(client)
    clock.move(hours=-1)
    filled = {"what": WORDS, "visibility": "private"}
    assert (submit(client, page, filled, button="Save").location or "").startswith("/sign-in")
    sign_in(client, cast.sam)
    assert submit(client, page, filled, button="Save").location == "/thanks"
    assert WORDS in get_page(client, "/thanks").words
