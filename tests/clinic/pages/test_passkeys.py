"""Passkeys: making one, signing in with one, and every answer that is not true."""

from __future__ import annotations

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.actions.factors import reset_second_factor
from clinic.actions.passkeys import WrongPasskey, sign_in_with_passkey
from clinic.extensions import db
from clinic.models import AuditLine, Passkey, PasskeyQuestion, Person, SignIn
from tests import builders
from tests.authenticator import PRESENT, Device
from tests.cast import AS, Cast
from tests.clinic.pages.test_second_step import digits, half_in, set_up
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

HERE = "http://localhost"
DID_NOT_WORK = "That passkey did not work."
MAKE = "form[data-passkey=create]"
GET = "form[data-passkey=get]"
CODE = 'form[action="/sign-in/code"]:not([data-passkey])'


def options_on(page: Page) -> str:
    form = page.select_one("form[data-passkey]")
    assert form is not None, page.address
    return str(form["data-options"])


def asked_to_make(client: FlaskClient) -> Page:
    """The page on which a device makes a passkey, after the pass-phrase."""
    return submit_and_follow(
        client, get_page(client, "/me/sign-in/passkeys/new"), {"password": builders.PASSPHRASE}
    )


def add(client: FlaskClient, device: Device, name: str = "My phone", *, first: bool = True) -> list[str]:
    """Add a passkey; the recovery codes that a first one brings."""
    page = asked_to_make(client)
    fields = {"name": name, "answer": device.make(options_on(page))}
    reply = submit(client, page, fields, form=MAKE, status=200 if first else 302)
    return [digits(li.get_text()) for li in read_page(reply, 200).select(".spare-codes li")] if first else []


def asked_to_sign_in(client: FlaskClient) -> Page:
    link = get_page(client, "/sign-in").one("[data-passkeys] a")
    return get_page(client, str(link["href"]))


@pytest.fixture
def phone() -> Device:
    return Device(HERE)


@pytest.mark.both_databases
def test_a_passkey_is_made_once_the_pass_phrase_is_given_and_brings_ten_codes(
    cast: Cast, as_: AS, app: Flask, phone: Device, clock: Clock
) -> None:
    client, laptop = as_(cast.sam), as_(cast.sam)
    codes = add(client, phone, "Kitchen phone")
    assert len(set(codes)) == 10
    assert "Kitchen phone" in get_page(client, "/me/sign-in/passkeys").words
    assert "Your second step is on" in get_page(client, "/me/sign-in/app").words
    assert laptop.get("/me").status_code == 302  # It began without the second step.
    with app.app_context():
        assert b"Kitchen phone" not in db.session.query(Passkey).one().name_sealed
        assert db.session.get_one(Person, cast.sam.id).second_factor_at is not None


def test_without_the_pass_phrase_no_device_is_asked(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    assert client.get("/me/sign-in/passkeys/make").location == "/me/sign-in/passkeys"
    page = get_page(client, "/me/sign-in/passkeys/new")
    assert read_page(submit(client, page, {"password": "not my password"}, status=422), 422).select(".error")
    assert client.get("/me/sign-in/passkeys/make").location == "/me/sign-in/passkeys"


def test_a_second_one_brings_no_codes_and_ends_nothing(cast: Cast, as_: AS, phone: Device) -> None:
    client = as_(cast.sam)
    add(client, phone)
    laptop = as_(cast.sam)
    assert add(client, Device(HERE), "Another", first=False) == []
    get_page(laptop, "/me")
    assert len(get_page(client, "/me/sign-in/passkeys").select("main a[href*='/me/sign-in/passkeys/']")) == 3


@pytest.mark.both_databases
def test_a_passkey_alone_signs_in_and_leads_on(
    cast: Cast, as_: AS, app: Flask, phone: Device, clock: Clock
) -> None:
    add(as_(cast.sam), phone)
    client = app.test_client()
    page = get_page(client, client.get("/thanks").location)
    page = get_page(client, str(page.one("[data-passkeys] a")["href"]))
    assert submit(client, page, {"answer": phone.use(options_on(page))}).location == "/thanks"
    assert "Last used" in get_page(client, "/me/sign-in/passkeys").words
    with app.app_context():
        assert db.session.query(PasskeyQuestion).count() == 2  # The one that made it, and this one.
        assert db.session.query(AuditLine).filter_by(event="passkey used").count() == 1


@pytest.mark.both_databases
def test_it_is_the_second_step_in_place_of_a_code(cast: Cast, as_: AS, app: Flask, phone: Device) -> None:
    codes = add(as_(cast.sam), phone)
    client = app.test_client()
    page = half_in(client, cast.sam)
    assert (client.get("/today").location or "").startswith("/sign-in")
    assert submit(client, page, {"answer": phone.use(options_on(page))}, form=GET).location == "/"
    get_page(client, "/me")
    # Without script, or without the phone, a code on paper is taken.
    other = app.test_client()
    assert submit(other, half_in(other, cast.sam), {"code": codes[0]}, form=CODE).location == "/"


def test_staff_who_owe_a_second_step_may_choose_a_passkey(
    cast: Cast, as_: AS, app: Flask, phone: Device
) -> None:
    with app.app_context():
        db.session.get_one(type(cast.canal_street), cast.canal_street.id).is_demo = False
        db.session.commit()
    client = as_(cast.priya)
    assert client.get("/c").location == "/me/sign-in/app"
    add(client, phone)
    get_page(client, "/c")


LIES: dict[str, dict[str, str]] = {
    "another site": {"origin": "https://meanwhile.example"},
    "another port": {"origin": "http://localhost:5001"},
    "a question of last week": {"challenge": "x" * 43},
    "making instead of using": {"type": "webauthn.create"},
}


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_an_answer_that_is_not_true_opens_nothing(
    cast: Cast, as_: AS, app: Flask, phone: Device, lie: str
) -> None:
    add(as_(cast.sam), phone)
    client = app.test_client()
    page = asked_to_sign_in(client)
    reply = submit(client, page, {"answer": phone.use(options_on(page), lies=LIES[lie])}, status=422)
    assert DID_NOT_WORK in read_page(reply, 422).words
    # The question still stands, and the true answer to it is taken.
    submit(client, page, {"answer": phone.use(options_on(page))})


def test_no_answer_is_taken_twice_or_by_another_browser(
    cast: Cast, as_: AS, app: Flask, phone: Device
) -> None:
    add(as_(cast.sam), phone)
    client, thief = app.test_client(), app.test_client()
    page, other = asked_to_sign_in(client), asked_to_sign_in(thief)
    answer = phone.use(options_on(page))
    submit(thief, other, {"answer": answer}, status=422)
    with client.session_transaction() as cookie:
        token = cookie["passkey"]
    submit(client, page, {"answer": answer})
    with app.app_context(), pytest.raises(WrongPasskey):
        sign_in_with_passkey(token=token, answer=answer, device="the same", device_name="")
    # Nor does an answer to the one question count for the other.
    half = half_in(thief, cast.sam)
    submit(thief, half, {"answer": phone.use(options_on(other))}, form=GET, status=422)


def test_a_count_that_does_not_grow_is_a_copy(cast: Cast, as_: AS, app: Flask, phone: Device) -> None:
    add(as_(cast.sam), phone)
    phone.count = 7
    first, copy = app.test_client(), app.test_client()
    page = asked_to_sign_in(first)
    submit(first, page, {"answer": phone.use(options_on(page))})
    phone.count = 3
    page = asked_to_sign_in(copy)
    submit(copy, page, {"answer": phone.use(options_on(page))}, status=422)


def test_a_passkey_that_counts_nothing_works_again_and_again(
    cast: Cast, as_: AS, app: Flask, phone: Device
) -> None:
    add(as_(cast.sam), phone)
    for _ in range(2):
        client = app.test_client()
        page = asked_to_sign_in(client)
        submit(client, page, {"answer": phone.use(options_on(page), counts=False)})


def test_a_device_that_did_not_ask_to_be_unlocked_is_refused(
    cast: Cast, as_: AS, app: Flask, phone: Device
) -> None:
    client = as_(cast.sam)
    page = asked_to_make(client)
    fields = {"name": "My phone", "answer": phone.make(options_on(page), flags=PRESENT)}
    submit(client, page, fields, form=MAKE, status=422)
    add(client, phone)
    stranger = app.test_client()
    page = asked_to_sign_in(stranger)
    submit(stranger, page, {"answer": phone.use(options_on(page), flags=PRESENT)}, status=422)


def test_another_key_under_the_same_id_is_refused(cast: Cast, as_: AS, app: Flask, phone: Device) -> None:
    add(as_(cast.sam), phone)
    forged = Device(HERE, credential_id=phone.credential_id, owner=phone.owner)
    client = app.test_client()
    page = asked_to_sign_in(client)
    submit(client, page, {"answer": forged.use(options_on(page))}, status=422)


def test_nobody_uses_the_passkey_of_another(cast: Cast, as_: AS, app: Flask, phone: Device) -> None:
    add(as_(cast.jo), phone)
    add(as_(cast.sam), Device(HERE))
    client = app.test_client()
    half = half_in(client, cast.sam)
    submit(client, half, {"answer": phone.use(options_on(half))}, form=GET, status=422)
    # A key of Jo's that says it is Sam's is neither's.
    page = asked_to_sign_in(client)
    phone.owner = cast.sam.id.bytes
    submit(client, page, {"answer": phone.use(options_on(page))}, status=422)


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", '{"id": 3}', "x" * 20_001, "\u0661", '{"a":' * 900]
)
def test_what_no_browser_sends_is_refused(cast: Cast, as_: AS, app: Flask, answer: str) -> None:
    client = as_(cast.sam)
    submit(client, asked_to_make(client), {"name": "x", "answer": answer}, form=MAKE, status=422)
    stranger = app.test_client()
    submit(stranger, asked_to_sign_in(stranger), {"answer": answer}, status=422)


def test_a_question_waits_ten_minutes(cast: Cast, as_: AS, app: Flask, phone: Device, clock: Clock) -> None:
    add(as_(cast.sam), phone)
    client = app.test_client()
    page = asked_to_sign_in(client)
    clock.move(minutes=10)
    late = submit(client, page, {"answer": phone.use(options_on(page))}, status=422)
    assert "That took too long." in read_page(late, 422).words


def test_the_page_is_the_same_for_an_address_with_passkeys_and_without(
    cast: Cast, as_: AS, app: Flask, phone: Device
) -> None:
    before = asked_to_sign_in(app.test_client()).words
    add(as_(cast.sam), phone)
    assert asked_to_sign_in(app.test_client()).words == before
    page = asked_to_sign_in(app.test_client())
    assert '"allowCredentials": []' in options_on(page)


def test_it_has_a_name_that_can_change_and_can_be_removed(
    cast: Cast, as_: AS, app: Flask, phone: Device, clock: Clock
) -> None:
    client = as_(cast.sam)
    add(client, phone)
    add(client, Device(HERE), "Old phone", first=False)
    listed = get_page(client, "/me/sign-in/passkeys")
    address = str(next(a["href"] for a in listed.select("main a") if "Old phone" in a.get_text()))
    listed = submit_and_follow(client, get_page(client, address), {"name": "Very old phone"})
    assert "Very old phone" in listed.words
    submit(client, get_page(client, f"{address}/remove"))
    assert "Very old phone" not in get_page(client, "/me/sign-in/passkeys").words
    for person in (cast.jo, cast.priya):
        assert as_(person).get(address).status_code == 404


def test_the_last_second_step_is_turned_off_and_not_removed(
    cast: Cast, as_: AS, app: Flask, phone: Device
) -> None:
    client = as_(cast.sam)
    codes = add(client, phone)
    with app.app_context():
        only = db.session.query(Passkey).one().id
    page = get_page(client, f"/me/sign-in/passkeys/{only}")
    assert "only second step" in page.words
    submit(client, get_page(client, f"{page.address}/remove"), status=409)
    fields = {"password": builders.PASSPHRASE, "code": codes[0]}
    submit(client, get_page(client, "/me/sign-in/app/off"), fields)
    with app.app_context():
        assert db.session.query(Passkey).count() == 0
    stranger = app.test_client()
    page = asked_to_sign_in(stranger)
    submit(stranger, page, {"answer": phone.use(options_on(page))}, status=422)


def test_an_app_can_be_added_beside_it(cast: Cast, as_: AS, app: Flask, phone: Device, clock: Clock) -> None:
    client = as_(cast.sam)
    add(client, phone)
    page = get_page(client, "/me/sign-in/app")
    page = submit_and_follow(client, page, form='form[action="/me/sign-in/app/begin"]')
    shown = page.select_one(".qr-key")
    assert shown is not None
    code = pyotp.TOTP(digits(shown.get_text())).at(clock.now)
    submit(client, page, {"code": code}, form='form[action="/me/sign-in/app"]', status=200)
    assert "A code from your app, or a passkey." in get_page(client, "/me/sign-in/app").words


def test_a_counsellors_reset_takes_passkeys_too(cast: Cast, as_: AS, app: Flask, phone: Device) -> None:
    add(as_(cast.sam), phone)
    with app.app_context():
        priya = db.session.get_one(Person, cast.priya.id)
        reset_second_factor(actor=priya, couple_id=cast.sam_and_jo.id, slot="A")
        assert db.session.query(Passkey).count() == 0
    client = app.test_client()
    page = asked_to_sign_in(client)
    submit(client, page, {"answer": phone.use(options_on(page))}, status=422)


def test_a_sign_in_that_was_not_mine_takes_the_passkey_it_added(
    cast: Cast, as_: AS, app: Flask, phone: Device, clock: Clock
) -> None:
    set_up(app, cast.sam, clock)
    mine = as_(cast.sam)
    add(mine, phone, first=False)
    clock.move(minutes=5)
    theirs = as_(cast.sam)
    add(theirs, Device(HERE), "A stranger’s", first=False)
    with app.app_context():
        rows = db.session.query(SignIn).filter_by(person_id=cast.sam.id, ended_at=None)
        newest = max(rows, key=lambda row: row.created_at)
    page = get_page(mine, "/me/sign-in")
    submit(mine, page, form=f'form[action="/me/sign-ins/{newest.id}/not-me"]')
    words = get_page(mine, "/me/sign-in/passkeys").words
    assert "My phone" in words
    assert "stranger" not in words
