"""Where one is signed in, a new pass-phrase, and a sign-in that was not one's own."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.extensions import db
from clinic.models import AuditLine, Person, SignIn, TalkRequest
from tests import builders
from tests.cast import AS, Cast
from tests.conftest import Clock, Letter
from tests.page import get_page, read_page, submit, submit_and_follow

END = 'form[action$="/end"]'
NOT_ME = 'form[action$="/not-me"]'
NEW = "seven herons by the weir"


def signs_in_with(app: Flask, person: Person, password: str) -> FlaskClient:
    client = app.test_client()
    page = get_page(client, "/sign-in")
    submit(client, page, {"email": person.sign_in_address or "", "password": password})
    return client


def test_a_sign_in_elsewhere_can_be_ended(cast: Cast, as_: AS) -> None:
    phone, laptop = as_(cast.sam), as_(cast.sam)
    page = get_page(phone, "/me/sign-in")
    assert len(page.select("li.entry")) == 2
    submit(phone, page, form=END)
    assert laptop.get("/me").status_code == 302
    assert len(get_page(phone, "/me/sign-in").select("li.entry")) == 1


@pytest.mark.parametrize("act", ["end", "not-me"])
def test_nobody_can_end_somebody_elses_sign_in(cast: Cast, as_: AS, app: Flask, act: str) -> None:
    sam = as_(cast.sam)
    with app.app_context():
        of_sam = db.session.query(SignIn).filter_by(person_id=cast.sam.id).one().id
    for person in (cast.jo, cast.priya, cast.ada, cast.lea):
        client = as_(person)
        as_(person)  # A second sign-in of their own gives the page a form to send.
        page = get_page(client, "/me/sign-in")
        form = page.select_one(f'form[action$="/{act}"]')
        assert form is not None
        for other in (of_sam, uuid4()):
            form["action"] = f"/me/sign-ins/{other}/{act}"
            submit(client, page, form=f'form[action$="/{act}"]', status=404)
        with app.app_context():
            assert not db.session.get_one(Person, person.id).must_change_passphrase
    get_page(sam, "/me")


@pytest.mark.both_databases
def test_not_me_ends_every_other_one_and_asks_for_a_new_password(
    cast: Cast, as_: AS, app: Flask, outbox: Callable[[], list[Letter]]
) -> None:
    phone, stranger = as_(cast.sam), as_(cast.sam)
    page = submit_and_follow(phone, get_page(phone, "/me/sign-in"), form=NOT_ME)
    assert page.address == "/me/sign-in/password"
    assert (stranger.get("/me").location or "").startswith("/sign-in")
    assert phone.get("/today").location == "/me/sign-in/password"
    # The old pass-phrase still proves who it is, and opens nothing but the page for a new one.
    elsewhere = signs_in_with(app, cast.sam, builders.PASSPHRASE)
    assert elsewhere.get("/thanks").location == "/me/sign-in/password"
    submit(phone, page, {"old": builders.PASSPHRASE, "password": NEW})
    get_page(phone, "/today")
    assert (elsewhere.get("/me").location or "").startswith("/sign-in")
    get_page(signs_in_with(app, cast.sam, NEW), "/today")
    assert outbox() == []
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(event="sign-in disowned").count() == 1


def test_the_counsellor_is_told_of_a_partners_and_the_other_partner_is_not(
    cast: Cast, as_: AS, app: Flask
) -> None:
    jo, before = as_(cast.jo), get_page(as_(cast.jo), "/today").words
    for _ in range(2):
        phone, _other = as_(cast.sam), as_(cast.sam)
        page = get_page(phone, "/me/sign-in")
        submit(phone, page, form=f'form[action="{page.select(NOT_ME)[0]["action"]}"]')
    with app.app_context():
        assert db.session.query(TalkRequest).count() == 1  # Once is enough.
    priya = as_(cast.priya)
    assert "to talk alone" in get_page(priya, "/c").words
    told = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/talk")
    assert "Sam ended a sign-in that was not theirs" in told.words
    submit(priya, told, form="main form[method=post]")
    assert "Nobody is waiting" in get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/talk").words
    assert get_page(jo, "/today").words == before


def test_the_admin_is_told_of_a_colleagues(cast: Cast, as_: AS) -> None:
    laptop, _other = as_(cast.priya), as_(cast.priya)
    submit(laptop, get_page(laptop, "/me/sign-in"), form=NOT_ME)
    ada, iris = as_(cast.ada), as_(cast.iris)
    page = get_page(ada, "/p/people")
    assert "Priya ended a sign-in that was not theirs" in page.words
    assert "ended a sign-in" not in get_page(iris, "/p/people").words
    submit(ada, page, form='form[action$="/sign-in-seen"]')
    assert "ended a sign-in" not in get_page(ada, "/p/people").words


def test_a_new_password_ends_every_other_sign_in(cast: Cast, as_: AS, app: Flask) -> None:
    phone, laptop = as_(cast.sam), as_(cast.sam)
    page = get_page(phone, "/me/sign-in/password")
    submit(phone, page, {"old": builders.PASSPHRASE, "password": NEW})
    get_page(phone, "/me/sign-in")
    assert laptop.get("/me").status_code == 302
    get_page(signs_in_with(app, cast.sam, NEW), "/today")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("not the one I chose", NEW, "That is not your password."),
        ("", NEW, "Enter the password you have now."),
        (builders.PASSPHRASE, "", "Choose a password."),
        (builders.PASSPHRASE, builders.PASSPHRASE, "That is the old one."),
        (builders.PASSPHRASE, "seven hero", "Use at least 15 characters."),
        (builders.PASSPHRASE, "passwordpassword", "easy to guess"),
        (builders.PASSPHRASE, "x" * 300, "Use at most 256 characters."),
    ],
)
def test_what_is_wrong_with_a_new_password_is_told_and_changes_nothing(
    cast: Cast, as_: AS, app: Flask, old: str, new: str, told: str
) -> None:
    client = as_(cast.sam)
    page = get_page(client, "/me/sign-in/password")
    assert told in read_page(submit(client, page, {"old": old, "password": new}, status=422), 422).words
    # The form has not been acted on, so it may come again.
    submit(client, page, {"old": builders.PASSPHRASE, "password": NEW})
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(event="pass-phrase changed").count() == 1


def test_wrong_old_ones_run_out(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.sam)
    page = get_page(client, "/me/sign-in/password")
    for _ in range(10):
        submit(client, page, {"old": "not the one I chose", "password": NEW}, status=422)
    told = submit(client, page, {"old": builders.PASSPHRASE, "password": NEW}, status=422)
    assert "Too many tries" in read_page(told, 422).words


def test_the_partners_name_is_no_password_either(cast: Cast, as_: AS) -> None:
    """Nor the practice's: with the names taken out, nothing is left that would be hard to guess."""
    client = as_(cast.sam)
    page = get_page(client, "/me/sign-in/password")
    partner, practice = f"{cast.jo.name} {cast.jo.family_name}", cast.canal_street.name
    for new in (f"{partner} {partner} 1234", f"{practice} {practice}"):
        typed = {"old": builders.PASSPHRASE, "password": new}
        assert "easy to guess" in read_page(submit(client, page, typed, status=422), 422).words, new
    typed = {"old": builders.PASSPHRASE, "password": NEW}
    submit(client, page, typed)
