"""How much goes on in a practice, counted month by month. A count below five is not told, so that nobody is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.orm import InstrumentedAttribute

from assignments.models import Assignment, Checkin, Decision, Response
from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Appointment, Couple, Person

MONTHS = 12
SMALLEST_TOLD = 5
FEW = "fewer than 5"


@dataclass(frozen=True)
class Counts:
    """The names of the columns, and a row for each month, the latest first: its first day, and what is told."""

    columns: tuple[str, ...]
    rows: tuple[tuple[date, tuple[str, ...]], ...]


# What is counted, by the moment that puts it into a month. Whether anything was kept private plays no part:
# only what its author sent is counted, and never who or to whom.
COUNTED: tuple[tuple[str, InstrumentedAttribute[Any]], ...] = (
    ("Couples begun", Couple.created_at),
    ("Couples closed", Couple.closed_at),
    ("Appointments", Appointment.starts_at),
    ("Exercises given", Assignment.assigned_at),
    ("Answers sent", Response.sent_at),
    ("Check-ins", Checkin.saved_at),
    ("Decisions", Decision.at),
)


def counts_of(admin: Person, now: datetime) -> Counts:
    """The last twelve months of the admin's practice. Raises NotFound for anybody but an admin."""
    if admin.kind is not Role.ADMIN:
        raise NotFound
    months = list(_months(now))
    found = [_by_month(admin, column, now) for _, column in COUNTED]
    rows = tuple(
        (date(year, month, 1), tuple(told(one.get((year, month), 0)) for one in found))
        for year, month in months
    )
    return Counts(tuple(label for label, _ in COUNTED), rows)


def told(count: int) -> str:
    """The count, or that it is small."""
    return str(count) if count == 0 or count >= SMALLEST_TOLD else FEW


def told_at_all(count: int) -> str:
    """The same where it is not known among how many it was counted: of one couple, even "none" tells."""
    return str(count) if count >= SMALLEST_TOLD else FEW


def _months(now: datetime) -> Iterator[tuple[int, int]]:
    year, month = now.year, now.month
    for _ in range(MONTHS):
        yield year, month
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)


def _by_month(admin: Person, column: InstrumentedAttribute[Any], now: datetime) -> dict[tuple[int, int], int]:
    year, month = extract("year", column), extract("month", column)
    model = column.class_
    first_year, first_month = list(_months(now))[-1]
    statement = (
        select(year, month, func.count())
        .where(
            model.practice_id == admin.practice_id,
            column.is_not(None),
            column <= now,
            column >= datetime(first_year, first_month, 1, tzinfo=UTC),
        )
        .group_by(year, month)
    )
    if model is Appointment:
        statement = statement.where(Appointment.cancelled_at.is_(None))
    return {(int(y), int(m)): count for y, m, count in db.session.execute(statement)}
