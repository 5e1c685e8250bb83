"""Holds every statement of a page against one rule: whatever it reads or changes of a practice's, it says which practice.

So a row of another practice is never asked for, and a database that is spread out by practice (decision 24) knows from
the statement where to look. The rule is checked on the statement that SQLAlchemy built, not on its text. A table is
named when its rows are bound

* to a practice that was given, or to the practice of a row that is named itself;
* by a foreign key, in the same statement, to a row that is named;
* by the secret that opens a way in, which `tenancy` turns into its practice.

What SQLAlchemy adds by itself goes by ids it read in the same practice a moment before: the rows that hang on what was
read, and the rows that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, has_request_context
from sqlalchemy import Column, Delete, Select, Table, TextClause, Update, event
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ClauseElement
from sqlalchemy.sql.selectable import Alias, FromClause, Join

from clinic.extensions import Base, db

# The same as `tenancy.Way`: what is looked for before anybody is known.
WAYS_IN = {
    "sign_in.token_hash",
    "half_sign_in.token_hash",
    "person.sign_in_address",
    "invitation.token_hash",
    "passkey.credential_hash",
    "calendar_feed.token_hash",
}
# Rows that belong to no practice, each with the reason.
OF_NO_PRACTICE = {
    "practice": "it is the practice",
    "form_key": "a form may be sent before anybody is known; the key is random and says nothing",
    "sign_in_failure": "wrong tries are counted by a hash, also for addresses that nobody has",
    "worker_beat": "a worker works for every practice; it says when it last did",
    "sweep": "the files of the database are everybody's; it says in which night they were written anew",
    "passkey_question": "asked before anybody is known; it names nobody",
}

# What was found of a statement, so that it is looked at once a process however often it is sent.
_judged: dict[Any, frozenset[str]] = {}


def tenant_tables() -> set[str]:
    """Every table whose rows belong to a practice, by name."""
    return {table.name for table in Base.metadata.sorted_tables if "practice_id" in table.c}


def unnamed_in(statement: Any) -> frozenset[str]:
    """The tables of practices that this statement touches without saying whose rows it means."""
    if not isinstance(statement, ClauseElement):
        return frozenset()
    tables: list[FromClause] = []
    conditions: list[Any] = []
    for part in visitors.iterate(statement):
        if isinstance(part, Select):
            # With a limit, what is loaded along would put the table into a subquery that nobody could look into.
            plain = part._generate()
            plain._with_options = ()
            for one in plain.get_final_froms():
                _unfold(one, tables, conditions)
            conditions += part._where_criteria
        elif isinstance(part, Update | Delete):
            tables.append(part.table)
            conditions += part._where_criteria
    named, links = _bound(_equalities(conditions))
    # What a subquery gives comes from tables that are looked at here as well.
    named |= {table for link in links for table in link if not isinstance(_behind(table), Table)}
    while grown := {other for one, other in links if one in named and other not in named}:
        named |= grown
    return frozenset(
        name for table in tables if (name := _tenant_name(table)) is not None and table not in named
    )


def _bound(equalities: Iterable[tuple[Any, Any]]) -> tuple[set[Any], set[tuple[Any, Any]]]:
    """The tables that a condition names by itself, and which one leads on to which."""
    named: set[Any] = set()
    links: set[tuple[Any, Any]] = set()
    for left, right in equalities:
        for column, other in ((left, right), (right, left)):
            here, there = getattr(column, "table", None), getattr(other, "table", None)
            if here is None:
                continue
            if there is not None and (_tells_practice(column) and _tells_practice(other)):
                links |= {(here, there), (there, here)}
                if _base(other) is None or _base(other).table.name == "practice":  # type: ignore[union-attr]  # asked about just before
                    named.add(here)
            elif there is not None and _is_key_to(column, other):
                links |= {(here, there), (there, here)}
            elif isinstance(other, BindParameter) and (_tells_practice(column) or _opens_a_way_in(column)):
                named.add(here)
    return named, links


def _unfold(one: FromClause, tables: list[FromClause], conditions: list[Any]) -> None:
    if isinstance(one, Join):
        _unfold(one.left, tables, conditions)
        _unfold(one.right, tables, conditions)
        conditions.append(one.onclause)
    else:
        tables.append(one)


def _equalities(conditions: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """What must be equal to what for a row to be taken: only what is joined by AND."""
    for condition in conditions:
        if isinstance(condition, BinaryExpression):
            if condition.operator in (operators.eq, operators.in_op):
                yield condition.left, condition.right
        elif getattr(condition, "operator", None) is operators.and_:
            yield from _equalities(condition.clauses)
        elif getattr(condition, "element", None) is not None and not isinstance(condition, Column):
            yield from _equalities([condition.element])


def _base(column: Any) -> Column[Any] | None:
    """The column of a table behind that of an alias; None for what a subquery made."""
    found = next(iter(getattr(column, "base_columns", ())), None)
    return found if isinstance(found, Column) and isinstance(found.table, Table) else None


def _tells_practice(column: Any) -> bool:
    base = _base(column)
    if base is None:
        return getattr(column, "name", "") == "practice_id"
    return base.name == "practice_id" or (base.table.name, base.name) == ("practice", "id")


def _is_key_to(column: Any, other: Any) -> bool:
    one, two = _base(column), _base(other)
    return one is not None and two is not None and (one.references(two) or two.references(one))


def _opens_a_way_in(column: Any) -> bool:
    base = _base(column)
    return base is not None and f"{base.table.name}.{base.name}" in WAYS_IN


def _behind(table: FromClause) -> FromClause:
    while isinstance(table, Alias):
        table = table.element
    return table


def _tenant_name(table: FromClause) -> str | None:
    """The name of the table behind an alias, if its rows belong to a practice."""
    table = _behind(table)
    return table.name if isinstance(table, Table) and "practice_id" in table.c else None


@contextmanager
def every_statement_names_its_practice(app: Flask) -> Iterator[None]:
    """Watch what requests to this app send, and fail with what did not say whose rows it meant."""
    with app.app_context():
        engine, session = db.engine, db.session
    found: set[str] = set()
    by_itself = False

    def note(state: ORMExecuteState) -> None:
        nonlocal by_itself
        by_itself = state.is_relationship_load or state.is_column_load

    def look(_connection: object, statement: Any, *_rest: object) -> None:
        nonlocal by_itself
        if isinstance(statement, TextClause) and "set_config" in statement.text:
            return  # A transaction begins by saying for whom it asks; what it was begun for is still to come.
        skip, by_itself = by_itself, False
        if skip or not has_request_context() or session()._flushing:
            return
        made = statement._generate_cache_key() if isinstance(statement, ClauseElement) else None
        key = made.key if made is not None else None
        unnamed = _judged.get(key) if key is not None else None
        if unnamed is None:
            unnamed = unnamed_in(statement)
            if key is not None:
                _judged[key] = unnamed
        if unnamed:
            found.add(f"{', '.join(sorted(unnamed))} in: {' '.join(str(statement).split())[:1500]}")

    event.listen(session, "do_orm_execute", note)
    event.listen(engine, "before_execute", look)
    try:
        yield
    finally:
        event.remove(engine, "before_execute", look)
        event.remove(session, "do_orm_execute", note)
    assert not found, "These do not say whose rows they mean:\n" + "\n".join(sorted(found))
