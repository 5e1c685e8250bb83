"""The diary: a week as a list, today's next steps, and its secret address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from clinic.actions.appointments import Row, book_row
from tests import builders
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import get_page, read_page, submit, submit_and_follow


@pytest.fixture
def this_week(cast: Cast, app: Flask, clock: Clock) -> None:
    """Today with Sam and Jo, tomorrow with Ruth alone; Marcus sees Nia and Owen."""
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=clock.now + timedelta(hours=1))
        row = Row((clock.now + timedelta(days=1),), 60, "B")
        book_row(actor=cast.priya, couple_id=cast.ade_and_ruth.id, row=row)
        builders.appointment(cast.nia_and_owen, starts_at=clock.now + timedelta(hours=2))


def test_a_week_by_days_with_what_comes_next_for_today(cast: Cast, as_: AS, this_week: None) -> None:
    page = get_page(as_(cast.priya), "/c/diary")
    today = page.one(".diary-today")
    assert "Okafor and Lind" in today.get_text()
    assert "20:30–21:30" in today.get_text()
    assert [a.get_text(" ", strip=True) for a in today.select(".diary-do a")][-1] == (
        "Move Okafor and Lind, 20:30"
    )
    assert len(today.select(".diary-do a")) == 2
    assert "Adeyemi and Clarke With Ruth alone" in page.words
    assert "Powell" not in page.words


def test_other_weeks_are_one_link_away(cast: Cast, as_: AS, this_week: None) -> None:
    page = get_page(as_(cast.priya), "/c/diary")
    later = page.find("a", string="Week after")
    assert later is not None
    assert "Nothing is booked in this week." in get_page(as_(cast.priya), str(later["href"])).words
    for odd in ("", "soon", "9999-12-31", "0001-01-01", "2026-02-30"):
        assert "14–20 Sep" in get_page(as_(cast.priya), f"/c/diary?week={odd}").words


def test_the_day_the_clocks_change_is_said(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    page = get_page(as_(cast.priya), "/c/diary?week=2026-10-25")
    assert "The clocks go back on this day." in page.words
    assert "01:30–01:30" in page.words  # An hour at that time ends as the clocks read it: when it began.
    assert "The clocks go forward" in get_page(as_(cast.priya), "/c/diary?week=2027-03-28").words


def test_a_supervisor_reads_it_and_changes_nothing(cast: Cast, as_: AS, this_week: None) -> None:
    page = get_page(as_(cast.sofia), "/c/diary")
    assert "Okafor and Lind" in page.words
    assert not page.select("main form")
    assert "Move" not in page.words
    assert "Okafor" not in get_page(as_(cast.omar), "/c/diary").words
    for name in ("sam", "ada"):
        get_page(as_(getattr(cast, name)), "/c/diary", 404)


def test_it_costs_the_same_however_much_is_booked(
    cast: Cast, as_: AS, app: Flask, clock: Clock, count_queries: CountQueries
) -> None:
    client = as_(cast.priya)
    costs: list[int] = []
    for _ in range(2):
        with app.app_context():
            for hours in range(3):
                at = clock.now + timedelta(hours=hours, minutes=len(costs))
                builders.appointment(cast.ade_and_ruth, starts_at=at)
        client.get("/c/diary")
        with count_queries() as statements:
            assert client.get("/c/diary").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_the_own_calendar_has_initials_at_most_and_ends_when_told(
    cast: Cast, as_: AS, this_week: None
) -> None:
    client = as_(cast.priya)
    page = read_page(submit(client, get_page(client, "/c/diary/calendar"), status=200))
    address = page.one("#address").get_text()
    path = "/feed/" + address.rsplit("/feed/")[1]
    words = as_(None).get(path).text
    titles = sorted(line for line in words.splitlines() if line.startswith("SUMMARY"))
    assert titles == ["SUMMARY:Appointment C", "SUMMARY:Appointment O+L"]
    for name in ("Okafor", "Sam", "Jo", "Ruth", "Clarke", "alone"):
        assert name not in words
    page = get_page(client, "/c/diary/calendar")
    submit_and_follow(client, page, form='form[action$="/end"]')
    assert as_(None).get(path).status_code == 404


def test_the_address_dies_with_the_account(cast: Cast, as_: AS, app: Flask, this_week: None) -> None:
    from clinic.actions.reminders import make_calendar_address
    from clinic.extensions import db
    from clinic.models import Person

    with app.app_context():
        token = make_calendar_address(actor=cast.priya)
    assert as_(None).get(f"/feed/{token}.ics").status_code == 200
    with app.app_context():
        db.session.get_one(Person, cast.priya.id).disabled_at = datetime(2026, 9, 16, tzinfo=UTC)
        db.session.commit()
    assert as_(None).get(f"/feed/{token}.ics").status_code == 404
