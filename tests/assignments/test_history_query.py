"""The record the signs read, put together from what partners really did."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from assignments.actions.assigning import Terms, assign, withdraw_assignment
from assignments.actions.responding import record_outcome, send_response, set_aside
from assignments.domain.history import Work
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import Assignment, Checkin
from assignments.queries.history import record_of, records_for
from clinic.clock import now, today
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person
from clinic.queries.couples import couple_for, couples_for
from tests import builders
from tests.cast import Cast
from tests.conftest import Clock, CountQueries

# The clock stands at Wednesday 16 September 2026: the last week whose check-in has closed began on the 7th.
THIS_MONDAY = date(2026, 9, 14)


@pytest.fixture(autouse=True)
def in_app(app: Flask, cast: Cast) -> Any:
    with app.app_context():
        yield


def check_in(person: Person, couple: Couple, weeks_ago: int, **answers: Any) -> None:
    db.session.add(
        Checkin(
            practice_id=couple.practice_id,
            couple_id=couple.id,
            author_id=person.id,
            week_of=THIS_MONDAY - timedelta(weeks=weeks_ago),
            saved_at=now(),
            **(answers or {"closeness": 5}),
        )
    )
    db.session.commit()


def give(
    cast: Cast,
    slug: str = "gentle-questions",
    *,
    days_ago: int = 0,
    best_before: date | None = None,
    for_whom: str = "both",
    repeat: Repeat = Repeat.ONCE,
) -> Assignment:
    exercise = load_library().get(slug)
    assert exercise is not None
    starts_on = today("Europe/London") - timedelta(days=days_ago)
    terms = Terms(for_whom, starts_on, best_before, repeat, Level.COUNSELLOR)
    return assign(actor=cast.priya, couple_id=cast.sam_and_jo.id, exercise=exercise, terms=terms)


def history(cast: Cast) -> Any:
    return record_of(cast.priya, couple_for(cast.priya, cast.sam_and_jo.id), now()).history


def test_weeks_count_from_the_first_check_in_of_either_partner(cast: Cast) -> None:
    check_in(cast.sam, cast.sam_and_jo, 3, closeness=4, tension=0)
    check_in(cast.jo, cast.sam_and_jo, 1, closeness=6)
    found = history(cast)
    assert found.numbers("A", "closeness") == ((0, 4),)
    assert found.numbers("A", "tension") == ((0, 0),)
    assert found.numbers("A", "understood") == ()
    assert found.numbers("B", "closeness") == ((2, 6),)


def test_the_present_week_is_the_last_whose_check_in_has_closed(cast: Cast, clock: Clock) -> None:
    check_in(cast.sam, cast.sam_and_jo, 3)
    assert history(cast).week == 2
    clock.move(days=5)  # The next Monday evening: last week's check-in closed at noon.
    assert history(cast).week == 3


def test_a_check_in_of_the_week_that_is_still_on_makes_that_week_count(cast: Cast) -> None:
    check_in(cast.sam, cast.sam_and_jo, 3)
    check_in(cast.sam, cast.sam_and_jo, 0)
    assert history(cast).week == 3


def test_a_check_in_with_everything_left_out_is_a_missing_week(cast: Cast) -> None:
    check_in(cast.sam, cast.sam_and_jo, 2)
    db.session.query(Checkin).update({"closeness": None})
    db.session.commit()
    assert history(cast).checkins == ()


def test_work_is_counted_in_the_week_it_was_given_for_each_partner(cast: Cast) -> None:
    check_in(cast.sam, cast.sam_and_jo, 3)
    given = give(cast, days_ago=14)
    give(cast, "withdrawal-journal", days_ago=14, for_whom="A")
    send_response(actor=cast.jo, assignment_id=given.id, level=Level.PRIVATE)
    assert history(cast).work == (Work("A", 1, assigned=2), Work("B", 1, assigned=1, tried=1))


def test_said_to_have_been_tried_counts_and_said_not_to_have_been_does_not(cast: Cast) -> None:
    check_in(cast.sam, cast.sam_and_jo, 3)
    given = give(cast, days_ago=14)
    record_outcome(actor=cast.sam, assignment_id=given.id, turn=1, tried="part", useful=None)
    record_outcome(actor=cast.jo, assignment_id=given.id, turn=1, tried="not", useful=None)
    assert [(one.partner, one.tried) for one in history(cast).work] == [("A", 1), ("B", 0)]


def test_a_weekly_thing_is_given_anew_each_week_until_its_last_day(cast: Cast) -> None:
    check_in(cast.sam, cast.sam_and_jo, 5)
    give(cast, days_ago=28, for_whom="A", repeat=Repeat.WEEKLY, best_before=date(2026, 9, 5))
    assert [(one.week, one.assigned) for one in history(cast).work] == [(1, 1), (2, 1), (3, 1)]


def test_what_was_taken_back_at_once_was_never_asked_for(cast: Cast) -> None:
    check_in(cast.sam, cast.sam_and_jo, 1)
    given = give(cast, days_ago=0)
    withdraw_assignment(actor=cast.priya, couple_id=cast.sam_and_jo.id, assignment_id=given.id)
    db.session.expire_all()
    couple = couple_for(cast.priya, cast.sam_and_jo.id)
    assert record_of(cast.priya, couple, now()).turns == ()


def test_hard_and_later_are_counted_in_the_week_they_were_said(cast: Cast, clock: Clock) -> None:
    check_in(cast.sam, cast.sam_and_jo, 1)
    given = give(cast)
    set_aside(actor=cast.sam, assignment_id=given.id, kind="hard", choice="skip")
    set_aside(actor=cast.sam, assignment_id=given.id, kind="later", choice="tonight")
    clock.move(days=5)
    assert history(cast).work == (
        Work("A", 1, assigned=1, felt_hard=1, put_off=1),
        Work("B", 1, assigned=1),
    )


def test_a_couple_that_has_done_nothing_is_in_week_0_without_anything(cast: Cast) -> None:
    found = history(cast)
    assert (found.week, found.checkins, found.work) == (0, (), ())


def test_nobody_gets_a_couple_that_is_not_theirs_to_read(cast: Cast) -> None:
    couple = couple_for(cast.priya, cast.sam_and_jo.id)
    for reader in (cast.marcus, cast.omar, cast.ada, cast.hana, cast.sam):
        assert records_for(reader, [couple], now()) == {}
        with pytest.raises(NotFound):
            record_of(reader, couple, now())
    assert record_of(cast.sofia, couple, now()).history.couple == str(couple.id)


def test_many_couples_cost_no_more_than_one(cast: Cast, count_queries: CountQueries) -> None:
    def cost() -> tuple[int, set[UUID]]:
        db.session.expire_all()
        couples = couples_for(cast.priya)
        with count_queries() as statements:
            found = records_for(cast.priya, couples, now())
        return len(statements), set(found)

    give(cast)
    check_in(cast.sam, cast.sam_and_jo, 2)
    send_response(actor=cast.sam, assignment_id=give(cast).id, level=Level.PRIVATE)
    few, first = cost()
    for number in range(6):
        builders.couple(cast.priya, first=f"Ann Other{number}", second=f"Bo Third{number}")
    many, second = cost()
    assert len(second) == len(first) + 6
    assert many == few <= 13
