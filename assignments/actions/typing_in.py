"""What came back on paper or by telephone, typed in by the counsellor for its writer.

It is the writer's own from then on: they find it under their own answers, may tighten who sees it and may delete it.
It stands as something given for that day, to its writer alone, and never in the place of what the writer may have begun
on a screen: whether there is such a draft is not for the counsellor to learn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from assignments.access import limit_of
from assignments.actions.assigning import Terms, couple_ready_for_work, give
from assignments.domain import visibility
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import Answer, Assignment, ReadMark, Response
from assignments.queries.assignments import assignment_for_staff, exercise_of
from assignments.queries.responses import steps_to_type_in
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Couple, Person, Practice
from clinic.queries.people import practice_of


@transaction
def type_in(
    *,
    actor: Person,
    couple_id: UUID,
    assignment_id: UUID,
    slot: str,
    values: Mapping[str, Any],
    level: Level,
) -> Response:
    """Keep one partner's sheet. What goes to the other partner is held first, like anything else (decision 12)."""
    require(actor, Permission.ANSWER_TYPE_IN)
    couple, practice = couple_ready_for_work(actor, couple_id), practice_of(actor)
    _, original = assignment_for_staff(actor, couple_id, assignment_id)
    writer, exercise, now = couple.partner(slot), exercise_of(original), clock.now()
    if not set(values) <= {step.key for step in steps_to_type_in(exercise)}:
        raise NotFound
    if level not in levels_to_type_in(original, couple, practice):
        raise Conflict("Choose who may read it from the list.")
    if not values:
        raise Conflict("Type in a line first.")
    today = clock.today(practice.timezone)
    terms = Terms(slot, today, today, Repeat.ONCE, limit_of(original, couple))
    row = Response(
        practice_id=couple.practice_id,
        couple_id=couple.id,
        assignment_id=give(actor, couple, exercise, terms).id,
        turn=1,
        author_id=writer.person_id,
        typed_by_id=actor.id,
        visibility=level,
        started_at=now,
        sent_at=now,
        opens_at=visibility.hold_ends(now, timedelta(minutes=practice.hold_minutes)),
        answers=[],
        changes=[],
    )
    db.session.add(row)
    db.session.flush()
    for step, value in values.items():
        # The id is made here, because the words are sealed to it before the row is inserted.
        answer = Answer(
            id=uuid4(),
            practice_id=row.practice_id,
            response_id=row.id,
            author_id=writer.person_id,
            step=step,
            version=1,
            saved_at=now,
        )
        answer.value_sealed = crypto.seal(answer, "value_sealed", json.dumps(value, ensure_ascii=False))
        row.answers.append(answer)
    # Whoever typed it has read it.
    db.session.add(
        ReadMark(practice_id=row.practice_id, response_id=row.id, reader_id=actor.id, version=1, at=now)
    )
    db.session.flush()
    record(actor, Event.TYPED_IN, row)
    return row


def levels_to_type_in(given: Assignment, couple: Couple, practice: Practice) -> tuple[Level, ...]:
    """What the writer may have said: never *only me*, which a counsellor who types it in has read already."""
    offered = visibility.levels_offered(
        limit_of(given, couple),
        counsellor_only_allowed=practice.allows_counsellor_only,
        for_both=False,
    )
    return tuple(level for level in offered if level in (Level.COUNSELLOR, Level.SHARED))
