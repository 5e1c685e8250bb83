"""How migrations run: on the application's own database, with SQLite's foreign keys handled with care."""

from contextlib import AbstractContextManager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from clinic.backups.stores import connected as connected_to
from clinic.postgresql import WHILE_MIGRATING

migrate = current_app.extensions["migrate"]


def run_offline() -> None:
    """Write the statements out instead of running them, for an operator who wants to read them first."""
    url = migrate.db.engine.url.render_as_string(hide_password=False)
    context.configure(
        url=url, target_metadata=migrate.db.metadata, literal_binds=True, **migrate.configure_args
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run them in one transaction."""
    with connected() as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            # Alembic does not trust SQLite with this, but our connections begin and commit by themselves,
            # so a migration that fails half-way leaves nothing behind.
            transactional_ddl=True,
            **migrate.configure_args,
        )
        if connection.dialect.name == "sqlite":
            run_on_sqlite(connection)
        else:
            with context.begin_transaction():
                context.run_migrations()


def connected() -> AbstractContextManager[Connection]:
    """SQLite through the application's own engine, which knows its pragmas; PostgreSQL as the owner of the tables."""
    if migrate.db.engine.dialect.name == "sqlite":
        return migrate.db.engine.connect()
    owner = current_app.config["OWNER_DATABASE_URL"] or migrate.db.engine.url
    return connected_to(owner, connect_args={"options": WHILE_MIGRATING})


def run_on_sqlite(connection: Connection) -> None:
    """SQLite changes a table by copying it and dropping the old one. With foreign keys on, that drop would
    take every child row along, so they are off meanwhile and checked before anything is kept.
    """
    driver: Any = connection.connection.driver_connection
    # Inside a transaction this setting is quietly ignored, so it goes to the driver, before one begins.
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with context.begin_transaction():
            context.run_migrations()
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                raise RuntimeError(f"The migration would leave rows without their parent: {orphans[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    run_offline()
else:
    run_online()
