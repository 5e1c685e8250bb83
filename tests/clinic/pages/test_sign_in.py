"""Signing in, signing out, and getting back in with two codes."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from clinic.actions.sign_ins import issue_recovery_code
from clinic.clock import now
from clinic.crypto import unseal
from clinic.extensions import db
from clinic.models import OutboxMail, SignIn, SignInFailure
from clinic.worker import work_once
from tests.builders import PASSPHRASE
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit

NEW = "seven herons over the weir"


def sign_in(client: FlaskClient, email: str, password: str = PASSPHRASE, status: int = 302) -> str:
    response = submit(
        client, get_page(client, "/sign-in"), {"email": email, "password": password}, status=status
    )
    return response.location or read_page(response, 422).words


def mailed_code(app: Flask) -> str:
    with app.app_context():
        mail = (
            db.session.query(OutboxMail).filter_by(kind="recovery").order_by(OutboxMail.created_at).all()[-1]
        )
        assert mail.secret_sealed is not None
        return unseal(mail, "secret_sealed", mail.secret_sealed)


def test_the_right_password_leads_to_the_first_page(cast: Cast, client: FlaskClient) -> None:
    assert sign_in(client, "sam@mail.example") == "/"
    get_page(client, "/me")


def test_the_address_may_be_typed_in_capitals_and_with_spaces(cast: Cast, client: FlaskClient) -> None:
    assert sign_in(client, "  Sam@Mail.Example ") == "/"


def test_somebody_who_is_signed_in_is_sent_on(cast: Cast, as_: AS) -> None:
    assert as_(cast.sam).get("/sign-in").location == "/"


def test_a_wrong_password_and_an_unknown_address_read_the_same(cast: Cast, client: FlaskClient) -> None:
    wrong = sign_in(client, "sam@mail.example", "not this one at all", status=422)
    unknown = sign_in(client, "nobody@mail.example", "not this one at all", status=422)
    assert wrong == unknown
    assert "don't match" in wrong


def test_the_address_is_kept_after_a_mistake_and_the_password_is_not(cast: Cast, client: FlaskClient) -> None:
    page = read_page(
        submit(
            client,
            get_page(client, "/sign-in"),
            {"email": "sam@mail.example", "password": "not this one at all"},
            status=422,
        ),
        422,
    )
    assert page.one("#email")["value"] == "sam@mail.example"
    assert "not this one" not in page.response.text


@pytest.mark.parametrize("field", ["email", "password"])
@pytest.mark.parametrize("text", ["", "\0", "a\0b", "\x07bell", "é" * 30_000])
def test_bad_input_is_told_and_nobody_is_let_in(
    cast: Cast, client: FlaskClient, field: str, text: str
) -> None:
    given = {"email": "sam@mail.example", "password": PASSPHRASE, field: text}
    assert sign_in(client, given["email"], given["password"], status=422)
    assert client.get("/me").status_code == 302


def test_the_page_that_was_asked_for_comes_after_signing_in(cast: Cast, client: FlaskClient) -> None:
    asked = client.get("/c/couples?q=Lind")
    assert asked.status_code == 302
    page = get_page(client, asked.location)
    response = submit(client, page, {"email": "priya@canal.example", "password": PASSPHRASE})
    assert response.location == "/c/couples?q=Lind"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(
    cast: Cast, client: FlaskClient, target: str
) -> None:
    page = get_page(client, "/sign-in")
    response = submit(client, page, {"email": "sam@mail.example", "password": PASSPHRASE, "next": target})
    assert response.location == "/"


def test_a_form_without_its_token_is_refused(cast: Cast, client: FlaskClient) -> None:
    response = client.post("/sign-in", data={"email": "sam@mail.example", "password": PASSPHRASE})
    read_page(response, 400)
    assert client.get("/me").status_code == 302


def test_ten_wrong_passwords_shut_out_a_stranger_but_never_a_known_device(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    own = app.test_client()
    assert sign_in(own, "sam@mail.example") == "/"
    submit(own, get_page(own, "/me"), form='form[action="/sign-out"]')
    stranger = app.test_client()
    for _ in range(10):
        sign_in(stranger, "sam@mail.example", "not this one at all", status=422)
    assert "Too many tries" in sign_in(stranger, "sam@mail.example", status=422)
    assert sign_in(own, "sam@mail.example") == "/"
    clock.move(minutes=16)
    assert sign_in(stranger, "sam@mail.example") == "/"


@pytest.mark.settings(throttle=True)
def test_one_network_address_gets_thirty_tries_a_minute(client: FlaskClient) -> None:
    page = get_page(client, "/sign-in")
    for _ in range(30):
        submit(client, page, {"email": "x@mail.example", "password": "x"}, status=422)
    read_page(submit(client, page, {"email": "x@mail.example", "password": "x"}, status=429), 429)
    get_page(client, "/sign-in")


def test_signing_out_ends_the_sign_in_on_the_server(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    kept = client.get_cookie("meanwhile")
    assert kept is not None
    response = submit(client, get_page(client, "/me"), form='form[action="/sign-out"]')
    assert response.location == "/sign-in"
    thief = app.test_client()
    thief.set_cookie("meanwhile", kept.value)
    assert thief.get("/me").status_code == 302


def test_the_page_after_signing_out_sets_a_fresh_cookie_that_script_cannot_read(client: FlaskClient) -> None:
    seen = [get_page(client, "/sign-in").response.headers.getlist("Set-Cookie") for _ in range(2)]
    visits = [next(line for line in lines if line.startswith("visit=")) for lines in seen]
    assert visits[0] != visits[1]
    assert all("HttpOnly" in visit for visit in visits)


@pytest.mark.parametrize(("who", "minutes"), [("sam", 30), ("priya", 60)])
def test_a_sign_in_idles_out(cast: Cast, as_: AS, clock: Clock, who: str, minutes: int) -> None:
    client = as_(getattr(cast, who))
    clock.move(minutes=minutes - 1)
    get_page(client, "/me")
    clock.move(minutes=minutes)
    assert "/sign-in" in client.get("/me").location


def test_no_sign_in_lasts_longer_than_twelve_hours(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.priya)
    for _ in range(23):
        clock.move(minutes=31)
        last = client.get("/me").status_code
    assert last == 200
    clock.move(minutes=31)
    assert client.get("/me").status_code == 302


# --- Getting back in.


def ask(client: FlaskClient, email: str) -> str:
    response = submit(client, get_page(client, "/sign-in/recover"), {"email": email})
    assert response.location == "/sign-in/recover/codes"
    return get_page(client, response.location).words


def finish(client: FlaskClient, status: int = 302, **fields: str) -> str:
    page = get_page(client, "/sign-in/recover/codes")
    response = submit(client, page, fields, status=status)
    return response.location or read_page(response, 422).words


def test_both_codes_set_a_new_password_and_end_every_sign_in(cast: Cast, app: Flask, as_: AS) -> None:
    other = as_(cast.sam)
    client = app.test_client()
    ask(client, "sam@mail.example")
    priya = as_(cast.priya)
    page = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/settings")
    told = read_page(submit(priya, page, form='form[action$="/partners/A/recovery-code"]', status=200))
    spoken = told.one(".code").get_text()
    fields: dict[str, Any] = {
        "email": "sam@mail.example",
        "mail_code": mailed_code(app),
        "spoken_code": spoken,
    }
    assert "at least 15" in finish(client, 422, **fields, password="short")
    assert finish(client, **fields, password=NEW) == "/sign-in"
    assert other.get("/me").status_code == 302
    assert sign_in(client, "sam@mail.example", NEW) == "/"


def test_the_mail_alone_does_not_get_anybody_in(cast: Cast, app: Flask, client: FlaskClient) -> None:
    ask(client, "sam@mail.example")
    said = finish(
        client,
        422,
        email="sam@mail.example",
        mail_code=mailed_code(app),
        spoken_code="000000",
        password=NEW,
    )
    assert "don't match" in said
    assert sign_in(client, "sam@mail.example") == "/"


def test_asking_reads_the_same_for_an_unknown_address(cast: Cast, client: FlaskClient) -> None:
    assert ask(client, "sam@mail.example") == ask(client, "nobody@mail.example")


def test_five_wrong_pairs_of_codes_end_the_recovery(cast: Cast, app: Flask, client: FlaskClient) -> None:
    ask(client, "sam@mail.example")
    with app.app_context():
        spoken = issue_recovery_code(actor=cast.priya, couple_id=cast.sam_and_jo.id, slot="A")
    for _ in range(5):
        finish(
            client,
            422,
            email="sam@mail.example",
            mail_code="1",
            spoken_code="2",
            password=NEW,
        )
    said = finish(
        client,
        422,
        email="sam@mail.example",
        mail_code=mailed_code(app),
        spoken_code=spoken,
        password=NEW,
    )
    assert "don't match" in said


def test_what_was_typed_on_the_recovery_page_is_kept_but_for_the_password(client: FlaskClient) -> None:
    page = get_page(client, "/sign-in/recover/codes")
    response = submit(
        client,
        page,
        {"email": "not an address", "mail_code": "123 456", "spoken_code": "", "password": NEW},
        status=422,
    )
    again = read_page(response, 422)
    assert again.one("#email")["value"] == "not an address"
    assert NEW not in again.response.text


def test_no_sign_in_row_holds_the_token_of_the_cookie(cast: Cast, as_: AS, app: Flask) -> None:
    with as_(cast.sam).session_transaction() as kept:
        token = kept["_user_id"]
    with app.app_context():
        assert token not in str([row.__dict__ for row in db.session.query(SignIn)])


@pytest.mark.both_databases
def test_which_address_was_tried_is_forgotten_after_a_day(
    cast: Cast, app: Flask, client: FlaskClient, clock: Clock
) -> None:
    """The hash of an address tells whoever guesses the address, also when the account is long gone."""
    codes = {"email": "sam@mail.example", "mail_code": "000000", "spoken_code": "000000", "password": NEW}
    sign_in(client, "sam@mail.example", "not the one it is", status=422)
    submit(client, get_page(client, "/sign-in/recover/codes"), codes, status=422)
    for hours, left in ((1, 2), (24, 0)):
        clock.move(hours=hours)
        with app.app_context():
            work_once(now())
            assert db.session.query(SignInFailure).count() == left


@pytest.mark.settings(secure_cookies=True)
def test_over_https_every_cookie_is_this_hosts_alone_and_no_browser_comes_back_without(
    app: Flask, cast: Cast
) -> None:
    client, https = app.test_client(), "https://localhost"
    page = client.get("/sign-in", base_url=https)
    token = str(BeautifulSoup(page.data, "html.parser").select('input[name="csrf_token"]')[0]["value"])
    fields = {"email": "sam@mail.example", "password": PASSPHRASE, "csrf_token": token}
    headers = {"Origin": https}
    signed_in_now = client.post("/sign-in", data=fields, base_url=https, headers=headers)
    assert signed_in_now.status_code == 302
    replies = [
        page,
        signed_in_now,
        client.get("/today", base_url=https),
        client.get("/leave", base_url=https),
    ]
    replies.append(client.get("/made/up", base_url=https))
    lines = [line for reply in replies for line in reply.headers.getlist("Set-Cookie")]
    assert {line.partition("=")[0] for line in lines} == {"__Host-meanwhile", "__Host-device", "__Host-visit"}
    for line in lines:
        attributes = {one.strip().partition("=")[0] for one in line.split(";")[1:]}
        assert attributes >= {"Secure", "HttpOnly", "Path", "SameSite"}, line
        assert "Domain" not in attributes, line
        assert "Path=/;" in f"{line};"
    for reply in replies:
        policy = reply.headers["Strict-Transport-Security"]
        assert int(policy.partition("max-age=")[2].partition(";")[0]) >= 365 * 24 * 3600
        assert "includeSubDomains" in policy
