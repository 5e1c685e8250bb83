"""What happens at the edges: a week that turns over, time that has run out, an empty answer, a tighter limit."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from assignments.actions.assigning import change_assignment
from assignments.actions.responding import change_visibility, send_response
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import Assignment, Response
from clinic.clock import today
from clinic.errors import Conflict
from clinic.extensions import db
from tests.assignments.work import give, send, write
from tests.cast import Cast
from tests.conftest import Clock, SignInAs
from tests.page import get_page, submit


def own_turns(app: Flask, assignment_id: UUID) -> list[tuple[int, bool, int]]:
    """Each turn that was begun: its number, whether it was sent, how many answers it holds."""
    with app.app_context():
        begun = select(Response).where(Response.assignment_id == assignment_id).order_by(Response.turn)
        rows = db.session.scalars(begun.options(selectinload(Response.answers)))
        return [(row.turn, row.sent_at is not None, len(row.answers)) for row in rows]


def test_a_draft_of_last_week_is_what_goes_when_the_week_has_turned_over(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    evening = give(app, cast, "phone-free-evening", repeat=Repeat.WEEKLY, best_before=None)
    write(app, cast.sam, evening, "stayed", {"text": "You laughed about the rice."})
    clock.move(days=8)
    send(app, cast.sam, evening, Level.SHARED)
    assert own_turns(app, evening) == [(1, True, 1)]
    write(app, cast.sam, evening, "stayed", {"text": "Quiet, and that was fine."})
    assert own_turns(app, evening) == [(1, True, 1), (2, False, 1)]


def test_both_at_once_is_not_offered_once_its_time_has_run_out(
    app: Flask, cast: Cast, clock: Clock, as_: SignInAs
) -> None:
    safe = give(app, cast, "what-helps-me-feel-safe")
    write(app, cast.sam, safe, "at-ease", {"text": "In the car."})
    send(app, cast.sam, safe, Level.BOTH)
    clock.move(days=20)
    write(app, cast.jo, safe, "at-ease", {"text": "When the radio is on."})
    with pytest.raises(Conflict):
        send(app, cast.jo, safe, Level.BOTH)
    assert "Both at once" not in get_page(as_(cast.jo), f"/do/{safe}/check").one("main").get_text()


@pytest.mark.parametrize("words", [None, ".", "x", "\N{BLACK HEART SUIT}"])
def test_an_answer_without_a_word_does_not_open_the_others(
    app: Flask, cast: Cast, as_: SignInAs, words: str | None
) -> None:
    safe = give(app, cast, "what-helps-me-feel-safe")
    write(app, cast.sam, safe, "at-ease", {"text": "In the car."})
    send(app, cast.sam, safe, Level.BOTH)
    if words:
        write(app, cast.jo, safe, "at-ease", {"text": words})
    with app.app_context(), pytest.raises(Conflict, match="Write a line"):
        send_response(actor=cast.jo, assignment_id=safe, level=Level.BOTH)
    assert (1, True, 1) in own_turns(app, safe)


@pytest.mark.parametrize("level", [Level.BOTH, Level.SHARED])
def test_nor_does_one_that_was_kept_first_or_has_another_level(app: Flask, cast: Cast, level: Level) -> None:
    """Any two answers that each may read open each other, whatever their levels are called."""
    questions = give(app, cast, "gentle-questions")
    write(app, cast.jo, questions, "answer", {"text": "."})
    with app.app_context():
        with pytest.raises(Conflict, match="Write a line"):
            send_response(actor=cast.jo, assignment_id=questions, level=level)
        kept = send_response(actor=cast.jo, assignment_id=questions, level=Level.PRIVATE)
        with pytest.raises(Conflict, match="Write a line"):
            change_visibility(actor=cast.jo, response_id=kept.id, level=level)
        change_visibility(actor=cast.jo, response_id=kept.id, level=Level.COUNSELLOR)


def test_a_tighter_limit_stops_what_was_on_its_way_to_the_partner(
    app: Flask, cast: Cast, clock: Clock, as_: SignInAs
) -> None:
    questions = give(app, cast, "gentle-questions")
    write(app, cast.sam, questions, "answer", {"text": "The lake, the first summer."})
    send(app, cast.sam, questions, Level.PRIVATE)
    with app.app_context():
        response = db.session.scalars(select(Response)).one()
        change_visibility(actor=cast.sam, response_id=response.id, level=Level.SHARED)
        change_assignment(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            assignment_id=questions,
            best_before=today(cast.canal_street.timezone) + timedelta(days=30),
            sharing_limit=Level.COUNSELLOR,
            note="",
            version=db.session.get_one(Assignment, questions).version,
        )
    clock.move(days=2)
    assert "The lake" not in get_page(as_(cast.jo), "/together").get_text()
    assert as_(cast.jo).get(f"/together/{questions}").status_code in (200, 404)
    assert "The lake" not in as_(cast.jo).get(f"/together/{questions}").text


def test_a_second_tab_is_told_that_its_choice_came_too_late(app: Flask, cast: Cast, as_: SignInAs) -> None:
    questions = give(app, cast, "gentle-questions")
    write(app, cast.sam, questions, "answer", {"text": "The lake, the first summer."})
    client = as_(cast.sam)
    page = get_page(client, f"/do/{questions}/check")
    send(app, cast.sam, questions, Level.SHARED)
    assert submit(client, page, {"level": "private"}, button="Send").location == f"/do/{questions}/done"
    assert "You sent this before" in get_page(client, f"/do/{questions}/done").get_text()
