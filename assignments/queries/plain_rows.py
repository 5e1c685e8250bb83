"""What a caseload is counted from, as plain rows: the same names as on the models, and nothing that is not counted.

A board of forty couples reads thousands of rows. As entities they cost several times as much, for keys nobody follows,
changes nobody makes and sealed words nobody opens here. One couple's own pages take what was given as entities, for they
name the exercises, and the rest as it stands here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
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
from clinic.extensions import db

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


def checkins() -> Select[Any]:
    """Check-ins by week."""
    return _columns(Checkin, CHECKIN).order_by(Checkin.week_of)


def outcomes() -> Select[Any]:
    """How it went."""
    return _columns(Outcome, OUTCOME)


def set_asides() -> Select[Any]:
    """What was put off or felt hard, oldest first."""
    return _columns(SetAside, SET_ASIDE).order_by(SetAside.at)


def parts() -> Select[Any]:
    """What was sent in listening turns, oldest first."""
    return _columns(TurnPart, PART).where(TurnPart.sent_at.is_not(None)).order_by(TurnPart.sent_at)


def responses(practice_id: UUID, couple_ids: Collection[UUID]) -> dict[UUID, list[PlainResponse]]:
    """Every response of these couples with the changes of its level, by couple."""
    changes: dict[UUID, tuple[Any, ...]] = defaultdict(tuple)
    mine = (Response.practice_id == practice_id, Response.couple_id.in_(couple_ids))
    for change in db.session.execute(
        select(
            VisibilityChange.response_id,
            VisibilityChange.to,
            VisibilityChange.takes_effect_at,
            VisibilityChange.cancelled_at,
        )
        .join(Response, Response.id == VisibilityChange.response_id)
        .where(VisibilityChange.practice_id == practice_id, *mine)
        .order_by(VisibilityChange.at)
    ):
        changes[change.response_id] += (change,)
    found: dict[UUID, list[PlainResponse]] = defaultdict(list)
    for row in db.session.execute(_columns(Response, RESPONSE).where(*mine)):
        values: tuple[Any, ...] = tuple(row)
        found[values[0]].append(PlainResponse(changes.get(values[1], ()), *values))
    return found


def assignments(practice_id: UUID, couple_ids: Collection[UUID]) -> dict[UUID, list[PlainAssignment]]:
    """Every assignment of these couples with what took it back, by couple and the day it starts."""
    withdrawals: dict[UUID, tuple[Any, ...]] = defaultdict(tuple)
    mine = (Assignment.practice_id == practice_id, Assignment.couple_id.in_(couple_ids))
    for taken in db.session.execute(
        select(Withdrawal.assignment_id, Withdrawal.at, Withdrawal.reopened_at)
        .join(Assignment, Assignment.id == Withdrawal.assignment_id)
        .where(Withdrawal.practice_id == practice_id, *mine)
    ):
        withdrawals[taken.assignment_id] += (taken,)
    found: dict[UUID, list[PlainAssignment]] = defaultdict(list)
    given = _columns(Assignment, ASSIGNMENT).where(*mine)
    for row in db.session.execute(given.order_by(Assignment.starts_on, Assignment.assigned_at)):
        values: tuple[Any, ...] = tuple(row)
        found[values[0]].append(PlainAssignment(withdrawals.get(values[1], ()), *values))
    return found


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


def _columns(model: Any, names: tuple[str, ...]) -> Select[Any]:
    return select(*(plain(getattr(model, name)) for name in ("couple_id", *names)))


def plain(column: Any) -> Any:
    """A column of ids as ids that are read once each; any other as it is."""
    return type_coerce(column, _Known()).label(column.key) if isinstance(column.type, Uuid) else column
