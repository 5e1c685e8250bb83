"""A practice that outgrew its SQLite file moves into an empty PostgreSQL: all of it, compared row by row, or nothing.

The file is held against writers meanwhile, so nobody is told "saved" of something that stays behind. Every row goes in
one transaction of the target, which is compared with the file before it is committed. What is sealed stays sealed with
the same keys; the audit chain and the sign-ins come along as they are, because it is the same practice in another place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, Table, inspect, select, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import OperationalError

from clinic.backups.digests import SOME, Walked, count_rows, digests_of, revision_of, rows_in
from clinic.backups.stores import connected
from clinic.extensions import Base
from clinic.postgresql import EVERY_PRACTICE


class CannotMove(RuntimeError):
    """What keeps a practice from moving; the message says what to do. Nothing was changed on either side."""


def rows_to_move(source: str) -> int:
    """How many rows there are, for whoever shows how far it has come."""
    with connected(source) as connection:
        return count_rows(connection)


def move(source: str, target: str, walked: Walked = lambda rows: None) -> int:
    """Carry every row over, and say how many. `walked` is told of each row three times: read, moved and compared.

    Raises CannotMove.
    """
    try:
        with _held(make_url(source)) as here, _empty(make_url(target), here) as there:
            expected = digests_of(here, walked)
            for table in Base.metadata.sorted_tables:
                _carry(here, there, table, walked)
            found = digests_of(there, walked)
            different = sorted(name for name in expected if expected[name] != found.get(name))
            if different:
                raise CannotMove(
                    f"These tables came out differently: {', '.join(different)}. Nothing was kept."
                )
            there.commit()
    except OperationalError as problem:
        said = str(problem.orig).strip().splitlines()[0]
        raise CannotMove(f"A database could not be reached, or is in use: {said}") from problem
    return rows_in(expected)


@contextmanager
def _held(url: URL) -> Iterator[Connection]:
    """The file as it stands, with every writer kept out."""
    if url.get_backend_name() != "sqlite":
        raise CannotMove("DATABASE_URL must name the SQLite file that is to move.")
    with connected(url, connect_args={"isolation_level": None}) as connection:
        if not inspect(connection).has_table("alembic_version"):
            raise CannotMove("There is no practice in this SQLite file.")
        connection.rollback()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")


@contextmanager
def _empty(url: URL, here: Connection) -> Iterator[Connection]:
    """The target, migrated as far as the file and without a row; one transaction, which whoever asked commits."""
    if url.get_backend_name() != "postgresql":
        raise CannotMove("Name a PostgreSQL database to move to.")
    with connected(url, connect_args={"options": EVERY_PRACTICE}) as connection:
        if not inspect(connection).has_table("alembic_version"):
            raise CannotMove("The target has no tables. Run `db upgrade` on it first.")
        if revision_of(connection) != revision_of(here):
            raise CannotMove(
                "The file and the target are not of one version. Run `db upgrade` on both with this release."
            )
        filled = [table.name for table in Base.metadata.sorted_tables if _has_rows(connection, table)]
        if filled:
            raise CannotMove(
                f"The target is not empty: there are rows in {', '.join(filled[:3])}. Nothing is written over a practice."
            )
        yield connection


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None


def _carry(here: Connection, there: Connection, table: Table, walked: Walked) -> None:
    """One COPY a table: fast, and rows that refer to later rows of their own table are looked at when all are in.

    COPY is not for those whom row-level security binds, so the owner is let off for as long as it takes. That locks the
    table until the commit: whoever else comes waits or gives up, and meets no half of a practice.
    """
    guarded = there.execute(
        text("SELECT relforcerowsecurity FROM pg_class WHERE oid = to_regclass(:name)"), {"name": table.name}
    )
    if forced := guarded.scalar_one():
        there.execute(text(f'ALTER TABLE "{table.name}" NO FORCE ROW LEVEL SECURITY'))
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    documents = [index for index, column in enumerate(table.columns) if isinstance(column.type, JSON)]
    number = 0
    with _copying(there, f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in here.execution_options(yield_per=SOME).execute(select(table)):
            copy.write_row(_with_documents(tuple(row), documents))
            number += 1
            if number % SOME == 0:
                walked(SOME)
    if forced:
        there.execute(text(f'ALTER TABLE "{table.name}" FORCE ROW LEVEL SECURITY'))
    walked(number % SOME)


@contextmanager
def _copying(there: Connection, statement: str) -> Iterator[Any]:
    """The driver's own COPY. Of what it refuses only the first line is told on: the next ones quote the row."""
    import psycopg  # Only who moves to PostgreSQL needs its driver here.

    driver: Any = there.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except psycopg.Error as problem:
        said = str(problem).strip().splitlines()[0]
        raise CannotMove(f"PostgreSQL does not take a row of this file: {said}") from None


def _with_documents(row: tuple[Any, ...], documents: list[int]) -> tuple[Any, ...]:
    if not documents:
        return row
    from psycopg.types.json import Json

    return tuple(
        Json(value) if index in documents and value is not None else value for index, value in enumerate(row)
    )
