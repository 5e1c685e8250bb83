"""Rows of the signs page: set aside and brought back, rows in the counsellor's own words, and what was of use.

Each raises Conflict once the work with the couple is over.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID, uuid4

from assignments.access import refuse_when_over
from assignments.domain.lengths import NOTE_CHARACTERS, ROW_CHARACTERS
from assignments.domain.signs import KINDS, MAY_BE_SET_ASIDE, returns_on
from assignments.domain.signs.topics import Topic
from assignments.models import OwnSign, SignAside, SignUse, TopicAsked
from assignments.queries.sign_rows import aside_of, own_row_of
from assignments.queries.signs import situation_of
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record, record_each
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of

MOST_OWN_ROWS = 20


def going_on(actor: Person, couple_id: UUID) -> Couple:
    """A couple of the actor's whose work goes on."""
    couple = couple_for(actor, couple_id)
    refuse_when_over(couple)
    return couple


@transaction
def put_aside(*, actor: Person, couple_id: UUID, sign: str, reason: str) -> SignAside:
    """Set a row aside until its state changes, for four weeks at most.

    Raises NotFound for a row there is none of, and Conflict for one that is neither met nor on watch, or without a reason.
    """
    require(actor, Permission.SIGNS_JUDGE)
    couple = going_on(actor, couple_id)
    if sign not in KINDS:
        raise NotFound
    if not reason.strip():
        raise Conflict("Say why, in a line.")
    if len(reason) > NOTE_CHARACTERS:
        raise Conflict(f"Use at most {NOTE_CHARACTERS} characters.")
    now = clock.now()
    there = situation_of(actor, couple, now)
    found = next((one for one in there.assessment.rows if one.id == sign), None)
    if found is None or found.state not in MAY_BE_SET_ASIDE:
        raise Conflict("This row is neither met nor on watch now.")
    if sign in there.asides:
        raise Conflict("This row is set aside already.")
    # The id is made here, because the reason is sealed to it before the row is inserted.
    row = SignAside(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=actor.id,
        at=now,
        sign=sign,
        state=found.state,
        returns_on=returns_on(clock.today(practice_of(actor).timezone)),
    )
    row.reason_sealed = crypto.seal(row, "reason_sealed", reason)
    db.session.add(row)
    record(actor, Event.SIGN_SET_ASIDE, row, sign=sign, state=found.state.value)
    return row


@transaction
def bring_back(*, actor: Person, couple_id: UUID, sign: str) -> SignAside:
    """Bring a row back by hand. Raises Conflict when it is not set aside."""
    require(actor, Permission.SIGNS_JUDGE)
    row = aside_of(going_on(actor, couple_id), sign)
    if row is None:
        raise Conflict("This row is back already.")
    row.taken_back_at = clock.now()
    record(actor, Event.SIGN_BROUGHT_BACK, row, sign=sign)
    return row


@transaction
def note_topics_asked(
    *, actor: Person, couple_id: UUID, slot: str, topics: Collection[Topic], asked_on: date
) -> list[TopicAsked]:
    """Keep that one partner was asked about topics, alone, and when; never what was said.

    Raises Conflict for a day yet to come, and where nothing was chosen.
    """
    require(actor, Permission.SIGNS_JUDGE)
    couple = going_on(actor, couple_id)
    if slot not in ("A", "B"):
        raise Conflict("Choose whom you asked.")
    if not topics:
        raise Conflict("Choose at least one.")
    if asked_on > clock.today(practice_of(actor).timezone):
        raise Conflict("Choose today or a day before it.")
    rows = [
        TopicAsked(
            practice_id=couple.practice_id,
            couple_id=couple.id,
            author_id=actor.id,
            at=clock.now(),
            slot=slot,
            topic=topic,
            asked_on=asked_on,
        )
        for topic in topics
    ]
    db.session.add_all(rows)
    db.session.flush()
    record_each(actor, Event.TOPIC_ASKED, rows)
    return rows


@transaction
def add_own_row(*, actor: Person, couple_id: UUID, title: str) -> OwnSign:
    """Add a row in the counsellor's own words, for her to judge."""
    require(actor, Permission.SIGNS_JUDGE)
    couple = going_on(actor, couple_id)
    if not title.strip():
        raise Conflict("Write what you want to watch.")
    if len(title) > ROW_CHARACTERS:
        raise Conflict(f"Use at most {ROW_CHARACTERS} characters.")
    if len(situation_of(actor, couple, clock.now()).own) >= MOST_OWN_ROWS:
        raise Conflict("There are many rows already. Take one out first.")
    row = OwnSign(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=actor.id,
        at=clock.now(),
    )
    row.title_sealed = crypto.seal(row, "title_sealed", title)
    db.session.add(row)
    record(actor, Event.OWN_SIGN_ADDED, row)
    return row


@transaction
def remove_own_row(*, actor: Person, couple_id: UUID, row_id: UUID) -> OwnSign:
    """Take a row of one's own out of the page. What a decision kept of it stays there."""
    require(actor, Permission.SIGNS_JUDGE)
    row = own_row_of(actor, going_on(actor, couple_id), row_id)
    row.removed_at = clock.now()
    record(actor, Event.OWN_SIGN_REMOVED, row)
    return row


@transaction
def find_useful(*, actor: Person, couple_id: UUID, sign: str, useful: bool) -> SignUse:
    """Say whether a sign that was shown was of use; the latest counts. Raises NotFound for a row there is none of."""
    require(actor, Permission.SIGNS_JUDGE)
    couple = going_on(actor, couple_id)
    if sign not in KINDS:
        raise NotFound
    row = SignUse(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=actor.id,
        at=clock.now(),
        sign=sign,
        useful=useful,
    )
    db.session.add(row)
    record(actor, Event.SIGN_FOUND_USEFUL, row, sign=sign, useful=useful)
    return row
