"""What one partner has written, for that partner: the list, one answer, and the counsellor's comments on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from assignments.access import frozen_since, sharing_of
from assignments.domain import visibility
from assignments.domain.exercises import personalised
from assignments.domain.visibility import Change, Level
from assignments.models import Comment, Response
from assignments.queries.assignments import exercise_of
from assignments.queries.checkins import own_checkins
from assignments.queries.entries import own_thanks
from assignments.queries.responses import history_of_own, own_values, said_in, turn_of
from clinic import crypto
from clinic.extensions import db
from clinic.models import Partner
from clinic.queries.people import practice_of


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


@dataclass(frozen=True)
class OwnAnswer:
    """One answer for its author. `said` is each answered step's title with what was said."""

    id: UUID
    name: str
    sent_at: datetime | None
    started_at: datetime
    level: Level
    pending: Change | None
    may_have_been_read: bool
    said: Sequence[tuple[str, list[str]]]


@dataclass(frozen=True)
class ReadComment:
    """What the counsellor said about one version of an answer."""

    words: str
    at: datetime
    is_about_now: bool


def own_history(place: Partner, now: datetime) -> list[Kept]:
    """Answers, thank-yous and check-ins of this partner's own, newest first."""
    zone = ZoneInfo(practice_of(place.person).timezone)
    kept = [_kept_response(row, zone, now) for row in history_of_own(place)]
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
    return sorted(kept, key=lambda one: (one.day, one.kind, one.id.hex), reverse=True)


def own_answer(place: Partner, row: Response, now: datetime) -> OwnAnswer:
    """One answer with its words, from a row that `own_response_by_id` has let through."""
    sharing, couple = sharing_of(row), place.couple
    other = turn_of(couple, row.assignment, row.turn).sharing(place.place.other)
    exercise = personalised(
        exercise_of(row.assignment),
        partner=couple.partner(place.place.other).name,
        counsellor=couple.counsellor.name,
    )
    return OwnAnswer(
        id=row.id,
        name=exercise.name,
        sent_at=row.sent_at,
        started_at=row.started_at,
        level=sharing.level_at(now),
        pending=sharing.pending(now) if row.sent_at else None,
        may_have_been_read=visibility.is_frozen_text(sharing, other, now, frozen_since=frozen_since(couple)),
        said=said_in(exercise, own_values(row)),
    )


def comments_on(place: Partner, row: Response) -> list[ReadComment]:
    """The counsellor's comments on one of the author's own answers, oldest first."""
    if row.author_id != place.person_id:
        return []
    rows = db.session.execute(
        select(Comment)
        .where(Comment.practice_id == place.practice_id, Comment.response_id == row.id)
        .order_by(Comment.at, Comment.id)
    ).scalars()
    return [
        ReadComment(
            words=crypto.unseal(comment, "words_sealed", comment.words_sealed),
            at=comment.at,
            is_about_now=comment.response_version == row.version,
        )
        for comment in rows
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
