"""What Meanwhile asks of a PostgreSQL: who it connects as, that "saved" is on disk, and that nobody waits for ever.

Two roles. The owner has the tables and runs `db upgrade`, backups and restoring; the application connects as another,
which may read and write rows and nothing else. Row-level security (see `tenancy`) binds them both.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError

from clinic.extensions import db

# Rows that are only ever added. What goes with a couple or a person goes by the database's own cascade.
ONLY_ADDED = ("audit_line",)


# Nobody waits for ever: for a connection, for a statement, for a lock, or for a transaction that was forgotten. What
# was given up is answered with 503 and "not saved", and the page keeps the words.
LIMITS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "120s",
    "synchronous_commit": "on",
}

# What a connection says of itself when it is made to see every practice's rows: for the owner's work alone.
EVERY_PRACTICE = "-c meanwhile.passage=every"

# A migration moves the rows of every practice. It gives up rather than let people queue behind a lock it waits for.
WHILE_MIGRATING = f"{EVERY_PRACTICE} -c lock_timeout=5s -c statement_timeout=0"


class UnfitDatabase(RuntimeError):
    """A server or a role that would break a promise; the message says what to do."""


def engine_options(database_url: str, pool: int) -> dict[str, Any]:
    """How SQLAlchemy connects; nothing of this is for SQLite.

    `pool` is how many connections a process keeps. A request may need a second one for a moment, so as many again may
    be opened.
    """
    if make_url(database_url).get_backend_name() != "postgresql":
        return {}
    return {
        "pool_size": pool,
        "max_overflow": pool,
        "pool_timeout": 10,
        "pool_pre_ping": True,  # After the server was restarted no request meets a connection that is gone.
        "pool_recycle": 1800,
        "connect_args": {
            "connect_timeout": 5,
            "options": " ".join(f"-c {name}={value}" for name, value in LIMITS.items()),
        },
    }


def init_postgresql(app: Flask) -> None:
    """Refuse to start on a server that could lose what it acknowledged, or as a role that sees every practice.

    Raises UnfitDatabase. A server that is not there yet is none: requests answer 503 until it comes.
    """
    if app.testing or app.config["DEMO"]:
        return
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        try:
            with db.engine.connect() as connection:
                check(connection)
        except OperationalError as problem:
            app.logger.warning(
                "the database could not be asked at the start: %s", type(problem.orig).__name__
            )


def check(connection: Connection) -> None:
    """Raises UnfitDatabase for what would break a promise of decision 6 or 9."""
    for name, broken in (
        ("fsync", {"off"}),
        ("full_page_writes", {"off"}),
        ("synchronous_commit", {"off"}),
    ):
        value = str(connection.execute(text(f"SHOW {name}")).scalar_one())
        if value in broken:
            raise UnfitDatabase(
                f"PostgreSQL runs with {name} = {value}: it would forget what it acknowledged. Set {name} = on."
            )
    role = str(connection.execute(text("SELECT current_user")).scalar_one())
    _refuse_unbound(connection, role)


def guarding(table: str, column: str = "practice_id") -> tuple[str, ...]:
    """What hides other practices' rows of a table, also from its owner. Each migration that makes one runs this.

    The two settings are read once for a statement, and not once for a row.
    """
    shown = (
        f"{column} = (SELECT nullif(current_setting('meanwhile.practice', true), '')::uuid)"
        " OR (SELECT current_setting('meanwhile.passage', true)) = 'every'"
    )
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY of_practice ON {table} USING ({shown}) WITH CHECK ({shown})",
    )


def grant_to_application(connection: Connection, role: str) -> None:
    """Let a role do what the application does, and no more. To be run as the owner, after each `db upgrade`.

    Raises UnfitDatabase for a role that is missing, or that row-level security would not bind.
    """
    if re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role) is None:
        raise UnfitDatabase("Name the role in small letters, digits and underscores.")
    _refuse_unbound(connection, role)
    # The name was matched above; PostgreSQL takes no parameters here.
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {role}" for table in ONLY_ADDED),
        f"GRANT EXECUTE ON FUNCTION practice_of_key(text, text) TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    ):
        connection.execute(text(statement))


def _refuse_unbound(connection: Connection, role: str) -> None:
    row: Any = connection.execute(
        text(
            "SELECT rolsuper OR rolbypassrls AS unbound, rolcanlogin,"
            " EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = rolname) AS owns"
            " FROM pg_roles WHERE rolname = :role"
        ),
        {"role": role},
    ).one_or_none()
    if row is None:
        raise UnfitDatabase(f"There is no role {role}. Create it first; docs/operations.md has the line.")
    if row.unbound:
        raise UnfitDatabase(
            f"{role} is a superuser or has BYPASSRLS, so nothing would keep practices apart for it."
        )
    if row.owns:
        raise UnfitDatabase(f"{role} owns the tables. The application needs a role that does not.")
