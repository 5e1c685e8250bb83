"""What was erased leaves the files of PostgreSQL too, in the nights after (G15).

A row that was deleted stays in its file as bytes that nobody reads, and an ordinary vacuum only lets others take their
place in time. So the tables are written anew (`VACUUM FULL`), with what the server knows of their values, and what the
server wrote down before in its own log goes where it may. SQLite does both at once, see `clinic.extensions`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from clinic.actions.operation import note_whole_sweep, take_on_sweep
from clinic.backups import address_of_owner
from clinic.backups.nightly import night_of
from clinic.backups.stores import connected
from clinic.extensions import db
from clinic.queries.operation import not_swept_since
from clinic.tenancy import for_every_practice

log = logging.getLogger("meanwhile.sweeping")

# While a table is written anew nobody reads it. A page gives up after five seconds (see `clinic.postgresql`), so this
# does before: a second and a half of waiting in front of everybody else, and three of writing. The server asks its own
# vacuum to make way after one second.
WAITS_AT_MOST, HOLDS_AT_MOST = "1500ms", "3s"
TRIES, PAUSE = 3, 2.0
# A backup reads every table, which keeps them from being written anew, so another host's has an hour to be done.
AFTER_BACKUP = 1
NOT_SWEPT = "NOT SWEPT"
# By which a server keeps what it wrote down although it is begun anew, each with what it says where it does not.
KEEPS_LOG = {"wal_recycle": "off", "wal_keep_size": "0", "archive_mode": "off"}
# Samples of values, such as addresses, by which the server plans.
STATISTICS = "pg_catalog.pg_statistic"

Walked = Callable[[int], None]


class NotPostgreSQL(RuntimeError):
    """SQLite leaves nothing behind that would have to be swept up."""


@dataclass(frozen=True)
class Swept:
    """How many tables were written anew, which were left because they are in use or large, and why the log was, if it was."""

    tables: int
    left: tuple[str, ...]
    log_kept: str

    def __str__(self) -> str:
        """One line for whoever watches."""
        why = "in use, too large or somebody else's"
        left = f", {len(self.left)} left as they are {why}: {', '.join(self.left)}" if self.left else ""
        log = f"kept until it is overwritten: {self.log_kept}" if self.log_kept else "begun anew"
        return f"{self.tables} tables written anew{left}; the server's log {log}"


def init_sweeping(app: Flask, *, backup_hour: int) -> None:
    """Remember from which hour in UTC a night may be swept. Each process looks once a night."""
    app.extensions["sweeps_from"] = backup_hour + AFTER_BACKUP
    app.extensions["looked_whether_to_sweep"] = None


@for_every_practice
def sweep_if_due(now: datetime) -> str | None:
    """Sweep, once a night among all hosts, until a whole sweep counts for all that was erased: a line of what was done.

    It hangs on no backup, so what was erased goes where none is made, or none can be. Raises nothing: what goes wrong is
    logged, and tried again in the next night.
    """
    tonight = _night(now)
    if not _is_postgresql() or current_app.extensions["looked_whether_to_sweep"] == tonight:
        return None
    current_app.extensions["looked_whether_to_sweep"] = tonight
    try:
        if not_swept_since() is None or not take_on_sweep(tonight):
            return None
        return f"swept: {sweep(now)}"
    except SQLAlchemyError as problem:
        log.error("what was erased was not swept up tonight: %s", type(problem).__name__)
        return f"{NOT_SWEPT}: {type(problem).__name__}"
    finally:
        db.session.rollback()


@for_every_practice
def sweep(
    now: datetime, walked: Walked = lambda tables: None, *, holds_at_most: str = HOLDS_AT_MOST
) -> Swept:
    """Write every table anew as the owner, while the application runs. A table in use is tried again, then left and told.

    `holds_at_most` is for how long a table may be kept from everybody, as PostgreSQL writes times; `walked` is told of each
    table that is done with. That it reached all of them is written down, which `not_swept_since` reads.
    """
    swept = _every_table_anew(walked, holds_at_most)
    if not swept.left:
        note_whole_sweep(_night(now), now)
    return swept


def _every_table_anew(walked: Walked, holds_at_most: str) -> Swept:
    db.session.rollback()  # A reading of our own would keep the rows that are to go.
    with _owner() as looking, _owner() as writing:
        _limit(writing, WAITS_AT_MOST, holds_at_most)
        tables = _tables(looking)
        left, tries = tables, 0
        while left and tries < TRIES:
            time.sleep(PAUSE if tries else 0)
            left = [one for one in left if not _written_anew(looking, writing, one, walked)]
            tries += 1
        walked(len(left))
        return Swept(len(tables) - len(left), tuple(left), _begin_log_anew(looking))


def _limit(connection: Connection, waits_at_most: str, holds_at_most: str) -> None:
    """Bind what this connection does from now on, so nothing but the writing of tables goes through it."""
    limits = {"lock_timeout": waits_at_most, "statement_timeout": holds_at_most}
    # One statement for both, because the second would be bound by the first already.
    setting = ", ".join(f"set_config('{name}', :{name}, false)" for name in limits)
    connection.execute(text(f"SELECT {setting}"), limits)


def _night(now: datetime) -> date:
    return night_of(now, current_app.extensions["sweeps_from"])


def number_of_tables() -> int:
    """How many there are to write, for whoever shows how far it has come. Raises NotPostgreSQL."""
    with _owner() as connection:
        return len(_tables(connection))


def _is_postgresql() -> bool:
    return make_url(address_of_owner()).get_backend_name() == "postgresql"


def _owner() -> AbstractContextManager[Connection]:
    if not _is_postgresql():
        raise NotPostgreSQL("SQLite leaves nothing behind that would have to be swept up.")
    return connected(address_of_owner(), isolation_level="AUTOCOMMIT")


def _tables(connection: Connection) -> list[str]:
    """Every table of this database that rows of people may lie in, and last what the server keeps of their values."""
    own = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    return [*connection.execute(text(own)).scalars(), STATISTICS]


def _written_anew(looking: Connection, writing: Connection, table: str, walked: Walked) -> bool:
    """Whether the table lies in another file now. Somebody else's is passed over with a warning, and not with an error."""
    before = _file_of(looking, table)
    # The name is the server's own, quoted by it; VACUUM takes no parameters.
    how = "FULL" if table == STATISTICS else "FULL, ANALYZE"
    try:
        writing.execute(text(f"VACUUM ({how}) {table}"))
    except OperationalError:  # In use for longer than we wait, or too large for the time it may take.
        return False
    if _file_of(looking, table) == before:
        return False
    walked(1)
    return True


def _file_of(connection: Connection, table: str) -> int:
    number = connection.execute(text("SELECT pg_relation_filenode(CAST(:name AS regclass))"), {"name": table})
    return int(number.scalar_one())


def _begin_log_anew(connection: Connection) -> str:
    """Let the server throw away what it wrote down before now; why it does not, or nothing."""
    try:
        connection.execute(text("SELECT pg_switch_wal()"))
        connection.execute(text("CHECKPOINT"))
    except ProgrammingError:  # What its owner may not do.
        return "the owner may not begin it anew"
    return _what_keeps_log(connection)


def _what_keeps_log(connection: Connection) -> str:
    """By which setting of its own the server keeps what it wrote down before; nothing where it deletes it."""
    said = {name: str(connection.execute(text(f"SHOW {name}")).scalar_one()) for name in KEEPS_LOG}
    keeps = [f"{name} is {value}" for name, value in said.items() if value != KEEPS_LOG[name]]
    if connection.execute(text("SELECT count(*) FROM pg_replication_slots")).scalar_one():
        keeps.append("a replication slot may need it")
    return ", ".join(keeps)
