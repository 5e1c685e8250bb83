"""Migrations are numbered, linear and harmless: up, down and on data, on both databases (house rule 24)."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import Script, ScriptDirectory
from flask import Flask

from clinic.extensions import db
from clinic.migrating import Migrations, newest_migration
from config import TestConfig
from tests.databases import Databases, app_on, connected_as_owner, downgrade, upgrade
from wsgi import create_app

FOLDER = Path(__file__).resolve().parent.parent / "clinic" / "migrations"


def history() -> list[Script]:
    """Every migration, the first one first."""
    return list(reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions())))


REVISIONS = [script.revision for script in history()]

# Before this nothing was in use anywhere, and some migrations took away or asked for more.
ADDING_SINCE = "0041"


def before(revision: str) -> str:
    """The revision that this one builds on."""
    return dict(zip(REVISIONS, ["base", *REVISIONS], strict=False))[revision]


def test_migrations_are_numbered_in_one_line() -> None:
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    assert [script.down_revision for script in history()] == [None, *REVISIONS[:-1]]


def test_the_newest_is_known_without_the_library_that_runs_them() -> None:
    assert newest_migration() == REVISIONS[-1]


def test_the_commands_come_when_they_are_called() -> None:
    """Until then their name stands there alone; then every one of Flask-Migrate's is to be had."""
    app = create_app(TestConfig())
    assert type(app.cli.commands["db"]) is Migrations
    runner = app.test_cli_runner()
    assert "Change the tables" in runner.invoke(args=["--help"]).output
    assert type(app.cli.commands["db"]) is Migrations
    told = runner.invoke(args=["db", "--help"]).output
    assert all(name in told for name in ("upgrade", "downgrade", "heads", "migrate", "check"))
    assert runner.invoke(args=["db", "heads"]).exit_code == 0


def test_a_migration_is_named_by_its_number_and_its_concern() -> None:
    for script in history():
        assert re.fullmatch(rf"{script.revision}_[a-z0-9_]+\.py", Path(script.path).name), script.path


@pytest.mark.both_databases
def test_the_migrated_database_is_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        flask_migrate.check()


@pytest.mark.both_databases
def test_migrating_makes_the_schema_that_the_models_would(databases: Databases) -> None:
    """`flask db check` overlooks constraints and defaults; this does not."""
    migrated, created = databases.fresh(), databases.bare()
    with app_on(created) as app, app.app_context():
        db.create_all()
    assert schema(migrated) == schema(created)
    databases.drop(migrated)
    databases.drop(created)


@pytest.mark.both_databases
@pytest.mark.parametrize("revision", REVISIONS)
def test_going_down_undoes_going_up(databases: Databases, revision: str) -> None:
    url = databases.bare()
    if before(revision) != "base":
        upgrade(url, before(revision))
    schema_before = schema(url)
    upgrade(url, revision)
    schema_after = schema(url)
    downgrade(url, before(revision))
    assert schema(url) == schema_before
    upgrade(url, revision)
    assert schema(url) == schema_after
    databases.drop(url)


@pytest.mark.both_databases
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_migration_keeps_every_row(databases: Databases, revision: str) -> None:
    """One row in every table of the revision before; all of them are still there afterwards."""
    url = databases.bare()
    if before(revision) != "base":
        upgrade(url, before(revision))
    counted = fill(url)
    upgrade(url, revision)
    after = count_rows(url)
    assert {name: after[name] for name in counted if name in after} == {
        name: rows for name, rows in counted.items() if name in after
    }
    assert orphans(url) == []
    databases.drop(url)


@pytest.mark.both_databases
@pytest.mark.parametrize("revision", [one for one in REVISIONS if one >= ADDING_SINCE])
def test_a_migration_adds_and_takes_nothing_away(databases: Databases, revision: str) -> None:
    """The version before it goes on while it runs and comes back when the newer one is no good (docs/deploy).

    What nobody reads any more goes one release later; the migration that takes it away is left out here by its number.
    """
    url = databases.bare()
    upgrade(url, before(revision))
    there = columns_of(url)
    upgrade(url, revision)
    after = columns_of(url)
    assert not {name for name in there if name not in after}
    for name, columns in there.items():
        assert not columns.keys() - after[name].keys(), name
        must_fill = {column for column in after[name].keys() - columns.keys() if after[name][column]}
        assert not must_fill, f"{name}: the version before would leave these empty"
    databases.drop(url)


@pytest.mark.both_databases
def test_a_full_database_can_go_down_and_up_again(databases: Databases) -> None:
    """The rows of a table that a migration brought are lost when it is taken back, and nothing else is."""
    url = databases.fresh()
    assert all(fill(url).values())
    for revision in reversed(REVISIONS):
        downgrade(url, before(revision))
        assert orphans(url) == []
    upgrade(url)
    databases.drop(url)


@pytest.mark.both_databases
def test_rebuilding_a_parent_table_keeps_its_children(databases: Databases, tmp_path: Path) -> None:
    """SQLite changes a column by copying the table and dropping the old one. With foreign keys on, that drop
    would silently take every child row along; env.py is what prevents it, so it is what runs here."""
    url = databases.fresh()
    counted = fill(url)
    assert counted["practice"] == counted["person"] == counted["couple"] == 1
    folder = with_another_migration(
        tmp_path,
        "with op.batch_alter_table('practice') as practice:\n"
        "        practice.add_column(sa.Column('planted', sa.String(10)))\n"
        "        practice.alter_column('name', existing_type=sa.String(120), type_=sa.String(500))",
    )
    with app_on(url) as app, app.app_context():
        flask_migrate.upgrade(directory=str(folder))
    assert count_rows(url) == counted
    assert orphans(url) == []
    with connected_as_owner(url) as connection:
        assert "planted" in {column["name"] for column in sa.inspect(connection).get_columns("practice")}
    databases.drop(url)


def test_a_migration_that_orphans_rows_is_undone(databases: Databases, tmp_path: Path) -> None:
    """On SQLite foreign keys are off while a migration runs, so env.py looks before anything is kept."""
    url = databases.fresh()
    counted = fill(url)
    folder = with_another_migration(tmp_path, "op.execute('DELETE FROM practice')")
    with app_on(url) as app, app.app_context(), pytest.raises(SystemExit):
        flask_migrate.upgrade(directory=str(folder))
    assert count_rows(url) == counted
    databases.drop(url)


# What the tests above stand on. It looks at the database and not at the models, because a revision in the
# middle of history has a schema that no model describes any more.


def reflected(connection: sa.Connection) -> list[sa.Table]:
    """The tables as the database itself describes them, parents first."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def schema(url: str) -> dict[str, Any]:
    """Everything about every table that a query, a constraint or a plan could depend on."""
    with connected_as_owner(url) as connection:
        inspector = sa.inspect(connection)
        return {
            name: {
                "columns": sorted(
                    (column["name"], str(column["type"]), column["nullable"], str(column["default"]))
                    for column in inspector.get_columns(name)
                ),
                "primary key": sorted(inspector.get_pk_constraint(name)["constrained_columns"]),
                "foreign keys": sorted(
                    (str(key["name"]), key["constrained_columns"], key["referred_table"], str(key["options"]))
                    for key in inspector.get_foreign_keys(name)
                ),
                "unique": sorted(
                    (str(unique["name"]), unique["column_names"])
                    for unique in inspector.get_unique_constraints(name)
                ),
                "indexes": sorted(
                    (str(index["name"]), index["column_names"], bool(index["unique"]))
                    for index in inspector.get_indexes(name)
                ),
                "checks": sorted(
                    (str(check["name"]), check["sqltext"]) for check in inspector.get_check_constraints(name)
                ),
            }
            for name in inspector.get_table_names()
            if name != "alembic_version"
        }


def columns_of(url: str) -> dict[str, dict[str, bool]]:
    """Every column of every table, and whether a row must bring a value for it."""
    with connected_as_owner(url) as connection:
        return {
            name: {column["name"]: not column["nullable"] and column["default"] is None for column in columns}
            for (_, name), columns in sa.inspect(connection).get_multi_columns().items()
        }


def fill(url: str) -> dict[str, int]:
    """Put one row into every table, and count what is there."""
    with connected_as_owner(url) as connection:
        rows: dict[str, dict[str, Any]] = {}
        for table in reflected(connection):
            row: dict[str, Any] = {}
            for column in table.columns:
                row[column.name] = _value_for(column, row, rows)
            connection.execute(sa.insert(table), row)
            rows[table.name] = row
    return count_rows(url)


def count_rows(url: str) -> dict[str, int]:
    with connected_as_owner(url) as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in reflected(connection)
        }


def orphans(url: str) -> list[Any]:
    """Rows whose parent is gone. PostgreSQL does not let it come to that."""
    with connected_as_owner(url) as connection:
        if connection.dialect.name != "sqlite":
            return []
        return list(connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall())


def _value_for(column: sa.Column[Any], row: dict[str, Any], rows: dict[str, dict[str, Any]]) -> Any:
    """Something that the column takes; the parent's key where it refers to one."""
    for key in column.foreign_keys:
        parent = key.column
        if parent.table.name in rows:
            return rows[parent.table.name][parent.name]
        return None if column.nullable else row[parent.name]
    kind = column.type
    if isinstance(kind, sa.Uuid):
        return uuid4()
    if isinstance(kind, sa.CHAR):  # How SQLite keeps a UUID.
        return uuid4().hex
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 3, 1, tzinfo=UTC)
    if isinstance(kind, sa.Date):
        return date(2026, 3, 1)
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer | sa.Numeric):
        return 1
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, sa.LargeBinary):
        return b"\x01"
    assert isinstance(kind, sa.String), f"{column.table.name}.{column.name}: no value for {kind!r}"
    return "A"


def with_another_migration(folder: Path, act: str) -> Path:
    """A copy of the migrations with one more at its end, run by our own env.py."""
    copy = folder / "migrations"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    number = f"{len(REVISIONS) + 1:04}"
    (copy / "versions" / f"{number}_planted.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\n\n"
        f"revision = {number!r}\ndown_revision = {REVISIONS[-1]!r}\n\n\n"
        f"def upgrade() -> None:\n    {act}\n"
    )
    return copy
