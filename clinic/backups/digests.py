"""What every row of a database says, as one digest a table: equal here and there means the same rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import Table, func, select, text
from sqlalchemy.engine import Connection

from clinic.extensions import Base

SOME = 1_000
ALL = 1 << 256

Walked = Callable[[int], None]


def digests_of(connection: Connection, walked: Walked = lambda rows: None) -> dict[str, str]:
    """A digest of every table, by name, with its number of rows before it; `walked` is told of rows as they go by.

    The values are those that the application reads, so a row has the same digest on SQLite and on PostgreSQL.
    """
    return {table.name: _digest(connection, table, walked) for table in Base.metadata.sorted_tables}


def rows_in(digests: dict[str, str]) -> int:
    """How many rows these digests stand for."""
    return sum(int(digest.split(":")[0]) for digest in digests.values())


def count_rows(connection: Connection) -> int:
    """How many rows there are to walk, for whoever shows how far it has come."""
    return sum(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    )


def revision_of(connection: Connection) -> str:
    """The migration that the tables stand at."""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _digest(connection: Connection, table: Table, walked: Walked) -> str:
    """The digests of the rows are added, not chained, because each database has an order of its own."""
    added, number = 0, 0
    for row in connection.execution_options(yield_per=SOME).execute(select(table)):
        said = hashlib.sha256(repr(tuple(row)).encode()).digest()
        added, number = (added + int.from_bytes(said)) % ALL, number + 1
        if number % SOME == 0:
            walked(SOME)
    walked(number % SOME)
    return f"{number}:{added:064x}"
