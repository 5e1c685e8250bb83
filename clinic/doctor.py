"""Looks at a set-up the way its operator would have to, and says for each thing whether it holds and what to do.

Nothing is changed and no mail is sent. What would keep the application from starting at all is named by the start.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import smtplib
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from shutil import disk_usage
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from clinic import backups, clock, crypto, mail, paper
from clinic.backups.digests import revision_of
from clinic.backups.nightly import folder_of_backups
from clinic.domain.retention import JUMP
from clinic.extensions import UTCDateTime, db
from clinic.hosts import LOOPBACK
from clinic.key_rotation import SealedColumn, sealed_columns
from clinic.migrating import newest_migration
from clinic.models import AuditLine
from clinic.queries.operation import last_beat, waiting_mail
from clinic.queries.retention import expired_records
from clinic.readiness import what_is_missing
from clinic.tenancy import for_every_practice

LEAST_SECRET = 32
SILENT_TOO_LONG = timedelta(minutes=5)
# Twenty records go in a round, and after a jump of the clock none for a day; what stays longer has a reason.
OVERDUE, MOST_COUNTED = timedelta(days=2), 1000
BACKUP_TOO_OLD = timedelta(hours=36)
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
LEAST_FREE = 200 * 1024 * 1024
# A backup is made, restored and compared beside the database, so two more of it must fit.
COPIES = 2
PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"}
SERVER_SETTINGS = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply"}}


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    LOOK = "look"  # It works, and somebody should look at it.
    BROKEN = "BROKEN"


@dataclass(frozen=True)
class Finding:
    """One line."""

    about: str
    state: State
    said: str
    do: str = ""

    def __str__(self) -> str:
        """As an operator reads it."""
        return f"{self.state:<7} {self.about:<12} {self.said}" + (f" → {self.do}" if self.do else "")


@for_every_practice
def examine(folder: Path | None = None) -> list[Finding]:
    """Everything that is looked at; `folder` is where backups lie. A look that fails is a finding, and the others go on."""
    looks = {**LOOKS, "backup": lambda about: _backup(about, folder)}
    path = _database_file()
    if path is not None and not path.exists():
        # To look into it would make it, and an empty file in the wrong place is found by nobody.
        looks = {about: looks[about] for about in WITHOUT_DATABASE} | {"tables": _no_file}
    found = []
    for about, look in looks.items():
        try:
            found.append(look(about))
        except (SQLAlchemyError, OSError) as problem:
            found.append(
                Finding(about, State.BROKEN, f"could not be looked at: {type(problem).__name__}",
                        "put right what is broken above, then ask again")
            )  # fmt: skip
        finally:
            db.session.rollback()
    return found


def _settings(about: str) -> Finding:
    config = current_app.config
    problems = []
    if config["DEMO"]:
        problems.append("this is the demo, whose secrets everybody knows: set MEANWHILE_ENV=production")
    if len(config["SECRET_KEY"]) < LEAST_SECRET:
        problems.append(f"MEANWHILE_SECRET_KEY needs at least {LEAST_SECRET} random characters")
    if not config["PUBLIC_URL"].startswith("https://"):
        problems.append("MEANWHILE_PUBLIC_URL must begin with https://, or nobody can sign in")
    if problems:
        return Finding(about, State.BROKEN, "not fit for clients", "; ".join(problems))
    if _goes_in_the_clear(config["SQLALCHEMY_DATABASE_URI"]):
        told = (
            "what goes to the database is not sealed on its way; end DATABASE_URL with ?sslmode=verify-full"
        )
        return Finding(about, State.LOOK, told, "where the network between is not yours alone")
    return Finding(about, State.OK, f"production at {config['PUBLIC_URL']}")


def _goes_in_the_clear(database_url: str) -> bool:
    """Whether a database on another machine is spoken to without knowing who answers."""
    url = make_url(database_url)
    here = url.host is None or url.host in LOOPBACK or url.host.startswith("/")
    return (
        url.get_backend_name() == "postgresql"
        and not here
        and url.query.get("sslmode") != "verify-full"
        and not str(url.query.get("host", "")).startswith("/")
    )


def _keys(about: str) -> Finding:
    ring: crypto.KeyRing = current_app.extensions["key_ring"]
    opened, shut = 0, []
    for column in sealed_columns():
        row = _newest(column)
        if row is None:
            continue
        try:
            crypto.unseal(row, column.name, getattr(row, column.name))
            opened += 1
        except crypto.Unreadable:
            shut.append(str(column))
    if shut:
        return Finding(
            about, State.BROKEN, f"what was last written does not open in {', '.join(shut)}",
            "put the key it was sealed with back on MEANWHILE_ENCRYPTION_KEYS; `flask keys status` counts them",
        )  # fmt: skip
    if not opened:
        return Finding(about, State.OK, f"key {ring.current} seals; nothing has been written yet")
    return Finding(about, State.OK, f"key {ring.current} seals; the newest words in {opened} places open")


def _newest(column: SealedColumn) -> Any:
    """The row of this column that was written last, by the first of its moments that each row has."""
    moments = [
        one.key
        for one in column.model.__table__.columns
        if isinstance(one.type, UTCDateTime) and not one.nullable
    ]
    rows = select(column.model).where(column.attribute.is_not(None)).limit(1)
    if moments:
        rows = rows.order_by(getattr(column.model, moments[0]).desc())
    return db.session.execute(rows).scalars().first()


def _tables(about: str) -> Finding:
    try:
        with db.engine.connect() as connection:
            migrated = inspect(connection).has_table("alembic_version")
    except SQLAlchemyError as problem:
        return Finding(
            about, State.BROKEN, f"the database does not answer: {type(problem).__name__}",
            "see that DATABASE_URL names it, that it runs and lets us in; what to do with a damaged file says docs/operations.md",
        )  # fmt: skip
    if not migrated:
        return Finding(
            about, State.BROKEN, "the database has no tables yet",
            "`flask db upgrade`; where there should be some, DATABASE_URL names another place",
        )  # fmt: skip
    missing = what_is_missing()
    if missing:
        return Finding(
            about,
            State.BROKEN,
            "; ".join(missing),
            "`flask db upgrade`, after a backup, with the version that belongs here",
        )
    with db.engine.connect() as connection:
        at = revision_of(connection)
    if at != newest_migration():
        return Finding(
            about, State.LOOK, f"migrated to {at} for a newer version, and this one, of {newest_migration()}, works on them",
            "put the newer version in place, unless you have just gone back from it",
        )  # fmt: skip
    return Finding(about, State.OK, "migrated, and the database takes writes")


def _no_file(about: str) -> Finding:
    return Finding(
        about, State.BROKEN, f"there is no file {_database_file()}",
        "`flask db upgrade` makes it; where there should be one, DATABASE_URL names another place. The rest was not looked at",
    )  # fmt: skip


def _durability(about: str) -> Finding:
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            found = {name: str(connection.execute(text(f"PRAGMA {name}")).scalar()) for name in PRAGMAS}
            wrong = {name: value for name, value in found.items() if value != PRAGMAS[name]}
            do = "another program has changed the file; `PRAGMA journal_mode=WAL` on it, and restart"
        else:
            found = {name: str(connection.execute(text(f"SHOW {name}")).scalar()) for name in SERVER_SETTINGS}
            wrong = {name: value for name, value in found.items() if value not in SERVER_SETTINGS[name]}
            do = "set them to on in postgresql.conf: what was said to be saved may be lost"
            if not wrong and str(connection.execute(text("SHOW wal_recycle")).scalar()) == "on":
                said = (
                    "saved means on disk; what was erased stays in the server's log until it is overwritten"
                )
                return Finding(about, State.LOOK, said, "set wal_recycle = off, as docs/operations.md says")
    told = ", ".join(f"{name} {value}" for name, value in (wrong or found).items())
    return Finding(about, State.BROKEN if wrong else State.OK, told, do if wrong else "")


def _clock(about: str) -> Finding:
    """Against the database, the newest line of the log, its own even pace, and the site's answer where it comes."""
    now = clock.now()
    off = []
    began = time.monotonic()
    time.sleep(0.05)
    if abs((clock.now() - now).total_seconds() - (time.monotonic() - began)) > 0.5:
        off.append("it jumped while it was looked at")
    if db.engine.dialect.name == "postgresql":
        theirs = db.session.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)
        if abs(theirs - clock.now()) > CLOCKS_MAY_DIFFER:
            off.append(f"the database says {theirs:%Y-%m-%d %H:%M:%S} UTC")
    newest = db.session.execute(select(func.max(AuditLine.at))).scalar_one()
    if newest is not None and newest - now > CLOCKS_MAY_DIFFER:
        off.append(f"the log has a line of {newest:%Y-%m-%d %H:%M:%S} UTC, which is yet to come")
    told = _date_of_the_site()
    if told is not None and abs(told - clock.now()) > CLOCKS_MAY_DIFFER * 2:
        off.append(f"the site says {told:%Y-%m-%d %H:%M:%S} UTC")
    if off:
        return Finding(
            about, State.BROKEN, f"here it is {now:%Y-%m-%d %H:%M:%S} UTC; " + "; ".join(off),
            "set the clock by the network on every host (`timedatectl set-ntp true`)",
        )  # fmt: skip
    beside = "the database, the log" + (" and the site" if told else "")
    return Finding(about, State.OK, f"{now:%Y-%m-%d %H:%M:%S} UTC agrees with {beside}")


def _date_of_the_site() -> datetime | None:
    """What the site's own answer says the time is; nothing where it does not answer."""
    parts = urlsplit(current_app.config["PUBLIC_URL"])
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError, TypeError):
        connection = kind(parts.hostname or "", parts.port, timeout=2)
        try:
            connection.request("HEAD", "/healthz")
            return parsedate_to_datetime(str(connection.getresponse().headers["Date"])).astimezone(UTC)
        finally:
            connection.close()
    return None


def _mail(about: str) -> Finding:
    url = current_app.extensions["mail"]["url"]
    if not url:
        return Finding(
            about,
            State.BROKEN,
            "has no server: it waits a day and is given up, and codes and reminders reach nobody",
            "set MEANWHILE_MAIL_URL",
        )
    try:
        mail.greet()
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        return Finding(
            about, State.BROKEN, f"the server does not take us: {type(problem).__name__}",
            "check MEANWHILE_MAIL_URL, and that its port is open from here",
        )  # fmt: skip
    waiting = waiting_mail()
    longest = waiting.longest(clock.now())
    if longest > SILENT_TOO_LONG * 2:
        said = f"the server answers, but one of {waiting.mails} mails has waited for {_span(longest)}"
        return Finding(about, State.LOOK, said, "see that the worker runs, and its log")
    return Finding(about, State.OK, f"the server answers; {waiting.mails} mails wait")


def _worker(about: str) -> Finding:
    beat = last_beat()
    do = "start `flask worker`, or let a timer run `flask send-due` every minute"
    if beat is None:
        return Finding(about, State.BROKEN, "has never finished a round", do)
    now = clock.now()
    silent = now - beat.at
    if silent > SILENT_TOO_LONG:
        kept = "; no record whose time is up goes until it has run for a day" if silent > JUMP else ""
        return Finding(about, State.BROKEN, f"silent for {_span(silent)}{kept}", do)
    if beat.failed:
        return Finding(
            about, State.LOOK, f"could not work out the summaries of {beat.failed} couples; they stand on the board as not counted",
            "`flask summaries rebuild` names them, and the worker's log says what is wrong",
        )  # fmt: skip
    if stay := len(expired_records(now - OVERDUE, MOST_COUNTED)):
        return Finding(
            about, State.LOOK, f"{stay} records whose time is up are still there: its clock jumped, or it rests too long",
            f"let it run all the time, or at least every {JUMP.days} days: after a longer rest nothing goes for a day",
        )  # fmt: skip
    return Finding(about, State.OK, f"finished a round {_span(silent)} ago")


def _disk(about: str) -> Finding:
    free = disk_usage(_folder()).free
    needed = max(LEAST_FREE, COPIES * _size_of_database())
    told = f"{free / 1e9:.1f} GB free, and a backup with its trial needs {needed / 1e9:.1f} GB"
    if free < needed:
        return Finding(about, State.BROKEN, told, "make room, or move backups to another disk")
    return Finding(about, State.OK, told)


def _backup(about: str, folder: Path | None) -> Finding:
    folder = folder or folder_of_backups()
    do = "set MEANWHILE_BACKUP_FOLDER for the worker, see that it runs, and read what it says"
    if folder is None:
        return Finding(about, State.BROKEN, "nobody makes one", do)
    made = backups.newest_in(folder)
    if made is None:
        return Finding(
            about, State.BROKEN, "in that folder is none that was verified and that this key ring opens", do
        )
    age = clock.now() - made
    if age > BACKUP_TOO_OLD:
        return Finding(about, State.BROKEN, f"the last verified one is {_span(age)} old", do)
    return Finding(
        about, State.OK, f"the last verified one is {_span(age)} old; keep a copy on another machine"
    )


def _files(about: str) -> Finding:
    """Who else on this machine may read the database."""
    path = _database_file()
    if path is None:
        return Finding(about, State.OK, "the database is a server's")
    loose = [
        one.name
        for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))
        if one.exists() and stat.S_IMODE(one.stat().st_mode) & (stat.S_IROTH | stat.S_IWOTH)
    ]
    if loose and stat.S_IMODE(path.parent.stat().st_mode) & stat.S_IXOTH:
        return Finding(
            about, State.BROKEN, f"everybody on this machine may open {', '.join(loose)}",
            f"`chmod o= {path.parent}`, and run the service as a user of its own",
        )  # fmt: skip
    return Finding(about, State.OK, "nobody else on this machine may open the database")


def _limits(about: str) -> Finding:
    storage = current_app.config["RATELIMIT_STORAGE_URI"]
    several = int(os.environ.get("MEANWHILE_PROCESSES", "1")) > 1 or db.engine.dialect.name == "postgresql"
    if storage.startswith("memory"):
        if several:
            return Finding(
                about, State.LOOK, "each process counts for itself how often somebody tries",
                "set MEANWHILE_RATE_LIMIT_STORAGE to a Redis address",
            )  # fmt: skip
        return Finding(about, State.OK, "counted in the one process there is")
    from clinic.extensions import limiter

    if not limiter.storage.check():
        return Finding(
            about, State.BROKEN, "the store of limits does not answer", "start Redis, or check its address"
        )
    return Finding(about, State.OK, "counted for all processes together")


def _pdf(about: str) -> Finding:
    if paper.can_make():
        return Finding(about, State.OK, "can be made")
    return Finding(
        about, State.LOOK, "cannot be made; pages can be printed", "install Pango, see docs/operations.md"
    )


def _database_file() -> Path | None:
    url = db.engine.url
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None


def _folder() -> Path:
    path = _database_file()
    return path.parent if path else Path.cwd()


def _size_of_database() -> int:
    path = _database_file()
    if path is not None:
        return path.stat().st_size
    if db.engine.dialect.name != "postgresql":
        return 0
    return int(db.session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} seconds"


LOOKS: dict[str, Callable[[str], Finding]] = {
    "settings": _settings,
    # What the others read comes before them, so that whoever cannot read it may point upwards.
    "tables": _tables,
    "keys": _keys,
    "durability": _durability,
    "clock": _clock,
    "mail": _mail,
    "worker": _worker,
    "disk": _disk,
    "files": _files,
    "limits": _limits,
    "PDF": _pdf,
}
WITHOUT_DATABASE = ("settings", "tables", "mail", "limits", "PDF")
