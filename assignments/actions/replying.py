"""The counsellor's replies: written, taken back before they are delivered, and the lines she keeps for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from assignments.domain import replies
from assignments.domain.lengths import COMMENT_CHARACTERS
from assignments.domain.quoting import quoted_in
from assignments.models import Comment, Response, SavedLine, TurnPart
from assignments.queries.replies import own_reply, own_saved_line, own_saved_lines, with_its_pair
from assignments.queries.review import readable_rows
from assignments.queries.strands import readable_part_rows
from assignments.queries.unshared import kept_from_the_other
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of

MOST_LINES = 40


@transaction
def reply_to_answers(
    *, actor: Person, couple_id: UUID, seen: Mapping[UUID, int], words: str
) -> list[Comment]:
    """Reply to one answer or to both of a pair, each for its author alone, bound to the version that was seen.

    Raises NotFound unless all may be read now, and Conflict where one has changed since, or where the words repeat
    what one of the readers may not read.
    """
    require(actor, Permission.COMMENT_CREATE)
    couple = couple_for(actor, couple_id)
    rows = readable_rows(actor, couple, seen, clock.now())
    return _reply(actor, couple, rows.values(), seen, words)


@transaction
def reply_to_parts(*, actor: Person, couple_id: UUID, seen: Mapping[UUID, int], words: str) -> list[Comment]:
    """The same about parts of listening turns."""
    require(actor, Permission.COMMENT_CREATE)
    couple = couple_for(actor, couple_id)
    rows = readable_part_rows(actor, couple, seen, clock.now())
    return _reply(actor, couple, rows, seen, words)


@transaction
def take_back_reply(*, actor: Person, couple_id: UUID, reply_id: UUID) -> Comment:
    """Take a reply back. Raises Expired once it has been delivered, and NotFound for anybody else's."""
    require(actor, Permission.COMMENT_CREATE)
    reply = own_reply(actor, couple_for(actor, couple_id), reply_id)
    if reply.delivered_at <= clock.now():
        raise Expired("It has been delivered, so this can’t be undone.")
    # What was for both goes to both or to neither.
    for one in with_its_pair(reply):
        if one.taken_back_at is None:
            one.taken_back_at = clock.now()
            record(actor, Event.COMMENT_TAKEN_BACK, one, couple_id=couple_id)
    return reply


@transaction
def save_line(*, actor: Person, words: str) -> SavedLine:
    """Keep a sentence for later replies. Raises Conflict when it is empty, too long, or one too many."""
    require(actor, Permission.SAVED_LINES)
    _refuse_what_does_not_fit(words)
    if len(own_saved_lines(actor)) >= MOST_LINES:
        raise Conflict(f"You have {MOST_LINES} lines. Remove one first.")
    # The id is made here, because the words are sealed to it before the row is inserted.
    line = SavedLine(id=uuid4(), practice_id=actor.practice_id, author_id=actor.id, at=clock.now())
    line.words_sealed = crypto.seal(line, "words_sealed", words)
    db.session.add(line)
    record(actor, Event.LINE_SAVED, line)
    return line


@transaction
def remove_line(*, actor: Person, line_id: UUID) -> None:
    """Take one of one's own lines away. Raises NotFound for anybody else's."""
    require(actor, Permission.SAVED_LINE_REMOVE)
    line = own_saved_line(actor, line_id)
    record(actor, Event.LINE_REMOVED, line)
    db.session.delete(line)


def _reply(
    actor: Person,
    couple: Couple,
    rows: Iterable[Response | TurnPart],
    seen: Mapping[UUID, int],
    words: str,
) -> list[Comment]:
    _refuse_what_does_not_fit(words)
    subjects = list(rows)
    if any(row.version != seen[row.id] for row in subjects):
        raise Conflict("This answer has changed since you opened it. Read it again first.")
    _refuse_to_quote(actor, couple, {row.author_id for row in subjects}, words)
    now, sending_id = clock.now(), uuid4()
    written = [_written(actor, row, words, now, sending_id) for row in subjects]
    db.session.flush()
    for comment in written:
        record(actor, Event.COMMENTED, comment, couple_id=couple.id)
    return written


def _refuse_what_does_not_fit(words: str) -> None:
    if not words.strip():
        raise Conflict("Write a line or two first.")
    if len(words) > COMMENT_CHARACTERS:
        raise Conflict(f"Use at most {COMMENT_CHARACTERS} characters.")


def _refuse_to_quote(actor: Person, couple: Couple, readers: set[UUID], words: str) -> None:
    """Nobody reads in a reply what the other partner said to the counsellor alone."""
    for author in couple.partners:
        other = couple.partner(author.place.other)
        if other.person_id in readers:
            quoted = quoted_in(words, kept_from_the_other(actor, couple, author.person_id, clock.now()))
            if quoted is not None:
                raise Conflict(
                    f"{other.name} may not read this of {author.name}’s: “{quoted}”. Say it in other words."
                )


def _written(actor: Person, row: Response | TurnPart, words: str, now: datetime, sending_id: UUID) -> Comment:
    # The id is made here, because the words are sealed to it before the row is inserted.
    comment = Comment(
        id=uuid4(),
        practice_id=row.practice_id,
        response_id=row.id if isinstance(row, Response) else None,
        part_id=row.id if isinstance(row, TurnPart) else None,
        response_version=row.version,
        author_id=actor.id,
        at=now,
        sending_id=sending_id,
        delivered_at=replies.delivered_at(now, ZoneInfo(practice_of(actor).timezone)),
    )
    comment.words_sealed = crypto.seal(comment, "words_sealed", words)
    db.session.add(comment)
    return comment
