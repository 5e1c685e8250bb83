"""Mail: short constant texts, queued in the transaction they belong to, sent after it is on disk.

A mail names nobody and no exercise (decision 14, R16). What must be secret in it, such as a link that
works once, is sealed in the outbox and wiped as soon as the mail has gone.
"""

from __future__ import annotations

import contextlib
import logging
import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import click
from flask import Flask, current_app, g, has_app_context
from sqlalchemy import select, update

from clinic import clock, crypto, tenancy
from clinic.extensions import after_commit, db
from clinic.hosts import LOOPBACK
from clinic.models import OutboxMail, Person

log = logging.getLogger("meanwhile.mail")

# A mail that could not leave is tried again after these waits, and given up after a day (R38).
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
GIVE_UP_AFTER = timedelta(hours=24)
CLAIM = timedelta(minutes=5)
# Seconds that a mail server may be silent.
TIMEOUT = 10.0

SUBJECTS = {
    "invitation": "An invitation from your practice",
    "recovery": "A code from your practice",
    "reminder": "A small reminder",
}
# Nothing is lost when one of these does not come, and a late or a second one would say more than it should.
NEVER_LATE_OR_TWICE = {"reminder"}


@dataclass(frozen=True)
class Sent:
    """How a round of sending went."""

    sent: int
    failed: int


class MailInTheClear(click.ClickException, ValueError):
    """Stops the start; on a terminal it is one sentence, without the pass-phrase of the address."""


def init_mail(app: Flask, *, mail_url: str, mail_from: str, send_after_commit: bool) -> None:
    """Remember where mail goes: `smtp+tls://user:pass@host:port`. Without an address it waits; a demo prints it.

    Plain `smtp://` is for a server on this machine: links and codes go through it. Raises MailInTheClear.
    """
    parts = urlsplit(mail_url)
    if mail_url and not (
        parts.scheme == "smtp+tls" or (parts.scheme == "smtp" and parts.hostname in LOOPBACK)
    ):
        raise MailInTheClear(
            "MEANWHILE_MAIL_URL must begin with smtp+tls://, because invitations and codes go that way. Plain smtp:// is "
            "for a mail server on this machine."
        )
    app.extensions["mail"] = {"url": mail_url, "from": mail_from, "at_once": send_after_commit}
    if _send_soon not in after_commit:
        after_commit.append(_send_soon)


def queue(
    person: Person, kind: str, *, secret: str = "", at: datetime | None = None, soon: bool = True
) -> OutboxMail:
    """Put one mail to `person` into the running transaction. `secret` is the link or code it carries, if any.

    `at` is what its age counts from. With `soon` it leaves after the commit, or else when mail is next sent.
    """
    moment = at or clock.now()
    # The id is made here, because the secret is sealed to it before the row is inserted.
    row = OutboxMail(
        id=uuid4(),
        practice_id=person.practice_id,
        person_id=person.id,
        kind=kind,
        to_address=person.contact_address,
        created_at=moment,
        due_at=moment,
    )
    db.session.add(row)
    if secret:
        row.secret_sealed = crypto.seal(row, "secret_sealed", secret)
    if soon:
        g.mail_waits = True
    return row


def withdraw(person: Person, kind: str) -> None:
    """Let no mail of this kind leave any more that still waits for `person`, in the running transaction."""
    db.session.execute(
        update(OutboxMail)
        .where(
            OutboxMail.practice_id == person.practice_id,
            OutboxMail.person_id == person.id,
            OutboxMail.kind == kind,
            OutboxMail.sent_at.is_(None),
            OutboxMail.given_up_at.is_(None),
        )
        .values(given_up_at=clock.now(), secret_sealed=None)
    )


def wording(kind: str) -> tuple[str, ...]:
    """The subject and the paragraphs of a mail that carries no secret, for the page that tells what it says."""
    text = current_app.jinja_env.get_template(f"emails/{kind}.txt").render()
    return (SUBJECTS[kind], *text.strip().split("\n\n"))


@tenancy.for_every_practice
def send_due(now: datetime, *, stopping: Callable[[], bool] = lambda: False) -> Sent:
    """Send what is due at `now`. Each row is claimed first, so several workers never send one twice.

    A slow server makes a round long, so every claim begins when it is made. `stopping` is asked before each mail.
    """
    sent = failed = 0
    for row in _due(now):
        moment = clock.now()
        if stopping():
            break
        if not _claim(row, moment):
            continue
        if row.kind in NEVER_LATE_OR_TWICE and moment - row.created_at >= GIVE_UP_AFTER:
            row.given_up_at = moment
        elif _leaves(row, moment):
            sent += 1
            row.sent_at, row.secret_sealed = moment, None
        else:
            failed += 1
            _put_back(row, moment)
        db.session.commit()
    return Sent(sent, failed)


def _leaves(row: OutboxMail, moment: datetime) -> bool:
    """Whether the mail has gone, or may have gone and must not go twice."""
    try:
        _deliver(_message(row, moment))
    except AnswerLost:
        log.warning("mail %s was handed over, but no answer came", row.id)
        return row.kind in NEVER_LATE_OR_TWICE
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        log.warning("mail %s could not leave: %s", row.id, type(problem).__name__)
        return False
    return True


def _due(now: datetime) -> list[OutboxMail]:
    waiting = select(OutboxMail).where(
        OutboxMail.sent_at.is_(None), OutboxMail.given_up_at.is_(None), OutboxMail.due_at <= now
    )
    found = list(db.session.execute(waiting.order_by(OutboxMail.due_at).limit(200)).scalars())
    db.session.commit()  # On SQLite this began like a writer, and pages would wait for it.
    return found


def _claim(row: OutboxMail, now: datetime) -> bool:
    """Move the due time on if nobody else has; a worker that dies lets the claim run out.

    It may have died with the mail handed over. What must not go twice is therefore claimed until it is too late to send.
    """
    lasts = GIVE_UP_AFTER if row.kind in NEVER_LATE_OR_TWICE else CLAIM
    taken = db.session.execute(
        update(OutboxMail)
        .where(
            OutboxMail.id == row.id,
            OutboxMail.due_at == row.due_at,
            OutboxMail.sent_at.is_(None),
            OutboxMail.given_up_at.is_(None),
        )
        .values(due_at=now + lasts, tries=OutboxMail.tries + 1)
        .returning(OutboxMail.id)
    ).one_or_none()
    db.session.commit()
    if taken is not None:
        db.session.refresh(row)
        db.session.commit()
    return taken is not None


def _put_back(row: OutboxMail, now: datetime) -> None:
    if now - row.created_at > GIVE_UP_AFTER:
        row.given_up_at, row.secret_sealed = now, None
    else:
        row.due_at = now + WAITS[min(row.tries, len(WAITS)) - 1]


def _message(row: OutboxMail, moment: datetime) -> EmailMessage:
    secret = crypto.unseal(row, "secret_sealed", row.secret_sealed) if row.secret_sealed else ""
    message = EmailMessage()
    message["Subject"] = SUBJECTS[row.kind]
    message["From"] = current_app.extensions["mail"]["from"]
    message["To"] = row.to_address
    message["Date"] = format_datetime(moment)
    # The same at every try, so that a mailbox knows a second copy as the same mail. The row's id is random.
    message["Message-ID"] = f"<{row.id}@mail.invalid>"
    # Rendered without a page's context: a mail knows nothing but the secret it carries.
    message.set_content(current_app.jinja_env.get_template(f"emails/{row.kind}.txt").render(secret=secret))
    return message


class NoMailServer(ValueError):
    """There is none to hand a mail to. A code or an address printed instead would stay in the log of the host."""


class AnswerLost(Exception):
    """The server has the whole mail and has not said whether it takes it."""


class _Server(smtplib.SMTP):
    """Knows whether the end of a mail has been handed over."""

    handed_over = False

    def send(self, s: Any) -> None:
        """Hand bytes over."""
        super().send(s)
        if isinstance(s, bytes) and s.endswith(b"\r\n.\r\n"):
            self.handed_over = True


def _deliver(message: EmailMessage) -> None:
    url = current_app.extensions["mail"]["url"]
    if not url:
        if not current_app.config["DEMO"]:
            raise NoMailServer
        click.echo(f"\n--- mail to {message['To']} ---\n{message.get_content()}---\n")
        return
    server = _reach(url)
    try:
        _introduce(server, url)
        server.send_message(message)
    except smtplib.SMTPResponseException:
        raise
    except (OSError, smtplib.SMTPException) as problem:
        if server.handed_over:
            raise AnswerLost from problem
        raise
    finally:
        # The mail has gone or has not; how the goodbye goes changes nothing about that.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def greet() -> None:
    """Go as far with the mail server as before a mail, and leave. Raises what smtplib does when it does not take us."""
    url = current_app.extensions["mail"]["url"]
    with _reach(url) as server:
        server.ehlo_or_helo_if_needed()
        _introduce(server, url)


def _reach(url: str) -> _Server:
    parts = urlsplit(url)
    return _Server(parts.hostname or "localhost", parts.port or 25, timeout=TIMEOUT)


def _introduce(server: _Server, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "smtp+tls":
        # Left to itself smtplib encrypts to whoever answers; this asks who that is, and for TLS 1.2 or newer.
        server.starttls(context=ssl.create_default_context())
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))


def _send_soon() -> None:
    """After a commit that queued mail, send it from a thread, so that no page waits for a mail server."""
    if not (has_app_context() and g.pop("mail_waits", False)):
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug types the proxy and not what is behind it
    if app.extensions["mail"]["at_once"]:
        threading.Thread(target=_send_in_background, args=(app,), daemon=True).start()


def _send_in_background(app: Flask) -> None:
    with app.app_context():
        try:
            send_due(clock.now())
        except Exception:
            log.exception("mail could not be sent now; it stays in the outbox")
        finally:
            db.session.remove()
