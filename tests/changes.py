"""Whether anything in a database has changed, asked so cheaply that a test may ask after every request.

Reading every row costs more than most requests do. Each database also counts what is committed to it, and as long as
that count stands still nothing can have changed; only when it moves are the rows read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import select

from clinic.extensions import db

# SQLite: moves when another connection has committed a write. PostgreSQL: the number the next writer will get.
COUNT = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT pg_snapshot_xmax(pg_current_snapshot())::text",
}


class Changes:
    """A fingerprint of every row there is, taken anew only when somebody has written.

    `known` is the fingerprint of the database as it stands, for whoever has taken it from a copy before.
    """

    def __init__(self, app: Flask, connection: Any, kind: str, known: str | None = None) -> None:
        self._app = app
        self._connection = connection
        self._kind = kind
        self._fingerprint = known
        self._count = self._counted()

    def fingerprint(self) -> str:
        """The same text as long as nothing changes."""
        count = self._counted()
        if self._fingerprint is None or count != self._count:
            self._fingerprint, self._count = digest_of_everything(self._app), count
        return self._fingerprint

    def _counted(self) -> object:
        return self._connection.execute(COUNT[self._kind]).fetchone()


@contextmanager
def changes_of(app: Flask, known: str | None = None) -> Iterator[Changes]:
    """Watch the database of this app. SQLite counts what others commit, so the count has a connection of its own.

    It is the driver's: what SQLAlchemy begins on SQLite would keep everybody else from writing.
    """
    with app.app_context():
        engine = db.engine
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection
    if engine.dialect.name == "postgresql":
        driver.autocommit = True  # A count within one transaction would stand still.
    try:
        yield Changes(app, driver, engine.dialect.name, known)
    finally:
        connection.invalidate()  # Nobody else is to have it as it is now.


def digest_of_everything(app: Flask) -> str:
    """A fingerprint of every row of every table."""
    whole = hashlib.sha256()
    with app.app_context():
        for table in db.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
            whole.update("\n".join([table.name, *rows]).encode())
    return whole.hexdigest()
