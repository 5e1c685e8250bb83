"""What a couple was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from assignments.access import is_frozen
from assignments.domain import progress
from assignments.domain.exercises import Exercise, exercise_from_json, personalised
from assignments.models import Assignment, ExerciseVersion
from clinic import crypto
from clinic.errors import NotFound
from clinic.models import Couple, Partner, Person
from clinic.queries.couples import couple_for
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


@written_once
def _given_to(practice_id: UUID, couple_id: UUID) -> Select[Assignment]:
    return (
        select(Assignment)
        .where(Assignment.practice_id == practice_id, Assignment.couple_id == couple_id)
        .options(joinedload(Assignment.exercise_version), joinedload(Assignment.withdrawals))
        .order_by(Assignment.starts_on.desc(), Assignment.assigned_at.desc())
    )


def open_assignments(place: Partner, today: date) -> Sequence[Assignment]:
    """What this partner has been given and may do today: started, not withdrawn, meant for them."""
    couple = place.couple
    if is_frozen(couple):
        return []
    return [
        assignment
        for assignment in assignments_of(couple)
        if progress.is_open_to(place.slot, assignment.for_whom)
        and assignment.starts_on <= today
        and not is_withdrawn(assignment)
    ]


def assignment_for_partner(place: Partner, assignment_id: UUID, today: date) -> Assignment:
    """One open assignment of this partner's. Raises NotFound for any other, whoever's it is."""
    found = next((a for a in open_assignments(place, today) if a.id == assignment_id), None)
    if found is None:
        raise NotFound
    return found


def assignment_for_staff(reader: Person, couple_id: UUID, assignment_id: UUID) -> tuple[Couple, Assignment]:
    """One assignment of a couple the reader may see, withdrawn or not. Raises NotFound otherwise."""
    couple = couple_for(reader, couple_id)
    found = next((a for a in assignments_of(couple) if a.id == assignment_id), None)
    if found is None:
        raise NotFound
    return couple, found
