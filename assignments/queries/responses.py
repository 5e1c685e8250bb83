"""What partners wrote, as far as the reader may see it. Words leave the database only through here."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select, tuple_
from sqlalchemy.orm import aliased, joinedload, selectinload

from assignments.access import may_read, sharing_of
from assignments.domain import visibility
from assignments.domain.exercises import Exercise, lines_of
from assignments.domain.exercises.steps import Step
from assignments.domain.turns import own_steps_of
from assignments.domain.visibility import Level, Sharing
from assignments.models import Answer, Assignment, Response, TurnPart, VisibilityChange
from assignments.queries.assignments import exercise_of
from clinic import crypto
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner, Person

Values = Mapping[str, Any]


@dataclass(frozen=True)
class ReadResponse:
    """One response the reader may read, with its words opened. Ready for a template."""

    id: UUID
    assignment_id: UUID
    turn: int
    slot: str
    author_name: str
    exercise: Exercise
    level: Level
    sent_at: datetime | None
    opens_at: datetime | None
    pending: visibility.Change | None
    version: int
    values: Values


@dataclass(frozen=True)
class Twin:
    """One turn of an assignment: each partner's response row by slot. Carries no words."""

    assignment: Assignment
    turn: int
    by_slot: Mapping[str, Response]

    def of(self, slot: str) -> Response | None:
        """The response of the partner in this slot."""
        return self.by_slot.get(slot)

    def sharing(self, slot: str) -> Sharing | None:
        """The sharing facts of that partner's response."""
        response = self.of(slot)
        return sharing_of(response) if response else None


def turns_of(
    couple: Couple,
    *,
    since: datetime | None = None,
    moved_since: datetime | None = None,
    among: Collection[UUID] | None = None,
    ever_open: bool = False,
) -> Sequence[Twin]:
    """Every turn anybody of this couple has begun, with both partners' rows and no words, newest first.

    `moved_since` leaves out those of which nothing was sent and nothing about who sees it changed from then on, and
    `among` all but those that hold one of these rows. `ever_open` leaves out each row that was at no time meant for the
    other partner: what one of them keeps costs the other no moment.
    Not for showing: callers pass it through `visibility` before a reader learns anything from it.
    """
    statement = (
        _responses(couple)
        .options(
            joinedload(Response.assignment).joinedload(Assignment.exercise_version),
            joinedload(Response.assignment).selectinload(Assignment.withdrawals),
        )
        .order_by(Response.started_at.desc())
    )
    if since is not None:
        statement = statement.where(Response.started_at >= since)
    turn = tuple_(Response.assignment_id, Response.turn)
    if moved_since is not None:
        statement = statement.where(turn.in_(_moved(couple, moved_since)))
    if among is not None:
        statement = statement.where(turn.in_(_holding(couple, among)))
    if ever_open:
        statement = statement.where(_meant_for_both(couple))
    slots = {partner.person_id: partner.slot for partner in couple.partners}
    turns: dict[tuple[UUID, int], dict[str, Response]] = defaultdict(dict)
    for response in db.session.execute(statement).scalars().unique():
        turns[response.assignment_id, response.turn][slots[response.author_id]] = response
    return [
        Twin(next(iter(by_slot.values())).assignment, turn, by_slot) for (_, turn), by_slot in turns.items()
    ]


def _meant_for_both(couple: Couple) -> ColumnElement[bool]:
    """Chosen or changed to a level at which the other partner may come to read it."""
    opened = exists().where(
        VisibilityChange.practice_id == couple.practice_id,
        VisibilityChange.response_id == Response.id,
        VisibilityChange.to.in_(visibility.OPEN_TO_PARTNER),
    )
    return or_(Response.visibility.in_(visibility.OPEN_TO_PARTNER), opened)


def _moved(couple: Couple, since: datetime) -> Select[UUID, int]:
    """The turns in which either's row has a moment of `Sharing.moments` or a sending from then on."""
    either = aliased(Response)
    changed = select(VisibilityChange.response_id).where(
        VisibilityChange.practice_id == couple.practice_id,
        VisibilityChange.response_id == either.id,
        VisibilityChange.takes_effect_at >= since,
    )
    return select(either.assignment_id, either.turn).where(
        either.practice_id == couple.practice_id,
        either.couple_id == couple.id,
        or_(either.sent_at >= since, either.opens_at >= since, changed.exists()),
    )


def _holding(couple: Couple, response_ids: Collection[UUID]) -> Select[UUID, int]:
    """The turns in which one of these rows stands."""
    either = aliased(Response)
    return select(either.assignment_id, either.turn).where(
        either.practice_id == couple.practice_id,
        either.couple_id == couple.id,
        either.id.in_(response_ids),
    )


def turn_of(couple: Couple, assignment: Assignment, turn: int) -> Twin:
    """Both partners' rows for one turn of one assignment."""
    statement = _responses(couple).where(Response.assignment_id == assignment.id, Response.turn == turn)
    slots = {partner.person_id: partner.slot for partner in couple.partners}
    rows = db.session.execute(statement).scalars().unique()
    return Twin(assignment, turn, {slots[row.author_id]: row for row in rows})


def readable_responses(
    reader: Person, couple: Couple, twins: Iterable[Twin], now: datetime
) -> list[Response]:
    """Those rows among `twins` whose words the reader may read now, in the order given."""
    return [
        response
        for twin in twins
        for slot, response in sorted(twin.by_slot.items())
        if may_read(
            reader, couple, response, next((r for s, r in twin.by_slot.items() if s != slot), None), now
        )
    ]


def open_words(
    couple: Couple, responses: Sequence[Response], assignments: Mapping[UUID, Assignment], now: datetime
) -> list[ReadResponse]:
    """Unseal rows that `may_read` has let through. One query for all their answers."""
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    ids = [response.id for response in responses]
    for answer in db.session.execute(
        select(Answer).where(Answer.practice_id == couple.practice_id, Answer.response_id.in_(ids))
    ).scalars():
        answers[answer.response_id].append(answer)
    opened = []
    for response in responses:
        author = couple.partner_of(response.author_id)
        if author is None:
            raise NotFound
        sharing = sharing_of(response)
        opened.append(
            ReadResponse(
                id=response.id,
                assignment_id=response.assignment_id,
                turn=response.turn,
                slot=author.slot,
                author_name=author.name,
                exercise=exercise_of(assignments[response.id]),
                level=sharing.level_at(now),
                sent_at=response.sent_at,
                opens_at=response.opens_at,
                pending=sharing.pending(now) if response.sent_at else None,
                version=response.version,
                values={a.step: unsealed_value(a) for a in answers[response.id]},
            )
        )
    return opened


def steps_to_type_in(exercise: Exercise) -> list[Step]:
    """The steps that one person answers in words or ticks, so that they can be typed in from a sheet.

    Not what goes to and fro between the two, and not an agreement, which is both's.
    """
    return [step for step in own_steps_of(exercise) if step.type not in ("read_only", "timer", "agreement")]


def own_response(place: Partner, assignment: Assignment, turn: int) -> Response | None:
    """The author's own row for one turn, with its sealed answers, or None before the first save."""
    return (
        db.session.execute(
            _responses(place.couple)
            .where(
                Response.assignment_id == assignment.id,
                Response.turn == turn,
                Response.author_id == place.person_id,
            )
            .options(selectinload(Response.answers))
        )
        .scalars()
        .one_or_none()
    )


def own_values(response: Response | None) -> dict[str, Any]:
    """The author's own answers by step. Only ever called with a row from `own_response`."""
    return {answer.step: unsealed_value(answer) for answer in response.answers} if response else {}


def own_response_by_id(place: Partner, response_id: UUID, *, to_change: bool = False) -> Response:
    """One of the author's own responses. Raises NotFound for anybody else's, the partner's included.

    With `to_change` other acts on it wait until this one is done, and it is read as the last one left it.
    """
    statement = (
        _responses(place.couple)
        .where(Response.id == response_id, Response.author_id == place.person_id)
        .options(
            selectinload(Response.answers),
            joinedload(Response.assignment).joinedload(Assignment.exercise_version),
        )
    )
    if to_change:
        statement = statement.with_for_update(of=Response).execution_options(populate_existing=True)
    row = db.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def own_response_sent_last(place: Partner, assignment_id: UUID) -> Response | None:
    """What this partner sent last for something given, even if that has been withdrawn since; None where nothing."""
    response_id = db.session.execute(
        select(Response.id)
        .where(
            Response.practice_id == place.practice_id,
            Response.couple_id == place.couple_id,
            Response.assignment_id == assignment_id,
            Response.author_id == place.person_id,
            Response.sent_at.is_not(None),
        )
        .order_by(Response.turn.desc())
        .limit(1)
    ).scalar_one_or_none()
    return own_response_by_id(place, response_id) if response_id is not None else None


def history_of_own(place: Partner) -> Sequence[Response]:
    """Everything this partner has begun or sent, newest first, without words."""
    return (
        db.session.execute(
            _responses(place.couple)
            .where(Response.author_id == place.person_id)
            .options(joinedload(Response.assignment).joinedload(Assignment.exercise_version))
            .order_by(Response.started_at.desc())
        )
        .scalars()
        .unique()
        .all()
    )


def said_in(exercise: Exercise, values: Values) -> list[tuple[str, list[str]]]:
    """The title of each answered step with what was said, a line each."""
    said = []
    for step in exercise.steps:
        lines = "\n".join(lines_of(step, values.get(step.key))).splitlines()
        if any(lines):
            said.append((step.title, [line for line in lines if line.strip()]))
    return said


def unsealed_value(answer: Answer | TurnPart) -> Any:
    """The value of one step: plain JSON, as `domain.exercises` reads it."""
    return json.loads(crypto.unseal(answer, "value_sealed", answer.value_sealed))


def _responses(couple: Couple) -> Select[Response]:
    return (
        select(Response)
        .where(Response.practice_id == couple.practice_id, Response.couple_id == couple.id)
        .options(selectinload(Response.changes))
    )
