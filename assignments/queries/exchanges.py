"""Listening turns as one partner meets them: the parts they may read, and what they may write next.

Every part of the other partner's passes `access.may_read_part` before anything is made of it, so no answer here can
depend on what they drafted, took back within the hold or have hidden since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from assignments.access import limit_of, may_read_part
from assignments.domain import progress, turns
from assignments.domain.exercises import Exercise, SizeName, Step, lines_of
from assignments.domain.exercises.steps import Turn
from assignments.domain.turns import Act, Part
from assignments.models import Assignment, Response, TurnPart
from assignments.queries.assignments import as_read_by, assignment_for_partner, exercise_of
from assignments.queries.doing import asked_size
from assignments.queries.responses import unsealed_value
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner
from clinic.queries.people import practice_of
from clinic.statements import written_once

Parts = Mapping[tuple[int, str], Sequence[TurnPart]]


@dataclass(frozen=True)
class NextPart:
    """What one person may write now, where it belongs, and what they have written of it already."""

    turn: int
    speaker: str
    act: Act
    draft: TurnPart | None

    @property
    def address(self) -> dict[str, Any]:
        """What an address names it by."""
        return {
            "turn": self.turn,
            "slot": self.speaker,
            "step": self.act.step.key,
            "number": self.act.round,
        }

    @property
    def version(self) -> int:
        """The version of the draft, 0 before the first save."""
        return self.draft.version if self.draft else 0

    @property
    def value(self) -> Any:
        """What was saved so far."""
        return unsealed_value(self.draft) if self.draft else None


@dataclass(frozen=True)
class QuotedPart:
    """What somebody said earlier in the strand, ready for a quote card. It never says when."""

    slot: str
    name: str
    is_mine: bool
    lines: Sequence[str]


@dataclass(frozen=True)
class Exchange:
    """One assignment's listening turns as one partner may see them. `current` is the turn that is on."""

    place: Partner
    assignment: Assignment
    exercise: Exercise
    current: int
    asked: frozenset[str]
    rows: Parts
    spoken: frozenset[int]
    """The turns this person has finished in the spoken way, so no fresh thought is asked for."""

    @property
    def partner_name(self) -> str:
        """The other partner's first name."""
        return self.place.couple.partner(self.place.place.other).name

    @property
    def counsellor_name(self) -> str:
        """The counsellor's first name."""
        return self.place.couple.counsellor.name

    @cached_property
    def strand(self) -> tuple[Step, ...]:
        """The steps that go to and fro."""
        return turns.strand_of(self.exercise)

    @cached_property
    def next(self) -> NextPart | None:
        """What this person may write now: what they began, then a reply, then a fresh thought."""
        found = [part for turn in self._turns for part in self._next_in(turn)]
        return min(found, key=lambda one: (one.draft is None, one.act.is_fresh, one.turn), default=None)

    def next_at(self, turn: int, speaker: str, step: str, number: int) -> NextPart | None:
        """The part an address names, if that is what may be written there now. NotFound if it never could be."""
        role = self.role(speaker)
        if not any(known.key == step and known.turn == role for known in self.strand):
            raise NotFound
        if not 1 <= turn <= self.current or not 1 <= number <= turns.MOST_NEARLY + 1:
            raise NotFound
        return next(
            (
                one
                for one in self._next_in(turn)
                if (one.speaker, one.act.step.key, one.act.round) == (speaker, step, number)
            ),
            None,
        )

    def own_part(self, turn: int, speaker: str, step: str, number: int) -> TurnPart | None:
        """This person's own row for what an address names."""
        return next(
            (
                row
                for row in self.rows.get((turn, speaker), ())
                if (row.step, row.round) == (step, number) and row.author_id == self.place.person_id
            ),
            None,
        )

    def role(self, speaker: str) -> Turn:
        """What this person is in the strand of a speaker."""
        return "speaker" if speaker == self.place.slot else "listener"

    def quoted(self, one: NextPart) -> list[QuotedPart]:
        """What stands above a part: what it answers, as far as this person may read it."""
        wanted = turns.quoted_by(self.strand, one.act)
        rows = {(row.step, row.round): row for row in self.rows.get((one.turn, one.speaker), ())}
        return [quoted_part(self, rows[key]) for key in wanted if key in rows and rows[key].sent_at]

    def has_been_heard(self, turn: int) -> bool:
        """Whether this person's own strand is over, so that they may say how it was."""
        return turns.has_been_heard(self.strand, self._parts(turn, self.place.slot))

    def can_be_taken_back(self, now: datetime) -> list[TurnPart]:
        """This person's own parts that are still held, the latest first."""
        rows = [
            row
            for some in self.rows.values()
            for row in some
            if row.author_id == self.place.person_id and row.opens_at and row.opens_at > now
        ]
        return sorted((row for row in rows if row.hidden_at is None), key=lambda r: r.saved_at, reverse=True)

    def sent_last(self) -> datetime | None:
        """When this person last sent something here."""
        sent = [
            row.sent_at
            for some in self.rows.values()
            for row in some
            if row.author_id == self.place.person_id and row.sent_at
        ]
        return max(sent, default=None)

    @property
    def _turns(self) -> list[int]:
        return sorted({self.current, *(turn for turn, _ in self.rows)})

    def _next_in(self, turn: int) -> Iterator[NextPart]:
        for speaker in (self.place.place.other, self.place.slot):
            act = turns.next_act(self.strand, self.role(speaker), self._parts(turn, speaker), self.asked)
            if act is None:
                continue
            draft = self.own_part(turn, speaker, act.step.key, act.round)
            # A fresh thought belongs to the turn that is on; one that was begun is never left behind.
            if act.is_fresh and draft is None and (turn != self.current or turn in self.spoken):
                continue
            yield NextPart(turn, str(speaker), act, draft)

    def _parts(self, turn: int, speaker: str) -> list[Part]:
        return [
            Part(
                step=row.step,
                round=row.round,
                is_mine=row.author_id == self.place.person_id,
                is_sent=row.sent_at is not None,
                is_hidden=row.hidden_at is not None,
                choice=row.choice,
            )
            for row in self.rows.get((turn, speaker), ())
        ]


def exchange_for(place: Partner, assignment_id: UUID, now: datetime) -> Exchange:
    """One open assignment's listening turns. Raises NotFound where these two do not write to each other."""
    today = now.astimezone(ZoneInfo(practice_of(place.person).timezone)).date()
    assignment = assignment_for_partner(place, assignment_id, today)
    if not is_exchange(place.couple, assignment):
        raise NotFound
    spoken = db.session.execute(
        select(Response.turn).where(
            Response.practice_id == place.practice_id,
            Response.assignment_id == assignment.id,
            Response.author_id == place.person_id,
            Response.sent_at.is_not(None),
        )
    ).scalars()
    return exchange_between(
        place,
        assignment,
        parts_read_by(place, [assignment.id], now).get(assignment.id, {}),
        current=progress.turn_on(today, starts_on=assignment.starts_on, repeat=assignment.repeat),
        size=asked_size(place, assignment),
        spoken=spoken.all(),
    )


def exchange_between(
    place: Partner,
    assignment: Assignment,
    rows: Parts,
    *,
    current: int,
    size: SizeName,
    spoken: Collection[int],
) -> Exchange:
    """The same, where the rows are read already."""
    exercise = as_read_by(place, assignment)
    strand = {step.key for step in turns.strand_of(exercise)}
    # A small size that keeps no page of the strand is about talking; then all of them may be written.
    smaller = strand & set(exercise.size(size).steps) or strand
    return Exchange(place, assignment, exercise, current, frozenset(smaller), rows, frozenset(spoken))


def is_exchange(couple: Couple, assignment: Assignment) -> bool:
    """Whether these two may write to each other here."""
    return turns.exchange_is_on(exercise_of(assignment), limit_of(assignment, couple), assignment.for_whom)


def parts_read_by(place: Partner, assignment_ids: Collection[UUID], now: datetime) -> dict[UUID, Parts]:
    """Every part this partner may read, by assignment and strand: their own, and what has opened to them."""
    found: dict[UUID, dict[tuple[int, str], list[TurnPart]]] = defaultdict(lambda: defaultdict(list))
    rows = _parts_to_read(place.practice_id, place.couple_id, place.person_id, list(assignment_ids))
    for row in rows.scalars():
        if may_read_part(place.person, place.couple, row, now):
            found[row.assignment_id][row.turn, row.speaker].append(row)
    return {assignment_id: dict(strands) for assignment_id, strands in found.items()}


def part_rows(couple: Couple) -> Sequence[TurnPart]:
    """Every row of a couple's, drafts among them. Not for showing: callers pass each through `access` first."""
    return _parts_of(couple.practice_id, couple.id).scalars().all()


def parts_between(couple: Couple) -> Sequence[TurnPart]:
    """Those that may lie open between the two: sent, and not hidden since. `access` says which of them do."""
    return _parts_sent(couple.practice_id, couple.id).scalars().all()


@written_once
def _parts_sent(practice_id: UUID, couple_id: UUID) -> Select[TurnPart]:
    return _parts(practice_id, couple_id).where(_is_sent())


def _is_sent() -> ColumnElement[bool]:
    return and_(TurnPart.sent_at.is_not(None), TurnPart.hidden_at.is_(None))


@written_once
def _parts_of(practice_id: UUID, couple_id: UUID) -> Select[TurnPart]:
    return _parts(practice_id, couple_id)


@written_once
def _parts_to_read(
    practice_id: UUID, couple_id: UUID, person_id: UUID, assignment_ids: Sequence[UUID]
) -> Select[TurnPart]:
    # What the other partner has not sent is not even looked at: it costs whoever asks no moment.
    may_be = or_(TurnPart.author_id == person_id, _is_sent())
    return _parts(practice_id, couple_id).where(TurnPart.assignment_id.in_(assignment_ids), may_be)


def _parts(practice_id: UUID, couple_id: UUID) -> Select[TurnPart]:
    return (
        select(TurnPart)
        .where(TurnPart.practice_id == practice_id, TurnPart.couple_id == couple_id)
        .order_by(TurnPart.turn, TurnPart.speaker, TurnPart.round, TurnPart.sent_at, TurnPart.id)
    )


def own_part_by_id(place: Partner, part_id: UUID) -> TurnPart:
    """One of the author's own parts. Raises NotFound for anybody else's, the partner's included."""
    row = db.session.execute(
        select(TurnPart)
        .where(
            TurnPart.id == part_id,
            TurnPart.practice_id == place.practice_id,
            TurnPart.couple_id == place.couple_id,
            TurnPart.author_id == place.person_id,
        )
        .options(joinedload(TurnPart.assignment).joinedload(Assignment.exercise_version))
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def quoted_part(exchange: Exchange, row: TurnPart) -> QuotedPart:
    """The words of a part that has been let through, as a quote."""
    author = exchange.place.couple.partner_of(row.author_id)
    step = exchange.exercise.step(row.step)
    if author is None or step is None:
        raise NotFound
    return QuotedPart(
        slot=author.slot,
        name=author.name,
        is_mine=row.author_id == exchange.place.person_id,
        lines=lines_of(step, unsealed_value(row)),
    )
