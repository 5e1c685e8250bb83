"""Records are kept for as long as the practice decides, and go by themselves when their time is up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from assignments.actions.checking_in import check_in
from assignments.actions.deciding import decide
from assignments.actions.entries import save_thanks
from assignments.actions.process_notes import write_note
from assignments.domain.checkins import CheckinAnswers
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from clinic.actions.retention import change_retention, delete_expired_records
from clinic.actions.talks import ask_to_talk
from clinic.audit import verify
from clinic.clock import now
from clinic.domain.retention import goes_at, later
from clinic.errors import Conflict
from clinic.extensions import db
from clinic.models import AuditLine, Couple, Person
from clinic.queries.retention import is_still_due
from clinic.worker import work_once
from tests import builders
from tests.assignments.given import FRIDAY_EVENING, WEEK, answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, submit, submit_and_follow

A_YEAR = 366


def test_a_month_that_is_shorter_ends_on_its_last_day() -> None:
    assert later(datetime(2024, 2, 29, tzinfo=UTC), 12) == datetime(2025, 2, 28, tzinfo=UTC)
    assert later(datetime(2026, 8, 31, tzinfo=UTC), 18) == datetime(2028, 2, 29, tzinfo=UTC)


def test_a_new_setting_waits_thirty_days() -> None:
    closed, set_at = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
    assert goes_at(closed, keep_months=12, set_at=set_at) == datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def closed(cast: Cast, app: Flask, clock: Clock) -> Couple:
    """Sam and Jo have come, written, asked, been decided about; then the work was closed."""
    clock.set(FRIDAY_EVENING)
    with app.app_context():
        couple = cast.sam_and_jo
        builders.appointment(couple)
        answered(cast.sam, given(cast.priya, couple), "A heron", Level.PRIVATE)
        answered(cast.jo, given(cast.priya, couple), "A kettle", Level.SHARED)
        save_thanks(actor=cast.sam, what="Tea", meant="", level=Level.SHARED)
        check_in(actor=cast.jo, week_of=WEEK, answers=CheckinAnswers(closeness=3))
        ask_to_talk(actor=cast.jo, reach="")
        write_note(actor=cast.priya, couple_id=couple.id, about_day=now().date(), words="A note")
        decide(actor=cast.priya, couple_id=couple.id, state=DecisionState.CONTINUE, reason="Well")
        change_retention(actor=cast.ada, keep_months=12)
        db.session.get_one(Couple, couple.id).closed_at = now()
        db.session.commit()
        return couple


def rows_about(couple: Couple) -> dict[str, int]:
    """How many rows name the couple, by table; lines of audit hold its id and no content."""
    return {
        table.name: count
        for table in db.metadata.sorted_tables
        if "couple_id" in table.columns and table.name != "audit_line"
        if (count := db.session.scalar(select(func.count()).where(table.c.couple_id == couple.id)))
    }


@pytest.mark.both_databases
def test_a_record_goes_whole_when_its_time_is_up_and_not_before(
    cast: Cast, app: Flask, clock: Clock, closed: Couple
) -> None:
    clock.move(days=A_YEAR - 3)
    with app.app_context():
        assert delete_expired_records(now()) == 0
        assert len(rows_about(closed)) > 6
    with app.app_context():
        work_once(now())
    clock.move(days=1)
    with app.app_context():
        work_once(now())
        assert len(rows_about(closed)) > 6, "not before"
    clock.move(days=3)
    with app.app_context():
        work_once(now())
        assert rows_about(closed) == {}
        assert db.session.get(Couple, closed.id) is None
        assert [db.session.get(Person, one.id) for one in (cast.sam, cast.jo)] == [None, None]
        (line,) = db.session.query(AuditLine).filter_by(event="record deleted when its time was up")
        assert (line.couple_id, line.actor_role, line.details) == (closed.id, "system", {})
        assert verify(cast.canal_street.id) is None
        assert delete_expired_records(now()) == 0
        assert db.session.get(Couple, cast.ade_and_ruth.id) is not None


def test_a_record_is_due_in_its_own_practice_alone(
    cast: Cast, app: Flask, clock: Clock, closed: Couple
) -> None:
    clock.move(days=A_YEAR)
    with app.app_context():
        assert is_still_due(cast.canal_street.id, closed.id, now())
        assert not is_still_due(cast.hill_house.id, closed.id, now())


def test_what_is_open_or_of_a_practice_that_keeps_for_good_stays(
    cast: Cast, app: Flask, clock: Clock, closed: Couple
) -> None:
    with app.app_context():
        db.session.get_one(Couple, closed.id).closed_at = None
        db.session.get_one(Couple, cast.lea_and_tom.id).closed_at = now()
        db.session.commit()
    clock.move(days=A_YEAR * 3)
    with app.app_context():
        assert delete_expired_records(now()) == 0


def test_a_shorter_time_waits_before_anything_goes(
    cast: Cast, app: Flask, clock: Clock, closed: Couple
) -> None:
    with app.app_context():
        change_retention(actor=cast.ada, keep_months=120)
    clock.move(days=A_YEAR * 2)
    with app.app_context():
        change_retention(actor=cast.ada, keep_months=12)
        assert delete_expired_records(now()) == 0
    clock.move(days=30)
    with app.app_context():
        assert delete_expired_records(now()) == 1


def test_the_page_says_which_go_soon_and_asks_for_the_pass_phrase(
    cast: Cast, as_: AS, app: Flask, clock: Clock, closed: Couple
) -> None:
    clock.move(days=A_YEAR - 60)
    client = as_(cast.ada)
    page = get_page(client, "/p/keep")
    assert "Okafor and Lind" in page.one("table").get_text()
    page = submit_and_follow(client, page, {"keep": "good"})
    assert "None." in page.words
    submit(client, page, {"keep": "1"}, status=422)
    clock.move(minutes=11)
    assert client.get("/p/keep").location == "/sign-in/again?next=/p/keep"


@pytest.mark.parametrize("months", [0, 11, 361])
def test_less_than_a_year_is_refused(cast: Cast, app: Flask, months: int) -> None:
    with app.app_context(), pytest.raises(Conflict):
        change_retention(actor=cast.ada, keep_months=months)


def test_a_clock_that_jumps_takes_no_record_with_it(
    cast: Cast, app: Flask, clock: Clock, closed: Couple, caplog: pytest.LogCaptureFixture
) -> None:
    """Set two years on by mistake: no round until a day later lets anything go. Set right again, nothing is lost."""
    with app.app_context():
        work_once(now())
    clock.move(days=2)
    with app.app_context():
        work_once(now())
    clock.move(days=A_YEAR * 2)
    for _ in range(5):
        with app.app_context():
            work_once(now())
            assert len(rows_about(closed)) > 6
        clock.move(minutes=5)
    assert "no record goes for a day" in caplog.text
    clock.move(days=-A_YEAR * 2)
    with app.app_context():
        work_once(now())
        assert len(rows_about(closed)) > 6


def test_a_clock_that_stays_ahead_is_believed_after_a_day(app: Flask, clock: Clock, closed: Couple) -> None:
    clock.move(days=A_YEAR * 2)
    with app.app_context():
        work_once(now())
        assert len(rows_about(closed)) > 6
    clock.move(days=1)
    with app.app_context():
        work_once(now())
        assert rows_about(closed) == {}


def test_a_clock_that_is_put_right_by_a_little_keeps_no_record_for_ever(
    app: Flask, clock: Clock, closed: Couple
) -> None:
    """Twice a day it goes back by a minute; a day without that would never come, and the record would never go."""
    clock.move(days=A_YEAR * 2)
    for _ in range(3):
        with app.app_context():
            work_once(now())
            assert len(rows_about(closed)) > 6
        clock.move(hours=10)
        with app.app_context():
            work_once(now())
        clock.move(minutes=-1)
    clock.move(hours=1)
    with app.app_context():
        work_once(now())
        assert rows_about(closed) == {}
