"""What the counsellor and her supervisor may read of a couple's answers, ready for the review pages.

Whether a response may be read is decided by `access.may_read` alone; here is only what stands around the words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.access import is_frozen, may_read, sharing_of
from assignments.domain.exercises import lines_of, personalised
from assignments.domain.visibility import Level
from assignments.models import Entry, Response
from assignments.queries.assignments import exercise_of
from assignments.queries.entries import open_thanks_rows
from assignments.queries.pins_in_force import pins_in_force
from assignments.queries.replies import SentReply, replies_about, taken_back_last
from assignments.queries.responses import ReadResponse, Twin, open_words, readable_responses, turns_of
from assignments.queries.unread import marks_among
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.models import Couple, Partner, Person


@dataclass(frozen=True)
class ListedAnswer:
    """One answer in the list: whose, to what, when and for whom. No words."""

    id: UUID
    slot: str
    author_name: str
    exercise_name: str
    sent_at: datetime
    who_sees: str
    for_counsellor_only: bool
    is_new: bool
    is_typed_in: bool


@dataclass(frozen=True)
class Said:
    """One step of an answer: what was asked and what was said, a thought a line."""

    asked: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ShownAnswer:
    """One answer with its words, as one column of the page."""

    listed: ListedAnswer
    version: int
    said: tuple[Said, ...]


@dataclass(frozen=True)
class AnswerPage:
    """One answer, its twin beside it where that may be read too, and what stands around them."""

    asked_for: ShownAnswer
    shown: tuple[ShownAnswer, ...]
    assignment_id: UUID
    replies: Sequence[SentReply]
    taken_back: str
    """A reply of the reader's that was taken back before it was delivered, to be mended."""
    pinned: UUID | None
    new: int
    total: int
    next_new: UUID | None

    @property
    def other(self) -> ShownAnswer | None:
        """The twin, when it stands beside."""
        return next((one for one in self.shown if one.listed.id != self.asked_for.listed.id), None)


def answers_for(reader: Person, couple: Couple, now: datetime) -> list[ListedAnswer]:
    """Every answer of this couple the reader may read now, newest first."""
    return answers_among(reader, couple, staff_turns(reader, couple), now)


def answer_page(reader: Person, couple: Couple, response_id: UUID, now: datetime) -> AnswerPage:
    """One answer with its words. Raises NotFound unless the reader may read it now."""
    twins = staff_turns(reader, couple)
    answers = answers_among(reader, couple, twins, now)
    by_id = {one.id: one for one in answers}
    twin = next((t for t in twins if any(row.id == response_id for row in t.by_slot.values())), None)
    if twin is None or response_id not in by_id:
        raise NotFound
    rows = [row for row in readable_responses(reader, couple, [twin], now) if row.id in by_id]
    assignments = {row.id: twin.assignment for row in rows}
    shown = tuple(
        ShownAnswer(by_id[read.id], read.version, said_in(couple, read))
        for read in open_words(couple, rows, assignments, now)
    )
    others_new = [one.id for one in answers if one.is_new and one.id not in assignments]
    return AnswerPage(
        asked_for=next(one for one in shown if one.listed.id == response_id),
        shown=shown,
        assignment_id=twin.assignment.id,
        replies=replies_about(reader, couple, rows, now),
        taken_back=taken_back_last(reader, rows),
        pinned=next((pin.id for pin in pins_in_force(couple, now) if pin.response_id == response_id), None),
        new=sum(one.is_new for one in answers),
        total=len(answers),
        next_new=others_new[0] if others_new else None,
    )


def readable_rows(
    reader: Person, couple: Couple, response_ids: Iterable[UUID], now: datetime
) -> dict[UUID, Response]:
    """The rows of these answers, for acts about them. Raises NotFound unless all may be read now."""
    wanted = list(dict.fromkeys(response_ids))
    twins = staff_turns(reader, couple, among=wanted)
    readable = {row.id: row for row in readable_responses(reader, couple, twins, now)}
    if any(response_id not in readable for response_id in wanted):
        raise NotFound
    return {response_id: readable[response_id] for response_id in wanted}


def shared_thanks_rows(couple: Couple, entry_ids: Sequence[UUID], now: datetime) -> Sequence[Entry]:
    """The rows of these thank-yous. Raises NotFound unless all lie open between the partners now."""
    if not entry_ids:
        return []
    found = {row.id: row for row in open_thanks_rows(couple, now)}
    if not set(entry_ids) <= found.keys():
        raise NotFound
    return [found[entry_id] for entry_id in dict.fromkeys(entry_ids)]


def open_to_both(couple: Couple, twins: Sequence[Twin], now: datetime) -> list[Response]:
    """The rows whose words both partners may read now: all that may lie on the table between them.

    An author always reads their own, so what both may read is what each has opened to the other.
    """
    first, second = (
        {row.id for row in readable_responses(partner.person, couple, twins, now)}
        for partner in couple.partners
    )
    return [
        row
        for twin in twins
        for _, row in sorted(twin.by_slot.items())
        if row.sent_at is not None and row.id in first and row.id in second
    ]


def staff_turns(
    reader: Person,
    couple: Couple,
    *,
    moved_since: datetime | None = None,
    among: Collection[UUID] | None = None,
) -> Sequence[Twin]:
    """The turns of this couple's, see `turns_of`. Raises NotFound for partners, who have pages of their own."""
    if not can(reader, Permission.ANSWER_STAFF_READ):
        raise NotFound
    return turns_of(couple, moved_since=moved_since, among=among)


def answers_among(reader: Person, couple: Couple, twins: Sequence[Twin], now: datetime) -> list[ListedAnswer]:
    """Every answer in turns already read that the reader may read now, newest first."""
    readable = readable_responses(reader, couple, twins, now)
    marks = marks_among(couple, [row.id for row in readable], [])
    turn_of = {row.id: twin for twin in twins for row in twin.by_slot.values()}
    found = [
        _answer(couple, row, turn_of[row.id], marks.get(row.id), now)
        for row in readable
        if row.sent_at is not None
    ]
    return sorted(found, key=lambda one: (one.sent_at, one.slot), reverse=True)


def _answer(couple: Couple, row: Response, twin: Twin, marked: int | None, now: datetime) -> ListedAnswer:
    author = couple.partner_of(row.author_id)
    if author is None or row.sent_at is None:
        raise NotFound
    other = couple.partner(author.place.other)
    level = sharing_of(row).level_at(now)
    return ListedAnswer(
        id=row.id,
        slot=author.slot,
        author_name=author.name,
        exercise_name=exercise_of(twin.assignment).name,
        sent_at=row.sent_at,
        who_sees=_who_sees(couple, other, row, twin.of(other.slot), level, now),
        for_counsellor_only=level is Level.COUNSELLOR,
        is_new=marked != row.version,
        is_typed_in=row.typed_by_id is not None,
    )


def _who_sees(
    couple: Couple, other: Partner, row: Response, twin: Response | None, level: Level, now: datetime
) -> str:
    """Who may read it now, in words for staff. Nothing is said of an answer the other has not opened."""
    if level is Level.COUNSELLOR:
        return "Counsellor only"
    if may_read(other.person, couple, row, twin, now):
        return "Open to both"
    if is_frozen(couple):
        return "Sharing is held"
    return f"Goes to {other.name} soon" if level is Level.SHARED else "Opens when both answer"


def said_in(couple: Couple, read: ReadResponse) -> tuple[Said, ...]:
    """What was said, step by step, with the questions as the author read them."""
    author = next(partner for partner in couple.partners if partner.slot == read.slot)
    partner, counsellor = couple.partner(author.place.other).name, couple.counsellor.name
    # The step is personalised and not what was typed: words that look like a placeholder stay as they are.
    steps = [personalised(step, partner=partner, counsellor=counsellor) for step in read.exercise.steps]
    return tuple(
        Said(step.title, tuple(lines))
        for step in steps
        if (lines := lines_of(step, read.values.get(step.key)))
    )
