"""A caseload counted from plain rows says the same as one counted from entities, couple by couple."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.access import sharing_of, sharing_of_part
from assignments.demo.world import load_world
from assignments.queries.history import Record, records_for
from assignments.queries.unread import marks_among, marks_of, unread_of
from clinic.clock import now
from clinic.extensions import db
from clinic.models import Person
from clinic.queries.couples import couples_for
from clinic.tenancy import every_practice
from tests.cast import Cast
from tests.conftest import Clock, CountQueries
from tests.plans import plans


def told(record: Record) -> dict[str, Any]:
    """Everything a list may say of a record."""
    return {
        "history": record.history,
        "turns": [
            (one.assignment.id, one.partner, one.turn, one.began_on, one.done_at, one.assignment.for_whom,
             one.assignment.starts_on, one.assignment.best_before, one.assignment.repeat,
             one.response and (one.response.id, one.response.version, sharing_of(one.response)),
             one.outcome and one.outcome.tried)
            for one in record.turns
        ],
        "parts": [(one.id, one.version, sharing_of_part(one)) for one in record.parts],
        "set_asides": [(one.person_id, one.kind, one.at) for one in record.set_asides],
        "weeks": (record.week_0, record.last_week, record.today),
        "asides": record.asides,
    }  # fmt: skip


@pytest.mark.both_databases
def test_plain_rows_and_entities_say_the_same(app: Flask, clock: Clock) -> None:
    with app.app_context(), every_practice():
        load_world()
        moment = now()
        compared = 0
        for reader in db.session.scalars(select(Person).where(Person.role == "counsellor")):
            couples = couples_for(reader)
            plain = records_for(reader, couples, moment)
            entities = records_for(reader, couples, moment, with_exercises=True)
            assert plain.keys() == entities.keys()
            marks = marks_of(couples)
            for couple in couples:
                few, whole = plain[couple.id], entities[couple.id]
                assert told(few) == told(whole)
                unread = [
                    sorted(one.id.hex for one in unread_of(record.turns, marks, moment))
                    for record in (few, whole)
                ]
                assert unread[0] == unread[1]
                compared += len(whole.turns)
        assert compared > 100


def test_marks_are_looked_for_from_what_the_couples_wrote(
    app: Flask, cast: Cast, count_queries: CountQueries
) -> None:
    """From the marks, each couple of a caseload would cost all that its counsellor has ever read."""
    with app.app_context(), every_practice():
        couples = couples_for(db.session.get_one(Person, cast.priya.id))
        with count_queries() as statements:
            marks_of(couples)
            marks_among(couples[0], [uuid4(), uuid4()], [uuid4()])
        path = str(db.engine.url.database)
    for steps in plans(path, statements).values():
        found = [step for step in steps if " read_mark " in step]
        assert len(found) == 2
        assert all("(response_id=?" in step or "(part_id=?" in step for step in found), found
