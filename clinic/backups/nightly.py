"""One backup a night, made by the worker: tried like any other, one run at a time, and only so many nights are kept.

A night is named by the day on which its hour fell, so a worker that was down makes up for it as soon as it is back, and
ten workers make one. The lock is the kernel's and goes with the process: whatever an earlier run left half-written under
it was killed, and is removed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from clinic import backups
from clinic.backups.files import NotABackup
from clinic.backups.stores import CannotBackUp
from clinic.extensions import db
from clinic.models import Erasure
from clinic.tenancy import for_every_practice

log = logging.getLogger("meanwhile.backups")

NIGHT = re.compile(r"meanwhile-(\d{4}-\d\d-\d\d)\.backup")
LOCK = ".one-at-a-time"
NOT_LISTED = "NOT LISTED"
# A failing disk is not tried every half minute all night.
TRY_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Nightly:
    """Where backups go, from which hour in UTC, and how many nights are kept."""

    folder: Path
    hour: int
    kept: int


def init_backups(app: Flask, *, folder: str, hour: int, kept: int) -> None:
    """Remember what the operator decided. Without a folder there are no backups by themselves."""
    app.extensions["nightly_backups"] = Nightly(Path(folder), hour, kept) if folder else None
    app.extensions["nightly_backups_failed_at"] = None
    app.extensions["erased_listed"] = None


@for_every_practice
def list_whoever_was_erased() -> str | None:
    """Write down beside the backups who was erased since the last time: that it was done, as a line, or nothing.

    Raises nothing: what goes wrong is logged, and tried again in the next round.
    """
    folder = folder_of_backups()
    if folder is None:
        return None
    try:
        return _listed_in(folder)
    except (NotABackup, OSError, SQLAlchemyError) as problem:
        db.session.rollback()
        told = type(problem).__name__ if isinstance(problem, SQLAlchemyError) else problem
        log.error("who was erased could not be listed beside the backups: %s", told)
        return f"{NOT_LISTED}: {told}"


def _listed_in(folder: Path) -> str | None:
    erased = select(func.count(), func.max(Erasure.erased_at)).where(Erasure.erased_at.is_not(None))
    stands = tuple(db.session.execute(erased).one())
    db.session.rollback()
    if current_app.extensions["erased_listed"] == stands and (folder / backups.LIST_OF_ERASED).exists():
        return None
    with _alone_in(folder) as is_alone:
        if not is_alone:
            return None
        was_new = backups.list_erased(folder)
    current_app.extensions["erased_listed"] = stands
    return "written down who was erased" if was_new else None


def folder_of_backups() -> Path | None:
    """Where the worker puts backups, for whoever looks how old the newest is."""
    nightly: Nightly | None = current_app.extensions["nightly_backups"]
    return nightly.folder if nightly else None


def age_of_last_backup(now: datetime) -> timedelta | None:
    """How old the newest verified backup of the folder is; nothing without a folder or a backup."""
    folder = folder_of_backups()
    made = backups.newest_in(folder) if folder else None
    return now - made if made else None


def back_up_if_due(now: datetime) -> str | None:
    """Make tonight's backup if its hour has come and nobody has made it: what was done, as a line, or nothing.

    Raises nothing: what goes wrong is logged, and tried again after an hour.
    """
    nightly: Nightly | None = current_app.extensions["nightly_backups"]
    failed_at: datetime | None = current_app.extensions["nightly_backups_failed_at"]
    if nightly is None or (failed_at and now - failed_at < TRY_AGAIN_AFTER):
        return None
    target = nightly.folder / f"meanwhile-{night_of(now, nightly.hour)}.backup"
    if target.exists():
        return None
    try:
        with _alone_in(nightly.folder) as is_alone:
            if not is_alone or target.exists():
                return None
            _remove_what_was_killed(nightly.folder)
            made = backups.create(target)
            removed = _let_old_ones_go(nightly)
    except (CannotBackUp, NotABackup, OSError, sqlite3.Error, SQLAlchemyError) as problem:
        current_app.extensions["nightly_backups_failed_at"] = now
        log.error(
            "no backup was made tonight: %s",
            type(problem).__name__ if isinstance(problem, SQLAlchemyError) else problem,
        )
        return f"NO BACKUP: {problem}"
    current_app.extensions["nightly_backups_failed_at"] = None
    return f"{target.name}: {made.rows} rows, restored elsewhere and compared; {removed} old ones removed"


def night_of(now: datetime, hour: int) -> date:
    """The day of the last time it was that hour in UTC."""
    return (now.astimezone(UTC) - timedelta(hours=hour)).date()


@contextmanager
def _alone_in(folder: Path) -> Iterator[bool]:
    """Whether this is the only run in the folder; the lock is given back with the file, or with the process."""
    handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _remove_what_was_killed(folder: Path) -> None:
    for one in folder.glob("meanwhile-*.backup.unverified"):
        log.warning("%s was left by a run that was killed, and is removed", one.name)
        one.unlink(missing_ok=True)


def _let_old_ones_go(nightly: Nightly) -> int:
    """Only files of our own name, and only once tonight's was made."""
    nights = sorted(one for one in nightly.folder.iterdir() if NIGHT.fullmatch(one.name))
    old = nights[: -nightly.kept]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)
