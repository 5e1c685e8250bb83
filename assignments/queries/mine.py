"""What one partner has written, for that partner: the list, one answer, and the counsellor's comments on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from assignments.access import frozen_since, has_ended, sharing_of, sharing_of_part
from assignments.domain import visibility
from assignments.domain.exercises import lines_of
from assignments.domain.visibility import Change, Level
from assignments.models import Assignment, Response, TurnPart
from assignments.queries.agreements import own_texts
from assignments.queries.assignments import as_read_by, assignments_of, exercise_of
from assignments.queries.checkins import own_checkins
from assignments.queries.entries import own_thanks
from assignments.queries.instruments import own_answers
from assignments.queries.replies import replied_to
from assignments.queries.responses import history_of_own, own_values, said_in, turn_of, unsealed_value
from clinic.extensions import db
from clinic.models import Partner
from clinic.queries.people import person_in, practice_of


@dataclass(frozen=True)
class Kept:
    """One line of the list: what it was, when, who sees it. Never a word of it."""

    kind: str
    id: UUID
    name: str
    day: date
    level: Level
    is_draft: bool = False
    opens_at: datetime | None = None
    has_reply: bool = False
    """Whether the counsellor has said something about it."""

    step: str = ""
    """Of an agreement's words, which have a page by their exercise and step: `id` is the exercise's then."""


@dataclass(frozen=True)
class OwnAnswer:
    """One answer for its author. `said` is each answered step's title with what was said."""

    id: UUID
    assignment_id: UUID
    name: str
    sent_at: datetime | None
    opens_at: datetime | None
    started_at: datetime
    level: Level
    pending: Change | None
    may_have_been_read: bool
    may_take_back: bool
    typed_by: str
    """Who typed it in from paper; empty for what its author wrote here."""
    said: Sequence[tuple[str, list[str]]]


@dataclass(frozen=True)
class OwnPart:
    """One part of a listening turn for its author."""

    id: UUID
    name: str
    asked: str
    lines: Sequence[str]
    sent_at: datetime | None
    saved_at: datetime
    level: Level
    can_be_hidden: bool


def own_history(place: Partner, now: datetime) -> list[Kept]:
    """Answers, agreements, thank-yous and check-ins of this partner's own, newest first."""
    zone = ZoneInfo(practice_of(place.person).timezone)
    replied = set(replied_to(place, now))
    kept = [_kept_response(row, zone, now) for row in history_of_own(place)]
    kept += [_kept_part(row, zone, now) for row in _own_parts(place)]
    kept = [replace(one, has_reply=one.id in replied) for one in kept]
    kept += [
        Kept("thanks", one.id, "Small thank-you", one.day, one.level, opens_at=one.opens_at)
        for one in own_thanks(place, now)
    ]
    kept += [
        Kept(
            "check-in",
            row.id,
            "Weekly check-in",
            row.saved_at.astimezone(zone).date(),
            Level.COUNSELLOR,
        )
        for row in own_checkins(place)
    ]
    # Its name says nothing of what was asked: this page may be looked at over a shoulder.
    kept += [
        Kept(
            "questions",
            row.id,
            "A few questions",
            row.saved_at.astimezone(zone).date(),
            Level.COUNSELLOR,
        )
        for row in own_answers(place).values()
    ]
    kept += _kept_agreements(place, zone, now)
    return sorted(kept, key=lambda one: (one.day, one.kind, one.id.hex), reverse=True)


def name_of_typist(row: Response) -> str:
    """The first name of whoever typed an answer in, for its author and for staff."""
    typist = person_in(row.practice_id, row.typed_by_id) if row.typed_by_id else None
    return typist.name if typist is not None else ""


def own_answer(place: Partner, row: Response, now: datetime) -> OwnAnswer:
    """One answer with its words, from a row that `own_response_by_id` has let through."""
    sharing, couple = sharing_of(row), place.couple
    other = turn_of(couple, row.assignment, row.turn).sharing(place.place.other)
    stopped = frozen_since(couple)
    exercise = as_read_by(place, row.assignment)
    return OwnAnswer(
        id=row.id,
        assignment_id=row.assignment_id,
        name=exercise.name,
        sent_at=row.sent_at,
        opens_at=row.opens_at,
        started_at=row.started_at,
        level=sharing.level_at(now),
        pending=sharing.pending(now) if row.sent_at else None,
        may_have_been_read=visibility.is_frozen_text(sharing, other, now, frozen_since=stopped),
        may_take_back=visibility.may_take_back(sharing, other, now, frozen_since=stopped),
        typed_by=name_of_typist(row),
        said=said_in(exercise, own_values(row)),
    )


def own_part(place: Partner, row: TurnPart, now: datetime) -> OwnPart:
    """One part with its words, from a row that `own_part_by_id` has let through."""
    exercise = as_read_by(place, row.assignment)
    step = exercise.step(row.step)
    return OwnPart(
        id=row.id,
        name=exercise.name,
        asked=step.title if step else "",
        lines=lines_of(step, unsealed_value(row)) if step else [],
        sent_at=row.sent_at,
        saved_at=row.saved_at,
        level=sharing_of_part(row).level_at(now),
        can_be_hidden=row.sent_at is not None and row.hidden_at is None,
    )


def _kept_agreements(place: Partner, zone: ZoneInfo, now: datetime) -> list[Kept]:
    rows = own_texts(place)
    given = {one.id: exercise_of(one).name for one in assignments_of(place.couple)} if rows else {}
    ended = has_ended(place.couple)
    return [
        Kept(
            kind="agreement",
            id=row.assignment_id,
            name=given[row.assignment_id],
            day=(row.put_forward_at or row.saved_at).astimezone(zone).date(),
            level=Level.PRIVATE if row.put_forward_at is None else Level.SHARED,
            is_draft=row.put_forward_at is None,
            opens_at=row.opens_at if row.opens_at and row.opens_at > now and not ended else None,
            step=row.step,
        )
        for row in rows
    ]


def _kept_response(row: Response, zone: ZoneInfo, now: datetime) -> Kept:
    sharing = sharing_of(row)
    pending = sharing.pending(now) if row.sent_at else None
    return Kept(
        kind="answer",
        id=row.id,
        name=exercise_of(row.assignment).name,
        day=(row.sent_at or row.started_at).astimezone(zone).date(),
        level=sharing.level_at(now),
        is_draft=row.sent_at is None,
        opens_at=pending.takes_effect_at if pending else None,
    )


def _own_parts(place: Partner) -> Sequence[TurnPart]:
    """This partner's own parts of listening turns, drafts among them."""
    return (
        db.session.execute(
            select(TurnPart)
            .where(
                TurnPart.practice_id == place.practice_id,
                TurnPart.couple_id == place.couple_id,
                TurnPart.author_id == place.person_id,
            )
            .options(joinedload(TurnPart.assignment).joinedload(Assignment.exercise_version))
        )
        .scalars()
        .all()
    )


def _kept_part(row: TurnPart, zone: ZoneInfo, now: datetime) -> Kept:
    return Kept(
        kind="part",
        id=row.id,
        name=exercise_of(row.assignment).name,
        day=(row.sent_at or row.saved_at).astimezone(zone).date(),
        level=sharing_of_part(row).level_at(now),
        is_draft=row.sent_at is None,
    )
