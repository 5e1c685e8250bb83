"""The weekly check-in: when it is open, what is asked, and who never learns of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.checking_in import check_in
from assignments.domain.checkins import CheckinAnswers
from assignments.models import Checkin
from clinic.errors import Conflict, NotAllowed
from clinic.extensions import db
from clinic.models import AuditLine, Couple, Person
from tests import builders
from tests.assignments.given import FRIDAY_EVENING, WEEK
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

MONDAY_NOON = datetime(2026, 9, 21, 11, 0, tzinfo=UTC)
EVERY_WEEK = ["closeness", "understood", "tension", "pulled_back", "outside_pressure", "same_disagreement"]
FORM = "main form[novalidate]"


def rows(app: Flask, person: Person) -> list[Checkin]:
    with app.app_context():
        return list(
            db.session.scalars(
                select(Checkin).where(Checkin.author_id == person.id).order_by(Checkin.week_of)
            )
        )


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (FRIDAY_EVENING - timedelta(seconds=1), False),
        (FRIDAY_EVENING, True),
        (MONDAY_NOON - timedelta(seconds=1), True),
        (MONDAY_NOON, False),
        # On the last Sunday of October the clocks go back; the hours stay those on the wall.
        (datetime(2026, 10, 26, 11, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 26, 12, 0, tzinfo=UTC), False),
    ],
)
def test_it_is_open_from_friday_evening_to_monday_noon(
    cast: Cast, as_: AS, clock: Clock, moment: datetime, is_open: bool
) -> None:
    clock.set(moment)
    page = get_page(as_(cast.sam), "/check-in")
    assert bool(page.select(FORM)) is is_open
    assert ("Nothing to fill in now" in page.words) is not is_open


def test_it_says_who_sees_it_and_nothing_is_chosen(cast: Cast, as_: AS, clock: Clock) -> None:
    clock.set(FRIDAY_EVENING)
    page = get_page(as_(cast.sam), "/check-in")
    assert "Priya sees this. Jo doesn’t." in page.words
    assert "How close did you feel to Jo?" in page.words
    assert not page.select("input[checked]")
    assert "You choose who sees each answer" in page.words  # The practice's policy stands beside it.


def test_six_questions_and_every_second_week_eight(cast: Cast, as_: AS, clock: Clock) -> None:
    for week, count in enumerate((8, 6, 8, 6)):
        clock.set(FRIDAY_EVENING + timedelta(days=7 * week))
        assert len(get_page(as_(cast.sam), "/check-in").select("fieldset")) == count


def test_a_couple_added_on_a_monday_morning_is_not_asked_about_the_week_before(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    """The hours of last week's check-in are still open then. It was the end of every page of theirs until noon."""
    clock.set(MONDAY_NOON - timedelta(hours=3))
    with app.app_context():
        new = builders.couple(cast.priya, first="Mia Hart", second="Finn Roe")
        mia = builders.partner_person(new, "A")
    assert "Mia" in get_page(as_(mia), "/today").words
    assert "Nothing to fill in now" in get_page(as_(mia), "/check-in").words
    with app.app_context(), pytest.raises(Conflict):
        check_in(actor=mia, week_of=WEEK, answers=CheckinAnswers(closeness=3))
    clock.set(MONDAY_NOON + timedelta(days=4, hours=9))
    assert len(get_page(as_(mia), "/check-in").select("fieldset")) == 8, "their first week"


def test_what_is_asked_does_not_tell_whether_the_partner_checked_in(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    clock.set(FRIDAY_EVENING + timedelta(days=7))
    before = len(get_page(as_(cast.jo), "/check-in").select("fieldset"))
    with app.app_context():
        check_in(actor=cast.sam, week_of=WEEK + timedelta(days=7), answers=CheckinAnswers(closeness=3))
    assert len(get_page(as_(cast.jo), "/check-in").select("fieldset")) == before


def test_it_is_saved_and_can_be_changed_until_it_closes(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    clock.set(FRIDAY_EVENING)
    client = as_(cast.sam)
    fields = {
        "closeness": "0",
        "tension": "10",
        "same_disagreement": "eased",
        "hope": "6",
        "my_part": "doing",
    }
    page = submit_and_follow(client, get_page(client, "/check-in"), fields, form=FORM)
    assert "Saved." in page.words
    [row] = rows(app, cast.sam)
    assert (row.week_of, row.closeness, row.understood, row.tension) == (WEEK, 0, None, 10)
    assert (row.same_disagreement, row.hope, row.my_part, row.version) == ("eased", 6, "doing", 1)
    clock.set(MONDAY_NOON - timedelta(minutes=1))
    client = as_(cast.sam)
    page = get_page(client, "/check-in")
    assert page.one("input[name=tension][checked]")["value"] == "10"
    submit(client, page, {"tension": "", "closeness": "7"}, form=FORM)
    [row] = rows(app, cast.sam)
    assert (row.closeness, row.tension, row.same_disagreement, row.version) == (7, None, "eased", 2)


def test_every_question_may_be_left_out(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    clock.set(FRIDAY_EVENING)
    client = as_(cast.sam)
    submit(client, get_page(client, "/check-in"), form=FORM)
    [row] = rows(app, cast.sam)
    assert all(getattr(row, key) is None for key in (*EVERY_WEEK, "hope", "my_part"))


@pytest.mark.parametrize("value", ["11", "-1", "٣", "5.0", "5" * 5000, "<b>"])
def test_what_is_no_number_from_0_to_10_is_told_beside_its_question(
    cast: Cast, as_: AS, app: Flask, clock: Clock, value: str
) -> None:
    clock.set(FRIDAY_EVENING)
    client = as_(cast.sam)
    page = get_page(client, "/check-in")
    response = submit(client, page, {"closeness": value, "tension": "4"}, form=FORM, status=422)
    again = read_page(response, 422)
    assert "Closeness: choose a number from 0 to 10" in again.words
    assert again.one("input[name=tension][checked]")["value"] == "4"
    assert rows(app, cast.sam) == []


def test_a_form_left_open_over_the_week_is_not_saved_into_the_next(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    clock.set(FRIDAY_EVENING)
    page = get_page(as_(cast.sam), "/check-in")
    clock.set(FRIDAY_EVENING + timedelta(days=14))
    client = as_(cast.sam)
    with client.session_transaction() as kept:
        kept["csrf_token"] = "x"
    app.config["WTF_CSRF_ENABLED"] = False
    submit(client, page, {"closeness": "5"}, form=FORM, status=409)
    clock.set(MONDAY_NOON)
    assert rows(app, cast.sam) == []


@pytest.mark.parametrize("week_of", ["", "soon", "9999-99-99"])
def test_a_week_that_is_none_is_refused(cast: Cast, as_: AS, clock: Clock, week_of: str) -> None:
    clock.set(FRIDAY_EVENING)
    client = as_(cast.sam)
    page = get_page(client, "/check-in")
    submit(client, page, {"week_of": week_of, "closeness": "5"}, form=FORM, status=422)


def test_what_is_not_asked_this_week_is_refused_below_the_form_as_well(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    clock.set(FRIDAY_EVENING + timedelta(days=7))
    with app.app_context(), pytest.raises(Conflict):
        check_in(actor=cast.sam, week_of=WEEK + timedelta(days=7), answers=CheckinAnswers(hope=5))


@pytest.mark.parametrize("who", ["priya", "sofia", "ada"])
def test_staff_have_none(cast: Cast, as_: AS, app: Flask, clock: Clock, who: str) -> None:
    clock.set(FRIDAY_EVENING)
    assert as_(getattr(cast, who)).get("/check-in").status_code == 404
    with app.app_context(), pytest.raises(NotAllowed):
        check_in(actor=getattr(cast, who), week_of=WEEK, answers=CheckinAnswers(closeness=1))


def test_both_partners_have_one_each(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    clock.set(FRIDAY_EVENING)
    for person, closeness in ((cast.sam, "2"), (cast.jo, "9")):
        client = as_(person)
        submit(client, get_page(client, "/check-in"), {"closeness": closeness}, form=FORM)
    assert [row.closeness for row in rows(app, cast.sam)] == [2]
    assert [row.closeness for row in rows(app, cast.jo)] == [9]


@pytest.mark.parametrize(("stop", "is_open"), [("held_at", True), ("closed_at", False)])
def test_a_safety_hold_does_not_show_and_an_ending_closes_it(
    cast: Cast, as_: AS, app: Flask, clock: Clock, stop: str, is_open: bool
) -> None:
    clock.set(FRIDAY_EVENING)
    with app.app_context():
        setattr(db.session.get_one(Couple, cast.sam_and_jo.id), stop, clock.now)
        db.session.commit()
    assert bool(get_page(as_(cast.sam), "/check-in").select(FORM)) is is_open


def test_the_audit_line_holds_no_answer(cast: Cast, app: Flask, clock: Clock) -> None:
    clock.set(FRIDAY_EVENING)
    with app.app_context():
        row = check_in(actor=cast.sam, week_of=WEEK, answers=CheckinAnswers(tension=9))
        line = db.session.scalars(select(AuditLine).where(AuditLine.subject_id == row.id)).one()
        assert (line.event, line.details) == ("checked in", {})
