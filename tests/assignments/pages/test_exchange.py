"""Taking exercises and plans along, and bringing them in, through the pages."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from assignments.actions.exchange import bring_in
from assignments.actions.library import publish
from assignments.actions.own_plans import publish_plan, save_plan_draft
from assignments.domain.exercises import parse_exercise
from assignments.library.loader import load_library
from assignments.library.plan_loader import load_plans
from assignments.library.reading import read_parcel
from assignments.library.writing import as_toml, as_zip
from assignments.models import PracticeExercise, PracticePlan
from clinic.extensions import db
from clinic.models import AuditLine
from tests.assignments.test_exchange_files import GOOD, KNOWN, MALFORMED, PLAN, Bad, zipped
from tests.browser import OpenBrowser, axe, fits
from tests.cast import AS, Cast
from tests.page import Page, get_page, read_page, submit

IMPORT = "/c/library/import"
KEEP = "form[action$=keep]"
NEW = GOOD.replace('name = "', 'name = "Our own: ', 1)


def bring(client: FlaskClient, name: str, data: bytes, **more: Any) -> TestResponse:
    page = get_page(client, IMPORT)
    form = page.select_one("main form[method=post]")
    assert form is not None
    assert form["enctype"] == "multipart/form-data"
    hidden = {str(box["name"]): str(box["value"]) for box in form.select("input[type=hidden]")}
    sent = {**hidden, "parcel": (BytesIO(data), name), **more}
    reply = client.post(IMPORT, data=sent, content_type="multipart/form-data")
    if reply.status_code != 200:
        return reply
    looked_at = read_page(reply)
    if not looked_at.select(KEEP):
        return reply
    return submit(client, looked_at, {key: more[key] for key in more if key == "form_key"}, form=KEEP)


def kept(app: Flask) -> tuple[int, int, int]:
    with app.app_context():
        return (
            db.session.scalar(select(func.count()).select_from(PracticeExercise)) or 0,
            db.session.scalar(select(func.count()).select_from(PracticePlan)) or 0,
            db.session.scalar(select(func.count()).select_from(AuditLine)) or 0,
        )


# --- Out.


def test_one_exercise_comes_as_its_file(cast: Cast, as_: AS) -> None:
    exercise = load_library().get("gentle-questions")
    assert exercise is not None
    priya = as_(cast.priya)
    page = get_page(priya, "/c/library/gentle-questions")
    assert page.select('main a[href="/c/library/gentle-questions/export"]')
    reply = priya.get("/c/library/gentle-questions/export")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="gentle-questions.toml"'
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert parse_exercise(reply.text, "again") == exercise


def test_a_plan_comes_as_its_file(cast: Cast, as_: AS) -> None:
    plan = load_plans()[0]
    reply = as_(cast.priya).get(f"/c/plans/{plan.slug}/export")
    assert reply.text == as_toml(plan)


def test_several_come_as_one_zip(cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    page = get_page(priya, "/c/library/export")
    offered = [str(box["value"]) for box in page.select("input[name=one]")]
    assert len(offered) == len(load_library().all()) + len(load_plans())
    reply = priya.get("/c/library/export?one=validate-first&one=appreciation-log&one=plan:made-up")
    parcel = read_parcel("x.zip", reply.data, KNOWN)
    assert {one.slug for one in parcel.exercises} == {"validate-first", "appreciation-log"}
    assert parcel.plans == ()
    assert priya.get("/c/library/export?one=made-up").status_code == 404


def test_what_is_not_published_or_of_another_practice_does_not_come_along(cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    bring(priya, "x.toml", NEW.encode())
    for person in (cast.priya, cast.hana):
        assert as_(person).get("/c/library/our-our-own-validate-first/export").status_code == 404
    assert "Our own:" not in get_page(as_(cast.hana), "/c/library/export").words


# --- In.


def test_an_exercise_comes_in_as_a_draft_to_read_and_publish(cast: Cast, as_: AS, app: Flask) -> None:
    priya = as_(cast.priya)
    reply = bring(priya, "x.toml", NEW.encode())
    assert reply.status_code == 302
    page = get_page(priya, str(reply.location))
    assert "1 exercise is a draft now." in page.words
    assert "Our own:" in str(page.select_one("input[name=name]"))
    assert kept(app)[0] == 1
    with app.app_context():
        row = db.session.execute(select(PracticeExercise)).scalar_one()
        assert (row.published_version, row.practice_id) == (0, cast.canal_street.id)
        assert row.slug.startswith("our-")
    # Nobody can be given it, and what ships is as it was.
    assert "Our own:" not in get_page(priya, "/c/assign").words
    assert "Our own:" not in get_page(priya, "/c/library/validate-first").words


def test_a_zip_comes_in_whole_and_a_plan_means_the_exercises_that_came_with_it(
    cast: Cast, as_: AS, app: Flask
) -> None:
    own = NEW.replace('slug = "validate-first"', 'slug = "brand-new"')
    data = zipped({"p.toml": PLAN.replace("validate-first", "brand-new"), "e.toml": own})
    priya = as_(cast.priya)
    page = get_page(priya, str(bring(priya, "x.zip", data).location))
    assert "1 exercise and 1 plan are drafts now." in page.words
    assert kept(app)[:2] == (1, 1)
    with app.app_context():
        exercise = db.session.execute(select(PracticeExercise)).scalar_one()
        plan = db.session.execute(select(PracticePlan)).scalar_one()
        assert f'"exercise": "{exercise.slug}"' in plan.draft
        assert "brand-new" not in plan.draft
        lines = db.session.execute(
            select(AuditLine.event).where(AuditLine.event.contains("brought in"))
        ).scalars()
        assert len(list(lines)) == 1


def test_a_plan_comes_in_as_a_draft_and_can_be_published_and_taken_along_with_our_exercises(
    cast: Cast, as_: AS, app: Flask
) -> None:
    priya = as_(cast.priya)
    address = str(bring(priya, "x.toml", PLAN.encode()).location)
    page = get_page(priya, address)
    assert "1 plan is a draft now." in page.words
    assert "/c/plans/own/our-two-weeks/edit" in address
    with app.app_context():
        bring_in(actor=cast.priya, parcel=read_parcel("x.toml", NEW.encode(), KNOWN))
        ours = db.session.execute(select(PracticeExercise)).scalar_one()
        publish(actor=cast.priya, slug=ours.slug, version=1)
        plan = db.session.execute(select(PracticePlan)).scalar_one()
        draft = json.loads(plan.draft)
        draft["weeks"][0]["items"][0]["exercise"] = ours.slug
        save_plan_draft(actor=cast.priya, slug=plan.slug, draft=draft, version=1)
        publish_plan(actor=cast.priya, slug=plan.slug, version=2)
        wanted = f"plan:{plan.slug}"
    reply = priya.get("/c/library/export", query_string={"one": wanted})
    parcel = read_parcel("x.zip", reply.data, KNOWN)
    assert [one.name for one in parcel.exercises] == ["Our own: Feeling first"]
    # In another practice the plan means the copy that came with it.
    with app.app_context():
        brought = bring_in(actor=cast.hana, parcel=parcel)
        theirs = db.session.execute(
            select(PracticePlan).where(PracticePlan.practice_id == cast.hill_house.id)
        ).scalar_one()
        assert f'"exercise": "{brought.exercises[0]}"' in theirs.draft


def test_what_is_there_already_word_for_word_is_not_kept_twice(cast: Cast, as_: AS, app: Flask) -> None:
    priya = as_(cast.priya)
    page = read_page(bring(priya, "x.zip", as_zip(load_library().all())))
    assert "Nothing to import" in page.words
    assert "you have these already, word for word" in page.words
    assert kept(app)[:2] == (0, 0)


def test_the_same_form_sent_twice_keeps_one_draft(cast: Cast, as_: AS, app: Flask) -> None:
    priya = as_(cast.priya)
    key = "a" * 32
    for _ in range(2):
        bring(priya, "x.toml", NEW.encode(), form_key=key)
    assert kept(app)[0] == 1


def test_what_comes_in_is_shown_before_anything_is_kept(cast: Cast, as_: AS, app: Flask) -> None:
    priya, before = as_(cast.priya), kept(app)
    data = zipped({"p.toml": PLAN, "e.toml": NEW, "same.toml": GOOD.replace("validate-first", "other", 1)})
    page = get_page(priya, IMPORT)
    hidden = {str(box["name"]): str(box["value"]) for box in page.select("main form input[type=hidden]")}
    sent = {**hidden, "parcel": (BytesIO(data), "x.zip")}
    page = read_page(priya.post(IMPORT, data=sent, content_type="multipart/form-data"))
    assert "Our own: Feeling first" in page.one("main").get_text(" ")
    assert "Plans to come in as drafts" in page.words
    assert kept(app) == before
    for typed in ({"parcel": "made up!"}, {"parcel": ""}, {"name": "x" * 25_000}, {"parcel": "eA==" * 200}):
        refused = read_page(submit(priya, page, typed, form=KEEP, status=422), 422)
        assert refused.select("#parcel-error")
    assert kept(app) == before
    submit(priya, page, form=KEEP)
    assert kept(app)[:2] == (2, 1)


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED)
def test_a_bad_file_is_told_and_nothing_is_kept(cast: Cast, as_: AS, app: Flask, case: Bad) -> None:
    name, data, said = case
    priya = as_(cast.priya)
    before = kept(app)
    reply = bring(priya, name, data())
    page: Page = read_page(reply, 422)
    if name:
        assert " ".join(said.split()) in page.words
        assert "Nothing was kept." in page.words
    else:
        assert "Choose a file first." in page.words
    assert kept(app) == before


def test_mark_up_in_a_file_is_shown_as_the_words_it_is(cast: Cast, as_: AS) -> None:
    evil = "<script>alert(1)</script>"
    priya = as_(cast.priya)
    refused = bring(priya, f"{evil}.toml", f'"{evil}" = 1\n'.encode())
    assert evil not in refused.text
    assert "&lt;script&gt;" in refused.text
    accepted = bring(priya, "x.toml", NEW.replace('name = "Our own: ', f'name = "{evil} ', 1).encode())
    assert accepted.status_code == 302
    for address in (str(accepted.location), "/c/library"):
        page = get_page(priya, address)
        assert evil not in page.response.text
        assert "&lt;script&gt;" in page.response.text


def test_a_form_without_a_file_asks_for_one(cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    token = get_page(priya, IMPORT).select_one("input[name=csrf_token]")
    assert token is not None
    for parcel in ("", "words in place of a file"):
        reply = priya.post(IMPORT, data={"csrf_token": str(token["value"]), "parcel": parcel})
        assert "Choose a file first." in read_page(reply, 422).words


def test_any_other_form_still_refuses_a_file(cast: Cast, as_: AS) -> None:
    sent = {"name": (BytesIO(b"x"), "x.toml")}
    reply = as_(cast.priya).post("/c/library/new", data=sent, content_type="multipart/form-data")
    assert reply.status_code == 400


def test_a_supervisor_takes_along_and_does_not_bring_in(cast: Cast, as_: AS) -> None:
    sofia = as_(cast.sofia)
    assert sofia.get("/c/library/validate-first/export").status_code == 200
    assert IMPORT not in get_page(sofia, "/c/library").response.text
    get_page(sofia, IMPORT, 404)
    for person in (cast.sam, cast.ada):
        get_page(as_(person), "/c/library/validate-first/export", 404)
        get_page(as_(person), "/c/library/export", 404)


@pytest.mark.parametrize("held", ["phone", "desktop"])
def test_these_pages_fit_and_pass_axe(cast: Cast, as_: AS, open_browser: OpenBrowser, held: Any) -> None:
    page = open_browser(as_(cast.priya), device=held)
    for path in ("/c/library/export", IMPORT):
        page.goto(path)
        fits(page)
        axe(page)
    page.set_input_files(
        "input[type=file]", {"name": "mine.toml", "mimeType": "text/plain", "buffer": b"x = "}
    )
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text("this cannot be read as TOML").wait_for()
    fits(page)
    axe(page)
