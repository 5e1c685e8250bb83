"""Mail leaves after the commit, says nothing about anybody, and waits when it can't go."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from sqlalchemy import select

from clinic import clock as present
from clinic import mail
from clinic.actions.practices import create_practice
from clinic.extensions import db
from clinic.models import OutboxMail
from config import TestConfig
from tests.conftest import Clock, Letter
from tests.smtp import Sink, listening
from wsgi import create_app

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


@pytest.mark.parametrize("more", ["\r\nBcc: jo@mail.example", "\nBcc: jo@mail.example", "\r\n\r\nmore words"])
def test_an_address_that_breaks_a_line_adds_nothing_to_a_letter(app: Flask, sink: Sink, more: str) -> None:
    """No form takes such an address; a row that holds one all the same does not leave."""
    found_a_practice(app)
    with app.app_context():
        db.session.scalars(select(OutboxMail)).one().to_address += more
        db.session.commit()
    assert send(app) == mail.Sent(sent=0, failed=1)
    assert sink.letters == []


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


def test_without_a_mail_server_a_mail_waits_and_its_code_is_printed_only_by_a_demo(
    app: Flask, clock: Clock, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    link = found_a_practice(app)
    app.config["DEMO"] = False
    assert send(app) == mail.Sent(sent=0, failed=1)
    said = "".join(capfd.readouterr()) + caplog.text
    assert "NoMailServer" in said
    assert link not in said
    assert "ines@example.org" not in said
    app.config["DEMO"] = True
    clock.move(minutes=2)
    assert send(app) == mail.Sent(sent=1, failed=0)
    assert link in capfd.readouterr().out


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


@contextmanager
def sealed_server(app: Flask, folder: Path) -> Iterator[tuple[Sink, Path]]:
    """A mail server that speaks TLS, with a certificate that nobody but its own file vouches for."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    begins = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with listening(app, tls_context=context, require_starttls=True) as sink:
        app.extensions["mail"]["url"] = sink.url.replace("smtp://", "smtp+tls://")
        yield sink, path


def test_a_server_that_cannot_show_who_it_is_gets_no_mail(app: Flask, tmp_path: Path) -> None:
    """Encrypted to whoever answers is not enough: links and codes are in it."""
    found_a_practice(app)
    with sealed_server(app, tmp_path) as (sink, _):
        assert send(app) == mail.Sent(0, 1)
    assert sink.letters == []


def test_a_server_that_shows_who_it_is_gets_it(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_a_practice(app)
    with sealed_server(app, tmp_path) as (sink, path):
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert send(app) == mail.Sent(1, 0)
    assert len(sink.letters) == 1


@pytest.mark.parametrize(
    "url", ["smtp://mail.example:25", "smtp://me:secret@mail.example", "imap://localhost", "mail.example"]
)
def test_mail_that_would_travel_in_the_clear_stops_the_start(url: str) -> None:
    with pytest.raises(mail.MailInTheClear) as stopped:
        create_app(TestConfig(mail_url=url))
    assert "secret" not in str(stopped.value)
