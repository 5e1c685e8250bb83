"""Which pages can differ at all: a page is a function of what is asked and of what it reads from the database.

Both worlds run the same program, at the same moment, on the same request. What a page reads second follows from what it
read first, so where every statement of the one world gives the same rows in the other one, the whole reply is the same
and need not be made twice. What a program remembers besides its database this cannot see; whoever uses it must still
make every reply of some histories in both worlds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from flask import Flask
from sqlalchemy.engine import make_url

from clinic.extensions import db

# What opens a transaction asks for nothing.
ASKS_NOTHING = ("BEGIN", "COMMIT", "ROLLBACK")
READS = ("SELECT", "WITH")

Statement = tuple[str, tuple[Any, ...]]


def writes(asked: Statement) -> bool:
    """Whether a statement may change something."""
    return not asked[0].startswith(READS)


@contextmanager
def statements(app: Flask) -> Iterator[list[Statement]]:
    """Everything an application asks of its database meanwhile, as the database gets it."""
    noted: list[Statement] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith(ASKS_NOTHING):
            noted.append((statement, tuple(parameters)))

    with app.app_context():
        engine = db.engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        sqlalchemy.event.remove(engine, "before_cursor_execute", note)


class TwoFiles:
    """The databases of two worlds that stand still, asked the same."""

    def __init__(self, one: sqlite3.Connection, two: sqlite3.Connection) -> None:
        self._one, self._two = one, two
        self._known: dict[Statement, bool] = {}

    def agree(self, asked: list[Statement]) -> bool:
        """Whether each of these gives the same rows in both. Whatever writes is taken to differ."""
        return all(self._agree(statement) for statement in asked)

    def _agree(self, asked: Statement) -> bool:
        if asked not in self._known:
            words, parameters = asked
            self._known[asked] = not writes(asked) and (
                self._one.execute(words, parameters).fetchall()
                == self._two.execute(words, parameters).fetchall()
            )
        return self._known[asked]


@contextmanager
def two_files(one: str, two: str) -> Iterator[TwoFiles]:
    """The files behind two addresses, side by side."""
    with closing(_reading(one)) as first, closing(_reading(two)) as second:
        yield TwoFiles(first, second)


def _reading(url: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{make_url(url).database}?mode=ro", uri=True)


def fork(url: str, path: Path) -> str:
    """A world's file as it is now, in a second file; the first one may be in use."""
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    with closing(_reading(url)) as source, closing(sqlite3.connect(path)) as target:
        target.execute("PRAGMA synchronous=OFF")  # Nobody cuts the power of a copy that lives for a second.
        source.backup(target)
    return f"sqlite:///{path}"
