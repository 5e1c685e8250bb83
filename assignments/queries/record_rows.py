"""The rows that couples' records are put together from, for all the couples of a page at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from assignments.models import Assignment, InstrumentAnswer, Outcome, SetAside, SignAside, TurnPart
from assignments.models import Checkin as CheckinRow
from assignments.queries import plain_rows
from clinic.extensions import db
from clinic.models import Couple, Person
from clinic.queries.couples import visible_couples


class Rows:
    """The rows of all the couples at once, sorted out by couple."""

    def __init__(self, reader: Person, couple_ids: Sequence[UUID], *, with_exercises: bool) -> None:
        self.assignments: dict[UUID, list[Any]]
        self.responses: dict[UUID, list[Any]]
        seen = visible_couples(reader).with_only_columns(Couple.id).where(Couple.id.in_(couple_ids))
        self.seen = set(db.session.execute(seen).scalars())
        if with_exercises:
            self.assignments = self._by_couple(
                reader,
                select(Assignment)
                .options(joinedload(Assignment.exercise_version), selectinload(Assignment.withdrawals))
                .order_by(Assignment.starts_on, Assignment.assigned_at),
                Assignment,
            )
        else:
            self.assignments = plain_rows.assignments(reader.practice_id, self.seen)
        # Of everything else no page needs more than is counted; words are opened by queries of their own.
        self.checkins = self._rows_by_couple(reader, plain_rows.checkins(), CheckinRow)
        self.responses = plain_rows.responses(reader.practice_id, self.seen)
        self.outcomes = self._rows_by_couple(reader, plain_rows.outcomes(), Outcome)
        self.parts = self._rows_by_couple(reader, plain_rows.parts(), TurnPart)
        self.set_asides = self._rows_by_couple(reader, plain_rows.set_asides(), SetAside)
        self.scored = self._by_couple(
            reader, select(InstrumentAnswer).order_by(InstrumentAnswer.answered_at), InstrumentAnswer
        )
        self.asides = self._by_couple(reader, select(SignAside).order_by(SignAside.at), SignAside)

    def _by_couple(self, reader: Person, statement: Select[Any], model: Any) -> dict[UUID, list[Any]]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in db.session.execute(self._narrowed(reader, statement, model)).scalars():
            found[row.couple_id].append(row)
        return found

    def _rows_by_couple(self, reader: Person, statement: Select[Any], model: Any) -> dict[UUID, list[Any]]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in db.session.execute(self._narrowed(reader, statement, model)):
            found[row[0]].append(row)
        return found

    def moments(self, couple_id: UUID) -> Iterator[datetime]:
        """Every moment that a row of this couple names, whatever it names it for. Of plain rows alone."""
        for rows in (
            self.checkins, self.assignments, self.responses, self.outcomes, self.parts, self.set_asides,
            self.scored, self.asides,
        ):  # fmt: skip
            for row in rows[couple_id]:
                yield from plain_rows.moments_in(row)

    def _narrowed(self, reader: Person, statement: Select[Any], model: Any) -> Select[Any]:
        return statement.where(model.practice_id == reader.practice_id, model.couple_id.in_(self.seen))
