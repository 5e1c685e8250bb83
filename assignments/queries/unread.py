"""What a couple's counsellor may read and has not marked read, of records that were read already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CompoundSelect, Row, Select, exists, or_, select, union, union_all

from assignments.access import sharing_of, sharing_of_part
from assignments.domain import visibility
from assignments.models import ReadMark, Response, TurnPart, VisibilityChange
from assignments.queries import plain_rows
from assignments.queries.history import GivenTurn
from clinic.models import Couple
from clinic.statements import written_once


def unread_of(turns: Iterable[GivenTurn], marks: Mapping[UUID, int], now: datetime) -> list[Response]:
    """What the couple's counsellor may read now and has not marked read in its present version."""
    return [
        response
        for given in turns
        if (response := given.response) is not None
        and visibility.counsellor_reads(sharing_of(response), now)
        and marks.get(response.id) != response.version
    ]


def unread_parts_of(parts: Iterable[TurnPart], marks: Mapping[UUID, int], now: datetime) -> list[TurnPart]:
    """The parts of listening turns that the counsellor may read now and has not marked read as they are."""
    return [
        part
        for part in parts
        if visibility.counsellor_reads(sharing_of_part(part), now) and marks.get(part.id) != part.version
    ]


def marks_of(couples: Sequence[Couple]) -> dict[UUID, int]:
    """The version of each response and each part that its couple's counsellor has marked read, by its id."""
    return _versions(
        _marks(list({couple.practice_id for couple in couples}), [couple.id for couple in couples])
    )


def marks_among(couple: Couple, response_ids: Sequence[UUID], part_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The same of these rows of one couple alone."""
    return _versions(_marks_among(couple.practice_id, couple.counsellor_id, response_ids, part_ids))


def _versions(rows: Iterable[Row[UUID | None, UUID | None, int]]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for response_id, part_id, version in rows:
        for row_id in (response_id, part_id):
            if row_id is not None:
                found[row_id] = version
    return found


@written_once
def _marks(
    practice_ids: Sequence[UUID], couple_ids: Sequence[UUID]
) -> CompoundSelect[UUID | None, UUID | None, int]:
    """From what the couples wrote to its marks. From the marks, each couple would cost all that its counsellor ever read."""
    return union_all(
        *(
            select(
                plain_rows.plain(ReadMark.response_id), plain_rows.plain(ReadMark.part_id), ReadMark.version
            )
            .join(row, row.id == marked)
            .join(Couple, Couple.id == row.couple_id)
            .where(
                row.practice_id.in_(practice_ids),
                ReadMark.practice_id == row.practice_id,
                Couple.practice_id == row.practice_id,
                row.couple_id.in_(couple_ids),
                ReadMark.reader_id == Couple.counsellor_id,
            )
            for row, marked in ((Response, ReadMark.response_id), (TurnPart, ReadMark.part_id))
        )
    )


@written_once
def _marks_among(
    practice_id: UUID, counsellor_id: UUID, response_ids: Sequence[UUID], part_ids: Sequence[UUID]
) -> CompoundSelect[UUID | None, UUID | None, int]:
    # One statement for each of the two: with "or" between them SQLite goes through all that this reader ever read.
    return union_all(
        *(
            select(
                plain_rows.plain(ReadMark.response_id), plain_rows.plain(ReadMark.part_id), ReadMark.version
            ).where(
                ReadMark.practice_id == practice_id,
                ReadMark.reader_id == counsellor_id,
                marked.in_(ids),
            )
            for marked, ids in ((ReadMark.response_id, response_ids), (ReadMark.part_id, part_ids))
        )
    )


@written_once
def turns_to_read(practice_id: UUID, couple_id: UUID, counsellor_id: UUID) -> Select[UUID, int]:
    """The turns, by assignment and number, that may hold something unread. `unread_of` says which of them do.

    What was kept from the first is not among them: nobody ever marks it read, and there is more of it every week.
    """
    widened = exists().where(
        VisibilityChange.practice_id == practice_id,
        VisibilityChange.response_id == Response.id,
        VisibilityChange.to.in_(visibility.OPEN_TO_COUNSELLOR),
    )
    answered, written = (
        select(row.assignment_id, row.turn).where(
            row.practice_id == practice_id,
            row.couple_id == couple_id,
            row.sent_at.is_not(None),
            ~exists().where(
                ReadMark.practice_id == practice_id,
                marked == row.id,
                ReadMark.reader_id == counsellor_id,
                ReadMark.version == row.version,
            ),
        )
        for row, marked in ((Response, ReadMark.response_id), (TurnPart, ReadMark.part_id))
    )
    either = union(
        answered.where(or_(Response.visibility.in_(visibility.OPEN_TO_COUNSELLOR), widened)), written
    ).subquery()
    return select(plain_rows.plain(either.c.assignment_id), either.c.turn)
