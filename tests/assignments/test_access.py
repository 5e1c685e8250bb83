"""Where the rules about who sees what meet rows and readers: no row needs a database to be judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from assignments import access
from assignments.domain.visibility import Change, Level
from assignments.models import Assignment, Entry, EntryChange, Response, TurnPart, VisibilityChange
from clinic.domain.roles import Role
from clinic.errors import Conflict
from clinic.models import Couple, Partner, Person

START = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
OPENS = START + timedelta(minutes=10)
LATER = START + timedelta(days=1)


def partner(couple: Couple, slot: str) -> Person:
    person = Person(id=uuid4(), role=Role.PARTNER)
    couple.partners.append(Partner(slot=slot, person_id=person.id))
    return person


@pytest.fixture
def couple() -> Couple:
    return Couple(id=uuid4(), sharing_limit=Level.SHARED)


@pytest.fixture
def sam(couple: Couple) -> Person:
    return partner(couple, "A")


@pytest.fixture
def jo(couple: Couple) -> Person:
    return partner(couple, "B")


PRIYA = Person(id=uuid4(), role=Role.COUNSELLOR)


def response(author: Person, level: Level | None = Level.SHARED, **fields: Any) -> Response:
    known = {"sent_at": START, "opens_at": OPENS} | fields
    return Response(author_id=author.id, visibility=level, **known)


def part(author: Person, **fields: Any) -> TurnPart:
    return TurnPart(author_id=author.id, **({"sent_at": START, "opens_at": OPENS} | fields))


def test_the_facts_of_a_row_are_read_as_they_stand(sam: Person) -> None:
    change = VisibilityChange(to=Level.PRIVATE, at=LATER, takes_effect_at=LATER)
    gone = VisibilityChange(to=Level.BOTH, at=START, takes_effect_at=LATER, cancelled_at=START)
    facts = access.sharing_of(response(sam, changes=[change, gone]))
    assert facts.chosen is Level.SHARED
    assert (facts.sent_at, facts.opens_at) == (START, OPENS)
    assert facts.changes == (
        Change(Level.PRIVATE, LATER, at_once=True),
        Change(Level.BOTH, LATER, cancelled=True),
    )
    assert access.sharing_of(response(sam, None)).chosen is None
    entry = Entry(
        visibility=Level.SHARED,
        at=START,
        opens_at=OPENS,
        changes=[EntryChange(to=Level.PRIVATE, at=LATER, takes_effect_at=LATER)],
    )
    of_entry = access.sharing_of_entry(entry)
    assert (of_entry.chosen, of_entry.sent_at, of_entry.opens_at) == (Level.SHARED, START, OPENS)
    assert of_entry.changes == (Change(Level.PRIVATE, LATER, at_once=True),)


def test_a_part_that_was_hidden_is_its_authors_from_then_on(sam: Person) -> None:
    assert access.sharing_of_part(part(sam)).level_at(LATER) is Level.SHARED
    hidden = access.sharing_of_part(part(sam, hidden_at=OPENS))
    assert hidden.level_then(OPENS - timedelta(seconds=1)) is Level.SHARED
    assert hidden.level_at(LATER) is Level.PRIVATE


@pytest.mark.parametrize(
    ("of_work", "of_couple", "limit"),
    [(Level.SHARED, Level.COUNSELLOR, Level.COUNSELLOR), (Level.PRIVATE, Level.SHARED, Level.PRIVATE)],
)
def test_the_tighter_limit_counts(of_work: Level, of_couple: Level, limit: Level) -> None:
    assert access.limit_of(Assignment(sharing_limit=of_work), Couple(sharing_limit=of_couple)) is limit


@pytest.mark.usefixtures("sam", "jo")
@pytest.mark.parametrize("stop", ["held_at", "closed_at", "left_at"])
def test_sharing_stops_when_the_first_of_three_things_happens(couple: Couple, stop: str) -> None:
    assert access.frozen_since(couple) is None
    assert not access.is_frozen(couple)
    setattr(couple.partners[1] if stop == "left_at" else couple, stop, LATER)
    assert access.frozen_since(couple) == LATER
    assert access.is_frozen(couple)
    couple.partners[0].left_at = OPENS
    assert access.frozen_since(couple) == OPENS


@pytest.mark.usefixtures("sam", "jo")
def test_a_hold_is_no_ending(couple: Couple) -> None:
    couple.held_at = START
    assert not access.has_ended(couple)
    couple.partners[1].left_at = START
    assert access.has_ended(couple)
    couple.partners[1].left_at, couple.closed_at = None, START
    assert access.has_ended(couple)


@pytest.mark.parametrize(
    ("level", "moment", "partner_may", "counsellor_may"),
    [
        (Level.PRIVATE, LATER, False, False),
        (Level.COUNSELLOR, LATER, False, True),
        (Level.BOTH, LATER, False, True),
        (Level.SHARED, START, False, True),
        (Level.SHARED, LATER, True, True),
    ],
)
def test_author_counsellor_partner_and_stranger(
    couple: Couple,
    sam: Person,
    jo: Person,
    level: Level,
    moment: datetime,
    partner_may: bool,
    counsellor_may: bool,
) -> None:
    own = response(sam, level)
    stranger = Person(id=uuid4(), role=Role.PARTNER)
    assert access.may_read(sam, couple, own, None, moment)
    assert access.may_read(jo, couple, own, None, moment) is partner_may
    assert access.may_read(PRIYA, couple, own, None, moment) is counsellor_may
    assert not access.may_read(stranger, couple, own, None, moment)
    assert access.is_open_between(couple, own, None, moment) is partner_may


def test_both_at_once_opens_with_its_twin_and_not_under_a_hold(
    couple: Couple, sam: Person, jo: Person
) -> None:
    own, twin = response(sam, Level.BOTH), response(jo, Level.BOTH)
    assert access.may_read(jo, couple, own, twin, LATER)
    couple.held_at = START
    assert not access.may_read(jo, couple, own, twin, LATER)
    assert access.may_read(sam, couple, own, twin, LATER)


def test_a_part_is_read_by_its_author_the_counsellor_and_later_the_other(
    couple: Couple, sam: Person, jo: Person
) -> None:
    thought = part(sam)
    stranger = Person(id=UUID(int=7), role=Role.PARTNER)
    for reader, before, after in (
        (sam, True, True),
        (jo, False, True),
        (PRIYA, True, True),
        (stranger, False, False),
    ):
        assert access.may_read_part(reader, couple, thought, START) is before
        assert access.may_read_part(reader, couple, thought, LATER) is after
    draft = part(sam, sent_at=None, opens_at=None)
    assert access.may_read_part(sam, couple, draft, LATER)
    assert not access.may_read_part(PRIYA, couple, draft, LATER)
    assert not access.may_read_part(jo, couple, draft, LATER)
    couple.closed_at = START
    assert not access.part_is_open_between(couple, thought, LATER)


def test_the_signs_of_a_couple_are_acted_on_until_their_work_is_over(couple: Couple) -> None:
    access.refuse_when_over(couple)
    couple.held_at = START
    access.refuse_when_over(couple)
    couple.closed_at = START
    with pytest.raises(Conflict, match="is over"):
        access.refuse_when_over(couple)
