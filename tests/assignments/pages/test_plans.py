"""The pages of plans: three clicks to start one, and everything a counsellor does with it afterwards."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.models import Assignment, CouplePlan, PlanChange
from clinic.extensions import db
from tests.assignments.planned import planned
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

START = "main form[action*='/start']"


def test_from_the_couple_a_plan_is_three_clicks_away(app: Flask, as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    couple = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}")
    plan_link = next(link for link in couple.select("nav.local a") if link.get_text() == "Plan")
    choose = get_page(priya, str(plan_link["href"]))
    pick = next(link for link in choose.select("main a") if link.get_text() == "Six weeks of coming closer")
    start = get_page(priya, str(pick["href"]))
    page = submit_and_follow(priya, start, form=START, button=None)
    assert "Six weeks of coming closer. Week 1 of 6: Notice what happens." in page.words
    assert "Six weeks of coming closer: started." in page.words
    with app.app_context():
        assert db.session.scalars(select(CouplePlan.slug)).all() == ["six-weeks"]
        assert len(db.session.scalars(select(Assignment)).all()) == 11


def test_starting_can_be_undone_from_the_notice(app: Flask, as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    start = get_page(priya, f"/c/plans/six-weeks/start?couple={cast.sam_and_jo.id}")
    page = submit_and_follow(priya, start, form=START)
    back = submit_and_follow(priya, page, form="form[action$='/plan/undo']")
    assert "Taken back. They will not see it." in back.words
    assert "No plan now." in back.words


def test_everything_can_be_changed_on_the_one_page_before_starting(app: Flask, as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    start = get_page(priya, f"/c/plans/six-weeks/start?couple={cast.sam_and_jo.id}")
    fields = {
        "starts_on": "2026-09-21",
        "pace": "1",
        "sharing_limit": "private",
        "holiday1": "2026-09-30",
        "week1_exercise1": "midday-message",
        "week1_who1": "A",
        "week1_size1": "small",
        "week1_exercise2": "",
    }
    shown = read_page(submit(priya, start, fields, form=START, button="Show the dates", status=200))
    assert "Week 1: Notice what happens Monday 21 September to Sunday 27 September." in shown.words
    submit(priya, shown, form=START)
    with app.app_context():
        given = db.session.scalars(select(Assignment).order_by(Assignment.starts_on)).all()
        assert [one.starts_on for one in given[:3]] == [
            date(2026, 9, 21),
            date(2026, 10, 5),
            date(2026, 10, 12),
        ]
        assert (given[0].for_whom, given[0].size) == ("A", "small")
        assert {one.sharing_limit for one in given} == {"private"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"starts_on": "2026-09-01"}, "Start today or later."),
        ({"starts_on": "soon"}, "Enter a date, such as 2026-05-14."),
        ({"starts_on": ""}, "Enter a day."),
        ({"holiday1": "2031-01-01"}, "lies outside the plan"),
        ({"week2_exercise1": "", "week2_exercise2": ""}, "Choose at least one exercise for week 2."),
        ({"week2_exercise2": "go-first"}, "Week 2 holds this twice. Choose another."),
        ({"week2_exercise1": "juggling"}, "Choose one of these."),
        ({"pace": "0"}, "Choose one of these."),
        ({"sharing_limit": "everybody"}, "Choose one of these."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(
    app: Flask, as_: AS, cast: Cast, fields: dict[str, str], sentence: str
) -> None:
    priya = as_(cast.priya)
    start = get_page(priya, f"/c/plans/six-weeks/start?couple={cast.sam_and_jo.id}")
    again = read_page(submit(priya, start, {"week1_size1": "longer", **fields}, form=START, status=422), 422)
    assert sentence in again.words
    assert again.select_one('[name=week1_size1] option[selected][value="longer"]')
    with app.app_context():
        assert db.session.scalars(select(CouplePlan)).all() == []


def test_without_a_couple_one_is_picked_first(as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    page = get_page(priya, "/c/plans/six-weeks/start")
    assert [link.get_text() for link in page.select("main td a, main th a")] == [
        "Adeyemi and Clarke",
        "Okafor and Lind",
    ]


def test_the_list_and_a_plan_read_through(as_: AS, cast: Cast) -> None:
    marcus = as_(cast.marcus)
    assert "From distance to warmth" in get_page(marcus, "/c/plans").words
    page = get_page(marcus, "/c/plans/from-distance-to-warmth")
    assert "1. A calm place to talk" in page.words
    assert "PL2" in page.words
    assert marcus.get("/c/plans/no-such-plan").status_code == 404


def test_both_partners_read_the_same_line_and_nothing_undone(
    app: Flask, as_: AS, cast: Cast, clock: Clock
) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    clock.move(days=15)
    lines = set()
    for person in (cast.sam, cast.jo):
        page = get_page(as_(person), "/today")
        heading = page.select_one("#plan-week")
        assert heading is not None
        lines.add(heading.parent.get_text(" ", strip=True) if heading.parent else "")
        assert [len(page.select(f".segments-weeks {part}")) for part in ("span", ".full", ".half")] == [
            6,
            2,
            1,
        ]
        assert "Notice" not in page.words
    assert lines == {"Week 3 of 6: Ask kindly Nothing to catch up on."}


def test_a_paused_plan_shows_nothing_on_today(app: Flask, as_: AS, cast: Cast) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    priya, sam = as_(cast.priya), as_(cast.sam)
    plan = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/plan")
    paused = submit_and_follow(priya, plan, form="form[action$='/plan/pause']")
    assert "Paused. Everything that is left waits." in paused.words
    page = get_page(sam, "/today")
    assert not page.select("#plan-week")
    assert "Nothing set for now." in page.words
    going = submit_and_follow(priya, paused, form="form[action$='/plan/resume']")
    assert "Week 1 of 6" in going.words


def test_an_untouched_week_is_given_again_with_one_button(
    app: Flask, as_: AS, cast: Cast, clock: Clock
) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    clock.move(days=8)
    priya = as_(cast.priya)
    plan = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/plan")
    assert "Untouched so far" in plan.words
    first = [form for form in plan.select("form[action$='/plan/again']") if 'value="1"' in str(form)]
    assert len(first) == 1
    again = submit_and_follow(priya, plan, form="form[action$='/plan/again']:has([name=week][value='1'])")
    assert "Week 1 is given again. The rest waits a week." in again.words
    assert "Week 1 of 6: Notice." in again.words


def test_a_week_to_come_is_changed_on_its_own_page(app: Flask, as_: AS, cast: Cast) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    priya = as_(cast.priya)
    address = f"/c/couples/{cast.sam_and_jo.id}/plan/weeks/2"
    empty = {"week2_exercise1": "", "week2_exercise2": ""}
    form = "main form[action*='/weeks/']"
    refused = read_page(submit(priya, get_page(priya, address), empty, form=form, status=422), 422)
    assert "Choose at least one exercise for week 2." in refused.words
    fields = {"week2_exercise1": "evening-check-in", "week2_size1": "small"}
    page = submit_and_follow(priya, get_page(priya, address), fields, form=form)
    assert "Week 2 is changed." in page.words
    assert priya.get(f"/c/couples/{cast.sam_and_jo.id}/plan/weeks/1").status_code == 302
    assert priya.get(f"/c/couples/{cast.sam_and_jo.id}/plan/weeks/7").status_code == 404


def test_a_holiday_is_left_out_and_put_back(app: Flask, as_: AS, cast: Cast) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    priya = as_(cast.priya)
    address, form = f"/c/couples/{cast.sam_and_jo.id}/plan", "form[action$='/plan/skip']"
    wrong = read_page(
        submit(priya, get_page(priya, address), {"day": "2027-09-01"}, form=form, status=422), 422
    )
    assert "lies outside the plan" in wrong.words
    out = submit_and_follow(priya, get_page(priya, address), {"day": "2026-09-24"}, form=form)
    assert "Left out 23 Sep to 29 Sep" in out.words
    back = submit_and_follow(priya, out, form="form[action$='/plan/keep']")
    assert "That week is back in the plan." in back.words


def test_how_it_goes_is_asked_with_evidence_and_recorded(
    app: Flask, as_: AS, cast: Cast, clock: Clock
) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    clock.move(days=22)
    priya = as_(cast.priya)
    couple = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}")
    assert "How is the plan going so far? Sam has done 0 of" in couple.words
    plan = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/plan")
    response = submit(priya, plan, form="form[action$='/plan/checkpoint']", button="Meet once more")
    assert response.location == f"/c/couples/{cast.sam_and_jo.id}/appointments"
    with app.app_context():
        answer = db.session.scalars(select(PlanChange).where(PlanChange.kind == "checkpoint")).one()
        assert (answer.choice, answer.by_id, answer.at) == ("extra_contact", cast.priya.id, clock.now)
    assert "How is it going so far?" not in get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/plan").words


def test_ending_a_plan_leads_back_to_the_plans(app: Flask, as_: AS, cast: Cast) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    priya = as_(cast.priya)
    plan = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/plan")
    ended = submit_and_follow(priya, plan, form="form[action$='/plan/end']")
    assert "Ended. What they wrote stays with them." in ended.words
    assert "No plan now." in ended.words


def test_a_supervisor_reads_a_plan_and_changes_nothing(app: Flask, as_: AS, cast: Cast) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    page = get_page(as_(cast.sofia), f"/c/couples/{cast.sam_and_jo.id}/plan")
    assert "Week 1 of 6" in page.words
    assert not page.select("main form")


@pytest.mark.parametrize("act", ["keep", "again", "checkpoint", "skip"])
@pytest.mark.parametrize("value", ["", "99", "-1", "x" * 300, "2026-13-40"])
def test_odd_values_change_nothing(app: Flask, as_: AS, cast: Cast, act: str, value: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    priya = as_(cast.priya)
    sent = {"day": value, "week": value, "branch": value}
    response = priya.post(f"/c/couples/{cast.sam_and_jo.id}/plan/{act}", data=sent)
    assert response.status_code in (302, 422)
    with app.app_context():
        assert db.session.scalars(select(PlanChange)).all() == []
