"""The clock was far ahead and is put right: what was counted meanwhile shuts nobody out until then, and opens no door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from clinic.actions.factors import start_half_sign_in
from clinic.actions.sign_ins import issue_recovery_code, start_sign_in
from clinic.actions.tokens import digest
from clinic.clock import now
from clinic.domain import sign_ins
from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import OutboxMail, SignInFailure
from clinic.queries.factors import half_sign_in
from clinic.queries.people import sign_ins_of
from clinic.worker import work_once
from tests import builders
from tests.cast import AS, Cast
from tests.clinic.pages.test_break_glass import grant, record
from tests.clinic.pages.test_second_step import half_in, set_up
from tests.clinic.pages.test_sign_in import NEW, ask, finish, mailed_code, sign_in
from tests.conftest import EVENING, Clock
from tests.page import get_page, read_page, submit

SAM = "sam@mail.example"
WRONG = "not this one at all"
AHEAD = {"days": 400}
BACK = {"days": -400}


def guess_ten_times(client: FlaskClient) -> None:
    for _ in range(10):
        sign_in(client, SAM, WRONG, status=422)


def test_guesses_of_that_time_shut_nobody_out_and_guesses_of_now_still_do(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    owner, stranger = app.test_client(), app.test_client()
    assert sign_in(owner, SAM) == "/"
    submit(owner, get_page(owner, "/me"), form='form[action="/sign-out"]')
    clock.move(**AHEAD)
    guess_ten_times(owner)
    guess_ten_times(stranger)
    assert "Too many tries" in sign_in(owner, SAM, status=422)
    clock.move(**BACK)
    assert "don't match" in sign_in(stranger, SAM, WRONG, status=422)
    assert sign_in(owner, SAM) == "/"
    guess_ten_times(stranger)
    assert "Too many tries" in sign_in(stranger, SAM, status=422)
    clock.move(minutes=16)
    assert sign_in(stranger, SAM) == "/"


def test_a_clock_that_is_put_back_by_a_little_gives_no_new_tries(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    stranger = app.test_client()
    guess_ten_times(stranger)
    clock.move(minutes=-14)
    assert "Too many tries" in sign_in(stranger, SAM, status=422)
    clock.move(minutes=30)
    assert sign_in(stranger, SAM) == "/"


def test_which_address_was_tried_at_that_time_is_forgotten_too(
    cast: Cast, app: Flask, client: FlaskClient, clock: Clock
) -> None:
    clock.move(**AHEAD)
    sign_in(client, SAM, WRONG, status=422)
    clock.move(**BACK)
    with app.app_context():
        work_once(now())
        assert db.session.query(SignInFailure).count() == 0


@pytest.mark.parametrize("tries", [1, 29, 30])
@pytest.mark.parametrize(
    "kept",
    [
        pytest.param("memory", marks=pytest.mark.settings(throttle=True)),
        # Nothing listens there, so the process counts for itself.
        pytest.param(
            "no Redis", marks=pytest.mark.settings(throttle=True, rate_limit_storage="redis://127.0.0.1:9/0")
        ),
    ],
)
def test_a_network_address_that_was_counted_then_gets_its_thirty_tries_a_minute_again(
    app: Flask, clock: Clock, kept: str, tries: int
) -> None:
    """However few it had used up: a count that never ends is used up some day."""
    client = app.test_client()

    def spend(number: int) -> None:
        page = get_page(client, "/sign-in")
        for _ in range(number):
            submit(client, page, {"email": "x@mail.example", "password": "x"}, status=422)

    def is_shut_out() -> bool:
        page = get_page(client, "/sign-in")
        reply = submit(client, page, {"email": "x@mail.example", "password": "x"}, status=429)
        return reply.status_code == 429

    clock.move(**AHEAD)
    spend(tries)
    clock.move(**BACK)
    spend(30)
    assert is_shut_out()
    clock.move(seconds=-30)
    assert is_shut_out(), "put back by a little it is the same minute"
    clock.move(seconds=91)
    spend(30)
    assert is_shut_out()


def test_the_app_of_a_second_step_works_again_and_each_code_once(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    clock.move(**AHEAD)
    client = app.test_client()
    submit(client, half_in(client, cast.sam), {"code": totp.at(clock.now)})
    clock.move(**BACK)
    clock.move(minutes=5)
    client, code = app.test_client(), totp.at(clock.now)
    submit(client, half_in(client, cast.sam), {"code": code})
    again = app.test_client()
    refused = read_page(submit(again, half_in(again, cast.sam), {"code": code}, status=422), 422)
    assert "That code doesn’t work." in refused.words


def test_a_code_taken_by_a_host_a_little_ahead_is_not_taken_again(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    totp, _ = set_up(app, cast.sam, clock)
    clock.move(minutes=14)
    client = app.test_client()
    submit(client, half_in(client, cast.sam), {"code": totp.at(clock.now)})
    clock.move(minutes=-14)
    client = app.test_client()
    submit(client, half_in(client, cast.sam), {"code": totp.at(clock.now)}, status=422)


def test_a_sign_in_that_began_at_that_time_counts_for_nothing(
    cast: Cast, app: Flask, as_: AS, clock: Clock
) -> None:
    clock.move(**AHEAD)
    sam = as_(cast.sam)
    get_page(sam, "/today")
    clock.move(**BACK)
    assert "/sign-in" in (sam.get("/today").location or "")
    with app.app_context():
        assert sign_ins_of(cast.sam, now()) == []
        start_sign_in(cast.sam, device="anew")
        assert len(sign_ins_of(cast.sam, now())) == 1


def test_neither_a_sign_in_nor_a_fresh_pass_phrase_lasts_longer_for_it() -> None:
    """The cookie is of that time too and is refused by itself; here the rows say so without it."""
    minute, noon = timedelta(minutes=1), EVENING

    def counts(seen: timedelta, began: timedelta = -minute) -> bool:
        return sign_ins.is_live(
            noon, is_staff=False, created_at=noon + began, last_seen_at=noon + seen, ended_at=None
        )

    assert counts(-29 * minute)
    assert counts(29 * minute)
    assert not counts(30 * minute)
    assert not counts(-minute, began=12 * 60 * minute)
    assert sign_ins.is_fresh(noon, created_at=noon - 60 * minute, confirmed_at=noon + 9 * minute)
    assert not sign_ins.is_fresh(noon, created_at=noon - 60 * minute, confirmed_at=noon + 10 * minute)


# --- What was to be open for a while only is not open until that time comes.


def test_an_invitation_of_that_time_is_over_and_says_so(
    cast: Cast, app: Flask, as_: AS, client: FlaskClient, clock: Clock
) -> None:
    clock.move(**AHEAD)
    with app.app_context():
        person = builders.person(cast.canal_street, name="Lou", joined=False, role=Role.COUNSELLOR)
        _, token, _ = builders.invitation(person, cast.ada)
    assert client.get(f"/join/{token}").status_code == 302
    clock.move(**BACK)
    assert app.test_client().get(f"/join/{token}").status_code == 404
    assert "Invitation has run out" in get_page(as_(cast.ada), "/p/people").words


def test_two_codes_of_that_time_open_nothing_and_new_ones_do(
    cast: Cast, app: Flask, client: FlaskClient, clock: Clock
) -> None:
    def codes() -> dict[str, str]:
        ask(client, SAM)
        with app.app_context():
            spoken = issue_recovery_code(actor=cast.priya, couple_id=cast.sam_and_jo.id, slot="A")
        return {"email": SAM, "mail_code": mailed_code(app), "spoken_code": spoken, "password": NEW}

    clock.move(**AHEAD)
    then = codes()
    clock.move(**BACK)
    assert "don't match" in finish(client, 422, **then)
    with app.app_context():
        db.session.execute(delete(OutboxMail))  # So that the next one is the latest.
        db.session.commit()
    finish(client, 302, **codes())


def test_half_a_sign_in_of_that_time_asks_for_no_code(cast: Cast, app: Flask, clock: Clock) -> None:
    """The cookie is of that time too and is refused by itself; here the row says so without it."""
    clock.move(**AHEAD)
    with app.app_context():
        token = start_half_sign_in(cast.sam)
        assert half_sign_in(digest(token), clock.now) is not None
        clock.move(**BACK)
        assert half_sign_in(digest(token), clock.now) is None


def test_a_record_opened_at_that_time_is_closed_again(cast: Cast, app: Flask, as_: AS, clock: Clock) -> None:
    clock.move(**AHEAD)
    grant(cast, app)
    assert as_(cast.omar).get(record(cast)).status_code == 200
    clock.move(**BACK)
    assert as_(cast.omar).get(record(cast)).status_code == 404


def test_what_a_host_a_little_ahead_made_is_open(cast: Cast, app: Flask, as_: AS, clock: Clock) -> None:
    clock.move(minutes=14)
    with app.app_context():
        _, token, _ = builders.invitation(
            builders.person(cast.canal_street, name="Lou", joined=False), cast.priya
        )
    grant(cast, app)
    clock.move(minutes=-14)
    assert app.test_client().get(f"/join/{token}").status_code == 302
    assert as_(cast.omar).get(record(cast)).status_code == 200
