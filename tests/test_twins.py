"""What is asked of one couple, or is one's own, is the same where a twin did all of it too (R21, R1).

What a condition lets through need not carry an id: a count, a day or a level tells as much. So all that comes out of the
database is held against what comes out beside a twin, also where Python would have left it out again.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Set
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.errors import DomainError
from clinic.extensions import db
from clinic.models import Partner, Person
from tests.conftest import EVENING
from tests.databases import SQLiteFiles, app_on
from tests.fuller_world import write_what_is_missing
from tests.told_world import person_at
from tests.twins import add_twin_couple, add_twin_of, what_comes_out
from tests.whose_rows import HANDED, Query, Reader, Rows, arguments_for, queries, reader_at, reader_of

Told = tuple[Flask, Rows]
Found = dict[str, Counter[str]]
# How many of a reader's own things a query about one thing is asked for: of a partner's any that the world tells of.
OF_A_COUPLE, OF_A_PARTNER = 6, 20
# Whose an id is, and not one thing among others.
SAID = {"couple_id", "practice_id", "counsellor_id"}
# It finds out first whether all that were ticked are the counsellor's, and so reads whatever couples there are.
OF_THE_CASELOAD = {"bulk.chosen_couples"}
# What the other partner opened, or told both of, and so more of it where they did more.
TOLD_BY_THE_OTHER = {
    "agreements.agreement_for",
    "agreements.in_force",
    "agreements.open_agreements",
    "agreements.shared_agreements",
    "doing.doing_for",
    "doing.sent_by",
    "entries.thanks_from_partner",
    "exchanges.exchange_for",
    "exchanges.parts_read_by",
    "pauses.agreed_pause",
    "pauses.pauses_now",
    "today.today_for",
    "today.today_of",
    "together.shared_thing",
    "together.shared_things",
    "together.to_thank_for",
}
# What a counsellor does for herself, and not for whoever looks after the couple.
DESK = {"read_mark", "sign_use", "couple_look", "pin", "process_note", "note_version", "saved_line"}


@pytest.fixture(scope="module")
def told(told_world: Path, sqlite_files: SQLiteFiles) -> Iterator[Told]:
    url = sqlite_files.fresh()
    shutil.copyfile(told_world, url.removeprefix("sqlite:///"))
    with time_machine.travel(EVENING, tick=False), app_on(url) as app:
        with app.app_context():
            write_what_is_missing()
            rows = Rows.read()
        yield app, rows


@pytest.mark.parametrize("number", [0])
def test_what_is_asked_of_one_couple_is_the_same_beside_a_twin(number: int, told: Told) -> None:
    """All that the other couples of the practice did is the twin's as well, so it has whatever a couple can have."""
    app, rows = told
    with time_machine.travel(EVENING, tick=False), app.test_request_context():
        priya = reader_at("priya")
        couple = sorted(priya.couples, key=rows.how_many_of, reverse=True)[number]
        asked = _asked_of("couple", "couples", "couple_id", "couple_ids", but=OF_THE_CASELOAD)
        for reader, some in [(replace(priya, couples=(couple,)), asked)] + [
            (reader_of(partner, "partner"), _asked_of("place")) for partner in _partners_of(couple, rows)
        ]:
            assert _differing(reader, some, rows, lambda: add_twin_couple(couple, rows)) == []


@pytest.mark.parametrize(("name", "other"), [("sam", "jo"), ("jo", "sam"), ("ruth", "ade"), ("ade", "ruth")])
def test_what_is_ones_own_is_the_same_where_the_other_did_it_too(name: str, other: str, told: Told) -> None:
    app, rows = told
    with time_machine.travel(EVENING, tick=False), app.test_request_context():
        reader, twin = reader_at(name), person_at(other).id.hex
        asked = _asked_of("place", but=TOLD_BY_THE_OTHER)
        assert _differing(reader, asked, rows, lambda: add_twin_of(reader.id, twin, rows)) == []


@pytest.mark.parametrize("number", [0, 1])
def test_what_a_colleague_did_for_herself_is_not_taken_for_ones_own(number: int, told: Told) -> None:
    """A couple that is given on brings with it what was read, noted and marked by whoever looked after it before."""
    app, rows = told
    with time_machine.travel(EVENING, tick=False), app.test_request_context():
        priya, twin = reader_at("priya"), person_at("marcus").id.hex
        couple = sorted(priya.couples, key=rows.how_many_of, reverse=True)[number]
        reader = replace(priya, couples=(couple,))
        asked = _asked_of("reader", "couple", "couples", but=OF_THE_CASELOAD)
        assert _differing(reader, asked, rows, lambda: add_twin_of(reader.id, twin, rows, DESK)) == []


def _partners_of(couple: str, rows: Rows) -> list[Person]:
    ids = {row for row in rows.tables["person"] if rows.owners[row].couple == couple}
    people = db.session.scalars(select(Person).join(Partner, Partner.person_id == Person.id))
    return [person for person in people if person.id.hex in ids]


def _asked_of(*parameters: str, but: Set[str] = frozenset()) -> list[Query]:
    return [
        one for one in queries() if one.name not in HANDED | but and set(parameters) & set(one.parameters)
    ]


def _differing(reader: Reader, asked: list[Query], rows: Rows, add: Callable[[], None]) -> list[str]:
    """The queries whose answer is another one beside the twin, with a row that is there in one of the two alone."""
    _answers(reader, asked, rows)  # What is asked once a process is known from here on.
    alone = _answers(reader, asked, rows)
    assert sum(map(bool, alone.values())) > len(alone) * 0.7, "most of them find something"
    add()
    beside = _answers(reader, asked, rows)
    db.session.rollback()
    db.session.expunge_all()
    return [
        f"{name}: {next(iter((beside[name] - alone[name]) + (alone[name] - beside[name])))[:300]}"
        for name in alone
        if alone[name] != beside[name]
    ]


def _answers(reader: Reader, asked: list[Query], rows: Rows) -> Found:
    """What comes out of the database for each query, about each of the first of the reader's own things."""
    own = {
        table: [row for row in there if rows.owners[row].couple in reader.couples]
        for table, there in rows.tables.items()
    }
    found = {}
    for query in asked:
        takes_one = any(name.endswith("_id") and name not in SAID for name in query.parameters)
        most = OF_A_PARTNER if "place" in query.parameters else OF_A_COUPLE
        for number in range(most if takes_one else 1):
            things = {row for there in own.values() for row in there[number:]}
            with what_comes_out() as seen, suppress(DomainError):
                query.call(**arguments_for(query, reader, rows, things))
            found[f"{query.name} {number}"] = seen
            db.session.expunge_all()
    return found
