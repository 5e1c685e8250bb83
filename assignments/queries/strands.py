"""Listening turns as the counsellor and her supervisor read them: each strand in order, what was sent and no draft.

Whether a part may be read is decided by `access.may_read_part` alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from assignments.access import may_read_part, part_is_open_between
from assignments.domain import turns
from assignments.domain.exercises import lines_of, personalised
from assignments.models import Assignment, ReadMark, TurnPart
from assignments.queries.assignments import assignment_of, assignments_of, exercise_of
from assignments.queries.exchanges import part_rows
from assignments.queries.pins_in_force import pin_on_turn
from assignments.queries.replies import SentReply, replies_about, taken_back_last
from assignments.queries.responses import unsealed_value
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person


@dataclass(frozen=True)
class ListedExchange:
    """One turn in which something was sent, for the list. No words."""

    assignment_id: UUID
    turn: int
    exercise_name: str
    authors: str
    sent_at: datetime
    parts: int
    is_new: bool
    is_open_to_both: bool
    """Whether all of it can be read by both partners."""


@dataclass(frozen=True)
class ReadPart:
    """One part with its words, for staff."""

    id: UUID
    version: int
    is_new: bool
    slot: str
    author_name: str
    asked: str
    lines: Sequence[str]
    sent_at: datetime
    is_open: bool
    """Whether the other partner can read it by now."""


@dataclass(frozen=True)
class Strand:
    """What went to and fro while one partner was the speaker."""

    speaker: str
    parts: Sequence[ReadPart]


@dataclass(frozen=True)
class TurnPage:
    """One turn with its words, and what stands around them."""

    assignment_id: UUID
    turn: int
    name: str
    strands: Sequence[Strand]
    replies: Sequence[SentReply]
    taken_back: str
    """A reply of the reader's that was taken back before it was delivered, to be mended."""
    pinned: UUID | None
    next_new: ListedExchange | None

    @property
    def parts(self) -> list[ReadPart]:
        """Every part on the page."""
        return [part for strand in self.strands for part in strand.parts]

    @property
    def versions(self) -> dict[UUID, int]:
        """The version of each part on the page."""
        return {part.id: part.version for part in self.parts}

    @property
    def seen(self) -> str:
        """The same as a form carries it along."""
        return " ".join(f"{id_}={version}" for id_, version in self.versions.items())

    @property
    def has_new(self) -> bool:
        """Whether anything on the page has not been marked as read."""
        return any(part.is_new for part in self.parts)

    @property
    def authors(self) -> dict[str, str]:
        """Who has written here, by slot."""
        return {part.slot: part.author_name for part in sorted(self.parts, key=lambda one: one.slot)}

    def last_of(self, slot: str) -> ReadPart:
        """The latest part of one partner's."""
        return max((part for part in self.parts if part.slot == slot), key=lambda part: part.sent_at)


def exchanges_of(reader: Person, couple: Couple, now: datetime) -> list[ListedExchange]:
    """Every turn of listening turns in which the reader may read something, the latest first."""
    given = {assignment.id: assignment for assignment in assignments_of(couple)}
    marks = part_marks(couple)
    found: dict[tuple[UUID, int], list[TurnPart]] = defaultdict(list)
    for row in _readable(reader, couple, now):
        found[row.assignment_id, row.turn].append(row)
    listed = [
        ListedExchange(
            assignment_id=assignment_id,
            turn=turn,
            exercise_name=exercise_of(given[assignment_id]).name,
            authors=" and ".join(
                one.name for one in couple.partners if any(row.author_id == one.person_id for row in rows)
            ),
            sent_at=max(row.sent_at for row in rows if row.sent_at),
            parts=len(rows),
            is_new=any(_is_new(row, marks) for row in rows),
            is_open_to_both=all(part_is_open_between(couple, row, now) for row in rows),
        )
        for (assignment_id, turn), rows in found.items()
        if assignment_id in given
    ]
    return sorted(listed, key=lambda one: one.sent_at, reverse=True)


def turn_page(reader: Person, couple: Couple, assignment_id: UUID, turn: int, now: datetime) -> TurnPage:
    """One turn with the words of each strand's parts. Raises NotFound where none may be read."""
    rows, marks = readable_parts(reader, couple, assignment_id, turn, now), part_marks(couple)
    assignment = assignment_of(couple, assignment_id)
    by_speaker: dict[str, list[TurnPart]] = defaultdict(list)
    for row in in_order(assignment, rows):
        by_speaker[row.speaker].append(row)
    strands = [
        Strand(couple.partner(slot).name, [_read(couple, assignment, row, marks, now) for row in some])
        for slot, some in by_speaker.items()
    ]
    others = (one for one in exchanges_of(reader, couple, now) if one.is_new)
    return TurnPage(
        assignment_id=assignment_id,
        turn=turn,
        name=exercise_of(assignment).name,
        strands=strands,
        replies=replies_about(reader, couple, rows, now),
        taken_back=taken_back_last(reader, rows),
        pinned=pin_on_turn(couple, assignment_id, turn, now),
        next_new=next(
            (one for one in others if (one.assignment_id, one.turn) != (assignment_id, turn)), None
        ),
    )


def readable_parts(
    reader: Person, couple: Couple, assignment_id: UUID, turn: int, now: datetime
) -> list[TurnPart]:
    """The rows of one turn that the reader may read now. Raises NotFound where there are none."""
    rows = [
        row
        for row in _readable(reader, couple, now)
        if (row.assignment_id, row.turn) == (assignment_id, turn)
    ]
    if not rows:
        raise NotFound
    return rows


def readable_part_rows(
    reader: Person, couple: Couple, part_ids: Iterable[UUID], now: datetime
) -> list[TurnPart]:
    """The rows of these parts, for acts about them. Raises NotFound unless all may be read now."""
    readable = {row.id: row for row in _readable(reader, couple, now)}
    wanted = list(dict.fromkeys(part_ids))
    if any(part_id not in readable for part_id in wanted):
        raise NotFound
    return [readable[part_id] for part_id in wanted]


def in_order(assignment: Assignment, rows: Sequence[TurnPart]) -> list[TurnPart]:
    """Strand by strand, the tries one after the other, and what follows the check after all of them."""
    exercise = exercise_of(assignment)
    order = {step.key: place for place, step in enumerate(exercise.steps)}
    check = turns.check_of(turns.strand_of(exercise))
    last = order[check.key] if check else 0

    def place(row: TurnPart) -> tuple[str, bool, int, int]:
        own = order.get(row.step, 0)
        return row.speaker, own > last, row.round, own

    return sorted(rows, key=place)


def _readable(reader: Person, couple: Couple, now: datetime) -> list[TurnPart]:
    # Partners have pages of their own.
    if not can(reader, Permission.ANSWER_STAFF_READ):
        raise NotFound
    return [row for row in part_rows(couple) if may_read_part(reader, couple, row, now)]


def part_marks(couple: Couple) -> dict[UUID, int]:
    """The version of each part that the couple's counsellor has marked read, by part id."""
    rows = db.session.execute(
        select(ReadMark.part_id, ReadMark.version)
        .join(TurnPart, TurnPart.id == ReadMark.part_id)
        .where(
            ReadMark.practice_id == couple.practice_id,
            ReadMark.reader_id == couple.counsellor_id,
            TurnPart.couple_id == couple.id,
        )
    )
    return {part_id: version for part_id, version in rows if part_id is not None}


def _is_new(row: TurnPart, marks: Mapping[UUID, int]) -> bool:
    return marks.get(row.id) != row.version


def _read(
    couple: Couple, assignment: Assignment, row: TurnPart, marks: Mapping[UUID, int], now: datetime
) -> ReadPart:
    author, step = couple.partner_of(row.author_id), exercise_of(assignment).step(row.step)
    if author is None or step is None or row.sent_at is None:
        raise NotFound
    other, counsellor = couple.partner(author.place.other).name, couple.counsellor.name
    worded = personalised(step, partner=other, counsellor=counsellor)
    return ReadPart(
        id=row.id,
        version=row.version,
        is_new=_is_new(row, marks),
        slot=author.slot,
        author_name=author.name,
        asked=worded.title,
        lines=lines_of(worded, unsealed_value(row)),
        sent_at=row.sent_at,
        is_open=part_is_open_between(couple, row, now),
    )
