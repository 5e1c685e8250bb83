"""Small entries beside an exercise: noting a use of an agreement, and marking a ritual as done."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from assignments.access import limit_of
from assignments.actions.entries import refuse_more_than_a_day_holds
from assignments.actions.locks import hold_assignment, hold_partner
from assignments.actions.responding import current_turn, make_draft_again, offered_levels
from assignments.domain import visibility
from assignments.domain.exercises import TimerStep
from assignments.domain.visibility import Level
from assignments.models import Answer, Assignment, Entry, Response
from assignments.queries.agreements import in_force
from assignments.queries.assignments import exercise_of
from assignments.queries.responses import own_response, own_response_sent_last
from assignments.queries.uses import TIME, USE, own_last_time, own_time, own_time_on, value_of
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.extensions import db, transaction
from clinic.models import Partner, Person
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of

UNDO = timedelta(minutes=10)


def levels_for_a_use(place: Partner, assignment: Assignment) -> tuple[Level, ...]:
    """Who may see a use, loosest first. *Both at once* needs two answers, and a use stands alone."""
    levels = offered_levels(place, assignment, practice_of(place.person), turn=1)
    return tuple(level for level in levels if level is not Level.BOTH)


@transaction
def note_use(*, actor: Person, assignment_id: UUID, value: dict[str, Any] | None, level: Level) -> Entry:
    """Keep one use of an agreement that is in force. What goes to the partner is held first."""
    require(actor, Permission.AGREEMENT_WRITE)
    place, practice = own_place(actor), practice_of(actor)
    hold_partner(place)
    hold_assignment(place.practice_id, assignment_id)
    now = clock.now()
    assignment, _ = current_turn(place, assignment_id)
    if in_force(place, assignment, now) is None:
        raise NotFound
    if level not in levels_for_a_use(place, assignment):
        raise Conflict("Choose who sees it from the list.")
    if not value:
        raise Conflict("Write a line first.")
    refuse_more_than_a_day_holds(place)
    return _keep(place, assignment, USE, value, level, now, timedelta(minutes=practice.hold_minutes))


@transaction
def mark_done(*, actor: Person, assignment_id: UUID) -> Entry:
    """ "We did it", said by one partner for themselves. Saying it again on the same day changes nothing.

    The first time in a turn finishes that partner's turn as well.
    """
    require(actor, Permission.RITUAL_WRITE)
    place = own_place(actor)
    hold_partner(place)
    now = clock.now()
    assignment, turn = current_turn(place, assignment_id)
    timer = next((step for step in exercise_of(assignment).steps if isinstance(step, TimerStep)), None)
    if timer is None or in_force(place, assignment, now) is None:
        raise NotFound
    already = time_today(place, assignment.id)
    if already is not None:
        return already
    level = level_of_closeness(place, assignment)
    _finish_turn(place, assignment, turn, timer, level, now)
    return _keep(place, assignment, TIME, {"closeness": None}, level, now, timedelta(0))


@transaction
def undo_done(*, actor: Person, assignment_id: UUID) -> None:
    """Take the last "We did it" back, and the turn it finished with it. Raises Expired after ten minutes.

    Midnight may have come in between, and with it another day and another turn.
    """
    require(actor, Permission.RITUAL_WRITE)
    place = own_place(actor)
    hold_partner(place)
    now = clock.now()
    assignment, _ = current_turn(place, assignment_id)
    entry = own_last_time(place, assignment.id)
    if entry is None:
        raise Conflict("There is nothing to take back.")
    if now - entry.at > UNDO:
        raise Expired("Ten minutes have passed, so this can’t be undone.")
    response = own_response_sent_last(place, assignment.id)
    if response is not None and response.sent_at == entry.at:
        make_draft_again(actor, response)
    entry.deleted_at = now
    record(actor, Event.ENTRY_DELETED, entry)


@transaction
def rate_closeness(*, actor: Person, assignment_id: UUID, entry_id: UUID, closeness: int | None) -> Entry:
    """How close it felt to this partner, from 0 to 10, or that they would rather not say."""
    require(actor, Permission.RITUAL_WRITE)
    entry = own_time(own_place(actor), entry_id)
    if entry is None or entry.assignment_id != assignment_id:
        raise NotFound
    if closeness not in (None, *range(11)):
        raise Conflict("Choose a number from 0 to 10, or choose “I’d rather not say”.")
    if value_of(entry).get("closeness") != closeness:
        _seal(entry, {"closeness": closeness})
        entry.version += 1
        record(actor, Event.ENTRY_SAVED, entry)
    return entry


def level_of_closeness(place: Partner, assignment: Assignment) -> Level:
    """Who sees how close it felt besides its author: the counsellor, where that is allowed, and never the partner."""
    return visibility.level_for_a_private_note(
        limit_of(assignment, place.couple),
        counsellor_only_allowed=practice_of(place.person).allows_counsellor_only,
    )


def time_today(place: Partner, assignment_id: UUID) -> Entry | None:
    """This partner's own time of today, if they have marked one."""
    return own_time_on(place, assignment_id, clock.today(practice_of(place.person).timezone))


def _finish_turn(
    place: Partner, assignment: Assignment, turn: int, timer: TimerStep, level: Level, now: datetime
) -> None:
    """Send the turn with nothing in it but that it was done. Words somebody began on it stay theirs alone."""
    response = own_response(place, assignment, turn)
    if response is not None and response.sent_at is not None:
        return
    if response is None:
        response = Response(
            practice_id=place.practice_id,
            couple_id=place.couple_id,
            assignment_id=assignment.id,
            turn=turn,
            author_id=place.person_id,
            started_at=now,
            version=0,
            answers=[],
            changes=[],
        )
        db.session.add(response)
        db.session.flush()
    has_words = any(answer.step != timer.key for answer in response.answers)
    if not response.answers:
        # The id is made here, because the words are sealed to it before the row is inserted.
        answer = Answer(
            id=uuid4(),
            practice_id=place.practice_id,
            response_id=response.id,
            author_id=place.person_id,
            step=timer.key,
            saved_at=now,
        )
        answer.value_sealed = crypto.seal(answer, "value_sealed", json.dumps({"done": True}))
        response.answers.append(answer)
    response.visibility = Level.PRIVATE if has_words else level
    response.sent_at = response.opens_at = now
    response.version += 1
    record(place.person, Event.RESPONSE_SENT, response)


def _keep(
    place: Partner,
    assignment: Assignment,
    kind: str,
    value: dict[str, Any],
    level: Level,
    now: datetime,
    hold: timedelta,
) -> Entry:
    # The id is made here, because the words are sealed to it before the row is inserted.
    entry = Entry(
        id=uuid4(),
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        assignment_id=assignment.id,
        kind=kind,
        author_id=place.person_id,
        happened_on=clock.today(practice_of(place.person).timezone),
        visibility=level,
        at=now,
        opens_at=visibility.hold_ends(now, hold),
    )
    _seal(entry, value)
    db.session.add(entry)
    db.session.flush()
    record(place.person, Event.ENTRY_SAVED, entry)
    return entry


def _seal(entry: Entry, value: dict[str, Any]) -> None:
    entry.value_sealed = crypto.seal(entry, "value_sealed", json.dumps(value, ensure_ascii=False))
