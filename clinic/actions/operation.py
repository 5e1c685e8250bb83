"""What the service writes down about its own running."""

from __future__ import annotations

import socket
from datetime import datetime

from clinic.extensions import db, transaction
from clinic.models import WorkerBeat


@transaction
def beat(now: datetime) -> None:
    """The worker of this host has finished a round."""
    host = socket.gethostname()[:64]
    row = db.session.get(WorkerBeat, host)
    if row is None:
        db.session.add(WorkerBeat(host=host, at=now))
    else:
        row.at = now
