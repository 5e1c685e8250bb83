"""Below the web as well: no query brings out a row that its reader may not see, and no act finds it (R21, R1).

The pages are asked for other people's things in `tests/test_matrix.py`. What is shown here is that the query or act itself
refuses or finds nothing, whichever page asks it and whatever that page has looked at before.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from clinic.access import can
from clinic.errors import DomainError
from clinic.extensions import db
from tests.changes import digest_of_everything
from tests.conftest import EVENING
from tests.databases import SQLiteFiles, app_on
from tests.fuller_world import write_what_is_missing
from tests.statements import every_statement_names_its_practice
from tests.test_acts_ask_first import ACTS
from tests.trust import Proves
from tests.whose_rows import (
    ALREADY_READ,
    HANDED,
    Query,
    Reader,
    Rows,
    arguments_for,
    ids_for,
    queries,
    reader_at,
    rows_that_come_out,
)

MODULES = sorted({query.call.__module__ for query in queries()})
# Another counsellor, a partner of another couple, the partner who looks, and three of another practice.
READERS = ("marcus", "ruth", "jo", "lea", "hana", "iris")


# A row of one's own names a row of the other's: a signature the words it stands under.
NAMED_IN_ONES_OWN = {"own_copy.own_copy": "agreement_text"}
# It looks for the couple that its actor's own sign-in shows on the screen, and takes no other.
ON_ITS_OWN_SCREEN = {"room.write_in_room"}


@dataclass(frozen=True)
class Asked:
    """The told world, which nobody changes here, and whose each of its rows is."""

    app: Flask
    rows: Rows
    kept: dict[str, tuple[set[str], set[str]]]


@pytest.fixture(scope="module")
def asked(told_world: Path, sqlite_files: SQLiteFiles) -> Iterator[Asked]:
    url = sqlite_files.fresh()
    shutil.copyfile(told_world, url.removeprefix("sqlite:///"))
    with time_machine.travel(EVENING, tick=False), app_on(url) as app:
        with app.app_context():
            write_what_is_missing()
            rows = Rows.read()
            readers = {name: reader_at(name) for name in READERS}
            kept = {name: (rows.foreign_to(one), rows.kept_from(one)) for name, one in readers.items()}
        yield Asked(app, rows, kept)


def test_what_a_query_needs_is_known() -> None:
    """A query with a parameter of a new name is told of in `tests/whose_rows.py`, or stands on a list with its reason."""
    known = {query.name for query in queries()}
    assert set(ALREADY_READ) <= known
    assert set(HANDED) <= known


@pytest.mark.parametrize("module", MODULES)
def test_no_query_brings_out_what_its_reader_may_not_see(module: str, asked: Asked) -> None:
    found = []
    with time_machine.travel(EVENING, tick=False), every_statement_names_its_practice(asked.app):
        for name in READERS:
            with asked.app.test_request_context():
                for query in queries(module):
                    if query.name not in HANDED and query.name not in ALREADY_READ:
                        found += [f"{query.name} for {name}: {row}" for row in _came_out(name, query, asked)]
                        db.session.rollback()
                        db.session.expunge_all()
    assert not found, "\n".join(found)


def _came_out(name: str, query: Query, asked: Asked) -> list[str]:
    """The tables of the rows that came out and should not have."""
    foreign, kept = asked.kept[name]
    if not {"place", "person", "partner"} & set(query.parameters):
        kept = set()
    return _asked_as(reader_at(name), query, asked, foreign | kept)


def _asked_as(reader: Reader, query: Query, asked: Asked, not_theirs: set[str]) -> list[str]:
    try:
        given = arguments_for(query, reader, asked.rows, not_theirs)
    except DomainError:
        return []  # This reader has nothing to ask with.
    with rows_that_come_out() as seen, suppress(DomainError):
        query.call(**given)
    return sorted({asked.rows.owners[one].table for one in set(seen) & not_theirs})


def _named(part: str) -> list[Query]:
    return [one for one in queries() if one.name not in HANDED | set(ALREADY_READ) and part in one.parameters]


def test_what_is_asked_of_one_couple_brings_out_no_other_of_the_same_counsellor(asked: Asked) -> None:
    """A counsellor may read them all, so nobody would notice it on her pages, but for the wrong row on one of them."""
    found, tried = [], 0
    with (
        time_machine.travel(EVENING, tick=False),
        every_statement_names_its_practice(asked.app),
        asked.app.test_request_context(),
    ):
        couples = sorted(reader_at("priya").couples, key=asked.rows.how_many_of, reverse=True)[:3]
        for couple in couples:
            for query in _named("couple"):
                reader = replace(reader_at("priya"), couples=(couple,))
                came = _asked_as(reader, query, asked, asked.rows.foreign_to(reader))
                found += [f"{query.name}: {table}" for table in came]
                tried += 1
                db.session.rollback()
                db.session.expunge_all()
    assert tried > 150
    assert not found, "\n".join(sorted(set(found)))


def test_what_is_called_ones_own_brings_out_nothing_of_the_others(asked: Asked) -> None:
    """Opened or not: what stands for one's own is decided by nothing the other partner wrote."""
    found, tried = [], 0
    with (
        time_machine.travel(EVENING, tick=False),
        every_statement_names_its_practice(asked.app),
        asked.app.test_request_context(),
    ):
        for name in ("sam", "jo", "ruth"):
            for query in _named("place"):
                if query.name.partition(".")[2].startswith("own_"):
                    reader = reader_at(name)
                    came = _asked_as(reader, query, asked, asked.rows.written_by_the_other(reader))
                    named = NAMED_IN_ONES_OWN.get(query.name)
                    found += [f"{query.name} for {name}: {table}" for table in came if table != named]
                    tried += 1
                    db.session.rollback()
                    db.session.expunge_all()
    assert tried > 30
    assert not found, "\n".join(found)


def test_no_act_finds_what_its_actor_may_not_see(
    told_world: Path, sqlite_files: SQLiteFiles, asked: Asked, proves: Proves
) -> None:
    """Everybody whose role may do it at all tries with ids of somebody else's, and nothing else in hand."""
    url = sqlite_files.fresh()
    shutil.copyfile(told_world, url.removeprefix("sqlite:///"))
    tried, done = 0, []
    with time_machine.travel(EVENING, tick=False), app_on(url) as app:
        before = digest_of_everything(app)
        for name in READERS:
            theirs = asked.kept[name][0] | asked.kept[name][1]
            with app.app_context():
                for act in ACTS:
                    actor = reader_at(name).person
                    given = ids_for(act.call, asked.rows, theirs)
                    may = act.asks_for is None or can(actor, act.asks_for)
                    if act.name in ON_ITS_OWN_SCREEN or not given or not may:
                        continue
                    tried += 1
                    try:
                        act.call(actor=actor, **given)
                    except DomainError:
                        pass
                    else:
                        done.append(f"{act.name} by {name}")
                    db.session.rollback()
                    db.session.expunge_all()
        changed = digest_of_everything(app) != before
    proves(
        "R21 the practice and the couple stand in every question",
        f"acts tried {tried} times on somebody else's things below the web, {tried - len(done)} refused",
    )
    assert tried > 200
    assert not done, "\n".join(done)
    assert not changed
