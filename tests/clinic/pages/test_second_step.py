"""The second step of signing in: setting it up, giving codes, recovery codes, and the ways back in."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.actions.factors import begin_app, confirm_app
from clinic.actions.sign_ins import start_sign_in
from clinic.actions.tokens import digest
from clinic.extensions import db
from clinic.models import AuditLine, Person, Recovery, SecondFactor, SignIn, SpareCode
from clinic.queries.factors import factor_of, key_of
from tests import builders
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

ON = 'form[action="/me/sign-in/app"]'
BEGIN = 'form[action="/me/sign-in/app/begin"]'
WRONG = "That code doesn’t work."


def set_up(app: Flask, person: Person, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """Give somebody a second step; their app, and their recovery codes. Afterwards the code is a new one."""
    with app.app_context():
        owner = db.session.get_one(Person, person.id)
        start_sign_in(owner, device="where it was set up")
        begin_app(actor=owner)
        factor = factor_of(owner)
        assert factor is not None
        totp = pyotp.TOTP(key_of(factor))
        codes = confirm_app(actor=owner, code=totp.at(clock.now), device="where it was set up")
    clock.move(seconds=30)
    return totp, codes


def half_in(client: FlaskClient, person: Person) -> Page:
    """The page that asks for a code, after the right pass-phrase."""
    page = get_page(client, "/sign-in")
    fields = {"email": person.sign_in_address or "", "password": builders.PASSPHRASE}
    return submit_and_follow(client, page, fields)


def digits(text: str) -> str:
    return "".join(text.split())


def test_it_is_set_up_with_a_key_and_one_code(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    phone, laptop = as_(cast.sam), as_(cast.sam)
    page = submit_and_follow(phone, get_page(phone, "/me/sign-in/app"), form=BEGIN)
    shown = page.select_one(".qr-key")
    assert shown is not None
    key = digits(shown.get_text())
    assert len(key) == 32
    assert page.select("svg.qr path.qr-dark")
    with app.app_context():
        assert db.session.get_one(Person, cast.sam.id).second_factor_at is None
        assert key.encode() not in db.session.query(SecondFactor).one().key_sealed
    done = read_page(submit(phone, page, {"code": pyotp.TOTP(key).at(clock.now)}, form=ON, status=200), 200)
    codes = [digits(item.get_text()) for item in done.select(".spare-codes li")]
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"\d{12}", code) for code in codes)
    with app.app_context():
        kept = {row.code_hash for row in db.session.query(SpareCode)}
        assert len(kept) == 10
        assert not kept & (set(codes) | {digest(code) for code in codes})
    # What was opened without it has ended, and the page says what there is.
    assert laptop.get("/me").status_code == 302
    assert "10 are left" in get_page(phone, "/me/sign-in/app").words


def test_a_wrong_first_code_turns_nothing_on(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    client = as_(cast.sam)
    page = submit_and_follow(client, get_page(client, "/me/sign-in/app"), form=BEGIN)
    for typed in ("", "000000", "12345", "x" * 300, "١٢٣٤٥٦", "000000000000"):
        told = read_page(submit(client, page, {"code": typed}, form=ON, status=422), 422)
        assert told.select(".error")
    with app.app_context():
        assert db.session.get_one(Person, cast.sam.id).second_factor_at is None
        assert db.session.query(SpareCode).count() == 0


@pytest.mark.both_databases
def test_signing_in_takes_the_code_too(cast: Cast, app: Flask, as_: AS, clock: Clock) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    client = app.test_client()
    page = half_in(client, cast.sam)
    assert page.address == "/sign-in/code"
    for address in ("/today", "/me", "/me/sign-in/app"):
        assert (client.get(address).location or "").startswith("/sign-in")
    assert submit(client, page, {"code": totp.at(clock.now)}).location == "/"
    get_page(client, "/me/sign-in")


def test_it_leads_on_to_where_one_wanted_to_go(cast: Cast, app: Flask, clock: Clock) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    client = app.test_client()
    page = get_page(client, client.get("/thanks").location)
    sent = submit(client, page, {"email": cast.sam.sign_in_address or "", "password": builders.PASSPHRASE})
    page = get_page(client, sent.location)
    wrong = read_page(submit(client, page, {"code": "000000"}, status=422), 422)
    assert submit(client, wrong, {"code": totp.at(clock.now)}).location == "/thanks"


def test_a_code_is_taken_once_and_only_around_its_time(cast: Cast, app: Flask, clock: Clock) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    now = clock.now.timestamp()
    for taken, seconds in ((False, -60), (False, 60), (True, 30), (False, 30), (False, 0)):
        client = app.test_client()
        page = half_in(client, cast.sam)
        code = totp.at(int(now + seconds))
        reply = submit(client, page, {"code": code}, status=302 if taken else 422)
        assert taken or WRONG in read_page(reply, 422).words, seconds
    clock.move(seconds=60)
    client = app.test_client()
    submit(client, half_in(client, cast.sam), {"code": totp.at(int(now + 30))}, status=422)
    submit(client, half_in(client, cast.sam), {"code": totp.at(int(now + 60))})


def test_a_recovery_code_works_once(cast: Cast, app: Flask, clock: Clock) -> None:
    _, codes = set_up(app, cast.sam, clock)
    grouped = f"{codes[3][:4]} {codes[3][4:8]}-{codes[3][8:]}"
    client, again = app.test_client(), app.test_client()
    submit(client, half_in(client, cast.sam), {"code": grouped})
    assert "9 are left" in get_page(client, "/me/sign-in/app").words
    used_up = read_page(submit(again, half_in(again, cast.sam), {"code": codes[3]}, status=422), 422)
    assert WRONG in used_up.words
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(event="recovery code used").count() == 1


def test_the_codes_that_are_left_are_ones_own(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    set_up(app, cast.jo, clock)
    _, codes = set_up(app, cast.sam, clock)
    client = app.test_client()
    submit(client, half_in(client, cast.sam), {"code": codes[0]})
    assert "9 are left" in get_page(client, "/me/sign-in/app").words
    assert "10 are left" in get_page(as_(cast.jo), "/me/sign-in/app").words


def test_nobody_uses_the_codes_of_another(cast: Cast, app: Flask, clock: Clock) -> None:
    _, codes = set_up(app, cast.jo, clock)
    totp, _ = set_up(app, cast.sam, clock)
    client = app.test_client()
    page = half_in(client, cast.jo)
    submit(client, page, {"code": totp.at(clock.now)}, status=422)
    client = app.test_client()
    submit(client, half_in(client, cast.sam), {"code": codes[0]}, status=422)


def test_ten_wrong_codes_end_the_tries_but_not_on_a_device_that_is_known(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    known = app.test_client()
    submit(known, half_in(known, cast.sam), {"code": totp.at(clock.now)})
    stranger = app.test_client()
    page = half_in(stranger, cast.sam)
    for _ in range(10):
        submit(stranger, page, {"code": "000000"}, status=422)
    clock.move(seconds=30)
    told = read_page(submit(stranger, page, {"code": totp.at(clock.now)}, status=422), 422)
    assert "Too many tries" in told.words
    known.post("/sign-out", data={"csrf_token": token_of(known)})
    submit(known, half_in(known, cast.sam), {"code": totp.at(clock.now)})


def token_of(client: FlaskClient) -> str:
    field = get_page(client, "/me").select_one("input[name=csrf_token]")
    assert field is not None
    return str(field["value"])


def test_half_a_sign_in_waits_ten_minutes(cast: Cast, app: Flask, clock: Clock) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    client = app.test_client()
    page = half_in(client, cast.sam)
    clock.move(minutes=10)
    assert client.get("/sign-in/code").location == "/sign-in"
    assert submit(client, page, {"code": totp.at(clock.now)}).location == "/sign-in"
    assert (client.get("/me").location or "").startswith("/sign-in")
    assert app.test_client().get("/sign-in/code").location == "/sign-in"


def test_a_wrong_pass_phrase_reads_the_same_with_a_second_step_and_without(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    set_up(app, cast.sam, clock)
    replies = []
    for address in (cast.sam.sign_in_address, cast.jo.sign_in_address, "nobody@mail.example"):
        client = app.test_client()
        page = get_page(client, "/sign-in")
        reply = submit(client, page, {"email": address or "", "password": "not the one"}, status=422)
        body = re.sub(r'value="[^"]*"', "", reply.text)
        replies.append((reply.status, sorted(name for name, _ in reply.headers), body))
    assert replies[0] == replies[1] == replies[2]


def test_two_codes_of_recovery_do_not_skip_it(cast: Cast, app: Flask, clock: Clock) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    with app.app_context():
        db.session.add(
            Recovery(
                practice_id=cast.sam.practice_id,
                person_id=cast.sam.id,
                mail_code_hash=digest("111111"),
                spoken_code_hash=digest("222222"),
                created_at=clock.now,
                expires_at=clock.move(hours=1),
            )
        )
        db.session.commit()
    clock.move(minutes=-30)
    client = app.test_client()
    page = get_page(client, "/sign-in/recover/codes")
    # Beside a second step eight characters are enough.
    fields = {
        "email": cast.sam.sign_in_address or "",
        "mail_code": "111111",
        "spoken_code": "222222",
        "password": "qv7-plum",
    }
    sign_in = submit_and_follow(client, page, fields)
    asked = submit_and_follow(
        client, sign_in, {"email": cast.sam.sign_in_address or "", "password": "qv7-plum"}
    )
    assert asked.address == "/sign-in/code"
    assert (client.get("/today").location or "").startswith("/sign-in")
    submit(client, asked, {"code": totp.at(clock.now)})


def test_it_is_turned_off_with_the_pass_phrase_and_a_code(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    client = as_(cast.sam)
    page = get_page(client, "/me/sign-in/app/off")
    code = totp.at(clock.now)
    for fields in (
        {"password": "not the one", "code": code},
        {"password": builders.PASSPHRASE, "code": "000000"},
        {"password": "", "code": ""},
    ):
        submit(client, page, fields, status=422)
    submit(client, page, {"password": builders.PASSPHRASE, "code": code})
    assert "Off. You can add" in get_page(client, "/me/sign-in").words
    with app.app_context():
        assert db.session.query(SpareCode).count() == db.session.query(SecondFactor).count() == 0
    fresh = app.test_client()
    sent = get_page(fresh, "/sign-in")
    fields = {"email": cast.sam.sign_in_address or "", "password": builders.PASSPHRASE}
    assert submit(fresh, sent, fields).location == "/"


def test_a_short_pass_phrase_is_not_left_to_stand_alone(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    client = as_(cast.sam)
    page = get_page(client, "/me/sign-in/password")
    assert "At least 8 characters" in page.words
    submit(client, page, {"old": builders.PASSPHRASE, "password": "qv7-plum"})
    page = get_page(client, "/me/sign-in/app/off")
    told = submit(client, page, {"password": "qv7-plum", "code": totp.at(clock.now)}, status=422)
    assert "too short to stand alone" in read_page(told, 422).words


def test_setting_it_up_asks_for_the_pass_phrase_again(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.sam)
    clock.move(minutes=11)
    assert client.get("/me/sign-in/app").location == "/sign-in/again?next=/me/sign-in/app"


def test_staff_of_a_practice_that_is_no_demo_set_it_up_before_anything_else(
    app: Flask, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        practice = builders.practice("Weir Lane", is_demo=False)
        wanda = builders.person(practice, name="Wanda")
        couple = builders.couple(wanda)
        partner = builders.partner_person(couple, "A")
    client = as_(wanda)
    for address in ("/c", "/c/couples", f"/c/couples/{couple.id}/settings"):
        assert client.get(address).location == "/me/sign-in/app"
    page = get_page(client, "/me/sign-in/app")
    assert "Your practice asks for this" in page.words
    page = submit_and_follow(client, page, form=BEGIN)
    key = page.select_one(".qr-key")
    assert key is not None
    submit(client, page, {"code": pyotp.TOTP(digits(key.get_text())).at(clock.now)}, form=ON, status=200)
    get_page(client, "/c/couples")
    # Partners may, and need not.
    get_page(as_(partner), "/today")


@pytest.mark.both_databases
def test_a_counsellor_turns_it_off_for_an_own_partner_and_nobody_else_does(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    set_up(app, cast.sam, clock)
    address = f"/c/couples/{cast.sam_and_jo.id}/partners/A/second-step/off"
    priya = as_(cast.priya)
    page = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/settings")
    assert len(page.select('form[action$="/second-step/off"]')) == 1  # Jo has none.
    for other in (cast.marcus, cast.sofia, cast.ada, cast.jo, cast.sam, cast.hana):
        client = as_(other)
        field = get_page(client, "/me").select_one("input[name=csrf_token]")
        assert field is not None
        assert client.post(address, data={"csrf_token": field["value"]}).status_code == 404
    phone = as_(cast.sam)
    submit(priya, page, form='form[action$="/second-step/off"]')
    assert phone.get("/me").status_code == 302
    client = app.test_client()
    sent = get_page(client, "/sign-in")
    fields = {"email": cast.sam.sign_in_address or "", "password": builders.PASSPHRASE}
    submit(client, sent, fields)
    assert client.get("/today").location == "/me/sign-in/password"
    with app.app_context():
        line = db.session.query(AuditLine).filter_by(event="second factor reset").one()
        assert (line.actor_id, line.subject_id) == (cast.priya.id, cast.sam.id)


def test_an_admin_turns_it_off_for_a_colleague(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    set_up(app, cast.priya, clock)
    ada = as_(cast.ada)
    submit(ada, get_page(ada, "/p/people"), form='form[action$="/second-step/off"]')
    with app.app_context():
        assert db.session.get_one(Person, cast.priya.id).second_factor_at is None
        assert db.session.query(SignIn).filter_by(person_id=cast.priya.id, ended_at=None).count() == 0


def test_new_recovery_codes_end_the_old_ones(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    _, old = set_up(app, cast.sam, clock)
    client = as_(cast.sam)
    page = get_page(client, "/me/sign-in/app")
    form = 'form[action="/me/sign-in/app/codes"]'
    new = read_page(submit(client, page, form=form, status=200), 200).select(".spare-codes li")
    assert len(new) == 10
    # The same form again leads to the page, and not to codes anew.
    assert submit(client, page, form=form).location == "/me/sign-in/app"
    stranger = app.test_client()
    submit(stranger, half_in(stranger, cast.sam), {"code": old[0]}, status=422)
    submit(stranger, half_in(stranger, cast.sam), {"code": digits(new[0].get_text())})
