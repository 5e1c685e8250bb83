"""Worlds of a chosen size: some couples told by the demo, and the rest of the practice copied from them in bulk.

A copied couple has everything that is counted, of another counsellor, and its summary, kept like any other. Its words do not
open, and no page here asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    case,
    cast,
    func,
    select,
    text,
    true,
    type_coerce,
)
from sqlalchemy.engine import Connection

from assignments.actions import summaries
from assignments.actions.assigning import Terms, assign
from assignments.demo.world import load_world
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from clinic.clock import today
from clinic.extensions import Base, db
from clinic.models import Couple, Partner, Person
from clinic.tenancy import every_practice

# What a couple's pages count, parents first.
COPIED = (
    "person", "couple", "partner", "safety_conversation", "appointment", "assignment", "withdrawal", "response",
    "visibility_change", "outcome", "set_aside", "read_mark", "checkin", "couple_summary",
)  # fmt: skip
THROUGH = {"withdrawal": "assignment", "visibility_change": "response", "read_mark": "response"}
# Their id is that of the couple they tell of.
NAMED_AFTER_A_COUPLE = ("couple_summary",)
WRITTEN = "withdrawal-journal"
_LISTS = MetaData()
_OLD = Table("bench_copied", _LISTS, Column("id", Uuid, primary_key=True))
_NUMBER = Table("bench_copy", _LISTS, Column("id", Integer, primary_key=True))


def tell(app: Flask, couples: int, weeks: int) -> None:
    """The demo's world with so many made-up couples, each partner of which has one thing to write."""
    with app.app_context(), every_practice():
        load_world(couples=couples, weeks=weeks)
        db.session.commit()
        journal = load_library().get(WRITTEN)
        assert journal is not None
        for couple in made_up_couples():
            priya = db.session.get_one(Person, couple.counsellor_id)
            day = today("Europe/London")
            terms = Terms("both", day, day + timedelta(days=7), Repeat.ONCE, Level.COUNSELLOR)
            assign(actor=priya, couple_id=couple.id, exercise=journal, terms=terms)


def made_up_couples() -> list[Couple]:
    """Couples of the demo's crowd whose work goes on."""
    return list(
        db.session.scalars(
            select(Couple)
            .join(Person, Person.id == Couple.counsellor_id)
            .where(Person.sign_in_address.like("counsellor%"), Couple.closed_at.is_(None))
            .order_by(Couple.id)
        )
    )


def grow(app: Flask, to: int) -> int:
    """Copy the made-up couples until the practice has so many couples; gives how many there are.

    Their summaries are kept first and copied along: working out ten thousand of them would take longer than measuring.
    The database copies by itself, a statement for each table: sent row by row, a million rows took a quarter of an hour.
    """
    with app.app_context(), every_practice():
        summaries.keep(at_most=None)
        db.session.remove()
    with app.app_context(), every_practice(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('meanwhile.passage', 'every', false)"))
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        couples = connection.execute(
            select(Couple.id)
            .join(Person, Person.id == Couple.counsellor_id)
            .where(Person.sign_in_address == "counsellor1@demo.example")
        )
        template = len(_note_couples(connection, couples.scalars().all()))
        there = int(connection.execute(text("SELECT count(*) FROM couple")).scalar_one())
        copies = max(0, -(-(to - there) // template))
        if copies:
            _copy(connection, copies)
        connection.commit()
        # PostgreSQL does so by itself before long. Nobody does it for SQLite, and a bench that did would be faster than a practice.
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")
        connection.commit()
        return there + copies * template


def _note_couples(connection: Connection, couples: Sequence[UUID]) -> Sequence[UUID]:
    """Whatever is to be copied goes into a list of ids that lasts as long as the connection."""
    for made in (_OLD, _NUMBER):
        connection.execute(
            text(f"CREATE TEMPORARY TABLE {made.name} (id {_kind(connection, made)} PRIMARY KEY)")
        )
    counsellors = select(Couple.counsellor_id).where(Couple.id.in_(couples)).distinct()
    connection.execute(_OLD.insert().from_select(["id"], counsellors))
    connection.execute(
        _OLD.insert().from_select(["id"], select(Partner.person_id).where(Partner.couple_id.in_(couples)))
    )
    connection.execute(_OLD.insert(), [{"id": one} for one in couples])
    for name in COPIED:
        table = Base.metadata.tables[name]
        if "id" in table.c and name not in ("person", "couple", *NAMED_AFTER_A_COUPLE):
            hangs_on = table.c[f"{THROUGH[name]}_id"] if name in THROUGH else table.c.couple_id
            connection.execute(
                _OLD.insert().from_select(["id"], select(table.c.id).where(hangs_on.in_(select(_OLD.c.id))))
            )
    return couples


def _kind(connection: Connection, table: Table) -> str:
    return str(table.c.id.type.compile(dialect=connection.dialect))


def _copy(connection: Connection, copies: int) -> None:
    connection.execute(_NUMBER.insert(), [{"id": number} for number in range(1, copies + 1)])
    for name in COPIED:
        table = Base.metadata.tables[name]
        values: list[ColumnElement[Any]] = []
        for column in table.c:
            if column.name == "id" or any(one.column.table.name in COPIED for one in column.foreign_keys):
                values.append(
                    case((column.in_(select(_OLD.c.id)), _renewed(connection, column)), else_=column)
                )
            elif column.name == "sign_in_address":
                values.append(cast(_NUMBER.c.id, String) + "." + column)
            else:
                values.append(column)
        rows = (
            select(*values).select_from(table).join(_NUMBER, true()).where(table.c.id.in_(select(_OLD.c.id)))
        )
        connection.execute(table.insert().from_select([column.name for column in table.c], rows))


def _renewed(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The id of a copy: that of the original, with the number of the copy at its end and a version that none other has."""
    plain: ColumnElement[Any]
    if connection.dialect.name == "postgresql":
        plain = func.replace(cast(column, String), "-", "")
        number = func.lpad(func.to_hex(_NUMBER.c.id), 4, "0")
    else:
        plain, number = type_coerce(column, String), func.printf("%04x", _NUMBER.c.id)
    renewed = func.substr(plain, 1, 12) + "c" + func.substr(plain, 14, 15) + number
    return cast(renewed, Uuid) if connection.dialect.name == "postgresql" else type_coerce(renewed, Uuid)
