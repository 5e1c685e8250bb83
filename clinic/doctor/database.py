"""Looks at the database: its tables, what keys open, whether saved means on disk, and who else may read its files."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from clinic import crypto
from clinic.backups.digests import revision_of
from clinic.doctor.findings import Finding, State
from clinic.extensions import UTCDateTime, db
from clinic.key_rotation import SealedColumn, sealed_columns
from clinic.migrating import newest_migration
from clinic.readiness import what_is_missing

PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"}
SERVER_SETTINGS = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply"}}


def look_at_tables(about: str) -> Finding:
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


def no_file(about: str) -> Finding:
    return Finding(
        about, State.BROKEN, f"there is no file {database_file()}",
        "`flask db upgrade` makes it; where there should be one, DATABASE_URL names another place. The rest was not looked at",
    )  # fmt: skip


def look_at_keys(about: str) -> Finding:
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


def look_at_durability(about: str) -> Finding:
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


def look_at_files(about: str) -> Finding:
    """Who else on this machine may read the database."""
    path = database_file()
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


def database_file() -> Path | None:
    url = db.engine.url
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None


def size_of_database() -> int:
    path = database_file()
    if path is not None:
        return path.stat().st_size
    if db.engine.dialect.name != "postgresql":
        return 0
    return int(db.session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
