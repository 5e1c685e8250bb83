"""What every test may ask for. Two fixtures here shadow pytest-flask's on purpose; see below."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import hypothesis
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from clinic.actions.sign_ins import start_sign_in
from clinic.crypto import unseal
from clinic.extensions import db
from clinic.models import OutboxMail, Person
from clinic.web import DEVICE_COOKIE
from tests.databases import Databases, PostgreSQLServer, SQLiteFiles, app_on, postgresql, shared_app_on
from tests.statements import every_statement_names_its_practice

# A busy machine is no fault: what is slow is measured in benches, and never fails a test here.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

pytest_plugins = [
    "tests.browser",
    "tests.cast",
    "tests.once",
    "tests.told_world",
    "tests.smtp",
    "tests.trust",
]


# --- pytest-flask's trap: either of its two fixtures alone lets every client be the last one who signed in.
# It holds a context open around the test; Flask reuses that for each request and Flask-Login keeps the person on it.
# tests/test_flask_clients.py fails as soon as one of these two goes.


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Shadows pytest-flask's fixture: no context stays open around a test."""


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of its own that nobody has signed in with. Shadows pytest-flask's fixture."""
    return app.test_client()


# --- The world outside is shut.


@pytest.fixture(scope="session", autouse=True)
def _only_this_machine() -> Iterator[None]:
    """A test that reaches beyond this machine is a fault, so it fails at once and says where it was going."""

    def allowed(address: object) -> bool:
        if not isinstance(address, tuple):
            return True  # A UNIX socket has a path, not a host.
        host = str(address[0])
        if host in ("", "localhost"):
            return True
        try:
            return ipaddress.ip_address(host.partition("%")[0]).is_loopback
        except ValueError:
            return False

    def guarded(original: Callable[..., Any], position: int) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            address = args[position]
            if not allowed(address):
                raise AssertionError(f"A test tried to reach {address!r}; only this machine is open.")
            return original(*args, **kwargs)

        return call

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not allowed((name,)):
            raise AssertionError(f"A test tried to look up {name!r}; only this machine is open.")
        return real_look_up(host, *args, **kwargs)

    real_look_up = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect, 1))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex, 1))
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


# --- Databases and the application.


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`both_databases` runs a test on SQLite and on PostgreSQL; without it SQLite alone is enough."""
    if metafunc.definition.get_closest_marker("both_databases") and "database_kind" in metafunc.fixturenames:
        # The mark lets a quick run leave this half out.
        second = pytest.param("postgresql", marks=pytest.mark.postgresql)
        metafunc.parametrize("database_kind", ["sqlite", second])


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SQLiteFiles:
    return SQLiteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQLServer]:
    with postgresql() as server:
        yield server


@pytest.fixture
def databases(request: pytest.FixtureRequest, database_kind: str) -> Databases:
    """Where databases of the kind under test come from; the PostgreSQL server starts only when it is asked for."""
    name = {"sqlite": "sqlite_files", "postgresql": "postgresql_server"}[database_kind]
    found: Databases = request.getfixturevalue(name)
    return found


@pytest.fixture
def kept_on_disk(databases: Databases) -> Iterator[None]:
    """For processes with production settings, which refuse a server that forgets what it acknowledged."""
    with databases.on_disk() if isinstance(databases, PostgreSQLServer) else nullcontext():
        yield


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A migrated database of this test's own: empty, or with the cast in it where a test asks for them."""
    url = databases.copy(request.getfixturevalue("kept_cast")[0]) if has_cast(request) else databases.fresh()
    yield url
    databases.drop(url)


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Fields of TestConfig that a test wants otherwise: `@pytest.mark.settings(throttle=True)`."""
    chosen: dict[str, Any] = {}
    if "live_site" in request.fixturenames:
        host, port = request.getfixturevalue("site_socket").getsockname()
        chosen["public_url"] = f"http://{host}:{port}"
    for mark in reversed(list(request.node.iter_markers("settings"))):
        chosen.update(mark.kwargs)
    return chosen


def has_cast(request: pytest.FixtureRequest) -> bool:
    """Whether the cast comes with the database. Under settings of a test's own they may be kept differently."""
    return "cast" in request.fixturenames and request.node.get_closest_marker("settings") is None


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    database_url: str,
    settings: dict[str, Any],
) -> Iterator[Flask]:
    """The whole application on a fresh database. Use `with app.app_context():` to set a scene,
    and close it before a client is used.

    It is shared, one test after the other. A test that changes the application itself, and not what is in its
    database or its config, asks for one of its own with `@pytest.mark.settings`.
    """
    if settings or request.node.get_closest_marker("settings"):
        with app_on(database_url, **settings) as own, _watched(request, own):
            yield own
        return
    with shared_app_on(database_url) as shared, _watched(request, shared):
        yield shared


def _watched(request: pytest.FixtureRequest, app: Flask) -> AbstractContextManager[None]:
    """Every request of every test says whose rows it means, but for those of a test that is careless on purpose."""
    careless = request.node.get_closest_marker("careless")
    return nullcontext() if careless else every_statement_names_its_practice(app)


# --- People and their mail.


class SignInAs(Protocol):
    def __call__(self, person: Person | None) -> FlaskClient: ...


@pytest.fixture
def as_(app: Flask) -> SignInAs:
    """`as_(person).get("/today")`: a browser of its own in which this person is signed in, by a real sign-in row.
    `as_(None)` is one that nobody has signed in with.

    Ending that row, or moving the clock past its end, signs the browser out as it would in life.
    """

    def sign_in_as(person: Person | None) -> FlaskClient:
        client = app.test_client()
        if person is None:
            return client
        device = f"device of {uuid4()}"
        with app.app_context():
            token = start_sign_in(person, device=device, device_name="Test browser")
        client.set_cookie(DEVICE_COOKIE, device)
        with client.session_transaction() as session:
            # What Flask-Login's login_user leaves in the cookie; begin_session does the same for a request.
            session.update(_user_id=token, _fresh=True)
        return client

    return sign_in_as


@dataclass(frozen=True)
class Letter:
    """A mail as it waits to leave. The secret is its link or code; it is gone once the mail has left."""

    kind: str
    to: str
    due_at: datetime
    secret: str | None


@pytest.fixture
def outbox(app: Flask) -> Callable[[], list[Letter]]:
    """`outbox()` lists every mail that was queued, the oldest first. Nothing leaves by itself in a test."""

    def look() -> list[Letter]:
        with app.app_context():
            rows = db.session.scalars(select(OutboxMail).order_by(OutboxMail.created_at)).all()
            return [
                Letter(
                    row.kind,
                    row.to_address,
                    row.due_at,
                    unseal(row, "secret_sealed", row.secret_sealed) if row.secret_sealed else None,
                )
                for row in rows
            ]

    return look


# --- Time.


class Clock:
    """Time stands still until a test moves it."""

    def __init__(self, traveller: time_machine.Traveller, start: datetime) -> None:
        self._traveller = traveller
        self._now = start

    @property
    def now(self) -> datetime:
        return self._now

    def move(self, **how_far: float) -> datetime:
        """Move by the parts of a timedelta: `clock.move(minutes=10)`, `clock.move(days=7)`."""
        return self.set(self._now + timedelta(**how_far))

    def set(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        self._now = moment
        self._traveller.move_to(moment, tick=False)
        return moment


# A Wednesday evening, half past seven in London, in summer time. The next clock change is 25 October.
EVENING = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """That evening, until the test moves it."""
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield Clock(traveller, EVENING)


# --- What a page costs.


@contextmanager
def _before_each_statement(app: Flask, watch: Callable[..., None]) -> Iterator[None]:
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", watch)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", watch)


CountQueries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def count_queries(app: Flask) -> CountQueries:
    """`with count_queries() as queries: client.get(…)` collects the statements, those that begin and end aside."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                statements.append(statement)

        with _before_each_statement(app, note):
            yield statements

    return counting


CountRows = Callable[[], AbstractContextManager[list[object]]]


@pytest.fixture
def count_rows(app: Flask) -> CountRows:
    """`with count_rows() as rows: client.get(…)` collects every row that comes out of SQLite."""

    @contextmanager
    def counting() -> Iterator[list[object]]:
        rows: list[object] = []

        def noted(_cursor: object, row: object) -> object:
            rows.append(row)
            return row

        def watch(_conn: object, cursor: Any, *_rest: object) -> None:
            cursor.row_factory = noted

        with _before_each_statement(app, watch):
            yield rows

    return counting


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the project."""
    return Path(__file__).resolve().parent.parent
