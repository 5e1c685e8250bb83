"""What Meanwhile asks of a PostgreSQL: who it connects as, that "saved" is on disk, and that nobody waits for ever.

Two roles. The owner has the tables and runs `db upgrade`, backups and restoring; the application connects as another,
which may read and write rows and nothing else. Row-level security (see `tenancy`) binds them both.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

# Rows that are only ever added. What goes with a couple or a person goes by the database's own cascade.
ONLY_ADDED = ("audit_line",)


# What a connection says of itself when it is made to see every practice's rows: for the owner's work alone.
EVERY_PRACTICE = "-c meanwhile.passage=every"

# A migration moves the rows of every practice. It gives up rather than let people queue behind a lock it waits for.
WHILE_MIGRATING = f"{EVERY_PRACTICE} -c lock_timeout=5s -c statement_timeout=0"


class UnfitDatabase(RuntimeError):
    """A server or a role that would break a promise; the message says what to do."""


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
