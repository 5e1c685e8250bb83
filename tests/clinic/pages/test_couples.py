"""The list of couples, adding one, and its settings."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic.crypto import unseal
from clinic.extensions import db
from clinic.models import Couple, OutboxMail, Person, SafetyConversation
from tests import builders
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import Page, get_page, read_page, submit, submit_and_follow

TYPED = {
    "first_name": "Kim",
    "first_family_name": "Vance",
    "first_email": "home@mail.example",
    "second_name": "Lou",
    "second_family_name": "Pratt",
    "second_email": "home@mail.example",
}


def couples_in(app: Flask) -> int:
    with app.app_context():
        return db.session.execute(select(func.count()).select_from(Couple)).scalar_one()


def settings_url(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/settings"


# --- The list.


def test_a_counsellor_sees_their_own_couples_and_a_supervisor_those_of_theirs(cast: Cast, as_: AS) -> None:
    for person, seen in (
        (cast.priya, ("Okafor and Lind", "Adeyemi and Clarke")),
        (cast.sofia, ("Okafor and Lind", "Adeyemi and Clarke")),
        (cast.marcus, ("Powell and Hughes",)),
        (cast.omar, ("Powell and Hughes",)),
        (cast.hana, ("Brandt and Hall",)),
    ):
        names = [cell.get_text() for cell in get_page(as_(person), "/c/couples").select("tbody th a")]
        assert sorted(names) == sorted(seen)


@pytest.mark.parametrize("who", ["sam", "jo", "ada", "lea"])
def test_nobody_else_has_a_list(cast: Cast, as_: AS, who: str) -> None:
    get_page(as_(getattr(cast, who)), "/c/couples", 404)
    get_page(as_(getattr(cast, who)), "/c/couples/new", 404)


def test_without_signing_in_the_list_asks_to(as_: AS) -> None:
    assert "/sign-in" in as_(None).get("/c/couples").location


@pytest.mark.parametrize(
    ("word", "found"), [("lind", 1), ("RUTH", 1), ("powell", 0), ("%", 0), ("_", 0), ("\\", 0), ("'", 0)]
)
def test_a_word_narrows_the_list_by_a_name(cast: Cast, as_: AS, word: str, found: int) -> None:
    client = as_(cast.priya)
    page = read_page(client.get("/c/couples", query_string={"q": word}))
    assert len(page.select("tbody tr")) == found


def test_the_next_appointment_stands_beside_the_couple(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=clock.now + timedelta(days=1))
        builders.appointment(cast.sam_and_jo, starts_at=clock.now - timedelta(days=6))
    assert "Thu 17 Sep, 19:30" in get_page(as_(cast.priya), "/c/couples").words


def test_the_list_costs_the_same_for_many_couples(
    cast: Cast, as_: AS, app: Flask, count_queries: CountQueries
) -> None:
    client = as_(cast.priya)
    with count_queries() as few:
        get_page(client, "/c/couples")
    with app.app_context():
        for _ in range(10):
            builders.couple(cast.priya)
    with count_queries() as many:
        get_page(client, "/c/couples")
    assert len(many) == len(few) <= 7


# --- Adding one.


def test_adding_a_couple_invites_both_and_shows_each_code_once(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    page = read_page(submit(client, get_page(client, "/c/couples/new"), TYPED, status=200))
    codes = [code.get_text().replace(" ", "") for code in page.select(".code")]
    assert len(set(codes)) == 2
    assert all(len(code) == 6 for code in codes)
    with app.app_context():
        mails = db.session.query(OutboxMail).all()
        assert [mail.to_address for mail in mails] == ["home@mail.example"] * 2
        links = [unseal(mail, "secret_sealed", mail.secret_sealed or b"") for mail in mails]
        couple = db.session.query(Couple).filter_by(counsellor_id=cast.priya.id).order_by(Couple.created_at)
        ids = [one.id for one in couple]
    # Without a mail server the counsellor hands the links over as well.
    assert set(links) == {str(a["href"]) for a in page.select(".panel a")}
    later = "".join(get_page(client, f"/c/couples/{one}/settings").words for one in ids)
    assert not any(code in later for code in codes)


@pytest.mark.settings(mail_url="smtp://127.0.0.1:9")
def test_where_mail_is_set_up_the_link_is_not_shown(cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    page = read_page(submit(client, get_page(client, "/c/couples/new"), TYPED, status=200))
    assert "/join/" not in page.response.text
    assert "on its way to home@mail.example" in page.words


def test_a_second_click_adds_the_couple_once(cast: Cast, as_: AS, app: Flask) -> None:
    client, before = as_(cast.priya), couples_in(app)
    page = get_page(client, "/c/couples/new")
    submit(client, page, TYPED, status=200)
    again = submit(client, page, TYPED)
    assert couples_in(app) == before + 1
    assert again.location is not None
    assert "Kim" in get_page(client, again.location).words


@pytest.mark.parametrize("field", sorted(TYPED))
@pytest.mark.parametrize("text", ["", "   ", "a\0b", "x\x1by", "n" * 5000])
def test_bad_input_keeps_what_was_typed_and_adds_nobody(
    cast: Cast, as_: AS, app: Flask, field: str, text: str
) -> None:
    client, before = as_(cast.priya), couples_in(app)
    given = {**TYPED, field: text}
    page = read_page(submit(client, get_page(client, "/c/couples/new"), given, status=422), 422)
    assert page.select(f"#{field}-error")
    assert page.select(f'.error-summary a[href="#{field}"]')
    for name, typed in TYPED.items():
        if name != field:
            assert page.one(f"#{name}")["value"] == typed
    assert couples_in(app) == before


def test_markup_in_a_name_stays_words(cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    given = {**TYPED, "first_name": "<b>Kim</b>", "second_family_name": "{{ 7*7 }}"}
    page = read_page(submit(client, get_page(client, "/c/couples/new"), given, status=200))
    assert "<b>Kim" not in page.response.text
    assert "{{ 7*7 }}" in get_page(client, "/c/couples").words


def test_only_counsellors_add_couples(cast: Cast, as_: AS, app: Flask) -> None:
    before = couples_in(app)
    form = get_page(as_(cast.priya), "/c/couples/new")
    for person in (cast.sofia, cast.ada, cast.sam):
        client = as_(person)
        token = get_page(client, "/me").select_one("[name=csrf_token]")
        assert token is not None
        form.one("main form [name=csrf_token]")["value"] = token["value"]
        submit(client, form, TYPED, status=404)
    assert couples_in(app) == before


# --- Settings.


def test_settings_are_for_the_counsellor_and_their_supervisor(cast: Cast, as_: AS) -> None:
    for person in (cast.priya, cast.sofia):
        get_page(as_(person), settings_url(cast))
    for name in ("marcus", "omar", "ada", "hana", "sam", "jo", "lea"):
        get_page(as_(getattr(cast, name)), settings_url(cast), 404)
    assert "/sign-in" in as_(None).get(settings_url(cast)).location
    get_page(as_(cast.priya), f"/c/couples/{uuid4()}/settings", 404)


def test_a_supervisor_reads_settings_and_changes_nothing(cast: Cast, as_: AS) -> None:
    assert not get_page(as_(cast.sofia), settings_url(cast)).select("main form")


@pytest.fixture
def new_couple(cast: Cast, app: Flask) -> Couple:
    with app.app_context():
        return builders.couple(cast.priya, first="Kim Vance", second="Lou Pratt", joined=False, safety=False)


def record(client_page: Page, slot: str) -> str:
    return f'form[action$="/partners/{slot}/safety-conversation"]'


def test_the_next_step_is_to_speak_with_each_alone(
    cast: Cast, as_: AS, new_couple: Couple, clock: Clock
) -> None:
    client, url = as_(cast.priya), f"/c/couples/{new_couple.id}/settings"
    page = get_page(client, url)
    assert "Next: speak with Kim and Lou, each alone" in page.words
    page = submit_and_follow(client, page, {"held_on": "2026-09-16"}, form=record(page, "A"))
    assert "Next: speak with Lou alone" in page.words
    page = submit_and_follow(client, page, {"held_on": "2026-09-15"}, form=record(page, "B"))
    assert "Next:" not in page.words
    assert "Tuesday 15 September" in page.words


@pytest.mark.parametrize(
    "day",
    ["", "2026-09-17", "yesterday", "0001-01-01", "9999-12-31", "2026-02-30", "9" * 5000, "2026-09-16\0"],
)
def test_a_day_that_cannot_be_is_told_beside_its_own_field(
    cast: Cast, as_: AS, app: Flask, new_couple: Couple, day: str
) -> None:
    client, url = as_(cast.priya), f"/c/couples/{new_couple.id}/settings"
    page = get_page(client, url)
    response = submit(client, page, {"held_on": day}, form=record(page, "B"), status=422)
    page = read_page(response, 422)
    assert page.select("#held_on-B-error")
    assert not page.select("#held_on-A-error")
    with app.app_context():
        held = db.session.query(SafetyConversation).filter_by(couple_id=new_couple.id).count()
    assert held == 0


def test_a_new_invitation_ends_the_old_one(cast: Cast, as_: AS, app: Flask, new_couple: Couple) -> None:
    with app.app_context():
        kim = builders.partner_person(new_couple, "A")
        _, token, _ = builders.invitation(kim, cast.priya)
    client = as_(cast.priya)
    page = get_page(client, f"/c/couples/{new_couple.id}/settings")
    assert "Invited, until Sat 19 Sep, 19:30" in page.words
    told = read_page(submit(client, page, form='form[action$="/partners/A/invitation"]', status=200))
    assert "Kim is invited" in told.words
    assert len(told.select(".code")) == 1
    get_page(app.test_client(), f"/join/{token}", 404)


@pytest.mark.parametrize("act", ["invitation", "safety-conversation", "recovery-code"])
def test_acts_on_somebody_elses_couple_are_not_found(cast: Cast, as_: AS, act: str) -> None:
    own = get_page(as_(cast.priya), settings_url(cast))
    form = own.select_one('form[action$="/recovery-code"]')
    assert form is not None
    targets = [(cast.sam_and_jo.id, "A"), (uuid4(), "A")]
    for person in (cast.marcus, cast.hana, cast.sofia, cast.ada, cast.sam, cast.jo):
        client = as_(person)
        token = get_page(client, "/me").select_one("[name=csrf_token]")
        assert token is not None
        for couple_id, slot in targets:
            url = f"/c/couples/{couple_id}/partners/{slot}/{act}"
            response = client.post(url, data={"csrf_token": token["value"], "held_on": "2026-09-16"})
            read_page(response, 404)
    client = as_(cast.priya)
    token = get_page(client, "/me").select_one("[name=csrf_token]")
    assert token is not None
    for slot in ("C", "a", "AB", "%00"):
        url = f"/c/couples/{cast.sam_and_jo.id}/partners/{slot}/{act}"
        assert client.post(url, data={"csrf_token": token["value"]}).status_code == 404


def test_a_partner_who_has_joined_is_not_invited_again(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    token = get_page(client, settings_url(cast)).select_one("[name=csrf_token]")
    assert token is not None
    url = f"/c/couples/{cast.sam_and_jo.id}/partners/A/invitation"
    page = read_page(client.post(url, data={"csrf_token": token["value"]}), 409)
    assert "Sam has joined already." in page.words
    with app.app_context():
        assert db.session.query(OutboxMail).count() == 0
        assert db.session.query(Person).filter_by(id=cast.sam.id).one().joined_at is not None
