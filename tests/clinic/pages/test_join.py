"""Joining: a link, a code told aloud, and three short pages."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic import audit
from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import Couple, Invitation, Partner, Person
from clinic.queries.reminders import timetable_of
from tests import builders
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

PASSWORD = "seven herons over the weir"


class Newcomer:
    """Somebody who holds an invitation, with a browser of their own."""

    def __init__(self, app: Flask, person: Person, by: Person) -> None:
        self.app, self.person, self.client = app, person, app.test_client()
        with app.app_context():
            _, self.token, self.code = builders.invitation(person, by)

    def open(self) -> Page:
        assert self.client.get(f"/join/{self.token}").location == "/join"
        return get_page(self.client, "/join")

    def account(self, status: int = 302, **given: str) -> Page | str:
        fields = {
            "code": self.code,
            "email": "new@mail.example",
            "password": PASSWORD,
            "inbox_shared": "no",
            **given,
        }
        response = submit(self.client, get_page(self.client, "/join/account"), fields, status=status)
        return response.location or read_page(response, status)


@pytest.fixture
def couple(cast: Cast, app: Flask) -> Couple:
    """Kim and Lou, added by Priya and not joined yet."""
    with app.app_context():
        return builders.couple(cast.priya, first="Kim Vance", second="Lou Pratt", joined=False, safety=False)


@pytest.fixture
def kim(cast: Cast, app: Flask, couple: Couple) -> Newcomer:
    with app.app_context():
        person = builders.partner_person(couple, "A")
    return Newcomer(app, person, cast.priya)


def test_whoever_asks_for_reminders_when_joining_has_them_on(kim: Newcomer, app: Flask) -> None:
    kim.open()
    kim.account()
    page = get_page(kim.client, "/join/agree")
    submit(kim.client, page, {"has_read": "y", "wants_reminders": "y"})
    with app.app_context():
        timetable = timetable_of(db.session.get_one(Person, kim.person.id))
    assert timetable.on
    assert timetable.days


def test_a_partner_joins_in_three_pages(kim: Newcomer, app: Flask) -> None:
    assert "Step 1 of 3" in kim.open().words
    assert kim.account() == "/join/agree"
    page = get_page(kim.client, "/join/agree")
    assert "Step 3 of 3" in page.words
    assert not page.select("[name=wants_reminders][checked]")
    assert submit(kim.client, page, {"has_read": "y"}).location == "/help/exit"
    with app.app_context():
        person = db.session.get_one(Person, kim.person.id)
        assert person.sign_in_address == "new@mail.example"
        assert not timetable_of(person).on
        assert person.joined_at is not None
        assert audit.verify(person.practice_id) is None


def test_the_first_page_names_nobody_who_is_invited(kim: Newcomer) -> None:
    words = kim.open().words
    assert "Priya has invited you" in words
    assert not re.search(r"Kim|Lou|Vance|Pratt", words)


def test_the_secret_of_the_link_leaves_the_address_at_once(kim: Newcomer) -> None:
    response = kim.client.get(f"/join/{kim.token}")
    assert response.location == "/join"
    assert kim.token not in response.headers.get("Set-Cookie", "")


def test_the_policy_comes_before_any_other_page(kim: Newcomer) -> None:
    kim.open()
    kim.account()
    assert submit(kim.client, get_page(kim.client, "/join/agree"), status=422)
    page = read_page(submit(kim.client, get_page(kim.client, "/join/agree"), status=422), 422)
    assert "Tick this once you have read it." in page.words
    for elsewhere in ("/today", "/together", "/thanks", "/me/history", "/check-in"):
        assert kim.client.get(elsewhere).location == "/join/agree", elsewhere
    submit(kim.client, get_page(kim.client, "/join/agree"), {"has_read": "y"})
    get_page(kim.client, "/today")


def test_joining_ends_once(kim: Newcomer) -> None:
    kim.open()
    kim.account()
    submit(kim.client, get_page(kim.client, "/join/agree"), {"has_read": "y"})
    assert kim.client.get("/join/agree").location == "/"


def test_the_link_works_once(kim: Newcomer, app: Flask) -> None:
    kim.open()
    kim.account()
    get_page(app.test_client(), f"/join/{kim.token}", 404)


def test_the_link_works_for_seventy_two_hours(kim: Newcomer, clock: Clock) -> None:
    clock.move(hours=71, minutes=59)
    kim.open()
    clock.move(minutes=1)
    get_page(kim.client, "/join", 404)
    get_page(kim.client, "/join/account", 404)
    get_page(kim.client, f"/join/{kim.token}", 404)


def test_a_dead_link_and_an_invented_one_look_the_same(kim: Newcomer, app: Flask, clock: Clock) -> None:
    clock.move(hours=72)
    dead = get_page(kim.client, f"/join/{kim.token}", 404).response.data
    assert get_page(app.test_client(), f"/join/{'x' * 43}", 404).response.data == dead


def test_a_wrong_code_is_told_and_five_end_the_invitation(kim: Newcomer) -> None:
    kim.open()
    wrong = "000000" if kim.code != "000000" else "000001"
    for left in (4, 3, 2, 1, 0):
        page = kim.account(422, code=wrong)
        assert isinstance(page, Page)
        assert ("has ended" in page.words) == (left == 0)
        assert page.one("#email")["value"] == "new@mail.example"
        assert PASSWORD not in page.response.text
    get_page(kim.client, "/join/account", 404)
    get_page(kim.client, f"/join/{kim.token}", 404)


def test_a_form_that_was_refused_may_be_sent_again_as_it_is(kim: Newcomer) -> None:
    """Back to the first form after a wrong code: its key has not been used up."""
    kim.open()
    page = get_page(kim.client, "/join/account")
    given = {"email": "new@mail.example", "password": PASSWORD, "inbox_shared": "no"}
    submit(kim.client, page, {**given, "code": "1"}, status=422)
    assert submit(kim.client, page, {**given, "code": kim.code}).location == "/join/agree"


def test_a_code_may_be_typed_in_two_groups(kim: Newcomer) -> None:
    kim.open()
    assert kim.account(code=f" {kim.code[:3]} {kim.code[3:]} ") == "/join/agree"


def test_each_person_needs_an_address_of_their_own(kim: Newcomer) -> None:
    kim.open()
    page = kim.account(422, email="SAM@mail.example")
    assert isinstance(page, Page)
    assert "Each person needs one of their own." in page.words
    assert kim.account() == "/join/agree"


def test_addresses_cannot_be_tried_one_after_the_other(kim: Newcomer) -> None:
    """Whoever holds link and code may learn of five addresses that somebody has them, and then of none."""
    kim.open()
    for left in (4, 3, 2, 1, 0):
        page = kim.account(422, email="sam@mail.example")
        assert isinstance(page, Page)
        assert ("has ended" in page.words) == (left == 0)
        assert page.one("#email")["value"] == "sam@mail.example"
    get_page(kim.client, "/join/account", 404)


@pytest.mark.parametrize("talks_first", [False, True])
def test_the_counsellor_hears_that_the_tries_are_used_up(
    kim: Newcomer, cast: Cast, as_: AS, couple: Couple, talks_first: bool
) -> None:
    page = kim.open()
    if talks_first:
        submit(kim.client, page, form='form[action="/join/talk-first"]')
    for _ in range(5):
        kim.account(422, email="sam@mail.example")
    priya = as_(cast.priya)
    words = get_page(priya, f"/c/couples/{couple.id}/settings").words
    assert "Too many wrong tries" in words
    assert ("Would like to talk first" in words) == talks_first
    assert ("Kim" in get_page(priya, f"/c/couples/{couple.id}/talk").one("main").get_text()) == talks_first


@pytest.mark.parametrize(
    "wrong", [{"code": "12"}, {"password": "short"}, {"code": "12", "password": "short"}]
)
def test_what_is_wrong_with_the_rest_says_nothing_about_an_address(
    cast: Cast, app: Flask, couple: Couple, wrong: dict[str, str]
) -> None:
    def refused(address: str) -> bytes:
        with app.app_context():
            invited = builders.partner_person(couple, "A")
        newcomer = Newcomer(app, invited, cast.priya)
        newcomer.open()
        page = newcomer.account(422, email=address, **wrong)
        assert isinstance(page, Page)
        # What was typed comes back, and each form has a token of its own.
        given = page.response.data.replace(address.encode(), b"the address")
        given = given.replace(newcomer.code.encode(), b"the code")
        return re.sub(rb'(name="(?:csrf_token|form_key)"[^>]* value=")[^"]*"', rb'\1"', given)

    assert refused("sam@mail.example") == refused("zoe@mail.example")


@pytest.mark.parametrize("password", ["short", "passwordpassword", "Canal Street Canal Street", "a" * 300])
def test_a_weak_password_is_told_why(kim: Newcomer, password: str) -> None:
    kim.open()
    page = kim.account(422, password=password)
    assert isinstance(page, Page)
    assert page.select("#password-error")


@pytest.mark.parametrize(
    "given",
    [
        {"email": ""},
        {"email": "no address"},
        {"email": "a\0b@mail.example"},
        {"inbox_shared": ""},
        {"inbox_shared": "maybe"},
        {"code": ""},
        {"code": "9" * 5000},
        {"password": ""},
    ],
)
def test_bad_input_makes_no_account(kim: Newcomer, app: Flask, given: dict[str, str]) -> None:
    kim.open()
    page = kim.account(422, **given)
    assert isinstance(page, Page)
    assert page.select(".error-summary")
    with app.app_context():
        assert db.session.get_one(Person, kim.person.id).joined_at is None


def test_no_thank_you_ends_the_invitation_and_tells_the_counsellor_alone(
    kim: Newcomer, cast: Cast, as_: AS, couple: Couple
) -> None:
    page = kim.open()
    after = submit_and_follow(kim.client, page, form='form[action="/join/no-thanks"]')
    assert "Nobody else is told" in after.words
    get_page(kim.client, "/join", 404)
    assert "Said no, thank you" in get_page(as_(cast.priya), f"/c/couples/{couple.id}/settings").words


def test_talking_first_keeps_the_invitation_and_tells_the_counsellor(
    kim: Newcomer, cast: Cast, as_: AS, couple: Couple
) -> None:
    submit_and_follow(kim.client, kim.open(), form='form[action="/join/talk-first"]')
    assert "Would like to talk first" in get_page(as_(cast.priya), f"/c/couples/{couple.id}/settings").words
    assert kim.account() == "/join/agree"


def test_nobody_gets_a_page_of_joining_without_a_link(client: FlaskClient) -> None:
    for url in ("/join", "/join/account", "/join/answered"):
        get_page(client, url, 404)


def test_joining_on_a_phone_where_the_other_is_signed_in_takes_their_place(
    kim: Newcomer, cast: Cast, as_: AS
) -> None:
    kim.client = as_(cast.jo)
    kept = kim.client.get_cookie("meanwhile")
    kim.open()
    assert kim.account() == "/join/agree"
    thief = kim.app.test_client()
    thief.set_cookie("meanwhile", kept.value if kept else "")
    assert thief.get("/me").status_code == 302


def test_staff_join_in_two_pages_and_never_see_the_third(cast: Cast, app: Flask) -> None:
    with app.app_context():
        practice = db.session.merge(cast.canal_street)
        new = builders.person(practice, name="Vera", role=Role.SUPERVISOR, joined=False)
    vera = Newcomer(app, new, cast.ada)
    page = vera.open()
    assert "Step 1 of 2" in page.words
    assert "Join Canal Street" in page.words
    assert vera.account() == "/"
    get_page(vera.client, "/join/agree", 404)


def test_the_third_page_is_for_partners_who_are_signed_in(cast: Cast, as_: AS) -> None:
    assert "/sign-in" in as_(None).get("/join/agree").location
    assert as_(cast.sam).get("/join/agree").location == "/"
    for person in (cast.priya, cast.sofia, cast.ada):
        get_page(as_(person), "/join/agree", 404)


def test_a_shared_inbox_lets_the_code_say_who_it_is(cast: Cast, app: Flask) -> None:
    """Lou opens Kim's mail by mistake, types the code told to Lou, and joins as Lou."""
    shared = {"address": "home@mail.example"}
    with app.app_context():
        couple = builders.couple(
            cast.priya, first="Kim Vance", second="Lou Pratt", joined=False,
            first_fields=shared, second_fields=shared,
        )  # fmt: skip
        people = [builders.partner_person(couple, slot) for slot in ("A", "B")]
    kim, lou = (Newcomer(app, person, cast.priya) for person in people)
    lou.token = kim.token
    lou.open()
    assert lou.account() == "/join/agree"
    with app.app_context():
        assert db.session.get_one(Person, lou.person.id).sign_in_address == "new@mail.example"
        assert db.session.get_one(Person, kim.person.id).joined_at is None


def test_only_hashes_of_link_and_code_are_kept(kim: Newcomer, app: Flask) -> None:
    with app.app_context():
        rows = str([row.__dict__ for row in db.session.query(Invitation)])
    assert kim.token not in rows
    assert kim.code not in re.findall(r"\b\d{6}\b", rows)


def test_a_shared_inbox_is_answered_with_advice(kim: Newcomer, app: Flask) -> None:
    kim.open()
    kim.account(inbox_shared="yes")
    assert "best to leave this off" in get_page(kim.client, "/join/agree").words
    with app.app_context():
        place = db.session.query(Partner).filter_by(person_id=kim.person.id).one()
        assert place.policy_read_at is None
