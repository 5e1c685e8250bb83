"""Whether this process can serve: the tables are those this code knows, and the database takes a write.

Keys need no look here, because without a sound ring the application does not start.
"""

from __future__ import annotations

import functools
import os
import shutil
import time
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from clinic.backups.digests import revision_of
from clinic.extensions import db

# Below this SQLite may fail in the middle of a write.
LEAST_FREE = 50 * 1024 * 1024
# Whoever asks more often gets the last answer again, so that asking is no way to slow the service down.
ASK_EVERY = 1.0


@functools.cache
def newest_migration() -> str:
    """The migration that this code was written for."""
    head = ScriptDirectory(str(Path(__file__).parent / "migrations")).get_current_head()
    return str(head)


def what_is_missing() -> list[str]:
    """Why this process cannot serve; empty when it can."""
    try:
        with db.engine.connect() as connection:
            missing = []
            at = revision_of(connection)
            if at != newest_migration():
                missing.append(f"the database stands at migration {at} and the code at {newest_migration()}")
            if (refused := refuses_writes(connection)) is not None:
                missing.append(refused)
            return missing
    except SQLAlchemyError as problem:
        return [f"the database does not answer: {type(problem).__name__}"]


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
