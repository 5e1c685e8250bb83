"""Holds every statement against one rule: whatever it reads or changes of a practice's, it names the practice.

So a row of another practice is never asked for, and a database that is spread out by practice (decision 24) knows
from the statement alone where to look. The rule is checked on the statement that SQLAlchemy built, not on its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Delete, Select, Table, Update
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ClauseElement, ColumnElement
from sqlalchemy.sql.selectable import Alias, FromClause, Join

from clinic.extensions import Base


def tenant_tables() -> set[str]:
    """Every table whose rows belong to a practice, by name."""
    return {table.name for table in Base.metadata.sorted_tables if "practice_id" in table.c}


def unnamed_in(statement: Any) -> set[str]:
    """The tables of practices that this statement touches without saying whose rows it means."""
    if not isinstance(statement, ClauseElement):
        return set()
    found: set[str] = set()
    for part in visitors.iterate(statement):
        if isinstance(part, Select):
            found |= _unnamed(part, list(part.get_final_froms()), list(part._where_criteria))
        elif isinstance(part, Update | Delete):
            found |= _unnamed(part, [part.table], list(part._where_criteria))
    return found


def _unnamed(part: ClauseElement, froms: list[FromClause], conditions: list[Any]) -> set[str]:
    """Of the tables at one level of a statement, those that no equality leads from to a practice that was given."""
    tables: list[FromClause] = []
    for one in froms:
        _unfold(one, tables, conditions)
    named: set[Any] = set()
    links: list[tuple[Any, Any]] = []
    for left, right in _equalities(conditions):
        for column, other in ((left, right), (right, left)):
            if not _tells_practice(column):
                continue
            if _tells_practice(other) and other.table in tables:
                links.append((column.table, other.table))
            elif isinstance(other, BindParameter) or _tells_practice(other):
                named.add(column.table)
    grown = True
    while grown:
        before = len(named)
        for one, other in links:
            if one in named or other in named:
                named |= {one, other}
        grown = len(named) > before
    return {name for table in tables if (name := _tenant_name(table)) and table not in named}


def _unfold(one: FromClause, tables: list[FromClause], conditions: list[Any]) -> None:
    if isinstance(one, Join):
        _unfold(one.left, tables, conditions)
        _unfold(one.right, tables, conditions)
        conditions.append(one.onclause)
    else:
        tables.append(one)


def _tenant_name(table: FromClause) -> str | None:
    """The name of the table behind an alias, if its rows belong to a practice."""
    while isinstance(table, Alias):
        table = table.element
    plain = table.element if isinstance(table, Alias) else table
    return plain.name if isinstance(plain, Table) and "practice_id" in plain.c else None


def _equalities(conditions: list[Any]) -> Iterator[tuple[Any, Any]]:
    """What must be equal to what for a row to be taken: only what is joined by AND."""
    for condition in conditions:
        if condition is None:
            continue
        if isinstance(condition, BinaryExpression):
            if condition.operator in (operators.eq, operators.in_op):
                yield _plain(condition.left), _plain(condition.right)
        elif getattr(condition, "operator", None) is operators.and_:
            yield from _equalities(list(condition.clauses))
        elif hasattr(condition, "element") and isinstance(condition, ColumnElement):
            yield from _equalities([condition.element])


def _plain(side: Any) -> Any:
    while hasattr(side, "_deannotate") and side._annotations:
        side = side._deannotate()
    return side


def _tells_practice(side: Any) -> bool:
    """Whether this is the column that says whose a row is: of a table, or of a subquery that passes it on."""
    table = getattr(side, "table", None)
    if table is None:
        return False
    return side.name == "practice_id" or (side.name == "id" and getattr(table, "name", "") == "practice")
