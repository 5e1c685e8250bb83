"""What a couple's counsellor may read and has not marked read, of records that were read already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from assignments.access import sharing_of, sharing_of_part
from assignments.domain import visibility
from assignments.models import ReadMark, Response, TurnPart
from assignments.queries import plain_rows
from assignments.queries.history import Record
from clinic.models import Couple
from clinic.statements import written_once


def unread_of(couple: Couple, record: Record, marks: Mapping[UUID, int], now: datetime) -> list[Response]:
    """What the couple's counsellor may read now and has not marked read in its present version."""
    return [
        response
        for given in record.turns
        if (response := given.response) is not None
        and visibility.counsellor_reads(sharing_of(response), now)
        and marks.get(response.id) != response.version
    ]


def unread_parts_of(record: Record, marks: Mapping[UUID, int], now: datetime) -> list[TurnPart]:
    """The parts of listening turns that the counsellor may read now and has not marked read as they are."""
    return [
        part
        for part in record.parts
        if visibility.counsellor_reads(sharing_of_part(part), now) and marks.get(part.id) != part.version
    ]


def marks_of(couples: Sequence[Couple]) -> dict[UUID, int]:
    """The version of each response and each part that its couple's counsellor has marked read, by its id."""
    rows = _marks(list({couple.practice_id for couple in couples}), [couple.id for couple in couples])
    found: dict[UUID, int] = {}
    for response_id, part_id, version in rows:
        for row_id in (response_id, part_id):
            if row_id is not None:
                found[row_id] = version
    return found


@written_once
def _marks(practice_ids: Sequence[UUID], couple_ids: Sequence[UUID]) -> Select[UUID | None, UUID | None, int]:
    return (
        select(plain_rows.plain(ReadMark.response_id), plain_rows.plain(ReadMark.part_id), ReadMark.version)
        .outerjoin(Response, Response.id == ReadMark.response_id)
        .outerjoin(TurnPart, TurnPart.id == ReadMark.part_id)
        .join(Couple, Couple.id == func.coalesce(Response.couple_id, TurnPart.couple_id))
        .where(
            ReadMark.practice_id.in_(practice_ids),
            Couple.practice_id == ReadMark.practice_id,
            Couple.id.in_(couple_ids),
            ReadMark.reader_id == Couple.counsellor_id,
        )
    )
