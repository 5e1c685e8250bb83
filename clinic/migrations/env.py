"""How migrations run: online only, one history for the tables of both packages."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db
settings = current_app.extensions["migrate"].configure_args


def run_migrations() -> None:
    """Upgrade or downgrade, keeping every child row.

    On SQLite a changed table is rebuilt, and with foreign keys on, dropping the old parent deletes its
    children. So the keys are off while tables are rebuilt, and checked row by row before anything stays.
    """
    with database.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        raw = connection.connection.dbapi_connection
        if sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        context.configure(connection=connection, target_metadata=database.metadata, **settings)
        with context.begin_transaction():
            context.run_migrations()
            if sqlite and raw.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise RuntimeError("A migration would leave rows without their parents; nothing was changed.")
        if sqlite:
            raw.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    raise RuntimeError("Migrations run against a live database, since they check its rows.")
run_migrations()
