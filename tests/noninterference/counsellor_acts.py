"""What the counsellor does with one of them, in one of two worlds: of none of it may the other see anything."""

from __future__ import annotations

from datetime import timedelta

from assignments.actions.assigning import change_assignment
from assignments.actions.deciding import judge_sign
from assignments.actions.replying import reply_to_answers
from assignments.actions.reviewing import mark_read, record_reading
from assignments.actions.typing_in import type_in
from assignments.domain.visibility import Level
from assignments.models import Response
from clinic.actions.appointments import Row, book_row, cancel_appointment, move_appointment
from clinic.domain.appointments import Scope
from clinic.extensions import db
from clinic.models import Person
from tests.assignments.given import (
    answered,
    given,
)
from tests.noninterference.worlds import KEPT, WORDS, World, slot_of


def the_counsellor_reads_and_replies(world: World, person: Person) -> object:
    response_id = answered(person, world.assignment["questions"], WORDS, Level.COUNSELLOR)
    response = db.session.get_one(Response, response_id)
    couple_id = world.cast.sam_and_jo.id
    record_reading(actor=world.cast.priya, couple_id=couple_id, response_ids=[response_id], what="answers")
    mark_read(actor=world.cast.priya, couple_id=couple_id, seen={response_id: response.version})
    return reply_to_answers(
        actor=world.cast.priya,
        couple_id=couple_id,
        seen={response_id: response.version},
        words=WORDS,
    )


def something_given_to_them_alone(world: World, person: Person) -> object:
    slot = "A" if person.id == world.cast.sam.id else "B"
    alone = given(world.cast.priya, world.cast.sam_and_jo, for_whom=slot)
    return answered(person, alone, WORDS, Level.COUNSELLOR)


def what_was_given_to_them_alone_is_changed(world: World, person: Person) -> object:
    name = "for A" if person.id == world.cast.sam.id else "for B"
    return change_assignment(
        actor=world.cast.priya,
        couple_id=world.cast.sam_and_jo.id,
        assignment_id=world.assignment[name],
        best_before=None,
        sharing_limit=Level.PRIVATE,
        note=WORDS,
        version=1,
    )


def the_counsellor_judges_a_sign(world: World, person: Person) -> object:
    return judge_sign(
        actor=world.cast.priya,
        couple_id=world.cast.sam_and_jo.id,
        sign="trauma_in_the_way",
        judgement="yes",
        note=WORDS,
    )


def the_counsellor_types_in_a_sheet(world: World, person: Person) -> object:
    return type_in(
        actor=world.cast.priya,
        couple_id=world.cast.sam_and_jo.id,
        assignment_id=world.assignment["questions"],
        slot=slot_of(world.cast, person),
        values={"answer": {"text": WORDS}},
        level=Level.COUNSELLOR,
    )


def the_counsellor_sees_them_alone(world: World, person: Person) -> object:
    """A row of appointments with one of them, one moved and one cancelled, shown in their own calendar as they asked."""
    starts = tuple(KEPT + timedelta(days=days) for days in (1, 4, 8))
    row = Row(starts, 60, slot_of(world.cast, person), in_own_feed=True)
    first, second, _ = book_row(actor=world.cast.priya, couple_id=world.cast.sam_and_jo.id, row=row)
    move_appointment(
        actor=world.cast.priya,
        appointment_id=first.id,
        starts_at=starts[0] + timedelta(hours=2),
        minutes=30,
        scope=Scope.FOLLOWING,
    )
    return cancel_appointment(actor=world.cast.priya, appointment_id=second.id)
