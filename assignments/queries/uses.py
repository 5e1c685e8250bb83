"""Small entries beside an exercise: a use of an agreement that was noted, and a time a ritual took place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import selectinload

from assignments.access import is_frozen, sharing_of_entry
from assignments.domain import visibility
from assignments.domain.exercises import EntriesStep, sentence_of
from assignments.domain.visibility import Level
from assignments.models import Entry
from clinic import crypto
from clinic.extensions import db
from clinic.models import Couple, Partner
from clinic.statements import written_once

USE = "use"
TIME = "time"


@dataclass(frozen=True)
class NotedUse:
    """One use as it may be read: whose note, when, and what was said in one line."""

    slot: str
    author_name: str
    happened_on: date
    words: str
    level: Level
    opens_at: datetime | None


@dataclass(frozen=True)
class RitualTime:
    """One time somebody marked as done, with how close it felt to them."""

    id: UUID
    slot: str
    author_name: str
    happened_on: date
    closeness: int | None


def own_uses(place: Partner, assignment_id: UUID, step: EntriesStep, now: datetime) -> list[NotedUse]:
    """The uses one partner has noted in one assignment, newest first."""
    rows = db.session.execute(
        _entries(place.couple, USE, assignment_id).where(Entry.author_id == place.person_id)
    ).scalars()
    return [_use(place.couple, row, step, now) for row in rows]


def uses_from_partner(
    place: Partner, assignment_id: UUID, step: EntriesStep, now: datetime
) -> list[NotedUse]:
    """The uses the other partner has noted and shared."""
    frozen = is_frozen(place.couple)
    rows = db.session.execute(
        _entries(place.couple, USE, assignment_id).where(
            Entry.author_id != place.person_id, Entry.visibility == Level.SHARED
        )
    ).scalars()
    return [
        _use(place.couple, row, step, now)
        for row in rows
        if visibility.partner_reads(sharing_of_entry(row), None, now, frozen=frozen)
    ]


def own_times(place: Partner, assignment_id: UUID, most: int) -> list[RitualTime]:
    """The last times this partner marked a ritual as done, with their own closeness alone."""
    rows = db.session.execute(
        _entries(place.couple, TIME, assignment_id).where(Entry.author_id == place.person_id).limit(most)
    ).scalars()
    return [_time(place.couple, row) for row in rows]


def own_time(place: Partner, entry_id: UUID) -> Entry | None:
    """One of the author's own times, to be rated."""
    return db.session.execute(
        _entries(place.couple, TIME).where(Entry.author_id == place.person_id, Entry.id == entry_id)
    ).scalar_one_or_none()


def assignments_done_on(place: Partner, day: date) -> set[UUID]:
    """The rituals this partner marked as done on one day."""
    ids = _done_on(place.practice_id, place.couple_id, place.person_id, day).scalars()
    return {assignment_id for assignment_id in ids if assignment_id is not None}


@written_once
def _done_on(practice_id: UUID, couple_id: UUID, author_id: UUID, day: date) -> Select[UUID | None]:
    return select(Entry.assignment_id).where(
        *_kept(practice_id, couple_id, TIME), Entry.author_id == author_id, Entry.happened_on == day
    )


def own_time_on(place: Partner, assignment_id: UUID, day: date) -> Entry | None:
    """The author's own time of one day. There is at most one."""
    statement = _entries(place.couple, TIME, assignment_id).where(
        Entry.author_id == place.person_id, Entry.happened_on == day
    )
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def own_last_time(place: Partner, assignment_id: UUID) -> Entry | None:
    """The author's own time that was marked last."""
    statement = _entries(place.couple, TIME, assignment_id).where(Entry.author_id == place.person_id)
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def entries_for_staff(couple: Couple, kind: str, now: datetime) -> Sequence[Entry]:
    """For staff the couple was read for: those of one kind that were opened to the counsellor."""
    rows = db.session.execute(_entries(couple, kind)).scalars()
    return [row for row in rows if visibility.counsellor_reads(sharing_of_entry(row), now)]


def read_use(couple: Couple, row: Entry, step: EntriesStep, now: datetime) -> NotedUse:
    """A use whose words the reader may see, opened."""
    return _use(couple, row, step, now)


def read_time(couple: Couple, row: Entry) -> RitualTime:
    """A time the reader may see, opened."""
    return _time(couple, row)


def value_of(entry: Entry) -> dict[str, Any]:
    """What was noted. Only ever called with a row its reader may read."""
    value: dict[str, Any] = json.loads(crypto.unseal(entry, "value_sealed", entry.value_sealed))
    return value


def _entries(couple: Couple, kind: str, assignment_id: UUID | None = None) -> Select[Entry]:
    statement = (
        select(Entry)
        .where(*_kept(couple.practice_id, couple.id, kind))
        .options(selectinload(Entry.changes))
        .order_by(Entry.happened_on.desc(), Entry.at.desc(), Entry.id)
    )
    return statement if assignment_id is None else statement.where(Entry.assignment_id == assignment_id)


def _kept(practice_id: UUID, couple_id: UUID, kind: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Entry.practice_id == practice_id,
        Entry.couple_id == couple_id,
        Entry.kind == kind,
        Entry.deleted_at.is_(None),
    )


def _use(couple: Couple, row: Entry, step: EntriesStep, now: datetime) -> NotedUse:
    slot, name = _author(couple, row)
    on_its_way = row.visibility == Level.SHARED and row.opens_at > now
    return NotedUse(
        slot=slot,
        author_name=name,
        happened_on=row.happened_on,
        words=sentence_of(step, value_of(row)),
        level=Level(row.visibility),
        opens_at=row.opens_at if on_its_way else None,
    )


def _time(couple: Couple, row: Entry) -> RitualTime:
    slot, name = _author(couple, row)
    return RitualTime(row.id, slot, name, row.happened_on, value_of(row).get("closeness"))


def _author(couple: Couple, row: Entry) -> tuple[str, str]:
    author = couple.partner_of(row.author_id)
    return (author.slot, author.name) if author is not None else ("", "")
