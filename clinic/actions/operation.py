"""What the service writes down about its own running."""

from __future__ import annotations

import socket
from datetime import datetime

from clinic.extensions import db, transaction
from clinic.models import WorkerBeat
from clinic.queries.operation import waiting_mail


@transaction
def beat(now: datetime) -> None:
    """The worker of this host has finished a round."""
    host = socket.gethostname()[:64]
    left = waiting_mail()
    row = db.session.get(WorkerBeat, host)
    if row is None:
        row = WorkerBeat(host=host)
        db.session.add(row)
    row.at, row.mails_waiting, row.oldest_due_at = now, left.mails, left.oldest_due_at
