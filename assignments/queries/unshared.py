"""What one partner said that the other may not read, for holding a reply against it. Never for showing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from assignments.access import (
    is_open_between,
    part_is_open_between,
    sharing_of,
    sharing_of_entry,
    sharing_of_part,
)
from assignments.domain import visibility
from assignments.models import Entry, Outcome, Response
from assignments.queries.exchanges import part_rows
from assignments.queries.responses import open_words, said_in, turns_of, unsealed_value
from clinic import crypto
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person


def kept_from_the_other(reader: Person, couple: Couple, author_id: UUID, now: datetime) -> list[str]:
    """Every text of this partner's that the reader may read and the other partner may not, whatever it was for.

    What the reader may not read either is not looked at: nobody can quote what they have not seen.
    """
    if not can(reader, Permission.ANSWER_STAFF_READ):
        raise NotFound
    return [
        text
        for found in (
            _answers(couple, author_id, now),
            _parts(couple, author_id, now),
            _entries(couple, author_id, now),
            _in_the_way(couple, author_id),
        )
        for text in found
    ]


def _answers(couple: Couple, author_id: UUID, now: datetime) -> Iterator[str]:
    rows: list[Response] = []
    assignments = {}
    for twin in turns_of(couple):
        own = next((row for row in twin.by_slot.values() if row.author_id == author_id), None)
        other = next((row for row in twin.by_slot.values() if row.author_id != author_id), None)
        if own is None or not visibility.counsellor_reads(sharing_of(own), now):
            continue
        if not is_open_between(couple, own, other, now):
            rows.append(own)
            assignments[own.id] = twin.assignment
    for read in open_words(couple, rows, assignments, now):
        for _, lines in said_in(read.exercise, read.values):
            yield "\n".join(lines)


def _parts(couple: Couple, author_id: UUID, now: datetime) -> Iterator[str]:
    for row in part_rows(couple):
        readable = row.author_id == author_id and visibility.counsellor_reads(sharing_of_part(row), now)
        if readable and not part_is_open_between(couple, row, now):
            yield _texts(unsealed_value(row))


def _entries(couple: Couple, author_id: UUID, now: datetime) -> Iterator[str]:
    rows = db.session.execute(
        select(Entry)
        .where(
            Entry.practice_id == couple.practice_id,
            Entry.couple_id == couple.id,
            Entry.author_id == author_id,
            Entry.deleted_at.is_(None),
        )
        .options(selectinload(Entry.changes))
    ).scalars()
    for row in rows:
        sharing = sharing_of_entry(row)
        if visibility.counsellor_reads(sharing, now) and not visibility.partner_reads(sharing, None, now):
            yield _texts(json.loads(crypto.unseal(row, "value_sealed", row.value_sealed)))


def _in_the_way(couple: Couple, author_id: UUID) -> Iterator[str]:
    rows = db.session.execute(
        select(Outcome).where(
            Outcome.practice_id == couple.practice_id,
            Outcome.couple_id == couple.id,
            Outcome.person_id == author_id,
            Outcome.barrier_words_sealed.is_not(None),
        )
    ).scalars()
    for row in rows:
        if row.barrier_words_sealed is not None:
            yield crypto.unseal(row, "barrier_words_sealed", row.barrier_words_sealed)


def _texts(value: object) -> str:
    """Every text in a value, a line each."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(_texts(one) for one in value.values())
    if isinstance(value, list):
        return "\n".join(_texts(one) for one in value)
    return ""
