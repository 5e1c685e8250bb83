"""How it went, as staff read it: what each partner said after an exercise, with their own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from assignments.domain.barriers import at_the_desk
from assignments.models import Assignment, Outcome
from assignments.queries.assignments import assignments_of, exercise_of
from clinic import crypto
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person

TRIED = {"tried": "Tried", "part": "Part of it", "not": "Not this time", None: "–"}


@dataclass(frozen=True)
class HowItWent:
    """What one partner said of one turn. `row` is what the reading is written down against."""

    row: Outcome
    assignment_id: UUID
    exercise_name: str
    name: str
    at: datetime
    tried: str
    useful: str
    in_the_way: str
    words: str


def how_it_went(reader: Person, couple: Couple) -> list[HowItWent]:
    """Everything both partners of a couple already read have said, newest first. Raises NotFound for a partner.

    That it did not feel safe is not among it: that stands with the wishes to talk alone.
    """
    if not reader.is_staff:
        raise NotFound
    given: dict[UUID, Assignment] = {one.id: one for one in assignments_of(couple)}
    names = {partner.person_id: partner.name for partner in couple.partners}
    rows = db.session.execute(
        select(Outcome)
        .where(Outcome.practice_id == couple.practice_id, Outcome.couple_id == couple.id)
        .order_by(Outcome.at.desc(), Outcome.id)
    ).scalars()
    return [
        _read(row, given[row.assignment_id], names[row.person_id])
        for row in rows
        if row.assignment_id in given and row.person_id in names and _says_something(row)
    ]


def _says_something(row: Outcome) -> bool:
    # A row with nothing in it would tell that something was said which does not stand here.
    said = (row.tried, row.useful, row.barriers or None, row.barrier_words_sealed)
    return any(one is not None for one in said)


def _read(row: Outcome, assignment: Assignment, name: str) -> HowItWent:
    sealed = row.barrier_words_sealed
    return HowItWent(
        row=row,
        assignment_id=assignment.id,
        exercise_name=exercise_of(assignment).name,
        name=name,
        at=row.at,
        tried=TRIED.get(row.tried, "–"),
        useful="–" if row.useful is None else f"{row.useful} of 10",
        in_the_way=at_the_desk(row.barriers),
        words=crypto.unseal(row, "barrier_words_sealed", sealed) if sealed else "",
    )
