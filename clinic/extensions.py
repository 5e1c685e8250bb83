"""The floor of the project: database, sign-in, forms and limits, bound to the app in one place.

Nothing here imports anything of ours, so every other module may import this one.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from flask import Flask, g, has_app_context, has_request_context, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from limits.storage import MemoryStorage
from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.orm import DeclarativeBase

P = ParamSpec("P")
R = TypeVar("R")


class Base(DeclarativeBase):
    """Constraint names are fixed, so that migrations can name what they change on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on both databases; SQLite would otherwise hand it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone is ambiguous and is refused.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Nothing expires on commit: what an action returns stays readable without another query.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:

    class Model(Base):
        """mypy does not know `db.Model` with a DeclarativeBase, so it is told here."""

        __abstract__ = True
else:
    Model = db.Model


class CountedHere(MemoryStorage):
    """How often somebody came, counted in this process.

    The library ends a window at a moment. Where the clock has been put back since, that moment may be a year away, and
    whoever was counted would be shut out until then. So one that would last twice its time is over; one that was begun
    before a clock was put back by a little goes on, and gives nobody a new allowance.
    """

    # Takes the place of the library's own, for every address that begins so.
    STORAGE_SCHEME = ["memory"]  # noqa: RUF012 (the library reads it once)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count once more; a window of a time that has not come is begun anew."""
        if self.expirations.get(key, 0) > time.time() + 2 * expiry:
            self.clear(key)
        return int(super().incr(key, expiry, amount))


login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address, default_limits=[])

# An execution option of a statement that rewrites rows without changing what they say: what was worked out from them stands.
SAYS_THE_SAME = "says_the_same"

# Filled by `web` (the form's idempotency key goes with the commit) and by `mail` (which leaves after it).
before_commit: list[Callable[[], None]] = []
after_commit: list[Callable[[], None]] = []


def init_extensions(app: Flask) -> None:
    """Bind every extension to the app and make SQLite keep its promises."""
    db.init_app(app)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    fallback = (
        limiter._fallback_limiter
    )  # The library has no setting for the store that stands in for a Redis.
    if fallback is not None:
        fallback.storage = CountedHere()
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _keep_sqlite_honest(db.engine)


def _keep_sqlite_honest(engine: Engine) -> None:
    """WAL with FULL sync means "saved" is on disk; IMMEDIATE means no update is lost (decision 6)."""

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, begins transactions.
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "synchronous=FULL",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        refuse_to_forget(synchronous)

    @event.listens_for(engine, "handle_error")
    def give_up_what_was_opened_read_only(context: ExceptionContext) -> None:
        # SQLite opens a file that it may not write for reading, and never tries again. A pool of such connections
        # would go on refusing after the disk was put right, until somebody started the application anew.
        name = getattr(context.original_exception, "sqlite_errorname", "")
        if name.startswith("SQLITE_READONLY"):
            context.is_disconnect = True

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if _is_plain_read() else "BEGIN IMMEDIATE")


def refuse_to_forget(synchronous: int) -> None:
    """Without FULL (2) or EXTRA (3) a power cut takes what was acknowledged. Raises RuntimeError, so nothing is served."""
    if synchronous not in (2, 3):
        raise RuntimeError(
            f"SQLite does not wait for the disk here (synchronous is {synchronous}), so nothing is kept."
        )


@contextmanager
def only_reading() -> Iterator[None]:
    """For the command line and the worker: read a good deal at one moment and keep nobody from writing meanwhile."""
    db.session.rollback()
    g.only_reading = True
    try:
        yield
    finally:
        g.only_reading = False
        db.session.rollback()


def _is_plain_read() -> bool:
    """A GET reads, unless its view leaves an audit line; such a view begins like a writer."""
    if has_app_context() and g.get("only_reading", False):
        return True
    return (
        has_request_context()
        and request.method in ("GET", "HEAD", "OPTIONS")
        and not g.get("writes_while_reading", False)
    )


def fold_the_log() -> None:
    """After erasing: SQLite keeps what was overwritten in its write-ahead log until that is folded into the file."""
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()  # A transaction of one's own that still reads would keep the log as it is.
        connection = db.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def transaction(action: Callable[P, R]) -> Callable[P, R]:
    """Make an action one transaction: the one place that commits, rolls back and then lets mail go.

    An action called by another action joins the outer one's transaction.
    """

    @functools.wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        session = db.session()
        if session.info.get("in_action"):
            return action(*args, **kwargs)
        session.info["in_action"] = True
        try:
            result = action(*args, **kwargs)
            for hook in before_commit:
                hook()
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop("in_action", None)
        for hook in after_commit:
            hook()
        return result

    return run
