"""“Thank you for telling me”: the one fixed reply, held, undone, and the same for both once it shows."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import expect

from assignments.actions.responding import change_visibility
from assignments.domain.visibility import Level
from assignments.models import Reply
from clinic.extensions import db
from tests.assignments.given import answered, given
from tests.browser import OpenBrowser, Scheme, axe, fits
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, submit, submit_and_follow

SAID = "Sam: “Thank you for telling me.”"
SAY = "main form[method=post]"


@pytest.fixture
def opened(app: Flask, cast: Cast, clock: Clock) -> UUID:
    """An answer of Jo's that lies open to Sam."""
    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo, days=None)
        answered(cast.jo, questions, "When you rang my mother", Level.SHARED)
    clock.move(minutes=10)
    return questions


def both(as_: AS, cast: Cast, opened: UUID) -> tuple[str, str]:
    """What each of the two reads on Together."""
    pages = [get_page(as_(person), f"/together/{opened}") for person in (cast.sam, cast.jo)]
    return words(pages[0]), words(pages[1])


def words(page: Page) -> str:
    return page.one("main").decode()


@pytest.mark.both_databases
def test_it_shows_after_the_hold_and_alike_for_both(as_: AS, cast: Cast, clock: Clock, opened: UUID) -> None:
    sam = as_(cast.sam)
    before = both(as_, cast, opened)
    assert before[0] == before[1]
    page = submit_and_follow(sam, get_page(sam, f"/together/{opened}/thanks"))
    assert "You can take it back until then." in page.words
    clock.move(minutes=9)
    assert both(as_, cast, opened) == before
    clock.move(minutes=1)
    after = both(as_, cast, opened)
    assert after[0] == after[1]
    assert SAID in get_page(as_(cast.jo), f"/together/{opened}").words
    assert "Take it back" not in get_page(sam, f"/together/{opened}/thanks").words


@pytest.mark.both_databases
def test_taken_back_it_never_was(as_: AS, cast: Cast, clock: Clock, opened: UUID) -> None:
    sam = as_(cast.sam)
    before = both(as_, cast, opened)
    page = submit_and_follow(sam, get_page(sam, f"/together/{opened}/thanks"))
    page = submit_and_follow(sam, page, form=f'form[action="/together/{opened}/thanks/undo"]')
    assert "Say it to Jo" in page.words
    clock.move(minutes=20)
    assert both(as_, cast, opened) == before


def test_too_late_it_stays(as_: AS, cast: Cast, clock: Clock, opened: UUID) -> None:
    sam = as_(cast.sam)
    page = submit_and_follow(sam, get_page(sam, f"/together/{opened}/thanks"))
    clock.move(minutes=10)
    submit(sam, page, form=f'form[action="/together/{opened}/thanks/undo"]', status=409)
    assert SAID in get_page(sam, f"/together/{opened}").words


def test_there_is_nothing_to_thank_for_where_nothing_of_the_others_is_open(
    as_: AS, cast: Cast, app: Flask, opened: UUID
) -> None:
    jo = as_(cast.jo)
    page = get_page(jo, f"/together/{opened}/thanks")
    assert "Nothing of Sam’s is open here now." in page.words
    assert not page.select(SAY)
    assert as_(cast.ade).get(f"/together/{opened}/thanks").status_code == 404


def test_it_is_said_once_and_goes_with_what_it_is_for(
    as_: AS, cast: Cast, app: Flask, clock: Clock, opened: UUID
) -> None:
    sam = as_(cast.sam)
    page, again = (get_page(sam, f"/together/{opened}/thanks") for _ in range(2))
    submit(sam, page)
    submit(sam, again, status=409)
    clock.move(minutes=10)
    with app.app_context():
        row = db.session.query(Reply).one()
        change_visibility(actor=cast.jo, response_id=row.response_id, level=Level.PRIVATE)
    for told in both(as_, cast, opened):
        assert "Thank you for telling me" not in told


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_are_sound_for_everybody(
    as_: AS, cast: Cast, clock: Clock, opened: UUID, open_browser: OpenBrowser, scheme: Scheme
) -> None:
    page = open_browser(as_(cast.sam), scheme=scheme, width=320)
    page.goto(f"/together/{opened}")
    page.click("text=Say “Thank you for telling me”")
    axe(page)
    fits(page)
    page.click("main button:has-text('Say it to Jo')")
    page.wait_for_load_state()
    axe(page)
    clock.move(minutes=10)
    page.goto(f"/together/{opened}")
    expect(page.locator("main")).to_contain_text(SAID)
    axe(page)
    fits(page)
