"""What staff do with a couple's answers: read them, and mark them as read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, select

from assignments.models import CoupleLook, ReadMark
from assignments.queries.agreements_for_staff import ReadAgreements, agreements_for_staff, agreements_read
from assignments.queries.outcomes import HowItWent, how_it_went
from assignments.queries.review import readable_rows, shared_thanks_rows
from assignments.queries.strands import readable_part_rows, readable_parts
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record, record_each
from clinic.domain.roles import Permission
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
    parts = readable_part_rows(actor, couple, part_ids, clock.now()) if part_ids else []
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
    about = ReadMark.response_id.in_(list(rows))
    marks = {mark.response_id: mark for mark in db.session.scalars(_own_marks(actor).where(about))}
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
def mark_parts_read(*, actor: Person, couple_id: UUID, seen: Mapping[UUID, int]) -> None:
    """Mark parts of listening turns as read in the version that was seen. Raises NotFound unless all may be read."""
    require(actor, Permission.ANSWER_MARK_READ)
    couple = couple_for(actor, couple_id)
    rows = readable_part_rows(actor, couple, seen, clock.now())
    about = ReadMark.part_id.in_([row.id for row in rows])
    marks = {mark.part_id: mark for mark in db.session.scalars(_own_marks(actor).where(about))}
    for row in rows:
        mark = marks.get(row.id)
        if mark is None:
            mark = ReadMark(practice_id=row.practice_id, part_id=row.id, reader_id=actor.id, version=0)
            db.session.add(mark)
        mark.version = max(mark.version, min(seen[row.id], row.version))
        mark.at = clock.now()
    record_each(actor, Event.MARKED_READ, rows)


def _own_marks(actor: Person) -> Select[ReadMark]:
    return select(ReadMark).where(ReadMark.practice_id == actor.practice_id, ReadMark.reader_id == actor.id)


@transaction
def look_through(*, actor: Person, couple_id: UUID) -> None:
    """Say that one has looked through a couple's weeks up to now; what comes later is new."""
    require(actor, Permission.ANSWER_MARK_READ)
    couple = couple_for(actor, couple_id)
    look = CoupleLook(practice_id=couple.practice_id, couple_id=couple.id, reader_id=actor.id, at=clock.now())
    db.session.add(look)
    record(actor, Event.LOOKED, look)
