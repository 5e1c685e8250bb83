"""Worlds of a chosen size: some couples told by the demo, and the rest of the practice copied from them in bulk.

A copied couple has everything that is counted, of another counsellor, and its summary, kept like any other. Its words do not
open, and no page here asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import Table, select, text
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
    """
    with app.app_context(), every_practice():
        summaries.keep(at_most=None)
        db.session.remove()
    with app.app_context(), every_practice(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('meanwhile.passage', 'every', false)"))
        found = connection.execute(
            select(Couple.id, Couple.counsellor_id)
            .join(Person, Person.id == Couple.counsellor_id)
            .where(Person.sign_in_address == "counsellor1@demo.example")
        ).all()
        template = list(_template(connection, [row[0] for row in found], found[0][1]))
        there = connection.execute(text("SELECT count(*) FROM couple")).scalar_one()
        for number in range(max(0, -(-(to - there) // len(found)))):
            _copy(connection, template, number)
            there += len(found)
        connection.commit()
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
        return int(there)


def _template(
    connection: Connection, couples: list[UUID], counsellor: UUID
) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    known: dict[str, set[UUID]] = {}
    people = set(
        connection.execute(select(Partner.person_id).where(Partner.couple_id.in_(couples))).scalars()
    )
    for name in COPIED:
        table = Base.metadata.tables[name]
        if name in NAMED_AFTER_A_COUPLE:
            mine = table.c.id.in_(couples)
        elif name == "person":
            mine = table.c.id.in_(people | {counsellor})
        elif name == "couple":
            mine = table.c.id.in_(couples)
        elif name in THROUGH:
            mine = table.c[f"{THROUGH[name]}_id"].in_(known[THROUGH[name]])
        else:
            mine = table.c.couple_id.in_(couples)
        rows = [dict(row) for row in connection.execute(select(table).where(mine)).mappings()]
        known[name] = {row["id"] for row in rows if "id" in row}
        yield table, rows


def _copy(connection: Connection, template: list[tuple[Table, list[dict[str, Any]]]], number: int) -> None:
    new: dict[UUID, UUID] = {row["id"]: uuid4() for _, rows in template for row in rows if "id" in row}
    for table, rows in template:
        copied = [
            {name: new.get(value, value) if isinstance(value, UUID) else value for name, value in row.items()}
            for row in rows
        ]
        if table.name == "person":
            for row in copied:
                row["sign_in_address"] = row["sign_in_address"] and f"{number}.{row['sign_in_address']}"
        if copied:
            connection.execute(table.insert(), copied)
