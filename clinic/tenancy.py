"""Whose rows the database shows at all: on PostgreSQL every transaction says for which practice it asks.

Row-level security (migration 0035) then hides every other practice's rows, whatever a query forgets to say. A transaction
that says nothing sees nothing. There are three ways to say something, and no fourth:

* `enter` names the practice of whoever is signed in;
* `way_in` turns one secret, or the address somebody signs in with, into its practice, by a function of the database that
  gives away nothing else;
* `every_practice` is for what has no person in front of it: the worker, mail that leaves, the command line. A request
  that asks for it fails.

SQLite has no such rules. There all this costs a few assignments and sends nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, ParamSpec, TypeVar
from uuid import UUID

from flask import Flask, g, has_app_context, has_request_context
from flask.cli import AppGroup
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection

from clinic.extensions import db

P = ParamSpec("P")
R = TypeVar("R")

# What opens a way in. The migration's function knows the same names.
Way = Literal["sign_in", "half_sign_in", "address", "invitation", "passkey", "calendar_feed"]

EVERY = "every"


def init_tenancy(app: Flask) -> None:
    """Let each transaction on PostgreSQL begin by saying for whom it asks."""
    with app.app_context():
        if _is_postgresql():
            _announce_practices(db.engine)


def _announce_practices(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if (asking := _asking()) is not None:
            _say(connection, asking)


def enter(practice_id: UUID) -> None:
    """From here to the end of this request, rows of this practice are all there is."""
    if g.get("asking_for") == practice_id:
        return
    g.asking_for = practice_id
    if _is_postgresql() and db.session().in_transaction():
        _say(db.session.connection(), practice_id)


def way_in(way: Way, key: str) -> None:
    """Open the practice that this key belongs to, for the query that looks for it; an unknown key opens nothing.

    Whoever finds a row with the key calls `enter` with its practice, so that both databases know the same afterwards.
    """
    if not _is_postgresql():
        return
    found = db.session.execute(
        text(
            "SELECT set_config('meanwhile.practice', coalesce(practice_of_key(:way, :key)::text, ''), true)"
        ),
        {"way": way, "key": key},
    ).scalar_one()
    g.asking_for = UUID(found) if found else None


@contextmanager
def every_practice() -> Iterator[None]:
    """For work that no person asked for. Raises RuntimeError in a request: a page belongs to one practice."""
    if has_request_context():
        raise RuntimeError("A request asks for one practice.")
    before = g.get("asking_for")
    g.asking_for = EVERY
    try:
        if _is_postgresql() and db.session().in_transaction():
            _say(db.session.connection(), EVERY)
        yield
    finally:
        g.asking_for = before


def for_every_practice(work: Callable[P, R]) -> Callable[P, R]:
    """Do this for every practice; see `every_practice`."""

    @functools.wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with every_practice():
            return work(*args, **kwargs)

    return run


class OperatorGroup(AppGroup):
    """Commands of the operator, who works for every practice."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], Any]:  # type: ignore[override]  # click allows a bare `@group.command` as well, which nobody here writes
        """As in Flask, with an application context and the rows of every practice."""
        register = super().command(*args, **kwargs)
        return lambda work: register(for_every_practice(work))


def _asking() -> UUID | str | None:
    return g.get("asking_for") if has_app_context() else None


def _say(connection: Connection, asking: UUID | str) -> None:
    """Both settings end with the transaction, so that a connection goes back to the pool without them."""
    practice, passage = ("", EVERY) if asking == EVERY else (str(asking), "")
    connection.execute(
        text(
            "SELECT set_config('meanwhile.practice', :practice, true),"
            " set_config('meanwhile.passage', :passage, true)"
        ),
        {"practice": practice, "passage": passage},
    )


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
