"""Holds every statement of a page against a second rule: what is about one couple goes through no whole practice.

SQLite says itself how it would answer. It knows nothing of how many rows there are, in the tests as in a practice of ten
thousand couples, since nobody counts them for it (decision 66).
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager

from flask import Flask, has_request_context, request
from sqlalchemy import event

from clinic.extensions import db
from tests.statements import tenant_tables

# These grow with the people who work there and with what they write for all, not with their couples.
OF_FEW_ROWS = {
    "audit_head", "break_glass", "contact", "practice_exercise", "practice_plan", "retention_hold",
    "safety_rule_change", "sign_rule_change", "supervision",
}  # fmt: skip
# Pages about a practice as a whole, for those who run it.
ABOUT_ALL = {"break_glass", "erasures", "holds", "practice", "practice_admin", "practice_counts", "tuning"}

STEP = re.compile(
    r"(?P<how>SCAN|SEARCH) (?P<what>\w+)(?: USING (?:COVERING )?INDEX \w+(?: \((?P<by>.*)\))?)?"
)


@contextmanager
def every_statement_keeps_to_its_couple(app: Flask) -> Iterator[None]:
    """Watch what requests to this app ask, and fail with what would go through every couple's rows."""
    asked: dict[str, set[str]] = defaultdict(set)
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if has_request_context() and statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            asked[statement].add(str(request.blueprint))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert asked
    found = wide_steps(str(engine.url.database), asked)
    assert not found, "\n".join(found)


def wide_steps(path: str, asked: Mapping[str, set[str]]) -> list[str]:
    """Each step that reads all rows of a practice where only some are wanted, with the pages that ask for it."""
    found = []
    for statement, steps in plans(path, asked).items():
        pages = asked[statement]
        for step in steps:
            table = _gone_through(step, statement)
            if table is not None and table not in OF_FEW_ROWS and not pages <= ABOUT_ALL:
                found.append(f"{step}, for {', '.join(sorted(pages))}: {statement[:400]}")
    return found


def plans(path: str, statements: Iterable[str]) -> dict[str, list[str]]:
    """How SQLite would answer each statement, step by step."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            statement: [
                step
                for *_, step in connection.execute(
                    f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?")
                )
            ]
            for statement in statements
        }


def _gone_through(step: str, statement: str) -> str | None:
    """The table of which a step reads every row there is, or every row of the practice."""
    part = STEP.match(step)
    if part is None:
        return None
    table = _table_of(part["what"], statement)
    by = {one.strip() for one in (part["by"] or "").split(" AND ")} - {""}
    return table if table in tenant_tables() and by <= {"practice_id=?"} else None


def _table_of(name: str, statement: str) -> str:
    """A plan tells of tables by the names they have in the statement."""
    alias = re.search(rf"\b(\w+) AS {name}\b", statement)
    return alias[1] if alias else name
