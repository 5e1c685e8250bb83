"""Whether this process can serve: the tables hold what this code needs, and the database takes a write.

Keys need no look here, because without a sound ring the application does not start.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from clinic.backups.digests import revision_of
from clinic.extensions import Base, db
from clinic.migrating import newest_migration

# Below this SQLite may fail in the middle of a write.
LEAST_FREE = 50 * 1024 * 1024
# Whoever asks more often gets the last answer again, so that asking is no way to slow the service down.
ASK_EVERY = 1.0


def what_is_missing() -> list[str]:
    """Why this process cannot serve; empty when it can."""
    try:
        with db.engine.connect() as connection:
            missing = []
            if (other := serves_other_code(connection)) is not None:
                missing.append(other)
            if (refused := refuses_writes(connection)) is not None:
                missing.append(refused)
            return missing
    except SQLAlchemyError as problem:
        return [f"the database does not answer: {type(problem).__name__}"]


def serves_other_code(connection: Connection) -> str | None:
    """Why this code cannot work on these tables.

    A migration comes before the version it is for, and stays when one goes back, so tables may be ahead of the code.
    """
    at, ours = revision_of(connection), newest_migration()
    if at == ours:
        return None
    if not at.isdigit() or at < ours:
        return f"the database stands at migration {at} and the code at {ours}"
    if strange := _strange_to_this_code(connection):
        return f"migration {at} is not for the code at {ours}: {', '.join(strange)}"
    return None


def _strange_to_this_code(connection: Connection) -> list[str]:
    """What this code would read and is not there, and what it would have to write and does not know."""
    found = {name: columns for (_, name), columns in inspect(connection).get_multi_columns().items()}
    strange = []
    for table in Base.metadata.sorted_tables:
        there = {column["name"]: column for column in found.get(table.name, [])}
        strange += [f"{column} is gone" for column in table.columns if column.name not in there]
        strange += [
            f"{table.name}.{name} must be filled"
            for name, column in there.items()
            if name not in table.columns and not column["nullable"] and column["default"] is None
        ]
    return strange


def refuses_writes(connection: Connection) -> str | None:
    """Why the database would not take a write, as far as that can be known without one."""
    if connection.dialect.name == "postgresql":
        if connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
            return "the database is a stand-by and takes no writes"
        if connection.execute(text("SHOW default_transaction_read_only")).scalar_one() == "on":
            return "the database takes no writes"
        return None
    name = db.engine.url.database
    if not name or name == ":memory:":
        return None
    path = Path(name)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return "the database file or its folder cannot be written to"
    if shutil.disk_usage(path.parent).free < LEAST_FREE:
        return "the disk is full"
    return None


def is_ready(app: Flask) -> bool:
    """Whether requests may be sent here, as it was at most a second ago."""
    asked, ready = app.extensions.get("readiness", (-ASK_EVERY, False))
    if time.monotonic() - asked >= ASK_EVERY or asked < 0:
        ready = not what_is_missing()
        app.extensions["readiness"] = (time.monotonic(), ready)
    return bool(ready)
