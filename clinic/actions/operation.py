"""What the service writes down about its own running."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from clinic.domain.retention import steady_since
from clinic.extensions import db, transaction
from clinic.models import Sweep, WorkerBeat
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
    row = _insert()(WorkerBeat).values(host=this_host(), **said)
    db.session.execute(row.on_conflict_do_update(index_elements=[WorkerBeat.host], set_=said))


@transaction
def note_failed(number: int) -> None:
    """For so many couples this host's worker could not do what comes last in its round."""
    db.session.execute(
        update(WorkerBeat)
        .where(WorkerBeat.host == this_host(), WorkerBeat.failed != number)
        .values(failed=number)
    )


@transaction
def take_on_sweep(night: date) -> bool:
    """Whether this worker sweeps tonight: the first of any number of hosts does, and the others leave it to that one."""
    row = _insert()(Sweep).values(night=night).on_conflict_do_nothing().returning(Sweep.night)
    return db.session.execute(row).scalar_one_or_none() is not None


@transaction
def note_whole_sweep(night: date, began_at: datetime) -> None:
    """A sweep that began at `began_at` in that night has written every table anew."""
    row = _insert()(Sweep).values(night=night, whole_at=began_at)
    db.session.execute(row.on_conflict_do_update(index_elements=[Sweep.night], set_={"whole_at": began_at}))


def _insert() -> Callable[..., postgresql.Insert | sqlite.Insert]:
    """Both databases say what becomes of a row that is there already, each in words of its own."""
    return postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
