"""Today is made of what is in hand, and shows what it would show of everything a couple was ever given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.domain.plans import parse_plan
from assignments.domain.visibility import Level
from assignments.models import Assignment
from assignments.queries.assignments import assignments_in_hand, exercise_of, open_assignments
from assignments.queries.today import Today, today_for, today_of
from clinic.clock import now
from clinic.extensions import db
from clinic.models import Partner, Person
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of
from tests.assignments.given import answered, drafted, given, part_of
from tests.assignments.planned import TEXT, planned
from tests.cast import Cast
from tests.conftest import Clock


def all_that_is_open(place: Partner, moment: datetime) -> Sequence[Assignment]:
    """Everything this partner was ever given and may do on that day."""
    return open_assignments(place, moment.astimezone(ZoneInfo(practice_of(place.person).timezone)).date())


def today_from_everything(place: Partner, moment: datetime) -> Today:
    """Today as it would be if nothing were left behind."""
    return today_of(place, all_that_is_open(place, moment), moment)


@pytest.mark.usefixtures("world")
def test_nothing_that_today_shows_stays_behind(app: Flask, clock: Clock) -> None:
    given = kept = shown = 0
    # The evening of the world, its midnight in London and the days after, until what was set aside has come back.
    for hours in (0, 4, 5, 6, 24, 24 * 3, 24 * 9, 24 * 30):
        clock.move(hours=hours)
        with app.app_context():
            joined = (
                select(Person).join(Partner, Partner.person_id == Person.id).where(Partner.left_at.is_(None))
            )
            for person in db.session.scalars(joined).all():
                place = own_place(person)
                today = today_for(place, now())
                assert today == today_from_everything(place, now())
                given += len(all_that_is_open(place, now()))
                kept += len(assignments_in_hand(place, now()))
                shown += len(today.others) + (today.first is not None)
    assert given > kept > shown > 200


def test_a_reply_is_due_though_ones_own_turn_was_sent_long_ago(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.test_request_context():
        turns = given(cast.priya, cast.sam_and_jo, "reflect-and-check")
        answered(cast.sam, turns, "We talked on the sofa.", Level.PRIVATE, step="take-away")
        clock.move(days=2)
        assert not assignments_in_hand(own_place(cast.sam), now())
        part_of(cast.jo, turns, "B", "thought", send=True)
        clock.move(minutes=2)
        today = today_for(own_place(cast.sam), now())
        assert today.first is not None
        assert today.first.is_reply


def begin_an_answer(author: Person, assignment_id: UUID) -> None:
    drafted(author, assignment_id, "We were heard.", step="take-away")


def begin_a_part(author: Person, assignment_id: UUID) -> None:
    part_of(author, assignment_id, "A", "thought")


@pytest.mark.parametrize("begin", [begin_an_answer, begin_a_part], ids=["an answer", "a part of a strand"])
def test_what_was_begun_in_a_week_of_a_plan_stays_when_the_week_is_over(
    app: Flask, cast: Cast, clock: Clock, begin: Callable[[Person, UUID], None]
) -> None:
    plan = parse_plan(TEXT.replace("i-statements", "reflect-and-check"), "plans/small-plan.toml")
    with app.test_request_context():
        planned(cast.priya, cast.sam_and_jo, plan=plan)
        clock.move(days=8)
        sam = own_place(cast.sam)
        second_week = {exercise_of(one).slug: one.id for one in assignments_in_hand(sam, now())}
        begin(cast.sam, second_week["reflect-and-check"])
        clock.move(days=30)
        left = {one.id for one in assignments_in_hand(own_place(cast.sam), now())}
        assert second_week["reflect-and-check"] in left
        assert second_week["gentle-questions"] not in left
        assert today_for(own_place(cast.sam), now()) == today_from_everything(own_place(cast.sam), now())
