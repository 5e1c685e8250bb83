"""What a couple was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import joinedload

from assignments.access import is_frozen
from assignments.domain import progress
from assignments.domain.exercises import Exercise, exercise_from_json, personalised
from assignments.models import AgreementText, Assignment, ExerciseVersion, Response, TurnPart
from clinic import crypto
from clinic.errors import NotFound
from clinic.models import Couple, Partner, Person
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.statements import written_once


def exercise_of(assignment: Assignment) -> Exercise:
    """The exercise as the couple was given it, whatever has become of the library since."""
    return exercise_in(assignment.exercise_version)


def exercise_in(version: ExerciseVersion) -> Exercise:
    """The exercise a kept version holds."""
    exercise = _parsed.get(version.id)
    if exercise is None:
        exercise = _parsed[version.id] = exercise_from_json(version.definition)
    return exercise


# A kept version never changes, so what it parses to may be kept for as long as the process lives.
_parsed: dict[UUID, Exercise] = {}


def as_read_by(place: Partner, assignment: Assignment) -> Exercise:
    """The exercise with the names this partner reads in it."""
    given = _Given(assignment.exercise_version_id, exercise_of(assignment))
    return _with_names(given, place.couple.partner(place.place.other).name, place.couple.counsellor.name)


@dataclass(frozen=True)
class _Given:
    """An exercise as it was given, known by its version: that never changes, and a whole exercise is dear to compare."""

    version_id: UUID
    exercise: Exercise = field(compare=False)


# A page names many exercises, and putting names into one goes through every text of it.
@lru_cache(maxsize=1024)
def _with_names(given: _Given, partner: str, counsellor: str) -> Exercise:
    return personalised(given.exercise, partner=partner, counsellor=counsellor)


def is_withdrawn(assignment: Assignment) -> bool:
    """Taken back and not reopened since."""
    return any(withdrawal.reopened_at is None for withdrawal in assignment.withdrawals)


def note_of(assignment: Assignment) -> str:
    """The counsellor's note to the partners an assignment was given to."""
    sealed = assignment.note_sealed
    return crypto.unseal(assignment, "note_sealed", sealed) if sealed else ""


def assignments_of(couple: Couple) -> Sequence[Assignment]:
    """Everything a couple already read was given, newest first, withdrawn ones included."""
    return _given_to(couple.practice_id, couple.id).scalars().unique().all()


def assignment_of(couple: Couple, assignment_id: UUID) -> Assignment:
    """One of what a couple already read was given, withdrawn or not. Raises NotFound for any other."""
    found = _one_given_to(couple.practice_id, couple.id, assignment_id).scalars().unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def _write_given_to(practice_id: UUID, couple_id: UUID) -> Select[Assignment]:
    return (
        select(Assignment)
        .where(Assignment.practice_id == practice_id, Assignment.couple_id == couple_id)
        .options(joinedload(Assignment.exercise_version), joinedload(Assignment.withdrawals))
        .order_by(Assignment.starts_on.desc(), Assignment.assigned_at.desc())
    )


_given_to = written_once(_write_given_to)


@written_once
def _one_given_to(practice_id: UUID, couple_id: UUID, assignment_id: UUID) -> Select[Assignment]:
    return _write_given_to(practice_id, couple_id).where(Assignment.id == assignment_id)


def open_assignments(place: Partner, today: date) -> Sequence[Assignment]:
    """What this partner has been given and may do today: started, not withdrawn, meant for them.

    All of it, in years; pages ask for what is in hand, and Today is held against this.
    """
    if is_frozen(place.couple):
        return []
    return [assignment for assignment in assignments_of(place.couple) if _is_open(place, assignment, today)]


def assignments_in_hand(place: Partner, now: datetime) -> Sequence[Assignment]:
    """Those of the open ones that Today may still show, by the day it is where the practice is.

    What Today shows is decided there, and `test_today_in_hand` holds that nothing of it stays behind here.
    """
    if is_frozen(place.couple):
        return []
    zone = ZoneInfo(practice_of(place.person).timezone)
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, time(), zone).astimezone(UTC)
    found = _in_hand(place.practice_id, place.couple_id, place.person_id, today, midnight)
    return [one for one in found.scalars().unique() if _is_open(place, one, today)]


@written_once
def _in_hand(
    practice_id: UUID, couple_id: UUID, person_id: UUID, today: date, midnight: datetime
) -> Select[Assignment]:
    """Without what they sent for good on an earlier day, and without a plan's weeks that are over and untouched today.

    A strand may be answered and an agreement kept long after one's own turn, so whatever has either stays.
    """
    # Of the assignment alone: with the practice named here as well SQLite would go by that (decision 66).
    mine = and_(Response.assignment_id == Assignment.id, Response.author_id == person_id)
    part = TurnPart.assignment_id == Assignment.id
    text = AgreementText.assignment_id == Assignment.id
    for_good = and_(
        Assignment.repeat == progress.Repeat.ONCE,
        exists().where(mine, Response.sent_at < midnight),
        ~exists().where(part),
        ~exists().where(text),
    )
    over = and_(
        Assignment.couple_plan_id.is_not(None),
        func.coalesce(Assignment.best_before, today) < today,
        ~exists().where(mine, func.coalesce(Response.sent_at, midnight) >= midnight),
        ~exists().where(
            part, TurnPart.author_id == person_id, func.coalesce(TurnPart.sent_at, midnight) >= midnight
        ),
    )
    return _write_given_to(practice_id, couple_id).where(Assignment.starts_on <= today, ~for_good, ~over)


def _is_open(place: Partner, assignment: Assignment, today: date) -> bool:
    return (
        progress.is_open_to(place.slot, assignment.for_whom)
        and assignment.starts_on <= today
        and not is_withdrawn(assignment)
    )


def assignment_for_partner(place: Partner, assignment_id: UUID, today: date) -> Assignment:
    """One open assignment of this partner's. Raises NotFound for any other, whoever's it is."""
    found = None if is_frozen(place.couple) else assignment_of(place.couple, assignment_id)
    if found is None or not _is_open(place, found, today):
        raise NotFound
    return found


def assignment_for_staff(reader: Person, couple_id: UUID, assignment_id: UUID) -> tuple[Couple, Assignment]:
    """One assignment of a couple the reader may see, withdrawn or not. Raises NotFound otherwise."""
    couple = couple_for(reader, couple_id)
    return couple, assignment_of(couple, assignment_id)
