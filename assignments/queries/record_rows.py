"""The rows that couples' records are put together from, for all the couples of a page at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from assignments.models import Assignment, InstrumentAnswer, SignAside
from assignments.queries import plain_rows
from clinic.models import Person
from clinic.queries.couples import seen_among
from clinic.statements import written_once


class Rows:
    """The rows of all the couples at once, sorted out by couple."""

    def __init__(self, reader: Person, couple_ids: Sequence[UUID], *, with_exercises: bool) -> None:
        self.assignments: dict[UUID, list[Any]]
        self.responses: dict[UUID, list[Any]]
        practice_id, ids = reader.practice_id, seen_among(reader, couple_ids)
        self.seen = set(ids)
        if with_exercises:
            self.assignments = _by_couple(_given(practice_id, ids).scalars())
        else:
            self.assignments = plain_rows.assignments(practice_id, ids)
        # Of everything else no page needs more than is counted; words are opened by queries of their own.
        self.checkins = _by_couple(plain_rows.checkins(practice_id, ids))
        self.responses = plain_rows.responses(practice_id, ids)
        self.outcomes = _by_couple(plain_rows.outcomes(practice_id, ids))
        self.parts = _by_couple(plain_rows.parts(practice_id, ids))
        self.set_asides = _by_couple(plain_rows.set_asides(practice_id, ids))
        self.scored = _by_couple(_scored(practice_id, ids).scalars())
        self.asides = _by_couple(_asides(practice_id, ids).scalars())

    def moments(self, couple_id: UUID) -> Iterator[datetime]:
        """Every moment that a row of this couple names, whatever it names it for. Of plain rows alone."""
        for rows in (
            self.checkins, self.assignments, self.responses, self.outcomes, self.parts, self.set_asides,
            self.scored, self.asides,
        ):  # fmt: skip
            for row in rows[couple_id]:
                yield from plain_rows.moments_in(row)


def _by_couple(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.couple_id].append(row)
    return found


@written_once
def _given(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[Assignment]:
    return (
        select(Assignment)
        .where(Assignment.practice_id == practice_id, Assignment.couple_id.in_(couple_ids))
        .options(joinedload(Assignment.exercise_version), selectinload(Assignment.withdrawals))
        .order_by(Assignment.starts_on, Assignment.assigned_at)
    )


@written_once
def _scored(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[InstrumentAnswer]:
    return (
        select(InstrumentAnswer)
        .where(InstrumentAnswer.practice_id == practice_id, InstrumentAnswer.couple_id.in_(couple_ids))
        .order_by(InstrumentAnswer.answered_at)
    )


@written_once
def _asides(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[SignAside]:
    return (
        select(SignAside)
        .where(SignAside.practice_id == practice_id, SignAside.couple_id.in_(couple_ids))
        .order_by(SignAside.at)
    )
