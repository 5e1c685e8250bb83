"""What a practice admin sees and does."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask

from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import Person, Practice, Supervision
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

PAGES = ["/p/people", "/p/people/new", "/p/rules"]
TYPED = {"name": "Vera", "family_name": "Quill", "email": "vera@canal.example", "role": "counsellor"}


@pytest.mark.parametrize("url", PAGES)
def test_it_is_for_admins_alone(cast: Cast, as_: AS, url: str) -> None:
    get_page(as_(cast.ada), url)
    for name in ("priya", "marcus", "sofia", "sam", "jo", "lea"):
        get_page(as_(getattr(cast, name)), url, 404)
    assert "/sign-in" in as_(None).get(url).location


def test_the_list_holds_the_staff_of_this_practice_and_no_client(cast: Cast, as_: AS) -> None:
    words = get_page(as_(cast.ada), "/p/people").words
    for name in ("Priya", "Marcus", "Sofia", "Omar", "Ada"):
        assert name in words
    for name in ("Sam", "Jo ", "Hana", "Iris", "Lea"):
        assert name not in words


def test_adding_a_supervisor_who_sees_one_counsellors_couples(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.ada)
    given = {**TYPED, "role": "supervisor", "supervises": str(cast.marcus.id)}
    page = read_page(submit(client, get_page(client, "/p/people/new"), given, status=200))
    assert "Vera is invited" in page.words
    assert len(page.select(".code")) == 1
    with app.app_context():
        vera = db.session.query(Person).filter_by(name="Vera").one()
        assert vera.kind is Role.SUPERVISOR
        assert (
            db.session.query(Supervision).filter_by(supervisor_id=vera.id).one().counsellor_id
            == cast.marcus.id
        )
    assert "Invited" in get_page(client, "/p/people").words


def test_only_a_supervisor_is_given_counsellors(cast: Cast, as_: AS) -> None:
    client = as_(cast.ada)
    given = {**TYPED, "supervises": str(cast.marcus.id)}
    page = read_page(submit(client, get_page(client, "/p/people/new"), given, status=422), 422)
    assert "Only a supervisor sees" in page.words


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "a\0b"),
        ("family_name", "x" * 5000),
        ("email", "nobody"),
        ("role", ""),
        ("role", "partner"),
        ("role", "operator"),
        ("supervises", "not an id"),
    ],
)
def test_bad_input_adds_nobody(cast: Cast, as_: AS, app: Flask, field: str, text: str) -> None:
    client = as_(cast.ada)
    response = submit(client, get_page(client, "/p/people/new"), {**TYPED, field: text}, status=422)
    assert read_page(response, 422).select(f"#{field}-error")
    with app.app_context():
        assert not db.session.query(Person).filter_by(name="Vera").count()


def test_a_counsellor_of_another_practice_cannot_be_given_to_a_supervisor(cast: Cast, as_: AS) -> None:
    client = as_(cast.ada)
    given = {**TYPED, "role": "supervisor", "supervises": str(cast.hana.id)}
    submit(client, get_page(client, "/p/people/new"), given, status=422)


def test_somebody_who_has_not_joined_is_invited_again(cast: Cast, as_: AS) -> None:
    client = as_(cast.ada)
    submit(client, get_page(client, "/p/people/new"), TYPED, status=200)
    page = get_page(client, "/p/people")
    told = read_page(submit(client, page, form='form[action$="/invitation"]', status=200))
    assert "Vera is invited" in told.words


def test_a_colleague_gets_a_code_for_a_forgotten_password(cast: Cast, as_: AS) -> None:
    client = as_(cast.ada)
    page = get_page(client, "/p/people")
    form = f'form[action="/p/people/{cast.priya.id}/recovery-code"]'
    assert "Code for Priya" in read_page(submit(client, page, form=form, status=200)).words


def test_people_of_another_practice_and_clients_are_not_found(cast: Cast, as_: AS) -> None:
    client = as_(cast.ada)
    token = get_page(client, "/p/people").select_one("[name=csrf_token]")
    assert token is not None
    for person_id in (cast.hana.id, cast.sam.id, uuid4()):
        for act in ("invitation", "recovery-code"):
            response = client.post(f"/p/people/{person_id}/{act}", data={"csrf_token": token["value"]})
            read_page(response, 404)


def test_the_safety_rule_is_turned_off_with_a_reason_that_stays(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    client = as_(cast.ada)
    page = get_page(client, "/p/rules")
    assert "Never changed." in page.words
    page = submit_and_follow(client, page, {"asks": "no", "reason": "Screened by our intake team."})
    assert "Exercises do not wait" in page.words
    assert "Screened by our intake team." in page.words
    clock.move(minutes=5)
    page = submit_and_follow(client, page, {"asks": "yes", "reason": "Intake team has ended."})
    assert "Intake team has ended." in page.select("tbody tr")[0].get_text()
    with app.app_context():
        assert db.session.get_one(Practice, cast.canal_street.id).asks_safety_conversation
        assert db.session.get_one(Practice, cast.hill_house.id).asks_safety_conversation


@pytest.mark.parametrize(
    "given",
    [
        {"asks": "no", "reason": ""},
        {"asks": "no", "reason": "   "},
        {"asks": "", "reason": "Why not."},
        {"asks": "perhaps", "reason": "Why not."},
        {"asks": "no", "reason": "x" * 501},
        {"asks": "no", "reason": "a\0b"},
    ],
)
def test_the_rule_stays_without_a_choice_and_a_reason(
    cast: Cast, as_: AS, app: Flask, given: dict[str, str]
) -> None:
    client = as_(cast.ada)
    page = read_page(submit(client, get_page(client, "/p/rules"), given, status=422), 422)
    assert page.select(".error-summary")
    with app.app_context():
        assert db.session.get_one(Practice, cast.canal_street.id).asks_safety_conversation
