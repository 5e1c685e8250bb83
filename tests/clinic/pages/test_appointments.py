"""A couple's appointments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask

from clinic.extensions import db
from clinic.models import Appointment, AuditLine
from tests import builders
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

TYPED = {"day": "2026-09-24", "at": "10:00", "minutes": "50"}


def url(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/appointments"


@pytest.fixture
def booked(cast: Cast, app: Flask, clock: Clock) -> Appointment:
    with app.app_context():
        return builders.appointment(cast.sam_and_jo, starts_at=clock.now + timedelta(days=1))


def test_booking_takes_the_time_of_the_practice(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    page = submit_and_follow(client, get_page(client, url(cast)), TYPED)
    assert "Thu 24 Sep, 10:00" in page.words
    assert "50 minutes" in page.words
    with app.app_context():
        assert db.session.query(Appointment).one().starts_at == datetime(2026, 9, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "hour"),
    [("2026-10-24", "10:00", 9), ("2026-10-26", "10:00", 10), ("2027-03-28", "01:30", 1)],
)
def test_the_hour_holds_across_the_clock_change(
    cast: Cast, as_: AS, app: Flask, day: str, at: str, hour: int
) -> None:
    client = as_(cast.priya)
    submit(client, get_page(client, url(cast)), {**TYPED, "day": day, "at": at})
    with app.app_context():
        assert db.session.query(Appointment).one().starts_at.hour == hour


def test_a_second_click_books_once(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    page = get_page(client, url(cast))
    first, second = submit(client, page, TYPED), submit(client, page, TYPED)
    assert first.location == second.location == url(cast)
    with app.app_context():
        assert db.session.query(Appointment).count() == 1


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("day", ""),
        ("day", "soon"),
        ("day", "0001-01-01"),
        ("day", "9999-12-31"),
        ("day", "1" * 5000),
        ("at", ""),
        ("at", "25:00"),
        ("at", "\0"),
        ("minutes", ""),
        ("minutes", "0"),
        ("minutes", "-60"),
        ("minutes", "9" * 5000),
        ("minutes", "sixty"),
        ("minutes", "1e2"),
    ],
)
def test_bad_input_books_nothing_and_keeps_the_rest(
    cast: Cast, as_: AS, app: Flask, field: str, text: str
) -> None:
    client = as_(cast.priya)
    response = submit(client, get_page(client, url(cast)), {**TYPED, field: text}, status=422)
    page = read_page(response, 422)
    assert page.select(f"#{field}-error")
    for name in TYPED.keys() - {field}:
        assert page.one(f"#{name}")["value"] == TYPED[name]
    with app.app_context():
        assert db.session.query(Appointment).count() == 0


def test_moving_one(cast: Cast, as_: AS, booked: Appointment) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"{url(cast)}/{booked.id}")
    assert page.one("#day")["value"] == "2026-09-17"
    assert page.one("#at")["value"] == "19:30"
    page = submit_and_follow(client, page, {"at": "11:15"}, form="form#move")
    assert "Thu 17 Sep, 11:15" in page.words


def test_cancelling_one_keeps_the_row(cast: Cast, as_: AS, app: Flask, booked: Appointment) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"{url(cast)}/{booked.id}")
    page = submit_and_follow(client, page, form='form[action$="/cancel"]')
    assert "None booked." in page.words
    get_page(client, f"{url(cast)}/{booked.id}", 404)
    with app.app_context():
        assert db.session.get_one(Appointment, booked.id).cancelled_at is not None


RESTORE = 'form[action$="/restore"]'


def test_cancelling_one_can_be_undone_for_ten_minutes(
    cast: Cast, as_: AS, clock: Clock, booked: Appointment
) -> None:
    client = as_(cast.priya)

    def cancelled() -> Page:
        page = get_page(client, f"{url(cast)}/{booked.id}")
        return submit_and_follow(client, page, form='form[action$="/cancel"]')

    page = submit_and_follow(client, cancelled(), form=RESTORE)
    assert "It stands again." in page.words
    assert "Thu 17 Sep, 19:30" in page.words
    page = cancelled()
    clock.move(minutes=10, seconds=1)
    submit(client, page, form=RESTORE, status=409)
    assert "None booked." in get_page(client, url(cast)).words


TAKE_BACK = 'form[action$="/take-back"]'


def test_booking_can_be_undone_for_ten_minutes(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    client = as_(cast.priya)
    page = submit_and_follow(client, get_page(client, url(cast)), TYPED)
    page = submit_and_follow(client, page, form=TAKE_BACK)
    assert "Taken back." in page.words
    assert "None booked." in page.words
    page = submit_and_follow(client, page, {**TYPED, "repeat": "weekly", "times": "3"})
    assert "Booked 3" in page.words
    assert "All 3 taken back." in submit_and_follow(client, page, form=TAKE_BACK).words
    page = submit_and_follow(client, get_page(client, url(cast)), TYPED)
    clock.move(minutes=10, seconds=1)
    submit(client, page, form=TAKE_BACK, status=409)
    assert "Thu 24 Sep, 10:00" in get_page(client, url(cast)).words
    with app.app_context():
        kept = db.session.query(Appointment).filter_by(cancelled_at=None).one()
        events = [line.event for line in db.session.query(AuditLine).all()]
    assert events.count("appointment cancelled") == 4
    other = f"/c/couples/{cast.ade_and_ruth.id}/appointments/{kept.id}/take-back"
    token = str(page.one("input[name=csrf_token]")["value"])
    assert client.post(other, data={"csrf_token": token, "form_key": "b" * 32}).status_code == 404


def test_a_supervisor_reads_and_others_do_not_find_it(cast: Cast, as_: AS, booked: Appointment) -> None:
    assert not get_page(as_(cast.sofia), url(cast)).select("main form")
    get_page(as_(cast.sofia), f"{url(cast)}/{booked.id}", 404)
    for name in ("marcus", "omar", "ada", "hana", "sam", "jo"):
        get_page(as_(getattr(cast, name)), url(cast), 404)
        get_page(as_(getattr(cast, name)), f"{url(cast)}/{booked.id}", 404)
    assert "/sign-in" in as_(None).get(url(cast)).location


def test_an_appointment_of_another_couple_is_not_found_under_this_one(
    cast: Cast, as_: AS, booked: Appointment
) -> None:
    client = as_(cast.priya)
    get_page(client, f"/c/couples/{cast.ade_and_ruth.id}/appointments/{booked.id}", 404)
    get_page(client, f"{url(cast)}/{uuid4()}", 404)
