"""What an operator may know: how much waits and for how long, and never whose it is or what it says."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, OutboxMail, Sweep, WorkerBeat

# A host that was taken away, or a container that came back under a new name, leaves its row behind; what it could not do
# is the others' by now, and would else be told of for ever.
GONE_AFTER = timedelta(hours=1)
# What lets rows go whose bytes must leave the files too.
ERASES = (Event.ERASED, Event.ERASED_AGAIN, Event.RECORD_EXPIRED)
# While anything still reads how the database was before a row went, that row is carried over into the new file. So a
# sweep counts for what went a day before it began.
SETTLED = timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """The mail that has not left: how much, and since when the oldest of it is due."""

    mails: int
    oldest_due_at: datetime | None

    def longest(self, now: datetime) -> timedelta:
        """For how long the oldest mail that is due has been."""
        return max(timedelta(), now - self.oldest_due_at) if self.oldest_due_at else timedelta()


@dataclass(frozen=True)
class Beat:
    """The newest round of any worker."""

    at: datetime
    left: Waiting
    # For how many couples some worker that is still there could not do its work in its newest round.
    failed: int


def waiting_mail() -> Waiting:
    """What the worker has still to send, for every practice."""
    number, oldest = db.session.execute(
        select(func.count(), func.min(OutboxMail.due_at)).where(
            OutboxMail.sent_at.is_(None), OutboxMail.given_up_at.is_(None)
        )
    ).one()
    return Waiting(number, oldest)


def last_beat() -> Beat | None:
    """When any worker last finished a round and what it left; nothing before the first one."""
    row = db.session.execute(
        select(WorkerBeat.at, WorkerBeat.mails_waiting, WorkerBeat.oldest_due_at)
        .order_by(WorkerBeat.at.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    failed = select(func.max(WorkerBeat.failed)).where(WorkerBeat.at >= row[0] - GONE_AFTER)
    return Beat(row[0], Waiting(row[1], row[2]), db.session.execute(failed).scalar_one())


@dataclass(frozen=True)
class OwnClock:
    """When the worker of this host last looked at the clock, and since when that had run on without a jump."""

    at: datetime | None
    steady_since: datetime | None


def own_clock() -> OwnClock:
    """What this host's worker last saw of its clock; clocks are each host's own."""
    row = db.session.execute(
        select(WorkerBeat.at, WorkerBeat.steady_since).where(WorkerBeat.host == this_host())
    ).one_or_none()
    return OwnClock(row[0], row[1]) if row else OwnClock(None, None)


def not_swept_since() -> datetime | None:
    """When the oldest of what was erased went that no whole sweep of PostgreSQL's files counts for; nothing where there is none."""
    whole_at = db.session.execute(select(func.max(Sweep.whole_at))).scalar_one()
    went = select(func.min(AuditLine.at)).where(AuditLine.event.in_(ERASES))
    if whole_at is not None:
        went = went.where(AuditLine.at > whole_at - SETTLED)
    return db.session.execute(went).scalar_one()


def this_host() -> str:
    """The name under which this host's worker writes down its rounds."""
    return socket.gethostname()[:64]
