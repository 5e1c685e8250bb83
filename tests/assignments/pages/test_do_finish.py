"""After the last question: checking, sending, what happens now, taking it back, and putting it off."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import Outcome, Response, SetAside
from clinic.extensions import db
from clinic.models import Couple, Practice
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

EASE = "what-helps-me-feel-safe"


def response_of(app: Flask, assignment_id: UUID) -> Response | None:
    with app.app_context():
        return db.session.execute(
            select(Response).where(Response.assignment_id == assignment_id)
        ).scalar_one_or_none()


# --- Checking and sending.


def levels_on(page: Any) -> list[str]:
    return [radio["value"] for radio in page.select("input[name=level]")]


@pytest.mark.parametrize(
    ("slug", "for_whom", "limit", "offered"),
    [
        ("gentle-questions", "both", None, None),
        (EASE, "both", None, ["both", "counsellor", "private"]),
        (EASE, "A", None, ["counsellor", "private"]),
        ("i-statements", "both", None, ["shared", "both", "counsellor", "private"]),
        ("i-statements", "both", Level.COUNSELLOR, ["counsellor", "private"]),
        ("i-statements", "both", Level.PRIVATE, []),
    ],
)
def test_only_what_may_be_chosen_is_there_and_nothing_is_chosen(
    cast: Cast, as_: AS, app: Flask, slug: str, for_whom: str, limit: Level | None, offered: list[str] | None
) -> None:
    given = give(app, cast, slug, for_whom=for_whom, limit=limit)
    exercise = load_library().get(slug)
    assert exercise is not None
    step = next(step for step in exercise.steps_in("usual") if step.type in ("text", "i_sentence"))
    write(app, cast.sam, given, step.key, {"text": "Yes"} if step.type == "text" else {"when": "it rained"})
    page = get_page(as_(cast.sam), f"/do/{given}/check")
    if offered is not None:
        assert levels_on(page) == offered
    assert not page.select("input[name=level][checked]")


def test_a_practice_without_secrets_shows_its_policy_instead(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "i-statements")
    write(app, cast.sam, given, "say-it", {"when": "it rained"})
    with app.app_context():
        practice = db.session.get_one(Practice, cast.canal_street.id)
        practice.allows_counsellor_only, practice.sharing_policy = False, "We keep no secrets here."
        db.session.commit()
    page = get_page(as_(cast.sam), f"/do/{given}/check")
    assert "counsellor" not in levels_on(page)
    assert "We keep no secrets here." in page.words


def test_sending_without_a_choice_asks_for_one_and_a_forged_one_gets_nothing(
    cast: Cast, as_: AS, app: Flask
) -> None:
    given = give(app, cast, "i-statements", limit=Level.COUNSELLOR)
    write(app, cast.sam, given, "say-it", {"when": "it rained"})
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/check")
    wrong = read_page(submit(sam, page, button="Send", status=422), 422)
    assert "Choose who sees it" in wrong.words
    for forged in ("shared", "both", "everyone", ""):
        submit(sam, get_page(sam, f"/do/{given}/check"), {"level": forged}, button="Send", status=422)
    row = response_of(app, given)
    assert row is not None
    assert row.sent_at is None


@pytest.mark.parametrize(
    ("level", "button", "said"),
    [
        ("private", "Keep it only for me", "Only you can read it. Priya sees that you did this."),
        ("counsellor", "Send to Priya only", "Priya can read it. Jo cannot."),
        ("shared", "Send to Jo and Priya", "Priya can read it now. Jo can from 7:40 pm."),
        ("both", "Send, to open both at once", "see each other’s once you have both sent yours."),
    ],
)
def test_the_button_names_the_readers_and_the_next_page_says_what_happens(
    cast: Cast, as_: AS, app: Flask, level: str, button: str, said: str
) -> None:
    given = give(app, cast, "i-statements")
    write(app, cast.sam, given, "say-it", {"when": "it rained"})
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/check")
    page = submit_and_follow(sam, page, {"level": level}, button=button)
    assert said in page.words
    assert "That is enough for today." in page.words
    row = response_of(app, given)
    assert row is not None
    assert row.visibility == level


def test_keep_it_for_now_is_only_me(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "i-statements")
    write(app, cast.sam, given, "say-it", {"when": "it rained"})
    sam = as_(cast.sam)
    # Even beside a choice: the tighter word counts.
    page = get_page(sam, f"/do/{given}/check")
    submit(sam, page, {"level": "shared"}, button="Keep it for now")
    row = response_of(app, given)
    assert row is not None
    assert row.visibility == "private"


def test_what_takes_turns_is_held_for_a_minute_only(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "gentle-questions")
    write(app, cast.sam, given, "answer", {"text": "The weekend was full"})
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/check")
    assert "Goes to Jo in 1 minute." in page.words
    page = submit_and_follow(sam, page, {"level": "shared"}, button="Send to Jo and Priya")
    assert "Jo can from 7:31 pm." in page.words


# --- Afterwards.


def test_sending_can_be_taken_back_until_the_hold_ends(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    given = give(app, cast, "i-statements")
    write(app, cast.sam, given, "say-it", {"when": "it rained"})
    send(app, cast.sam, given, Level.SHARED)
    sam = as_(cast.sam)
    undo = f'form[action="/do/{given}/undo"]'
    page = get_page(sam, f"/do/{given}/done")
    clock.move(minutes=9, seconds=59)
    submit(sam, page, form=undo)
    row = response_of(app, given)
    assert row is not None
    assert row.sent_at is None
    carry_on = get_page(sam, f"/do/{given}")
    assert [link["href"] for link in carry_on.select("main a") if "Carry on" in link.text] == [
        f"/do/{given}/check"
    ]
    assert "it rained" in get_page(sam, f"/do/{given}/check").words
    send(app, cast.sam, given, Level.SHARED)
    page = get_page(sam, f"/do/{given}/done")
    clock.move(minutes=10)
    submit(sam, page, form=undo, status=409)
    assert not get_page(sam, f"/do/{given}/done").select(undo)


def test_once_sent_the_pages_of_the_draft_lead_to_the_last_one(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    sam = as_(cast.sam)
    assert sam.get(f"/do/{given}/done").location == f"/do/{given}"
    send(app, cast.sam, given, Level.COUNSELLOR)
    for path in ("at-ease", "check"):
        assert sam.get(f"/do/{given}/{path}").location == f"/do/{given}/done"
    assert "You have done this one." in get_page(sam, f"/do/{given}").words


def test_how_it_went_is_noted_once_and_can_be_said_again(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    send(app, cast.sam, given, Level.PRIVATE)
    sam = as_(cast.sam)
    form = f'form[action="/do/{given}/outcome"]'
    for tried, useful in (("tried", "0"), ("not", "8")):
        page = get_page(sam, f"/do/{given}/done")
        submit(sam, page, {"tried": tried, "useful": useful}, form=form)
    with app.app_context():
        outcome = db.session.execute(select(Outcome)).scalar_one()
        assert (outcome.tried, outcome.useful, outcome.turn) == ("not", 8, 1)
    page = get_page(sam, f"/do/{given}/done")
    assert page.select_one("input[name=tried][value=not][checked]")
    forged = {"tried": "everything", "useful": "8"}
    read_page(submit(sam, page, forged, form=form, status=422), 422)


def test_a_finished_week_can_still_be_read_and_undone_when_the_next_begins(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "phone-free-evening", best_before=None, repeat="weekly")
    clock.move(days=6, hours=4, minutes=25)
    write(app, cast.sam, given, "closeness", {"rating": 7})
    send(app, cast.sam, given, Level.SHARED)
    clock.move(minutes=8)
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/done")
    submit(sam, page, form=f'form[action="/do/{given}/undo"]')
    # What was taken back is in hand again, words and all, although the next week has begun.
    assert "7 out of 10" in get_page(sam, f"/do/{given}/check").words


@pytest.mark.parametrize(
    ("path", "choice", "leads"),
    [
        ("later", "tonight", "/today"),
        ("later", "leave", "/today"),
        ("hard", "skip", "/today"),
        ("hard", "bring", "/today"),
        ("hard", "smaller", "/do/"),
    ],
)
def test_it_can_be_put_off_in_one_choice(
    cast: Cast, as_: AS, app: Flask, path: str, choice: str, leads: str
) -> None:
    given = give(app, cast, "phone-free-evening")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/{path}")
    assert not page.select("input[checked]")
    read_page(submit(sam, page, status=422), 422)
    response = submit(sam, get_page(sam, f"/do/{given}/{path}"), {"choice": choice})
    assert response.location.startswith(leads)
    with app.app_context():
        row = db.session.execute(select(SetAside)).scalar_one()
        assert (row.kind, row.choice, row.person_id) == (path, choice, cast.sam.id)
    if choice == "smaller":
        assert "About 3 minutes." in get_page(sam, f"/do/{given}").words
        get_page(sam, f"/do/{given}/prompt", 404)


def test_when_the_work_has_ended_every_page_is_gone(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    given = give(app, cast, EASE)
    write(app, cast.sam, given, "at-ease", {"text": "Mine"})
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = clock.now
        db.session.commit()
    sam = as_(cast.sam)
    for path in ("", "/at-ease", "/check", "/done", "/later", "/hard"):
        get_page(sam, f"/do/{given}{path}", 404)


def test_titles_name_no_one_and_no_topic(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    sam = as_(cast.sam)
    for path in ("", "/at-ease", "/check", "/later", "/hard"):
        page = get_page(sam, f"/do/{given}{path}")
        assert page.title
        assert not re.search(r"Sam|Jo|Priya|safe|ease", page.title.get_text())
