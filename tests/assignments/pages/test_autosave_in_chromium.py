"""Saving by itself when something comes between: no line, another tab, leaving. The words stay on the page alone."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import update

from assignments.models import Answer
from clinic.crypto import unseal
from clinic.extensions import db
from clinic.models import SignIn
from tests.assignments.given import given
from tests.browser import OpenBrowser, axe
from tests.cast import AS, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.browser

OFFLINE = "You're offline. Your words are still here. We'll save them when you're back."
FIRST, SECOND = "On the tram, side by side", "By the canal, in the rain"


@pytest.fixture
def questions(app: Flask, cast: Cast) -> UUID:
    with app.app_context():
        return given(cast.priya, cast.sam_and_jo)


@pytest.fixture
def step(questions: UUID) -> str:
    return f"/do/{questions}/answer"


def kept(app: Flask) -> list[str]:
    """What the server holds of it."""
    with app.app_context():
        return [unseal(row, "value_sealed", row.value_sealed) for row in db.session.query(Answer)]


def saved(page: Page) -> None:
    expect(page.locator("[data-save=time]")).to_contain_text("Saved at")


def test_without_a_line_the_words_stay_and_are_saved_when_it_is_back(
    cast: Cast, as_: AS, app: Flask, step: str, open_browser: OpenBrowser
) -> None:
    page = open_browser(as_(cast.sam))
    page.goto(step)
    page.context.set_offline(True)
    page.fill("main textarea", FIRST)
    expect(page.locator("[data-save=offline] p")).to_have_text(OFFLINE)
    expect(page.locator("[data-save=offline]")).to_be_visible()
    axe(page)
    expect(page.locator("main textarea")).to_have_value(FIRST)
    assert kept(app) == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.context.set_offline(False)
    saved(page)
    expect(page.locator("[data-save=offline]")).to_be_hidden()
    assert FIRST in kept(app)[0]


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("left alone too long", "Please sign in again. Choose Continue, and your words come with you."),
        ("ended elsewhere", "You are signed out here. Copy your words, then sign in again."),
    ],
)
def test_a_page_whose_sign_in_is_over_says_what_becomes_of_the_words(
    cast: Cast, as_: AS, app: Flask, clock: Clock, step: str, open_browser: OpenBrowser, way: str, says: str
) -> None:
    page = open_browser(as_(cast.sam))
    page.goto(step)
    if way == "ended elsewhere":
        with app.app_context():
            db.session.execute(update(SignIn).values(ended_at=clock.now))
            db.session.commit()
    else:
        clock.move(minutes=31)
    page.fill("main textarea", FIRST)
    shown = page.locator("[data-save] p:visible", has_text="ign")
    expect(shown).to_have_text(says)
    expect(page.locator("main textarea")).to_have_value(FIRST)
    axe(page)
    assert kept(app) == []


def test_what_was_written_before_the_script_came_is_saved_as_well(
    cast: Cast, as_: AS, app: Flask, step: str, open_browser: OpenBrowser
) -> None:
    page = open_browser(as_(cast.sam))
    on_their_way: list[Route] = []
    page.route("**/autosave*", lambda route: on_their_way.append(route))
    page.goto(step, wait_until="commit")
    page.fill("main textarea", FIRST)
    assert kept(app) == []
    for script in on_their_way:
        script.continue_()
    saved(page)
    assert FIRST in kept(app)[0]


@pytest.mark.parametrize("choice", ["Use the newer copy", "Keep what is here"])
def test_a_newer_copy_from_another_window_is_shown_and_nothing_is_written_over(
    cast: Cast, as_: AS, app: Flask, step: str, open_browser: OpenBrowser, choice: str
) -> None:
    client = as_(cast.sam)
    older, newer = open_browser(client), open_browser(client)
    older.goto(step)
    newer.goto(step)
    newer.fill("main textarea", FIRST)
    saved(newer)
    older.fill("main textarea", SECOND)
    expect(older.locator("[data-save=conflict]")).to_be_visible()
    expect(older.locator("[data-save=newer]")).to_have_text(FIRST)
    assert FIRST in kept(app)[0]
    axe(older)
    older.get_by_role("button", name=choice).click()
    saved(older)
    wanted = FIRST if choice == "Use the newer copy" else SECOND
    expect(older.locator("main textarea")).to_have_value(wanted)
    assert wanted in kept(app)[0]


def test_leaving_the_page_saves_what_was_typed_a_moment_ago(
    cast: Cast, as_: AS, app: Flask, step: str, open_browser: OpenBrowser
) -> None:
    page = open_browser(as_(cast.sam))
    page.goto(step)
    page.fill("main textarea", FIRST)
    page.goto("/help")
    for _ in range(50):  # The save is on its way while the next page comes.
        if kept(app):
            break
        page.wait_for_timeout(100)
    assert FIRST in kept(app)[0]
    page.goto(step)
    expect(page.locator("main textarea")).to_have_value(FIRST)
