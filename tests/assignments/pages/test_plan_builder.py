"""Writing plans of one's own in the browser, with nothing but forms."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.domain.plans import after_button, blank_draft, draft_of
from assignments.models import CouplePlan, PlanVersion, PracticePlan
from clinic.extensions import db
from tests.assignments.planned import planned, small_plan
from tests.cast import AS, Cast
from tests.page import Page, get_page, read_page, submit, submit_and_follow

FORM = "main form[action$='/edit']"


def press(client: FlaskClient, page: Page, value: str, fields: dict[str, str] | None = None) -> Page:
    """Fill in and press the button of that value, and read where it leads."""
    response = client.post(page.address, data={**typed(page), **(fields or {}), "button": value})
    assert response.status_code == 302, response.status
    return get_page(client, str(response.location))


def typed(page: Page) -> dict[str, str]:
    """What the builder's form holds."""
    form = page.select_one(FORM)
    assert form is not None
    values = {}
    for control in form.select("input[name], select[name], textarea[name]"):
        if control.name == "select":
            chosen = control.select_one("option[selected]") or control.select("option")[0]
            values[str(control["name"])] = str(chosen.get("value"))
        elif control.name == "textarea":
            values[str(control["name"])] = control.get_text().strip("\n")
        elif control.get("type") != "checkbox" or control.has_attr("checked"):
            values[str(control["name"])] = str(control.get("value", "y"))
    return values


def draft_in(app: Flask) -> dict[str, object]:
    with app.app_context():
        draft: dict[str, object] = json.loads(db.session.scalars(select(PracticePlan.draft)).one())
        return draft


def test_a_new_plan_is_written_published_and_given(app: Flask, as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, "/c/plans"), form="form[action='/c/plans/new']")
    sent = {**typed(page), "name": "Two kind weeks", "button": "publish"}
    early = read_page(priya.post(page.address, data=sent), 422)
    told = early.select_one(".error-summary")
    assert told is not None
    assert "The draft is saved." in told.get_text()
    assert [str(one["href"]) for one in told.select("a")] == ["#why", "#week1_title", "#week1_exercise1"]
    for box in ("why", "week1_title", "week1_exercise1"):
        wrong = early.select_one(f"#{box}")
        assert wrong is not None
        assert wrong["aria-invalid"] == "true"
    # Another name for the same press: the draft is kept as it is, and the page goes on from it.
    assert draft_in(app)["name"] == "Two kind weeks"
    first = {
        "why": "To be kind for two weeks.",
        "week1_title": "Say thanks",
        "week1_exercise1": "appreciation-log",
        "week1_exercise2": "go-first",
    }
    page = press(priya, early, "add-week", first)
    page = press(priya, page, "item-up-1-2")
    assert typed(page)["week1_exercise1"] == "go-first"
    second = {"week2_title": "Sit down", "week2_exercise1": "weekly-sit-down", "ask_after": "1"}
    page = press(priya, page, "week-up-2", second)
    assert [typed(page)[f"week{number}_title"] for number in (1, 2)] == ["Sit down", "Say thanks"]
    page = press(priya, page, "item-out-2-2")
    assert typed(page)["week2_exercise2"] == ""
    published = press(priya, page, "publish")
    assert "Published. It stands among the plans now." in published.words
    assert "1. Sit down" in published.words
    slug = published.address.rsplit("/", 1)[1]
    start = get_page(priya, f"/c/plans/{slug}/start?couple={cast.sam_and_jo.id}")
    submit(priya, start, form="main form[action*='/start']")
    with app.app_context():
        assert db.session.scalars(select(CouplePlan.slug)).one() == slug == "our-plan"


def phone_of(page: Page) -> str:
    """What stands in the phone beside the form."""
    frame = page.select_one("iframe.phone-screen")
    assert frame is not None
    return " ".join(Page(str(frame["srcdoc"]), "html.parser").get_text(" ").split())


def test_the_phone_shows_the_week_as_it_stands_on_today(as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    copied = submit_and_follow(priya, get_page(priya, "/c/plans/six-weeks"), form="form[action$='/copy']")
    first = phone_of(copied)
    assert "Week 1 of 6: Notice what happens" in first
    assert "When we drift apart" in first
    assert "How open am I?" in first
    assert "How was this week?" in first
    third = get_page(priya, f"{copied.address}?at=week-3")
    assert "Week 3 of 6: Invite, and leave room" in phone_of(third)
    # A button comes back to the week it was about.
    down = press(priya, third, "week-down-3")
    assert "Week 4 of 6: Invite, and leave room" in phone_of(down)
    assert down.one("input[name=at]")["value"] == "week-4"
    assert "Week 1 of 6" in phone_of(get_page(priya, f"{copied.address}?at=week-99"))


def test_looking_reads_what_is_typed_and_keeps_nothing(app: Flask, as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, "/c/plans"), form="form[action='/c/plans/new']")
    look = page.address.replace("/edit", "/look")
    told = {**typed(page), "week1_title": "You never listen to me", "week1_exercise1": "go-first"}
    answer = priya.post(look, data=told)
    assert answer.status_code == 200, answer.text[:500]
    shown = Page(answer.text, "html.parser")
    assert "Week 1 of 1: You never listen to me" in phone_of(shown)
    advice = shown.select_one(".advice")
    assert advice is not None
    assert "this may land as blame" in advice.get_text(" ")
    assert [str(one["href"]) for one in advice.select("a")] == ["#week-1"]
    assert '"title": ""' in json.dumps(draft_in(app))
    refused = priya.post(look, data={**told, "week1_title": "x" * 61})
    assert refused.status_code == 422
    assert refused.get_json() == {"problem": "Use at most 60 characters."}


def test_a_copy_is_changed_and_the_original_is_not(app: Flask, as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    plan = get_page(priya, "/c/plans/six-weeks")
    page = submit_and_follow(priya, plan, form="form[action$='/copy']")
    page = press(priya, page, "save", {"name": "Six of our own", "week1_exercise1": "go-first"})
    assert "Draft saved." in page.words
    assert "Notice what happens" in get_page(priya, "/c/plans/six-weeks").words
    one = press(priya, page, "publish")
    page = press(priya, get_page(priya, f"{edit_address(one)}"), "publish", {"week1_title": "Begin"})
    with app.app_context():
        versions = db.session.scalars(select(PlanVersion.version).order_by(PlanVersion.version)).all()
        assert versions == [1, 2]
    again = priya.post(
        edit_address(one), data={**typed(get_page(priya, edit_address(one))), "button": "publish"}
    )
    assert "Nothing has changed since version 2." in read_page(again, 422).words


def edit_address(plan: Page) -> str:
    """Where the plan just published is written."""
    return f"/c/plans/own/{plan.address.rsplit('/', 1)[1]}/edit"


def test_a_couples_plan_is_kept_without_the_couple(app: Flask, as_: AS, cast: Cast) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    priya = as_(cast.priya)
    week = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/plan/weeks/2")
    submit(
        priya, week, {"week2_exercise1": "go-first", "week2_who1": "A"}, form="main form[action*='/weeks/']"
    )
    plan = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/plan")
    kept = submit_and_follow(priya, plan, form="form[action$='/save-as-own']")
    assert "Saved as a draft of your own." in kept.words
    text = json.dumps(draft_in(app))
    assert '"go-first"' in text
    assert '"who": "A"' not in text
    assert "Sam" not in text


def test_an_archived_plan_is_not_offered_until_it_is_back(app: Flask, as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, "/c/plans/six-weeks"), form="form[action$='/copy']")
    plan = press(priya, page, "publish", {"name": "Ours"})
    edit = get_page(priya, edit_address(plan))
    away = submit_and_follow(priya, edit, form="form[action$='/archive']")
    assert "Archived. Couples who have it keep it." in away.words
    assert priya.get(plan.address).status_code == 404
    submit(priya, away, form="form[action$='/restore']")
    assert priya.get(plan.address).status_code == 200


def test_a_draft_changed_in_another_window_is_not_overwritten(app: Flask, as_: AS, cast: Cast) -> None:
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, "/c/plans"), form="form[action='/c/plans/new']")
    press(priya, page, "save", {"name": "The newer one"})
    late = priya.post(page.address, data={**typed(page), "name": "The older one", "form_key": "0" * 32})
    shown = read_page(late, 422)
    assert "changed in another window" in shown.words
    assert typed(shown)["name"] == "The older one"
    assert draft_in(app)["name"] == "The newer one"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * 61},
        {"week1_title": "x" * 61},
        {"why": "x" * 241},
        {"week1_exercise1": "juggling"},
        {"week1_size1": "huge"},
        {"ask_after": "9"},
    ],
)
def test_what_does_not_fit_is_refused_and_kept(
    app: Flask, as_: AS, cast: Cast, fields: dict[str, str]
) -> None:
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, "/c/plans"), form="form[action='/c/plans/new']")
    before = draft_in(app)
    answer = priya.post(page.address, data={**typed(page), **fields, "button": "save"})
    read_page(answer, 422)
    assert draft_in(app) == before


def test_another_practices_plan_is_not_there(app: Flask, as_: AS, cast: Cast) -> None:
    priya, hana = as_(cast.priya), as_(cast.hana)
    page = submit_and_follow(priya, get_page(priya, "/c/plans/six-weeks"), form="form[action$='/copy']")
    plan = press(priya, page, "publish", {"name": "Ours"})
    assert hana.get(plan.address).status_code == 404
    assert hana.get(edit_address(plan)).status_code == 404
    assert "Ours" not in get_page(hana, "/c/plans").words


@pytest.mark.parametrize(
    "button",
    [
        "",
        "-",
        "5",
        "week-up-1",
        "week-down-9",
        "week-out-0",
        "item-up-1-1",
        "item-out-9-9",
        "item-up-x-1",
        "nonsense",
    ],
)
def test_a_button_that_fits_nothing_changes_nothing(button: str) -> None:
    draft = draft_of(small_plan())
    assert after_button(draft, button) == draft


def test_the_last_week_cannot_be_taken_out() -> None:
    assert after_button(blank_draft(), "week-out-1")["weeks"] == blank_draft()["weeks"]
