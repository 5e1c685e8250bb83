"""The harness itself: what it promises to every other test."""

from __future__ import annotations

import smtplib
import socket
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update

from clinic import clock as clinic_clock
from clinic import mail
from clinic.actions.practices import create_practice
from clinic.actions.tokens import digest
from clinic.extensions import db
from clinic.models import OutboxMail, Person, SignIn
from clinic.queries.people import sign_in_by_token
from tests.conftest import Clock, CountQueries, Letter, SignInAs
from tests.databases import connected_as_owner


def test_nothing_beyond_this_machine_can_be_reached() -> None:
    with pytest.raises(AssertionError, match="only this machine"):
        urllib.request.urlopen("http://practice.example/", timeout=1)  # It must not get there.
    with pytest.raises(AssertionError, match="only this machine"):
        smtplib.SMTP("192.0.2.1", 25, timeout=1)
    with pytest.raises(AssertionError, match="only this machine"):
        socket.getaddrinfo("practice.example", 443)


def test_the_clock_stands_still_until_it_is_moved(clock: Clock) -> None:
    began = datetime.now(UTC)
    assert began == clock.now == datetime.now(UTC)
    clock.move(minutes=10)
    assert (datetime.now(UTC) - began).total_seconds() == 600


@pytest.mark.both_databases
@pytest.mark.parametrize("attempt", [1, 2])
def test_every_test_has_a_database_of_its_own(app: Flask, database_kind: str, attempt: int) -> None:
    with app.app_context():
        assert db.engine.dialect.name == database_kind
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))


def test_queries_are_counted(app: Flask, count_queries: CountQueries) -> None:
    with count_queries() as queries, app.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.commit()
    assert queries == ["SELECT 1"]


@pytest.mark.settings(name="changed")
def test_a_test_may_change_a_setting(settings: dict[str, object]) -> None:
    assert settings == {"name": "changed"}


def test_a_person_is_signed_in_by_a_real_row_and_nobody_else_is(
    app: Flask, client: FlaskClient, as_: SignInAs
) -> None:
    person = somebody(app)
    own = as_(person)
    assert signed_in(app, own) == person.id
    assert signed_in(app, client) is None
    with app.app_context():
        db.session.execute(update(SignIn).values(ended_at=clinic_clock.now()))
        db.session.commit()
    assert signed_in(app, own) is None


def test_the_outbox_shows_what_waits_to_leave(
    app: Flask, outbox: Callable[[], list[Letter]], clock: Clock
) -> None:
    person = somebody(app)
    with app.app_context():
        mail.queue(db.session.merge(person), "recovery", secret="a code")
        db.session.commit()
    assert outbox() == [Letter("recovery", "mae@practice.example", clock.now, "a code")]


def somebody(app: Flask) -> Person:
    """A counsellor of a practice of their own."""
    with app.app_context():
        practice, _ = create_practice(
            name="Mill Lane",
            admin_name="Mae",
            admin_family_name="Orr",
            admin_address="mae@practice.example",
            timezone="Europe/London",
            country="GB",
        )
        db.session.execute(delete(OutboxMail))
        person = db.session.scalars(select(Person).where(Person.practice_id == practice.id)).one()
        person.joined_at = clinic_clock.now()
        db.session.commit()
        return person


def signed_in(app: Flask, client: FlaskClient) -> UUID | None:
    """Whom the application takes this browser for."""
    with client.session_transaction() as session:
        token = session.get("_user_id", "")
    with app.app_context():
        found = sign_in_by_token(digest(token), clinic_clock.now())
        return found[1].id if found else None
