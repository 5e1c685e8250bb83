"""What an operator may know: how much waits and for how long, and never whose it is or what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from clinic.extensions import db
from clinic.models import OutboxMail, WorkerBeat


@dataclass(frozen=True)
class Waiting:
    """The mail that has not left: how much, and for how long the oldest that is due has been."""

    mails: int
    oldest_due: timedelta


def waiting_mail(now: datetime) -> Waiting:
    """What the worker has still to send."""
    number, oldest = db.session.execute(
        select(func.count(), func.min(OutboxMail.due_at)).where(
            OutboxMail.sent_at.is_(None), OutboxMail.given_up_at.is_(None)
        )
    ).one()
    return Waiting(number, max(timedelta(), now - oldest) if oldest else timedelta())


def last_beat() -> datetime | None:
    """When any worker last finished a round; nothing before the first one."""
    return db.session.execute(select(func.max(WorkerBeat.at))).scalar_one()
