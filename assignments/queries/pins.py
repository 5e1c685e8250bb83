"""What the counsellor wants to bring to the next appointment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from assignments.access import is_open_between, may_read
from assignments.models import Assignment, Pin, Response
from assignments.queries.assignments import exercise_of
from assignments.queries.pins_in_force import pins_in_force
from assignments.queries.strands import exchanges_of
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person


@dataclass(frozen=True)
class Pinned:
    """One thing to ask about. `author` is empty for listening turns, where both have written."""

    id: UUID
    assignment_id: UUID
    turn: int
    response_id: UUID | None
    exercise_name: str
    author: str
    at: datetime
    is_open_to_both: bool
    """Whether it may stand on a sheet that lies between the two."""


def pinned_for(reader: Person, couple: Couple, now: datetime) -> list[Pinned]:
    """What is pinned and the reader may read now, oldest first. Raises NotFound for partners.

    A pin holds until an appointment that came after it is over. What its author has tightened since is left out.
    """
    if not can(reader, Permission.ANSWER_STAFF_READ):
        raise NotFound
    rows = pins_in_force(couple, now)
    # Without a pin nothing else needs to be asked.
    if not rows:
        return []
    given = _assignments(couple, rows)
    answers = _responses(couple, rows)
    turns = {(one.assignment_id, one.turn): one for one in exchanges_of(reader, couple, now)}
    found = []
    for row in rows:
        assignment = given[row.assignment_id]
        author, is_open = "", False
        if row.response_id is not None:
            pair = [one for one in answers if (one.assignment_id, one.turn) == (row.assignment_id, row.turn)]
            own = next(one for one in pair if one.id == row.response_id)
            twin = next((one for one in pair if one.id != row.response_id), None)
            if not may_read(reader, couple, own, twin, now):
                continue
            place = couple.partner_of(own.author_id)
            author, is_open = place.name if place else "", is_open_between(couple, own, twin, now)
        elif (row.assignment_id, row.turn) in turns:
            is_open = turns[row.assignment_id, row.turn].is_open_to_both
        else:
            continue
        found.append(
            Pinned(
                id=row.id,
                assignment_id=row.assignment_id,
                turn=row.turn,
                response_id=row.response_id,
                exercise_name=exercise_of(assignment).name,
                author=author,
                at=row.at,
                is_open_to_both=is_open,
            )
        )
    return found


def _assignments(couple: Couple, rows: Sequence[Pin]) -> dict[UUID, Assignment]:
    found = db.session.scalars(
        select(Assignment)
        .where(
            Assignment.practice_id == couple.practice_id,
            Assignment.couple_id == couple.id,
            Assignment.id.in_([row.assignment_id for row in rows]),
        )
        .options(joinedload(Assignment.exercise_version))
    )
    return {one.id: one for one in found}


def _responses(couple: Couple, rows: Sequence[Pin]) -> Sequence[Response]:
    return db.session.scalars(
        select(Response)
        .where(
            Response.practice_id == couple.practice_id,
            Response.couple_id == couple.id,
            Response.assignment_id.in_([row.assignment_id for row in rows if row.response_id]),
        )
        .options(selectinload(Response.changes))
    ).all()
