"""Mail leaves after the commit, says nothing about anybody, and waits when it can't go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from clinic import clock as present
from clinic import mail
from clinic.actions.practices import create_practice
from clinic.extensions import db
from clinic.models import OutboxMail
from tests.conftest import Clock, Letter
from tests.smtp import Sink

Outbox = Callable[[], list[Letter]]


# An application of its own for each, since they tell it where its mail server is.
pytestmark = pytest.mark.settings


def found_a_practice(app: Flask) -> str:
    with app.app_context():
        _, invited = create_practice(
            name="Canal Street",
            admin_name="Ines",
            admin_family_name="Marsh",
            admin_address="ines@example.org",
        )
        return invited.link


def send(app: Flask) -> mail.Sent:
    with app.app_context():
        return mail.send_due(present.now())


@pytest.mark.both_databases
def test_an_invitation_travels_to_a_real_mail_server_and_names_nobody(app: Flask, sink: Sink) -> None:
    link = found_a_practice(app)
    assert send(app) == mail.Sent(sent=1, failed=0)
    [letter] = sink.letters
    words = letter.as_string()
    assert link in words.replace("=\n", "").replace("=3D", "=")
    assert letter["To"] == "ines@example.org"
    assert not [name for name in ("Ines", "Marsh", "Canal Street", "counsel", "couple") if name in words]


def test_the_link_is_wiped_from_the_database_once_the_mail_has_gone(
    app: Flask, sink: Sink, outbox: Outbox
) -> None:
    found_a_practice(app)
    assert outbox()[0].secret is not None
    send(app)
    assert outbox()[0].secret is None


def test_a_mail_that_has_gone_is_not_sent_again(app: Flask, sink: Sink) -> None:
    found_a_practice(app)
    send(app)
    assert send(app) == mail.Sent(sent=0, failed=0)
    assert len(sink.letters) == 1


def test_a_server_that_is_down_loses_nothing_and_is_tried_again(app: Flask, clock: Clock) -> None:
    app.extensions["mail"]["url"] = "smtp://127.0.0.1:1"
    found_a_practice(app)
    assert send(app) == mail.Sent(sent=0, failed=1)
    clock.move(seconds=59)
    assert send(app) == mail.Sent(sent=0, failed=0)
    clock.move(seconds=2)
    assert send(app) == mail.Sent(sent=0, failed=1)


def test_a_refusal_is_tried_again_until_it_is_accepted(app: Flask, sink: Sink, clock: Clock) -> None:
    found_a_practice(app)
    sink.reply = "451 come back later"
    assert send(app).failed == 1
    sink.reply = ""
    clock.move(minutes=2)
    assert send(app).sent == 1


def test_after_a_day_a_mail_is_given_up_and_its_link_wiped(app: Flask, clock: Clock) -> None:
    app.extensions["mail"]["url"] = "smtp://127.0.0.1:1"
    found_a_practice(app)
    clock.move(hours=25)
    send(app)
    with app.app_context():
        row = db.session.scalars(select(OutboxMail)).one()
        assert row.given_up_at is not None
        assert row.secret_sealed is None
    clock.move(hours=25)
    assert send(app) == mail.Sent(sent=0, failed=0)


def test_a_server_that_says_no_goodbye_gets_the_mail_once(app: Flask, sink: Sink, clock: Clock) -> None:
    found_a_practice(app)
    sink.goodbye = "421 no goodbye today"
    assert send(app) == mail.Sent(sent=1, failed=0)
    clock.move(hours=1)
    assert send(app) == mail.Sent(sent=0, failed=0)
    assert len(sink.letters) == 1


def test_an_invitation_whose_answer_was_lost_is_sent_again_as_the_same_mail(
    app: Flask, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is better to have an invitation twice than never; a mailbox knows the second by its id."""
    monkeypatch.setattr(mail, "TIMEOUT", 0.5)
    found_a_practice(app)
    sink.answers_after = 2
    assert send(app) == mail.Sent(sent=0, failed=1)
    sink.answers_after = 0
    clock.move(minutes=2)
    assert send(app) == mail.Sent(sent=1, failed=0)
    first, second = sink.letters
    assert first["Message-ID"] == second["Message-ID"]
