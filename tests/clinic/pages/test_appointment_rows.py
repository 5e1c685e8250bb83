"""Appointments that repeat, across clock changes; those with one partner alone; and work that is meant for one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from assignments.models import Assignment
from clinic.actions.appointments import Row, book_row
from clinic.actions.reminders import make_calendar_address
from clinic.errors import Conflict
from clinic.extensions import db
from clinic.models import Appointment, Person
from tests import builders
from tests.assignments.given import given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

EVENING = {"day": "2026-10-19", "at": "19:00", "minutes": "60"}
CANCEL = 'form[action$="/cancel"]'


def url(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/appointments"


def book(cast: Cast, as_: AS, **fields: str) -> Page:
    client = as_(cast.priya)
    return submit_and_follow(client, get_page(client, url(cast)), {**EVENING, **fields})


def booked(app: Flask) -> list[Appointment]:
    with app.app_context():
        rows = db.session.query(Appointment).filter(Appointment.cancelled_at.is_(None))
        return rows.order_by(Appointment.starts_at).all()


def hours(app: Flask) -> list[tuple[str, int]]:
    """The day and the hour in UTC of each that stands."""
    return [(f"{one.starts_at:%Y-%m-%d}", one.starts_at.hour) for one in booked(app)]


@pytest.mark.parametrize(
    ("first", "repeat", "times", "expected"),
    [
        # The clocks go back on 25 October 2026 and forward on 28 March 2027.
        ("2026-10-19", "weekly", "3", [("2026-10-19", 18), ("2026-10-26", 19), ("2026-11-02", 19)]),
        ("2027-03-15", "fortnightly", "3", [("2027-03-15", 19), ("2027-03-29", 18), ("2027-04-12", 18)]),
        ("2026-10-05", "four-weeks", "2", [("2026-10-05", 18), ("2026-11-02", 19)]),
        ("2026-12-21", "three-weeks", "2", [("2026-12-21", 19), ("2027-01-11", 19)]),
    ],
)
def test_seven_in_the_evening_stays_that_when_it_repeats(
    cast: Cast, as_: AS, app: Flask, first: str, repeat: str, times: str, expected: list[tuple[str, int]]
) -> None:
    page = book(cast, as_, day=first, repeat=repeat, times=times)
    assert hours(app) == expected
    assert page.words.count(", 19:00 60 minutes") == len(expected)


def test_an_hour_that_a_clock_change_skips_or_doubles_comes_once(cast: Cast, as_: AS, app: Flask) -> None:
    """01:30 on the last Sunday of March is not there, and on that of October is there twice."""
    book(cast, as_, day="2027-03-21", at="01:30", repeat="weekly", times="3")
    moments = [one.starts_at for one in booked(app)]
    assert moments == [
        datetime(2027, 3, 21, 1, 30, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2027, 4, 4, 0, 30, tzinfo=UTC),
    ]
    book(cast, as_, day="2027-10-24", at="01:30", repeat="weekly", times="3")
    assert [one.starts_at.hour for one in booked(app)[3:]] == [0, 0, 1]


def test_a_row_is_moved_from_one_on_and_the_ones_before_stay(cast: Cast, as_: AS, app: Flask) -> None:
    book(cast, as_, repeat="weekly", times="4")
    second = booked(app)[1]
    client = as_(cast.priya)
    page = get_page(client, f"{url(cast)}/{second.id}")
    assert "2 more in this row follow." in page.words
    page = submit_and_follow(
        client, page, {"day": "2026-10-27", "at": "18:30", "scope": "following"}, form="form#move"
    )
    assert hours(app) == [("2026-10-19", 18), ("2026-10-27", 18), ("2026-11-03", 18), ("2026-11-10", 18)]
    assert page.words.count(", 18:30") == 3
    page = get_page(client, f"{url(cast)}/{booked(app)[1].id}")
    submit(client, page, {"day": "2026-10-28", "scope": "one"}, form="form#move")
    assert [day for day, _ in hours(app)] == ["2026-10-19", "2026-10-28", "2026-11-03", "2026-11-10"]


def test_a_row_is_cancelled_from_one_on_and_comes_back_as_a_whole(cast: Cast, as_: AS, app: Flask) -> None:
    book(cast, as_, repeat="weekly", times="4")
    client = as_(cast.priya)
    page = get_page(client, f"{url(cast)}/{booked(app)[1].id}")
    page = submit_and_follow(client, page, {"which": "following"}, form=CANCEL)
    assert "Cancelled 3." in page.words
    assert len(booked(app)) == 1
    page = submit_and_follow(client, page, form='form[action$="/restore"]')
    assert "All 3 stand again." in page.words
    assert len(booked(app)) == 4


def test_the_same_moment_is_not_booked_twice(cast: Cast, as_: AS, app: Flask) -> None:
    book(cast, as_)
    client = as_(cast.priya)
    page = get_page(client, url(cast))
    reply = submit(client, page, {**EVENING, "day": "2026-10-12", "repeat": "weekly"}, status=422)
    assert "They have an appointment at that time already." in read_page(reply, 422).words
    assert len(booked(app)) == 1


def test_what_overlaps_with_another_couple_is_said_and_not_forbidden(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        builders.appointment(cast.ade_and_ruth, starts_at=datetime(2026, 10, 19, 18, 30, tzinfo=UTC))
    assert "You have another appointment at that time on Mon 19 Oct, 19:00." in book(cast, as_).words


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"repeat": "hourly"}, "repeat"),
        ({"repeat": "weekly", "times": "53"}, "times"),
        ({"repeat": "weekly", "times": "1"}, "times"),
        ({"repeat": "weekly", "times": ""}, "times"),
        ({"for_whom": "C"}, "for_whom"),
        ({"in_own_feed": "y"}, "in_own_feed"),
    ],
)
def test_what_makes_no_row_is_told_beside_its_field(
    cast: Cast, as_: AS, app: Flask, fields: dict[str, str], beside: str
) -> None:
    client = as_(cast.priya)
    reply = submit(client, get_page(client, url(cast)), {**EVENING, **fields}, status=422)
    assert read_page(reply, 422).select(f"#{beside}-error")
    assert booked(app) == []


# ---- with one partner alone ----


def alone(cast: Cast, app: Flask, *, in_own_feed: bool = False) -> Appointment:
    """Priya sees Sam alone on Friday."""
    with app.app_context():
        row = Row((datetime(2026, 9, 18, 9, tzinfo=UTC),), 60, "A", in_own_feed)
        return book_row(actor=cast.priya, couple_id=cast.sam_and_jo.id, row=row)[0]


def feed(app: Flask, person: Person, as_: AS) -> str:
    with app.app_context():
        token = make_calendar_address(actor=person)
    return as_(None).get(f"/feed/{token}.ics").text


def test_one_with_a_partner_alone_is_in_nobodys_calendar_unless_they_asked(
    cast: Cast, as_: AS, app: Flask
) -> None:
    alone(cast, app)
    assert "BEGIN:VEVENT" not in feed(app, cast.sam, as_)
    assert "BEGIN:VEVENT" not in feed(app, cast.jo, as_)


def test_who_asked_for_it_has_it_in_their_own_calendar_and_the_other_has_not(
    cast: Cast, as_: AS, app: Flask
) -> None:
    alone(cast, app, in_own_feed=True)
    assert "SUMMARY:Appointment\r\n" in feed(app, cast.sam, as_)
    assert "BEGIN:VEVENT" not in feed(app, cast.jo, as_)


def test_staff_are_told_with_whom(cast: Cast, as_: AS, app: Flask) -> None:
    alone(cast, app)
    for person in (cast.priya, cast.sofia):
        assert "Sam alone" in get_page(as_(person), url(cast)).words
        assert (
            "Appointment with Sam alone to come"
            in get_page(as_(person), f"/c/couples/{cast.sam_and_jo.id}").words
        )
    assert "SUMMARY:Appointment O\r\n" in feed(app, cast.priya, as_)


def test_the_brief_and_what_is_given_do_not_count_one_with_a_partner_alone(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    """Both lie where the other partner sees them: on the table, and with the exercise."""
    client = as_(cast.priya)
    brief = f"/c/couples/{cast.sam_and_jo.id}/brief"
    before = get_page(client, brief).words
    with app.app_context():
        row = Row((clock.now - timedelta(days=2),), 60, "B")
        book_row(actor=cast.priya, couple_id=cast.sam_and_jo.id, row=row)
    alone(cast, app)
    assert get_page(client, brief).words == before
    page = get_page(client, f"/c/assign/gentle-questions?couple={cast.sam_and_jo.id}")
    assert not page.one("#best_before").get("value")


# ---- work that is meant for an appointment ----


@pytest.fixture
def thursday(cast: Cast, app: Flask) -> Appointment:
    with app.app_context():
        return builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 9, 24, 9, tzinfo=UTC))


def give(cast: Cast, app: Flask, days: int) -> Assignment:
    """Something with a "best before" so many days from Wednesday 16 September."""
    with app.app_context():
        return db.session.get_one(Assignment, given(cast.priya, cast.sam_and_jo, days=days))


def best_before(app: Flask, assignment: Assignment) -> date | None:
    with app.app_context():
        return db.session.get_one(Assignment, assignment.id).best_before


def test_work_for_an_appointment_moves_with_it_and_other_work_stays(
    cast: Cast, as_: AS, app: Flask, thursday: Appointment
) -> None:
    for_it, for_a_day = give(cast, app, 8), give(cast, app, 5)
    assert best_before(app, for_it) == date(2026, 9, 24)
    client = as_(cast.priya)
    page = get_page(client, f"{url(cast)}/{thursday.id}")
    submit(client, page, {"day": "2026-09-29"}, form="form#move")
    assert best_before(app, for_it) == date(2026, 9, 29)
    assert best_before(app, for_a_day) == date(2026, 9, 21)


def test_work_waits_for_the_next_one_when_its_own_is_cancelled_and_comes_back_with_it(
    cast: Cast, as_: AS, app: Flask, thursday: Appointment
) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 10, 8, 9, tzinfo=UTC))
    work, client = give(cast, app, 8), as_(cast.priya)
    page = submit_and_follow(client, get_page(client, f"{url(cast)}/{thursday.id}"), form=CANCEL)
    assert best_before(app, work) == date(2026, 10, 8)
    submit(client, page, form='form[action$="/restore"]')
    assert best_before(app, work) == date(2026, 9, 24)


def test_work_keeps_its_day_where_no_appointment_is_left(
    cast: Cast, as_: AS, app: Flask, thursday: Appointment
) -> None:
    work, client = give(cast, app, 8), as_(cast.priya)
    submit(client, get_page(client, f"{url(cast)}/{thursday.id}"), form=CANCEL)
    assert best_before(app, work) == date(2026, 9, 24)


def test_what_is_over_is_not_opened_again(
    cast: Cast, as_: AS, app: Flask, clock: Clock, thursday: Appointment
) -> None:
    work = give(cast, app, 8)
    clock.move(days=9)
    client = as_(cast.priya)
    submit(client, get_page(client, f"{url(cast)}/{thursday.id}"), {"day": "2026-10-01"}, form="form#move")
    assert best_before(app, work) == date(2026, 9, 24)


def test_more_than_a_years_worth_is_refused_below_the_page_as_well(cast: Cast, app: Flask) -> None:
    starts = tuple(datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=number) for number in range(53))
    with app.app_context(), pytest.raises(Conflict):
        book_row(actor=cast.priya, couple_id=cast.sam_and_jo.id, row=Row(starts))
