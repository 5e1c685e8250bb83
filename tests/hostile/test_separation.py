"""A couple separates: whatever either wrote reaches the other by no byte any more, and each keeps every word of their own.

Every text a partner typed carries a mark of theirs. Both go through everything they find, follow every address that they
knew from before, and take their own copy and their calendar; the marks are then sought in all that came.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.actions.leaving import leave_couple
from clinic import crypto
from clinic.actions.reminders import make_calendar_address
from clinic.crypto import SealedRow
from clinic.extensions import db
from clinic.key_rotation import SealedColumn, sealed_columns
from clinic.models import OutboxMail, Person
from tests.conftest import SignInAs
from tests.crawl import pages_of
from tests.page import get_page, submit
from tests.planted_files import contents_of
from tests.planting import MARK, NOT_WORDS, Planted, planted_in
from tests.told_world import couple_of, person_at
from tests.trust import Proves
from tests.visitors import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("world")]

SAM, JO = 0, 1
# Every list whole, and what no link leads to any more once the two have separated.
BEGINS = ["/", "/today", "/together?all=yes", "/thanks?all=yes", "/me", "/me/history?all=yes", "/pause"]
ALL_OF_THEM = 1000
# Nobody's words: a reading exercise's steps are the same for every couple, and there are hundreds of pages of them.
WITHOUT = {"do.step"}


@dataclass
class Theirs(Planted):
    """Marks that tell whose words they stand for, each of them once."""

    by: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def next_for(self, column: int) -> str:
        """The next mark of this person."""
        self.values += 1
        self.by[column].add(f"zq{column}q{self.values}z")
        return f"zq{column}q{self.values}z"


def mark_all_words_of(person_id: UUID, whose: int, theirs: Theirs) -> None:
    """Put a mark into every sealed text this person typed."""
    for column in sealed_columns():
        author = getattr(column.model, "author_id", None) or getattr(column.model, "person_id", None)
        if author is not None and str(column) not in NOT_WORDS:
            for row in db.session.scalars(select(column.model).where(author == person_id)):
                _mark(row, column, whose, theirs)
    db.session.commit()


def _mark(row: SealedRow, column: SealedColumn, whose: int, theirs: Theirs) -> None:
    sealed = getattr(row, column.name)
    if sealed is not None:
        words = planted_in(theirs, whose, crypto.unseal(row, column.name, sealed))
        setattr(row, column.name, crypto.seal(row, column.name, words))


@dataclass(frozen=True)
class Found:
    """What one partner got hold of: the addresses, and the marks in every byte that came."""

    addresses: set[str]
    marks: set[str]
    kept: set[str]
    """Those in the copy of one's own words."""

    def of(self, whose: int) -> set[str]:
        """Those of one of the two."""
        return {mark for mark in self.marks if mark.startswith(f"zq{whose}q")}


def everything(app: Flask, client: FlaskClient, name: str, feed: str, known: set[str]) -> Found:
    """All that one partner finds, all they knew before, their own copy, their calendar and the mail that waits."""
    visitor = Visitor(name, name, lambda: BEGINS)
    pages = pages_of(app, client, visitor, a_route=ALL_OF_THEM, without=WITHOUT)
    came = [one.page.response.data for one in pages]
    came += [client.get(address).data for address in sorted(known - {one.address for one in pages})]
    came.append(client.get(feed).data)
    copy = [content for _, content in contents_of(submit(client, get_page(client, "/me/data"), status=200))]
    with app.app_context():
        to = select(OutboxMail).where(OutboxMail.person_id == person_at(name).id)
        came += [repr(vars(letter)).encode() for letter in db.session.scalars(to)]
    return Found({one.address for one in pages}, marks_in(*came, *copy), marks_in(*copy))


def what_their_counsellor_reads(client: FlaskClient, couple: UUID) -> set[str]:
    """The answers and listening turns that their counsellor may read, each on its own page: the record is hers to keep."""
    listed = get_page(client, f"/c/couples/{couple}/answers?all=yes")
    pages = {str(link["href"]) for link in listed.select("main a[href]")}
    kept = (f"/c/couples/{couple}/answers/", f"/c/couples/{couple}/turns/")
    return marks_in(*(client.get(page).data for page in sorted(pages) if page.startswith(kept)))


def marks_in(*contents: bytes) -> set[str]:
    """Every mark in these bytes."""
    return {mark[0] for content in contents for mark in MARK.finditer(content.decode("utf-8", "replace"))}


def test_after_a_separation_no_byte_of_either_reaches_the_other(
    app: Flask, as_: SignInAs, proves: Proves
) -> None:
    theirs, feeds = Theirs(), dict[str, str]()
    with app.app_context():
        people: dict[str, Person] = {name: person_at(name) for name in ("sam", "jo", "priya")}
        for name, whose in (("sam", SAM), ("jo", JO)):
            feeds[name] = f"/feed/{make_calendar_address(actor=people[name])}.ics"
            mark_all_words_of(people[name].id, whose, theirs)
        couple = couple_of(people["sam"])
    clients = {name: as_(person) for name, person in people.items()}
    before = {name: everything(app, clients[name], name, feeds[name], set()) for name in feeds}
    read_by_priya = what_their_counsellor_reads(clients["priya"], couple)
    assert {mark[:3] for mark in read_by_priya} == {f"zq{SAM}", f"zq{JO}"}, "she could read both"
    assert before["sam"].of(JO), "Sam could read something of Jo's"
    assert before["jo"].of(SAM), "Jo could read something of Sam's"

    with app.app_context():
        leave_couple(actor=person_at("jo"))

    after = {
        name: everything(app, clients[name], name, feeds[name], before[name].addresses) for name in feeds
    }
    proves(
        "R44 separation cuts sharing both ways and each keeps their own",
        f"{sum(len(one.addresses) for one in before.values())} addresses of both, two copies, two calendars and the mail; "
        f"of {len(before['sam'].of(JO))} texts of the one who left that could be read {len(after['sam'].of(JO))} still can, "
        f"of {len(before['jo'].of(SAM))} of the other {len(after['jo'].of(SAM))}; own ones kept: "
        f"{len(after['sam'].kept)} of {len(before['sam'].kept)} and {len(after['jo'].kept)} of {len(before['jo'].kept)}",
    )
    assert after["sam"].of(JO) == after["jo"].of(SAM) == set()
    for name, whose in (("sam", SAM), ("jo", JO)):
        assert after[name].kept == before[name].kept
        assert after[name].kept <= theirs.by[whose]
    assert what_their_counsellor_reads(clients["priya"], couple) == read_by_priya
