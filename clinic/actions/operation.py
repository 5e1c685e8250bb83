"""What the service writes down about its own running."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from clinic.domain.retention import steady_since
from clinic.extensions import db, transaction
from clinic.models import WorkerBeat
from clinic.queries.operation import own_clock, this_host, waiting_mail


@transaction
def beat(now: datetime) -> None:
    """The worker of this host has finished a round."""
    left, seen = waiting_mail(), own_clock()
    said = {
        "at": now,
        "mails_waiting": left.mails,
        "oldest_due_at": left.oldest_due_at,
        "steady_since": steady_since(now, seen_at=seen.at, before=seen.steady_since),
    }
    # In one statement, because several workers of a host may finish their first round at the same moment.
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(WorkerBeat).values(host=this_host(), **said)
    db.session.execute(row.on_conflict_do_update(index_elements=[WorkerBeat.host], set_=said))


@transaction
def note_failed(number: int) -> None:
    """For so many couples this host's worker could not do what comes last in its round."""
    db.session.execute(
        update(WorkerBeat)
        .where(WorkerBeat.host == this_host(), WorkerBeat.failed != number)
        .values(failed=number)
    )
