"""Small things for tests of the pages partners work on: giving, answering and sending, by the actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from assignments.actions.assigning import Terms, assign
from assignments.actions.responding import save_answer, send_response
from assignments.domain import visibility
from assignments.domain.exercises import TextStep
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.queries.doing import doing_for
from clinic.clock import now, today
from clinic.queries.couples import own_place
from tests.cast import Cast


def give(
    app: Flask,
    cast: Cast,
    slug: str,
    for_whom: str = "both",
    limit: Level | None = None,
    **terms: Any,
) -> UUID:
    """Priya gives Sam and Jo an exercise of the library, from today, as openly as it allows."""
    with app.app_context():
        exercise = load_library().get(slug)
        assert exercise is not None
        day = today(cast.canal_street.timezone)
        given = {
            "starts_on": day,
            "best_before": day + timedelta(days=7),
            "repeat": Repeat.ONCE,
            "sharing_limit": limit or Level(exercise.sharing),
            **terms,
        }
        return assign(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            exercise=exercise,
            terms=Terms(for_whom=for_whom, **given),
        ).id


def write(app: Flask, person: Any, assignment_id: UUID, step: str, value: dict[str, Any]) -> None:
    """A partner writes one step of a draft."""
    with app.app_context():
        save_answer(actor=person, assignment_id=assignment_id, step=step, value=value, version=0)


def send(app: Flask, person: Any, assignment_id: UUID, level: Level) -> None:
    """A partner sends what they have written; what is to open to the other has a line in it."""
    with app.app_context():
        mine = doing_for(own_place(person), assignment_id, now())
        if level in visibility.OPEN_TO_PARTNER and not mine.values:
            step = next(step for step in mine.exercise.steps if isinstance(step, TextStep))
            line = {"text": "A line"}
            save_answer(actor=person, assignment_id=assignment_id, step=step.key, value=line, version=0)
        send_response(actor=person, assignment_id=assignment_id, level=level)
