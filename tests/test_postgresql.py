"""PostgreSQL as an operator sets it up: two roles, limits on waiting, and a start that refuses what would break a promise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from clinic.extensions import db
from clinic.models import Practice
from clinic.postgresql import LIMITS, UnfitDatabase, engine_options
from config import Config
from tests.databases import (
    APPLICATION,
    PASSWORD,
    PostgreSQLServer,
    app_on,
    connected_as_owner,
    owner_of,
)
from tests.faults.serving import KEYS, SECRET
from wsgi import create_app

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture
def empty(postgresql_server: PostgreSQLServer) -> Iterator[str]:
    """A database without any table, as the application will connect to it."""
    owner = postgresql_server.bare()
    url = make_url(owner).set(username=APPLICATION, password=PASSWORD)
    yield url.render_as_string(hide_password=False)
    postgresql_server.drop(owner)


def production(url: str) -> Config:
    """The settings of a real installation."""
    return Config(
        name="production",
        secret_key=SECRET,
        encryption_keys=KEYS,
        database_url=url,
        owner_database_url=owner_of(url),
    )


def test_the_steps_of_the_manual_lead_to_a_running_practice(empty: str) -> None:
    with app_on(empty) as app:
        runner = app.test_cli_runner()
        with app.app_context():
            flask_migrate.upgrade()
        granted = runner.invoke(args=["postgresql", "grant", APPLICATION])
        assert granted.exit_code == 0, granted.output
        made = runner.invoke(
            args=[
                "practice", "create", "--name", "Quay Street", "--admin-name", "Ada", "--admin-family-name", "",
                "--admin-email", "ada@quay.example",
            ]
        )  # fmt: skip
        assert made.exit_code == 0, made.output
        verified = runner.invoke(args=["audit", "verify"])
        assert verified.output.strip() == "Quay Street: holds"
        assert app.test_client().get("/sign-in").status_code == 200
        with app.app_context():
            assert db.session.scalars(select(Practice.name)).all() == ["Quay Street"]


def test_a_role_that_is_not_there_is_one_sentence(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["postgresql", "grant", "nobody_here"])
    assert result.exit_code == 1
    assert "There is no role nobody_here. Create it first" in result.output


def test_every_connection_gives_up_waiting(app: Flask) -> None:
    with app.app_context():
        said = {name: str(db.session.execute(text(f"SHOW {name}")).scalar_one()) for name in LIMITS}
    assert said == {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "2min",
        "synchronous_commit": "on",
    }


def test_a_pool_is_for_postgresql_alone() -> None:
    assert engine_options("sqlite:///x", 8) == {}
    options = engine_options("postgresql+psycopg://x", 3)
    assert (options["pool_size"], options["max_overflow"], options["pool_pre_ping"]) == (3, 3, True)


def test_a_migration_does_not_queue_behind_a_lock(app: Flask, tmp_path: Path) -> None:
    """It gives up, and people who came after it go on; nothing of it is kept."""
    with (
        connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as held,
        app.app_context(),
        pytest.MonkeyPatch.context() as patch,
    ):
        held.execute(text("LOCK TABLE worker_beat IN ACCESS SHARE MODE"))
        patch.setattr("clinic.postgresql.WHILE_MIGRATING", "-c lock_timeout=100ms -c meanwhile.passage=every")
        with pytest.raises(OperationalError, match="lock timeout"):
            flask_migrate.downgrade(revision="0035")
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        assert connection.execute(text("SELECT count(*) FROM worker_beat")).scalar_one() == 0


# --- The start.


def test_the_look_at_the_start_leaves_no_connection_for_processes_to_share(
    app: Flask, postgresql_server: PostgreSQLServer
) -> None:
    """gunicorn may make its processes after the application is made; two of them on one connection would mix answers up."""
    with postgresql_server.on_disk():
        started = create_app(production(app.config["SQLALCHEMY_DATABASE_URI"]))
    with started.app_context():
        assert "Connections in pool: 0" in db.engine.pool.status()


def test_a_sound_server_and_a_bound_role_may_start(app: Flask, postgresql_server: PostgreSQLServer) -> None:
    with postgresql_server.on_disk():
        assert create_app(production(app.config["SQLALCHEMY_DATABASE_URI"])).config["DEMO"] is False


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_could_forget_is_refused(
    app: Flask, postgresql_server: PostgreSQLServer, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "synchronous_commit", "off" if setting == "synchronous_commit" else "on")
    with postgresql_server.on_disk():
        if setting != "synchronous_commit":
            postgresql_server._run(f"ALTER SYSTEM SET {setting} = off")
            postgresql_server._run("SELECT pg_reload_conf()")
        with pytest.raises(UnfitDatabase, match=f"{setting} = off"):
            create_app(production(app.config["SQLALCHEMY_DATABASE_URI"]))


def test_a_superuser_and_the_owner_are_refused(app: Flask, postgresql_server: PostgreSQLServer) -> None:
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    superuser = postgresql_server._url.set(database=url.database).render_as_string(hide_password=False)
    with postgresql_server.on_disk():
        with pytest.raises(UnfitDatabase, match="superuser"):
            create_app(production(superuser))
        with pytest.raises(UnfitDatabase, match="owns the tables"):
            create_app(production(owner_of(superuser)))


def test_a_server_that_is_not_there_yet_keeps_nobody_from_starting(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://{APPLICATION}:x@/meanwhile?host={tmp_path}"
    app = create_app(production(url))
    assert app.test_client().get("/today", base_url="https://localhost").status_code == 503
