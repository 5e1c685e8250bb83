"""What lies open between the two partners. Both get the same: nobody's own words stand here that the other can't read.

So two people may look at these pages side by side, and nothing on them moves because of what one of them kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from assignments.access import has_ended, is_frozen, is_open_between, limit_of, part_is_open_between
from assignments.domain import progress, visibility
from assignments.domain.exercises import lines_of, personalised
from assignments.domain.visibility import Opening
from assignments.models import Assignment, Reply, Response, TurnPart
from assignments.queries.assignments import assignment_of, exercise_of, is_withdrawn
from assignments.queries.exchanges import is_exchange, parts_between
from assignments.queries.responses import ReadResponse, Twin, open_words, said_in, turns_of, unsealed_value
from assignments.queries.strands import in_order
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner
from clinic.queries.people import practice_of


@dataclass(frozen=True)
class SharedAnswer:
    """One partner's answer as both read it: each answered step's title with what was said."""

    id: UUID
    slot: str
    author_name: str
    said: Sequence[tuple[str, list[str]]]
    thanked_by: str = ""
    """Who has thanked for it, once both may know."""


@dataclass(frozen=True)
class SharedPart:
    """One part of a listening turn as both read it: who and the words, never when."""

    id: UUID
    slot: str
    author_name: str
    lines: Sequence[str]


@dataclass(frozen=True)
class SharedTurn:
    """One turn: whether words lie open in it, and what both are told while none do."""

    turn: int
    began_on: date
    opening: Opening
    is_open: bool
    answers: Sequence[SharedAnswer] = ()
    strands: Sequence[tuple[str, Sequence[SharedPart]]] = ()
    """Listening turns: what went to and fro while each of them was the speaker, A first."""


@dataclass(frozen=True)
class SharedThing:
    """One exercise as both partners find it here, newest turn first."""

    assignment_id: UUID
    name: str
    starts_on: date
    repeats: bool
    is_exchange: bool
    turns: Sequence[SharedTurn]

    @property
    def is_open(self) -> bool:
        """Whether any of its turns has something to read."""
        return any(turn.is_open for turn in self.turns)


@dataclass(frozen=True)
class _Scope:
    """What is known of one couple at one moment."""

    place: Partner
    now: datetime
    zone: ZoneInfo
    twins: Mapping[UUID, Mapping[int, Twin]]
    parts: Mapping[UUID, Mapping[int, Sequence[TurnPart]]]
    """The parts of listening turns that lie open between the partners; like the twins by assignment and turn."""

    def latest_turn(self, assignment: Assignment) -> int:
        """The turn that is on today, 0 before the first."""
        today = self.now.astimezone(self.zone).date()
        return progress.turn_on(today, starts_on=assignment.starts_on, repeat=assignment.repeat)

    def twin(self, assignment: Assignment, turn: int) -> Twin:
        """Both partners' rows for one turn, where there are any."""
        return self.twins.get(assignment.id, {}).get(turn) or Twin(assignment, turn, {})

    def turns_with_rows(self, assignment: Assignment) -> set[int]:
        """The turns in which anybody did anything. In any other nothing can lie open."""
        return {*self.twins.get(assignment.id, ()), *self.parts.get(assignment.id, ())}

    def open_parts(self, assignment: Assignment, turn: int) -> list[TurnPart]:
        """The parts of one turn that lie open between the partners, in the order of the strands."""
        found = self.parts.get(assignment.id, {}).get(turn)
        return in_order(assignment, found) if found else []

    def open_rows(self, assignment: Assignment, turn: int) -> list[Response]:
        """The rows of one turn that lie open between the partners, A's first."""
        rows = sorted(self.twin(assignment, turn).by_slot.items())
        return [
            row
            for slot, row in rows
            if is_open_between(
                self.place.couple, row, next((r for s, r in rows if s != slot), None), self.now
            )
        ]


def shared_things(
    place: Partner, now: datetime, all_given: Sequence[Assignment], rituals: Collection[UUID] = ()
) -> list[SharedThing]:
    """Every exercise that stands on Together, the latest given first, without words.

    Of `rituals`, whose days both have agreed, nothing is going to open: each one's closeness stays their own.
    """
    if has_ended(place.couple):
        return []
    scope = _scope(place, now)
    given = sorted(all_given, key=lambda a: (a.starts_on, a.assigned_at, a.id.hex), reverse=True)
    things = (_thing(scope, assignment) for assignment in given)
    return [
        thing
        for thing in things
        if thing is not None and (thing.is_open or thing.assignment_id not in rituals)
    ]


def shared_thing(place: Partner, assignment_id: UUID, now: datetime) -> SharedThing:
    """One of them with the words that lie open. Raises NotFound for anything that does not stand on Together."""
    if has_ended(place.couple):
        raise NotFound
    scope = _scope(place, now)
    given = assignment_of(place.couple, assignment_id)
    thing = _thing(scope, given)
    if thing is None:
        raise NotFound
    rows = [row for turn in thing.turns for row in scope.open_rows(given, turn.turn)]
    opened = open_words(place.couple, rows, {row.id: given for row in rows}, now)
    thanked = _thanked(place.couple, [row.id for row in rows], now)
    return replace(
        thing,
        turns=[
            replace(
                turn,
                answers=[_answer(place.couple, one, thanked) for one in opened if one.turn == turn.turn],
                strands=_strands(place.couple, given, scope.open_parts(given, turn.turn)),
            )
            for turn in thing.turns
        ],
    )


def _scope(place: Partner, now: datetime) -> _Scope:
    twins: dict[UUID, dict[int, Twin]] = defaultdict(dict)
    for twin in turns_of(place.couple, ever_open=True):
        twins[twin.assignment.id][twin.turn] = twin
    parts: dict[UUID, dict[int, list[TurnPart]]] = defaultdict(lambda: defaultdict(list))
    for row in parts_between(place.couple):
        if part_is_open_between(place.couple, row, now):
            parts[row.assignment_id][row.turn].append(row)
    return _Scope(place, now, ZoneInfo(practice_of(place.person).timezone), twins, parts)


def _thing(scope: _Scope, assignment: Assignment) -> SharedThing | None:
    """An exercise both were given and may share, whatever anybody did with it; any other once words lie open."""
    running, latest = _running_turn(scope, assignment), scope.latest_turn(assignment)
    begun = scope.turns_with_rows(assignment) | ({running} if running is not None else set())
    shown = [
        shared
        for turn in sorted((turn for turn in begun if 1 <= turn <= latest), reverse=True)
        if (shared := _turn(scope, assignment, turn)).is_open or turn == running
    ]
    if not shown:
        return None
    return SharedThing(
        assignment_id=assignment.id,
        name=exercise_of(assignment).name,
        starts_on=assignment.starts_on,
        repeats=assignment.repeat == progress.Repeat.WEEKLY,
        is_exchange=is_exchange(scope.place.couple, assignment),
        turns=shown,
    )


def _running_turn(scope: _Scope, assignment: Assignment) -> int | None:
    """The turn that is always told about, because both may share it; it is found without asking who did."""
    limit = limit_of(assignment, scope.place.couple)
    if assignment.for_whom != "both" or limit not in visibility.OPEN_TO_PARTNER or is_withdrawn(assignment):
        return None
    return scope.latest_turn(assignment)


def _turn(scope: _Scope, assignment: Assignment, turn: int) -> SharedTurn:
    twin, place = scope.twin(assignment, turn), scope.place
    return SharedTurn(
        turn=turn,
        began_on=progress.turn_begins_on(turn, starts_on=assignment.starts_on, repeat=assignment.repeat),
        opening=visibility.opening(
            twin.sharing(place.slot),
            twin.sharing(place.place.other),
            scope.now,
            closes_at=_closes_at(scope, assignment, turn),
            frozen=is_frozen(place.couple),
        ),
        is_open=bool(scope.open_rows(assignment, turn) or scope.open_parts(assignment, turn)),
    )


def _closes_at(scope: _Scope, assignment: Assignment, turn: int) -> datetime | None:
    day = progress.turn_closes_on(
        turn,
        starts_on=assignment.starts_on,
        repeat=assignment.repeat,
        best_before=assignment.best_before,
    )
    # A safety hold closes nothing here: it changes no word of what both are told.
    return datetime.combine(day, time(), scope.zone) if day is not None else None


def _strands(
    couple: Couple, assignment: Assignment, rows: Sequence[TurnPart]
) -> list[tuple[str, list[SharedPart]]]:
    """What was said in each strand, worded as its own author chose it."""
    strands: dict[str, list[SharedPart]] = {}
    for row in rows:
        author, step = couple.partner_of(row.author_id), exercise_of(assignment).step(row.step)
        if author is not None and step is not None:
            other, counsellor = couple.partner(author.place.other).name, couple.counsellor.name
            lines = lines_of(personalised(step, partner=other, counsellor=counsellor), unsealed_value(row))
            strands.setdefault(row.speaker, []).append(SharedPart(row.id, author.slot, author.name, lines))
    return [(couple.partner(slot).name, parts) for slot, parts in strands.items()]


def _answer(couple: Couple, response: ReadResponse, thanked: Mapping[UUID, str]) -> SharedAnswer:
    """Titles are worded as their author read them, so that both partners read the same."""
    author = couple.partner(response.slot)
    exercise = personalised(
        response.exercise, partner=couple.partner(author.place.other).name, counsellor=couple.counsellor.name
    )
    return SharedAnswer(
        id=response.id,
        slot=response.slot,
        author_name=response.author_name,
        said=said_in(exercise, response.values),
        thanked_by=thanked.get(response.id, ""),
    )


@dataclass(frozen=True)
class ToThankFor:
    """The other partner's words that opened last in an exercise, and this partner's own reply to them."""

    partner_name: str
    response: Response | None
    reply: Reply | None
    may_take_back: bool


def to_thank_for(place: Partner, assignment_id: UUID, now: datetime) -> ToThankFor:
    """What one partner may thank for. Raises NotFound for anything that does not stand on Together."""
    thing = shared_thing(place, assignment_id, now)
    scope, given = _scope(place, now), assignment_of(place.couple, assignment_id)
    rows = (row for turn in thing.turns for row in scope.open_rows(given, turn.turn))
    latest = next((row for row in rows if row.author_id != place.person_id), None)
    reply = next(iter(_replies(place.couple, [latest.id])), None) if latest is not None else None
    sharing = visibility.shared(reply.sent_at, reply.opens_at) if reply is not None else None
    return ToThankFor(
        partner_name=place.couple.partner(place.place.other).name,
        response=latest,
        reply=reply,
        may_take_back=sharing is not None and visibility.may_take_back(sharing, None, now),
    )


def _thanked(couple: Couple, response_ids: Collection[UUID], now: datetime) -> dict[UUID, str]:
    """Whose reply both may know of by now, by the answer it is to. The answers are open already."""
    found = {}
    for reply in _replies(couple, response_ids):
        author = couple.partner_of(reply.author_id)
        held = visibility.shared(reply.sent_at, reply.opens_at)
        if author is not None and visibility.partner_reads(held, None, now, frozen=is_frozen(couple)):
            found[reply.response_id] = author.name
    return found


def _replies(couple: Couple, response_ids: Collection[UUID]) -> Sequence[Reply]:
    if not response_ids:
        return []
    statement = select(Reply).where(
        Reply.practice_id == couple.practice_id,
        Reply.couple_id == couple.id,
        Reply.response_id.in_(response_ids),
    )
    return db.session.scalars(statement).all()
