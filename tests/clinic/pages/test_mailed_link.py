"""A link by mail: it stands in for the pass-phrase, only beside a second step, once and for twenty minutes."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.actions.accounts import change_passphrase
from clinic.actions.sign_ins import start_sign_in
from clinic.extensions import db
from clinic.models import AuditLine, HalfSignIn, Person
from tests import builders
from tests.cast import Cast
from tests.clinic.pages.test_second_step import set_up
from tests.conftest import Clock, Letter
from tests.page import Page, get_page, submit, submit_and_follow

Outbox = Callable[[], list[Letter]]
NEW = "seven quiet herons at low tide"
GONE = "That link no longer works. Ask for a new one."


@pytest.fixture
def app_of_sam(app: Flask, cast: Cast, clock: Clock) -> pyotp.TOTP:
    """Sam has a second step."""
    return set_up(app, cast.sam, clock)[0]


def ask(client: FlaskClient, address: str) -> Page:
    return submit_and_follow(client, get_page(client, "/sign-in/link"), {"email": address})


def mailed(outbox: Outbox) -> str:
    """The address in the newest mail with a link."""
    letter = [one for one in outbox() if one.kind == "sign_in"][-1]
    assert letter.secret is not None
    return letter.secret.removeprefix("http://localhost")


def opened(client: FlaskClient, address: str) -> Page:
    """The page a link leads to, at an address without its secret."""
    reply = client.get(address)
    assert reply.location == "/sign-in/link/open"
    return get_page(client, "/sign-in/link/open")


@pytest.mark.both_databases
def test_the_link_and_the_second_step_together_sign_in(
    app: Flask, cast: Cast, client: FlaskClient, outbox: Outbox, app_of_sam: pyotp.TOTP, clock: Clock
) -> None:
    assert "A link is on its way" in ask(client, "sam@mail.example").words
    address = mailed(outbox)
    page = opened(client, address)
    assert page.one("h1").get_text() == "Sign in as s•••@…?"
    assert "sam@mail" not in page.response.text
    code = submit_and_follow(client, page)
    assert client.get("/today").status_code == 302, "the mail alone opens nothing (R14)"
    submit(client, code, {"code": app_of_sam.at(clock.now)})
    assert get_page(client, "/today").one("h1").get_text() == "Hello Sam"
    with app.app_context():
        assert db.session.scalars(select(HalfSignIn)).all() == []
        told = {(line.event, line.actor_id) for line in db.session.scalars(select(AuditLine))}
    assert {("sign-in link sent", cast.sam.id), ("sign-in link used, code awaited", cast.sam.id)} <= told


@pytest.mark.parametrize("address", ["jo@mail.example", "nobody@mail.example"])
def test_nobody_else_gets_one_and_the_page_says_the_same(
    app: Flask,
    cast: Cast,
    client: FlaskClient,
    outbox: Outbox,
    app_of_sam: pyotp.TOTP,
    address: str,
) -> None:
    """Jo has no second step, so mail alone would sign Jo in."""
    one, other = ask(client, address), ask(app.test_client(), "sam@mail.example")
    assert one.words == other.words
    assert [letter.to for letter in outbox() if letter.kind == "sign_in"] == ["sam@mail.example"]


def test_it_works_once(
    app: Flask, cast: Cast, client: FlaskClient, outbox: Outbox, app_of_sam: pyotp.TOTP
) -> None:
    ask(client, "sam@mail.example")
    address = mailed(outbox)
    first, second = app.test_client(), app.test_client()
    pages = [opened(browser, address) for browser in (first, second)]
    assert submit(first, pages[0]).location == "/sign-in/code"
    assert GONE in submit_and_follow(second, pages[1]).words
    assert GONE in refused(app.test_client(), address).words


@pytest.mark.parametrize("minutes", [19, 20])
def test_it_lasts_for_twenty_minutes(
    cast: Cast, client: FlaskClient, outbox: Outbox, app_of_sam: pyotp.TOTP, clock: Clock, minutes: int
) -> None:
    ask(client, "sam@mail.example")
    address = mailed(outbox)
    clock.move(minutes=minutes)
    if minutes < 20:
        opened(client, address)
    else:
        assert GONE in refused(client, address).words


def test_a_new_one_ends_the_one_before(
    cast: Cast, client: FlaskClient, outbox: Outbox, app_of_sam: pyotp.TOTP
) -> None:
    ask(client, "sam@mail.example")
    before = mailed(outbox)
    ask(client, "sam@mail.example")
    assert [letter.kind for letter in outbox() if letter.secret].count("sign_in") == 1, "one mail leaves"
    assert GONE in refused(client, before).words
    opened(client, mailed(outbox))


def test_what_was_mailed_answers_no_question_for_a_code(
    app: Flask, cast: Cast, client: FlaskClient, outbox: Outbox, app_of_sam: pyotp.TOTP
) -> None:
    """A link that was not opened is no pass-phrase, even where a browser holds its token as if one had been given."""
    ask(client, "sam@mail.example")
    with client.session_transaction() as session:
        session["half_sign_in"] = mailed(outbox).rpartition("/")[2]
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_new_password_ends_it(
    app: Flask, cast: Cast, client: FlaskClient, outbox: Outbox, app_of_sam: pyotp.TOTP
) -> None:
    ask(client, "sam@mail.example")
    with app.app_context():
        sam = db.session.get_one(Person, cast.sam.id)
        start_sign_in(sam, device="another phone")
        change_passphrase(actor=sam, old=builders.PASSPHRASE, new=NEW, device="another phone")
    assert GONE in refused(client, mailed(outbox)).words


def test_a_made_up_link_reads_like_an_old_one(cast: Cast, client: FlaskClient) -> None:
    assert GONE in refused(client, "/sign-in/link/made-up").words


def test_an_account_that_is_closed_gets_none(
    app: Flask, cast: Cast, client: FlaskClient, outbox: Outbox, app_of_sam: pyotp.TOTP, clock: Clock
) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.sam.id).disabled_at = clock.now
        db.session.commit()
    ask(client, "sam@mail.example")
    assert [letter for letter in outbox() if letter.kind == "sign_in"] == []


def refused(client: FlaskClient, address: str) -> Page:
    """Where a link leads that does not work."""
    client.get(address)
    reply = client.get("/sign-in/link/open")
    assert reply.location == "/sign-in/link"
    return get_page(client, "/sign-in/link")
