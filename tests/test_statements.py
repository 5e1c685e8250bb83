"""The checker of statements finds what it is for, and lets what is right alone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased, joinedload

from assignments.models import Answer, Assignment, Response
from clinic.extensions import db
from clinic.models import Couple, Partner, Person, Practice, SignIn
from clinic.queries import people
from tests.cast import AS, Cast
from tests.statements import OF_NO_PRACTICE, every_statement_names_its_practice, tenant_tables, unnamed_in

PRACTICE, ID = uuid4(), uuid4()
OTHER = aliased(Partner)


@pytest.mark.parametrize(
    "statement",
    [
        select(Person).where(Person.practice_id == PRACTICE),
        select(Person.name).where(Person.practice_id.in_([PRACTICE])),
        select(Person).join(Practice, Practice.id == Person.practice_id).where(Practice.id == PRACTICE),
        select(Answer)
        .join(Response, Response.id == Answer.response_id)
        .where(Response.practice_id == PRACTICE),
        select(Couple).where(
            Couple.practice_id == PRACTICE,
            exists().where(Partner.couple_id == Couple.id, Partner.person_id == ID),
        ),
        select(OTHER).where(OTHER.practice_id == PRACTICE),
        select(Assignment)
        .options(joinedload(Assignment.exercise_version))
        .where(Assignment.practice_id == PRACTICE),
        select(SignIn, Person).join(Person, Person.id == SignIn.person_id).where(SignIn.token_hash == "x"),
        update(Person).where(Person.practice_id == PRACTICE, Person.id == ID).values(name="N"),
        select(func.count()).select_from(select(Person.id).where(Person.practice_id == PRACTICE).subquery()),
        select(Practice.name),
    ],
)
def test_a_statement_that_names_its_practice_passes(statement: Any) -> None:
    assert unnamed_in(statement) == frozenset()


@pytest.mark.parametrize(
    ("statement", "unnamed"),
    [
        (select(Person), {"person"}),
        (select(Person).where(Person.id == ID), {"person"}),
        (select(Person).where((Person.practice_id == PRACTICE) | (Person.id == ID)), {"person"}),
        (select(Person).where(Person.practice_id != PRACTICE), {"person"}),
        (select(Person, Couple).where(Couple.practice_id == PRACTICE), {"person"}),
        (select(Answer).join(Response, Response.id == Answer.response_id), {"answer", "response"}),
        (select(Couple).where(Couple.id == ID).options(joinedload(Couple.counsellor)).limit(1), {"couple"}),
        (select(OTHER).where(Partner.practice_id == PRACTICE), {"partner"}),
        (select(Practice).where(Practice.id.in_(select(Person.practice_id))), {"person"}),
        (update(Person).where(Person.id == ID).values(name="N"), {"person"}),
        (delete(SignIn).where(SignIn.person_id == ID), {"sign_in"}),
        (select(SignIn).where(SignIn.device_hash == "x"), {"sign_in"}),
    ],
)
def test_a_statement_that_does_not_is_found(statement: Any, unnamed: set[str]) -> None:
    assert unnamed_in(statement) == unnamed


@pytest.mark.careless
def test_a_planted_statement_in_a_page_is_caught(
    cast: Cast, app: Flask, as_: AS, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = as_(cast.ada)
    with every_statement_names_its_practice(app):
        assert browser.get("/p/people").status_code == 200

    def careless(admin: Person) -> list[Person]:
        return list(db.session.scalars(select(Person).where(Person.role != "partner").order_by(Person.name)))

    monkeypatch.setattr(people, "staff_of", careless)
    with (
        pytest.raises(AssertionError, match=r"do not say whose rows they mean:\nperson in: SELECT"),
        every_statement_names_its_practice(app),
    ):
        browser.get("/p/people")


def test_every_table_belongs_to_a_practice_or_says_why_not() -> None:
    assert {table.name for table in db.metadata.sorted_tables} == tenant_tables() | set(OF_NO_PRACTICE)
