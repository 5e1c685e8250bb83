"""Sealing everything that is kept with the newest key of the ring, while the application runs.

A new key is put on the ring beside the old ones and the application started again: from then on it seals with the new
one and opens with any. `rotate` then takes what older keys sealed, some rows at a time, each a transaction of its own.
It may be stopped or killed anywhere; the next run takes up what is left, because a sealed value tells its key. A value
that somebody rewrites meanwhile is left as they wrote it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, func, literal_column, select, update

from clinic import crypto
from clinic.audit import Event, record
from clinic.extensions import SAYS_THE_SAME, Base, db, transaction

BATCH = 500


@dataclass(frozen=True)
class SealedColumn:
    """One column of words: the class of its rows, and its name."""

    model: Any
    name: str

    def __str__(self) -> str:
        """As an operator reads it."""
        return f"{self.model.__tablename__}.{self.name}"

    @property
    def attribute(self) -> Any:
        """The mapped column, to build statements with."""
        return getattr(self.model, self.name)

    @property
    def key(self) -> Any:
        """The byte that tells the number of the key: the second of a sealed value."""
        # Written out, not bound: PostgreSQL groups by the expression only where both copies are the same text.
        return func.substr(self.attribute, literal_column("2"), literal_column("1"))


@dataclass(frozen=True)
class Turned:
    """What one batch did: how many values it sealed anew, and how many do not open and were left as they are."""

    column: SealedColumn
    sealed: int
    unreadable: int


def sealed_columns() -> list[SealedColumn]:
    """Every column that holds sealed words, in a steady order. Their names end in `_sealed`, which a test holds to."""
    found = [
        SealedColumn(mapper.class_, column.key)
        for mapper in Base.registry.mappers
        for column in mapper.column_attrs
        if column.key.endswith("_sealed")
    ]
    return sorted(found, key=str)


def values_by_key() -> Counter[int]:
    """How many values each key of the ring has sealed. A key with none may be taken off the ring."""
    counts: Counter[int] = Counter()
    for column in sealed_columns():
        rows = db.session.execute(
            select(column.key, func.count()).where(column.attribute.is_not(None)).group_by(column.key)
        )
        for byte, number in rows:
            counts[bytes(byte)[0]] += number
    db.session.rollback()
    return counts


def rotate(batch: int = BATCH) -> Iterator[Turned]:
    """Seal what older keys sealed with the newest one, a batch at a time, and say what each batch did."""
    ring: crypto.KeyRing = current_app.extensions["key_ring"]
    touched: Counter[UUID] = Counter()
    for column in sealed_columns():
        after: UUID | None = None
        while True:
            turned, after = _turn_some(column, ring.current, after, batch, touched)
            if turned.sealed or turned.unreadable:
                yield turned
            if after is None:
                break
    _leave_lines(ring.current, touched)


@transaction
def _turn_some(
    column: SealedColumn, current: int, after: UUID | None, batch: int, touched: Counter[UUID]
) -> tuple[Turned, UUID | None]:
    """One batch in one transaction; the id to go on after, or None at the end."""
    rows = db.session.execute(_stale(column, current, after).limit(batch)).scalars().all()
    sealed, unreadable = 0, 0
    for row in rows:
        kept = getattr(row, column.name)
        try:
            words = crypto.unseal(row, column.name, kept)
        except crypto.Unreadable:
            unreadable += 1
            continue
        anew = crypto.seal(row, column.name, words)
        done = db.session.execute(
            update(column.model)
            .where(
                column.model.id == row.id,
                column.model.practice_id == row.practice_id,
                column.attribute == kept,
            )
            .values({column.name: anew})
            .execution_options(synchronize_session=False, **{SAYS_THE_SAME: True})
        )
        changed = bool(done.rowcount)  # type: ignore[attr-defined]  # an update has one
        sealed += changed
        touched[row.practice_id] += changed
    db.session.expunge_all()
    return Turned(column, sealed, unreadable), rows[-1].id if len(rows) == batch else None


def _stale(column: SealedColumn, current: int, after: UUID | None) -> Select[Any]:
    """The rows whose value an older key sealed, by id."""
    rows = select(column.model).where(column.attribute.is_not(None), column.key != bytes((current,)))
    if after is not None:
        rows = rows.where(column.model.id > after)
    return rows.order_by(column.model.id)


@transaction
def _leave_lines(current: int, touched: Counter[UUID]) -> None:
    """One audit line for each practice whose words were sealed anew."""
    for practice_id, values in sorted(touched.items()):
        if values:
            record(None, Event.KEYS_ROTATED, practice_id=practice_id, key=current, values=values)
