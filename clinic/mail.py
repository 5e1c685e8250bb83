"""Mail: short constant texts, queued in the transaction they belong to, sent after it is on disk.

A mail names nobody and no exercise (decision 14, R16). What must be secret in it, such as a link that
works once, is sealed in the outbox and wiped as soon as the mail has gone.
"""

from __future__ import annotations

import logging
import smtplib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import click
from flask import Flask, current_app, g, has_app_context
from sqlalchemy import select, update

from clinic import clock, crypto
from clinic.extensions import after_commit, db
from clinic.models import OutboxMail, Person

log = logging.getLogger("meanwhile.mail")

# A mail that could not leave is tried again after these waits, and given up after a day (R38).
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
GIVE_UP_AFTER = timedelta(hours=24)
CLAIM = timedelta(minutes=5)

SUBJECTS = {
    "invitation": "An invitation from your practice",
    "recovery": "A code from your practice",
}


@dataclass(frozen=True)
class Sent:
    """How a round of sending went."""

    sent: int
    failed: int


def init_mail(app: Flask, *, mail_url: str, mail_from: str, send_after_commit: bool) -> None:
    """Remember where mail goes; `smtp://user:pass@host:port`, or the console when there is no address."""
    app.extensions["mail"] = {"url": mail_url, "from": mail_from, "at_once": send_after_commit}
    if _send_soon not in after_commit:
        after_commit.append(_send_soon)


def queue(person: Person, kind: str, *, secret: str, at: datetime | None = None) -> OutboxMail:
    """Put one mail to `person` into the running transaction. `secret` is the link or code it carries."""
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
    row.secret_sealed = crypto.seal(row, "secret_sealed", secret)
    g.mail_waits = True
    return row


def send_due(now: datetime) -> Sent:
    """Send what is due. Each row is claimed first, so several workers never send one twice."""
    sent = failed = 0
    for row in _due(now):
        if not _claim(row, now):
            continue
        try:
            _deliver(_message(row))
        except (OSError, smtplib.SMTPException) as problem:
            failed += 1
            log.warning("mail %s could not leave: %s", row.id, type(problem).__name__)
            _put_back(row, now)
        else:
            sent += 1
            row.sent_at, row.secret_sealed = now, None
        db.session.commit()
    return Sent(sent, failed)


def _due(now: datetime) -> list[OutboxMail]:
    waiting = select(OutboxMail).where(
        OutboxMail.sent_at.is_(None), OutboxMail.given_up_at.is_(None), OutboxMail.due_at <= now
    )
    return list(db.session.execute(waiting.order_by(OutboxMail.due_at).limit(200)).scalars())


def _claim(row: OutboxMail, now: datetime) -> bool:
    """Move the due time on if nobody else has; a worker that dies lets the claim run out."""
    taken = db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == row.id, OutboxMail.due_at == row.due_at, OutboxMail.sent_at.is_(None))
        .values(due_at=now + CLAIM, tries=OutboxMail.tries + 1)
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


def _message(row: OutboxMail) -> EmailMessage:
    secret = crypto.unseal(row, "secret_sealed", row.secret_sealed or b"")
    message = EmailMessage()
    message["Subject"] = SUBJECTS[row.kind]
    message["From"] = current_app.extensions["mail"]["from"]
    message["To"] = row.to_address
    message["Message-ID"] = make_msgid(domain="mail.invalid")
    # Rendered without a page's context: a mail knows nothing but the secret it carries.
    message.set_content(current_app.jinja_env.get_template(f"emails/{row.kind}.txt").render(secret=secret))
    return message


def _deliver(message: EmailMessage) -> None:
    url = current_app.extensions["mail"]["url"]
    if not url:
        click.echo(f"\n--- mail to {message['To']} ---\n{message.get_content()}---\n")
        return
    parts = urlsplit(url)
    with smtplib.SMTP(parts.hostname or "localhost", parts.port or 25, timeout=10) as server:
        if parts.scheme == "smtp+tls":
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _send_soon() -> None:
    """After a commit that queued mail, send it from a thread, so that no page waits for a mail server."""
    if not (has_app_context() and g.pop("mail_waits", False)):
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
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
