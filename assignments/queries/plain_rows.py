"""What a caseload is counted from, as plain rows: the same names as on the models, and nothing that is not counted.

A board of forty couples reads thousands of rows. As entities they cost several times as much, for keys nobody follows,
changes nobody makes and sealed words nobody opens here. One couple's own pages take what was given as entities, for they
name the exercises, and the rest as it stands here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, Row, Select, Uuid, select, type_coerce

from assignments.models import (
    Assignment,
    Checkin,
    Outcome,
    Response,
    SetAside,
    TurnPart,
    VisibilityChange,
    Withdrawal,
)
from clinic.statements import written_once

# Columns beside the couple's, by model. Each list is what the rules and the drawings of a caseload ask for.
CHECKIN = (
    "author_id", "week_of", "closeness", "understood", "tension", "pulled_back", "outside_pressure",
    "same_disagreement", "hope", "my_part", "saved_at",
)  # fmt: skip
OUTCOME = ("assignment_id", "turn", "person_id", "tried", "useful", "barriers", "at")
SET_ASIDE = ("person_id", "assignment_id", "kind", "choice", "at")
PART = ("id", "assignment_id", "turn", "author_id", "sent_at", "opens_at", "hidden_at", "version")
RESPONSE = (
    "id", "assignment_id", "turn", "author_id", "visibility", "started_at", "sent_at", "opens_at", "version",
)  # fmt: skip
ASSIGNMENT = ("id", "for_whom", "starts_on", "best_before", "repeat", "assigned_at")


@dataclass(slots=True, frozen=True)
class PlainResponse:
    """A response without its answers."""

    changes: tuple[Any, ...]
    couple_id: UUID
    id: UUID
    assignment_id: UUID
    turn: int
    author_id: UUID
    visibility: str | None
    started_at: datetime
    sent_at: datetime | None
    opens_at: datetime | None
    version: int


@dataclass(slots=True, frozen=True)
class PlainAssignment:
    """An assignment without its exercise."""

    withdrawals: tuple[Any, ...]
    couple_id: UUID
    id: UUID
    for_whom: str
    starts_on: date
    best_before: date | None
    repeat: str
    assigned_at: datetime


@written_once
def checkins(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[Any]:
    """Check-ins by week."""
    return _columns(Checkin, CHECKIN, practice_id, couple_ids).order_by(Checkin.week_of)


@written_once
def outcomes(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[Any]:
    """How it went."""
    return _columns(Outcome, OUTCOME, practice_id, couple_ids)


@written_once
def set_asides(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[Any]:
    """What was put off or felt hard, oldest first."""
    return _columns(SetAside, SET_ASIDE, practice_id, couple_ids).order_by(SetAside.at)


@written_once
def parts(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[Any]:
    """What was sent in listening turns, oldest first."""
    sent = _columns(TurnPart, PART, practice_id, couple_ids).where(TurnPart.sent_at.is_not(None))
    return sent.order_by(TurnPart.sent_at)


def responses(practice_id: UUID, couple_ids: Sequence[UUID]) -> dict[UUID, list[PlainResponse]]:
    """Every response of these couples with the changes of its level, by couple."""
    return _by_couple(_responses(practice_id, couple_ids), _changes(practice_id, couple_ids))


def responses_in(
    practice_id: UUID, couple_id: UUID, assignment_ids: Sequence[UUID], turns: Sequence[int]
) -> dict[UUID, list[PlainResponse]]:
    """The same of one couple, in turns of these numbers of these assignments."""
    among = practice_id, couple_id, assignment_ids, turns
    return _by_couple(_responses_in(*among), _changes_in(*among))


def _by_couple(rows: Iterable[Any], changed: Iterable[Any]) -> dict[UUID, list[PlainResponse]]:
    changes: dict[UUID, tuple[Any, ...]] = defaultdict(tuple)
    for change in changed:
        changes[change.response_id] += (change,)
    found: dict[UUID, list[PlainResponse]] = defaultdict(list)
    for row in rows:
        values: tuple[Any, ...] = tuple(row)
        found[values[0]].append(PlainResponse(changes.get(values[1], ()), *values))
    return found


@written_once
def outcomes_in(
    practice_id: UUID, couple_id: UUID, assignment_ids: Sequence[UUID], turns: Sequence[int]
) -> Select[Any]:
    """How it went, in turns of these numbers of these assignments."""
    return _in_turns(_of_one(Outcome, OUTCOME, practice_id, couple_id), Outcome, assignment_ids, turns)


@written_once
def parts_in(
    practice_id: UUID, couple_id: UUID, assignment_ids: Sequence[UUID], turns: Sequence[int]
) -> Select[Any]:
    """What was sent in listening turns of these numbers of these assignments, oldest first."""
    sent = _of_one(TurnPart, PART, practice_id, couple_id).where(TurnPart.sent_at.is_not(None))
    return _in_turns(sent, TurnPart, assignment_ids, turns).order_by(TurnPart.sent_at)


@written_once
def checkins_since(practice_id: UUID, couple_id: UUID, monday: date) -> Select[Any]:
    """One couple's check-ins from a week on."""
    since = _of_one(Checkin, CHECKIN, practice_id, couple_id).where(Checkin.week_of >= monday)
    return since.order_by(Checkin.week_of)


@written_once
def set_asides_since(practice_id: UUID, couple_id: UUID, start: datetime) -> Select[Any]:
    """What one couple put off or found hard from a moment on, oldest first."""
    since = _of_one(SetAside, SET_ASIDE, practice_id, couple_id).where(SetAside.at >= start)
    return since.order_by(SetAside.at)


def assignments(practice_id: UUID, couple_ids: Sequence[UUID]) -> dict[UUID, list[PlainAssignment]]:
    """Every assignment of these couples with what took it back, by couple and the day it starts."""
    withdrawals: dict[UUID, tuple[Any, ...]] = defaultdict(tuple)
    for taken in _withdrawals(practice_id, couple_ids):
        withdrawals[taken.assignment_id] += (taken,)
    found: dict[UUID, list[PlainAssignment]] = defaultdict(list)
    for row in _assignments(practice_id, couple_ids):
        values: tuple[Any, ...] = tuple(row)
        found[values[0]].append(PlainAssignment(withdrawals.get(values[1], ()), *values))
    return found


@written_once
def _responses(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[Any]:
    return _columns(Response, RESPONSE, practice_id, couple_ids)


@written_once
def _responses_in(
    practice_id: UUID, couple_id: UUID, assignment_ids: Sequence[UUID], turns: Sequence[int]
) -> Select[Any]:
    return _in_turns(_of_one(Response, RESPONSE, practice_id, couple_id), Response, assignment_ids, turns)


@written_once
def _changes(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[Any]:
    return _changed(practice_id).where(Response.couple_id.in_(couple_ids))


@written_once
def _changes_in(
    practice_id: UUID, couple_id: UUID, assignment_ids: Sequence[UUID], turns: Sequence[int]
) -> Select[Any]:
    changed = _changed(practice_id).where(Response.couple_id == couple_id)
    return _in_turns(changed, Response, assignment_ids, turns)


def _changed(practice_id: UUID) -> Select[Any]:
    columns: tuple[Any, ...] = (
        VisibilityChange.response_id,
        VisibilityChange.to,
        VisibilityChange.at,
        VisibilityChange.takes_effect_at,
        VisibilityChange.cancelled_at,
    )
    return (
        select(*columns)
        .join(Response, Response.id == VisibilityChange.response_id)
        .where(VisibilityChange.practice_id == practice_id, Response.practice_id == practice_id)
        .order_by(VisibilityChange.at)
    )


@written_once
def _assignments(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[Any]:
    given = _columns(Assignment, ASSIGNMENT, practice_id, couple_ids)
    return given.order_by(Assignment.starts_on, Assignment.assigned_at)


@written_once
def _withdrawals(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[UUID, datetime, datetime | None]:
    return (
        select(Withdrawal.assignment_id, Withdrawal.at, Withdrawal.reopened_at)
        .join(Assignment, Assignment.id == Withdrawal.assignment_id)
        .where(
            Withdrawal.practice_id == practice_id,
            Assignment.practice_id == practice_id,
            Assignment.couple_id.in_(couple_ids),
        )
    )


def moments_in(row: Any) -> Iterator[datetime]:
    """Every moment in a row, plain or not, and in the rows that hang on a plain one."""
    if isinstance(row, PlainResponse | PlainAssignment):
        values: Iterable[Any] = (getattr(row, name) for name in row.__slots__)
    else:
        values = row if isinstance(row, Row) else vars(row).values()
    for value in values:
        if isinstance(value, datetime):
            yield value
        elif isinstance(value, tuple):
            yield from (one for hanging in value for one in hanging if isinstance(one, datetime))


class _Known(Uuid[UUID]):
    """An id as SQLite keeps it, read once: of a caseload's rows most name the same couples, people and assignments."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        if dialect.supports_native_uuid:
            return None  # The driver hands over ids.
        return _as_id


@lru_cache(maxsize=65_536)
def _as_id(kept: str | None) -> UUID | None:
    return None if kept is None else UUID(kept)


def _columns(
    model: Any, names: tuple[str, ...], practice_id: UUID, couple_ids: Sequence[UUID]
) -> Select[Any]:
    return _plain(model, names, practice_id).where(model.couple_id.in_(couple_ids))


def _of_one(model: Any, names: tuple[str, ...], practice_id: UUID, couple_id: UUID) -> Select[Any]:
    return _plain(model, names, practice_id).where(model.couple_id == couple_id)


def _plain(model: Any, names: tuple[str, ...], practice_id: UUID) -> Select[Any]:
    columns = (plain(getattr(model, name)) for name in ("couple_id", *names))
    return select(*columns).where(model.practice_id == practice_id)


def _in_turns(
    rows: Select[Any], model: Any, assignment_ids: Sequence[UUID], turns: Sequence[int]
) -> Select[Any]:
    return rows.where(model.assignment_id.in_(assignment_ids), model.turn.in_(turns))


def plain(column: Any) -> Any:
    """A column of ids as ids that are read once each; any other as it is."""
    return type_coerce(column, _Known()).label(column.key) if isinstance(column.type, Uuid) else column
