"""Replies of the counsellor's: for the one they are for once delivered, for staff with their hour, and saved lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, union_all

from assignments.models import Comment, Response, SavedLine, TurnPart
from clinic import crypto
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner, Person
from clinic.statements import written_once

EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ReadComment:
    """What the counsellor said about one version of an answer, for its author. `at` is when it was delivered."""

    words: str
    at: datetime
    is_about_now: bool


@dataclass(frozen=True)
class SentReply:
    """A reply as staff read it. One that can be taken back names its id."""

    id: UUID
    slot: str
    to: str
    by: str
    at: datetime
    delivered_at: datetime
    words: str
    is_about_this_version: bool
    is_delivered: bool
    may_take_back: bool


@dataclass(frozen=True)
class Subject:
    """What a reply is about: an answer, or a turn of listening turns."""

    response_id: UUID | None
    assignment_id: UUID | None
    turn: int | None


@dataclass(frozen=True)
class OwnLine:
    """One sentence somebody keeps for their replies."""

    id: UUID
    words: str


def comments_on(place: Partner, row: Response | TurnPart, now: datetime) -> list[ReadComment]:
    """What has been delivered about something of the author's own, oldest first."""
    if row.author_id != place.person_id:
        return []
    rows = db.session.execute(
        select(Comment)
        .where(Comment.practice_id == place.practice_id, _about([row]), *delivered(now))
        .order_by(Comment.delivered_at, Comment.at, Comment.id)
    ).scalars()
    return [
        ReadComment(
            words=_words(comment),
            at=comment.delivered_at,
            is_about_now=comment.response_version == row.version,
        )
        for comment in rows
    ]


def delivered(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What makes a reply one that its reader may see."""
    return Comment.delivered_at <= now, Comment.taken_back_at.is_(None)


def replied_to(place: Partner, now: datetime, *, since: datetime = EVER) -> list[UUID]:
    """What of this author's own has a reply that was delivered, the last first: answers and parts, by their ids."""
    rows = _replied(place.practice_id, place.couple_id, place.person_id, since, now)
    return [row_id for row in rows for row_id in row if row_id is not None]


@written_once
def _replied(
    practice_id: UUID, couple_id: UUID, author_id: UUID, since: datetime, now: datetime
) -> Select[UUID | None, UUID | None]:
    # From what the author wrote to its replies. From the replies it would go through all of the practice's.
    either = union_all(
        *(
            select(Comment.response_id, Comment.part_id, Comment.delivered_at, Comment.at, Comment.id)
            .join(row, row.id == subject)
            .where(
                row.practice_id == practice_id,
                row.couple_id == couple_id,
                row.author_id == author_id,
                Comment.practice_id == practice_id,
                *delivered(now),
                Comment.delivered_at > since,
            )
            for row, subject in ((Response, Comment.response_id), (TurnPart, Comment.part_id))
        )
    ).subquery()
    return select(either.c.response_id, either.c.part_id).order_by(
        either.c.delivered_at.desc(), either.c.at.desc(), either.c.id
    )


def replies_about(
    reader: Person, couple: Couple, rows: Iterable[Response | TurnPart], now: datetime
) -> list[SentReply]:
    """What staff may read of the replies about rows they may read, oldest first. Taken back ones are left out."""
    subjects = {row.id: row for row in rows}
    found = db.session.execute(
        select(Comment, Person.name)
        .join(Person, Person.id == Comment.author_id)
        .where(
            Comment.practice_id == couple.practice_id,
            _about(subjects.values()),
            Comment.taken_back_at.is_(None),
        )
        .order_by(Comment.at, Comment.id)
    ).all()
    sent = []
    for comment, by in found:
        subject_id = comment.response_id or comment.part_id
        subject = subjects[subject_id] if subject_id is not None else None
        author = couple.partner_of(subject.author_id) if subject is not None else None
        if subject is None or author is None:
            raise NotFound
        sent.append(
            SentReply(
                id=comment.id,
                slot=author.slot,
                to=author.name,
                by=by,
                at=comment.at,
                delivered_at=comment.delivered_at,
                words=_words(comment),
                is_about_this_version=comment.response_version == subject.version,
                is_delivered=comment.delivered_at <= now,
                may_take_back=comment.delivered_at > now and comment.author_id == reader.id,
            )
        )
    return sent


def taken_back_last(reader: Person, rows: Iterable[Response | TurnPart]) -> str:
    """The words of the reader's newest reply here, if that was taken back: they may want to mend it."""
    subjects = list(rows)
    newest = (
        db.session.execute(
            select(Comment)
            .where(
                Comment.practice_id == reader.practice_id,
                Comment.author_id == reader.id,
                _about(subjects),
            )
            .order_by(Comment.at.desc(), Comment.id)
            .limit(1)
        )
        .scalars()
        .first()
    )
    return _words(newest) if newest is not None and newest.taken_back_at is not None else ""


def own_reply(reader: Person, couple: Couple, reply_id: UUID) -> Comment:
    """One of the reader's own replies to this couple. Raises NotFound for anybody else's."""
    found = db.session.execute(
        select(Comment)
        .outerjoin(Response, Response.id == Comment.response_id)
        .outerjoin(TurnPart, TurnPart.id == Comment.part_id)
        .where(
            Comment.id == reply_id,
            Comment.practice_id == reader.practice_id,
            Comment.author_id == reader.id,
            or_(Response.couple_id == couple.id, TurnPart.couple_id == couple.id),
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def where_it_stands(reader: Person, couple: Couple, reply_id: UUID) -> Subject:
    """What one of the reader's own replies is about. Raises NotFound for anybody else's."""
    reply = own_reply(reader, couple, reply_id)
    if reply.part_id is None:
        return Subject(reply.response_id, None, None)
    part = db.session.execute(
        select(TurnPart).where(TurnPart.practice_id == reply.practice_id, TurnPart.id == reply.part_id)
    ).scalar_one()
    return Subject(None, part.assignment_id, part.turn)


def with_its_pair(reply: Comment) -> Sequence[Comment]:
    """A reply and the one of the same words that went to the other partner, if it was for both."""
    if reply.sending_id is None:
        return [reply]
    return db.session.scalars(
        select(Comment).where(
            Comment.practice_id == reply.practice_id, Comment.sending_id == reply.sending_id
        )
    ).all()


def own_saved_lines(reader: Person) -> list[OwnLine]:
    """The reader's own sentences for replies, oldest first."""
    rows = db.session.execute(
        select(SavedLine)
        .where(SavedLine.practice_id == reader.practice_id, SavedLine.author_id == reader.id)
        .order_by(SavedLine.at, SavedLine.id)
    ).scalars()
    return [OwnLine(row.id, crypto.unseal(row, "words_sealed", row.words_sealed)) for row in rows]


def own_saved_line(reader: Person, line_id: UUID) -> SavedLine:
    """One of the reader's own. Raises NotFound for anybody else's."""
    found = db.session.execute(
        select(SavedLine).where(
            SavedLine.id == line_id,
            SavedLine.practice_id == reader.practice_id,
            SavedLine.author_id == reader.id,
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _about(rows: Iterable[Response | TurnPart]) -> ColumnElement[bool]:
    subjects: Sequence[Response | TurnPart] = list(rows)
    answers = [row.id for row in subjects if isinstance(row, Response)]
    parts = [row.id for row in subjects if isinstance(row, TurnPart)]
    return or_(Comment.response_id.in_(answers), Comment.part_id.in_(parts))


def _words(comment: Comment) -> str:
    return crypto.unseal(comment, "words_sealed", comment.words_sealed)
