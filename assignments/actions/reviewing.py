"""What staff do with a couple's answers: read them, mark them as read, reply to one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid4

from assignments.domain.lengths import COMMENT_CHARACTERS
from assignments.models import Comment, ReadMark
from assignments.queries.agreements_for_staff import ReadAgreements, agreements_for_staff, agreements_read
from assignments.queries.outcomes import HowItWent, how_it_went
from assignments.queries.review import read_marks, readable_rows, shared_thanks_rows
from assignments.queries.strands import parts_for_staff, readable_parts
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record, record_each
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import couple_for


@transaction
def record_reading(
    *,
    actor: Person,
    couple_id: UUID,
    response_ids: Sequence[UUID],
    what: str,
    thanks_ids: Sequence[UUID] = (),
    part_ids: Collection[UUID] = (),
    text_ids: Collection[UUID] = (),
) -> None:
    """Write down that staff read these words before they are shown, a line for each row they stand in.

    `what` names the page. Raises NotFound unless all of them may be read now.
    """
    require(actor, Permission.ANSWER_STAFF_READ)
    couple = couple_for(actor, couple_id)
    responses = readable_rows(actor, couple, response_ids, clock.now())
    thanks = shared_thanks_rows(couple, thanks_ids, clock.now())
    parts = parts_for_staff(actor, couple, part_ids, clock.now()) if part_ids else []
    texts = agreements_read(couple, text_ids, clock.now()) if text_ids else []
    record_each(actor, Event.WORDS_READ, (*responses.values(), *thanks, *parts, *texts), what=what)


@transaction
def take_brief_away(
    *,
    actor: Person,
    couple_id: UUID,
    response_ids: Sequence[UUID],
    thanks_ids: Sequence[UUID],
    part_ids: Collection[UUID],
    own: bool,
) -> None:
    """Write down that a brief was made as a file, and the words in it as read. `own` says which of the two it was."""
    require(actor, Permission.BRIEF_READ)
    couple = couple_for(actor, couple_id)
    record(actor, Event.BRIEF_TAKEN, couple, couple_id=couple.id, own=own)
    record_reading(
        actor=actor,
        couple_id=couple_id,
        response_ids=response_ids,
        thanks_ids=thanks_ids,
        part_ids=part_ids,
        what="brief",
    )


@transaction
def read_agreements(*, actor: Person, couple_id: UUID) -> ReadAgreements:
    """What was agreed, used and done, with a line for each row written down before it is shown."""
    require(actor, Permission.AGREEMENT_STAFF_READ)
    found = agreements_for_staff(couple_for(actor, couple_id), clock.now())
    record_each(actor, Event.WORDS_READ, found.rows, what="agreements")
    return found


@transaction
def read_how_it_went(*, actor: Person, couple_id: UUID) -> list[HowItWent]:
    """What both partners said of how it went, with a line for each that holds words of their own."""
    require(actor, Permission.ANSWER_STAFF_READ)
    found = how_it_went(actor, couple_for(actor, couple_id))
    for one in found:
        if one.words:
            record(actor, Event.WORDS_READ, one.row, what="how it went")
    return found


@transaction
def record_reading_of_turns(*, actor: Person, couple_id: UUID, assignment_id: UUID, turn: int) -> None:
    """Write down that staff read a turn of listening turns, a line for each part, before it is shown.

    Raises NotFound where nothing of it may be read now.
    """
    require(actor, Permission.ANSWER_STAFF_READ)
    couple = couple_for(actor, couple_id)
    parts = readable_parts(actor, couple, assignment_id, turn, clock.now())
    record_each(actor, Event.WORDS_READ, parts, what="listening turns")


@transaction
def mark_read(*, actor: Person, couple_id: UUID, seen: Mapping[UUID, int]) -> None:
    """Mark answers as read in the version that was seen, so that a later one is new again."""
    require(actor, Permission.ANSWER_MARK_READ)
    couple = couple_for(actor, couple_id)
    rows = readable_rows(actor, couple, seen, clock.now())
    marks = read_marks(couple, seen)
    for response_id, response in rows.items():
        mark = marks.get(response_id)
        if mark is None:
            mark = ReadMark(
                practice_id=response.practice_id, response_id=response_id, reader_id=actor.id, version=0
            )
            db.session.add(mark)
        # Nobody has seen a version that is not there yet, whatever the form says.
        mark.version = max(mark.version, min(seen[response_id], response.version))
        mark.at = clock.now()
        record(actor, Event.MARKED_READ, response)


@transaction
def comment_on_response(
    *, actor: Person, couple_id: UUID, response_id: UUID, version: int, words: str
) -> Comment:
    """Reply to one answer, for its author alone, bound to the version it is about.

    Raises NotFound unless it may be read now, and Conflict when its author has changed it since.
    """
    require(actor, Permission.COMMENT_CREATE)
    couple = couple_for(actor, couple_id)
    response = readable_rows(actor, couple, [response_id], clock.now())[response_id]
    if not words.strip():
        raise Conflict("Write a line or two first.")
    if len(words) > COMMENT_CHARACTERS:
        raise Conflict(f"Use at most {COMMENT_CHARACTERS} characters.")
    if response.version != version:
        raise Conflict("This answer has changed since you opened it. Read it again first.")
    # The id is made here, because the words are sealed to it before the row is inserted.
    comment = Comment(
        id=uuid4(),
        practice_id=response.practice_id,
        response_id=response.id,
        response_version=version,
        author_id=actor.id,
        at=clock.now(),
    )
    comment.words_sealed = crypto.seal(comment, "words_sealed", words)
    db.session.add(comment)
    record(actor, Event.COMMENTED, comment, couple_id=couple.id)
    return comment
