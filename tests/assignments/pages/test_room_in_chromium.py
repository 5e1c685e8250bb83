"""The room in a real Chromium: with and without script, on a phone and a screen, and what Back brings."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from assignments.actions.deciding import decide
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from tests.assignments import given
from tests.assignments.given import PAUSE
from tests.assignments.work import give, send, write
from tests.browser import Device, OpenBrowser, Scheme, axe, fits
from tests.builders import PASSPHRASE
from tests.cast import AS, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.browser
SAM_SAYS, REASON = "The canal at dusk.", "Between the two of us"


@pytest.fixture
def ready(app: Flask, cast: Cast, clock: Clock) -> str:
    """An exercise that lies open to both, something to agree on, and a decision nobody else may read."""
    one = give(app, cast, "gentle-questions")
    for person in (cast.sam, cast.jo):
        write(app, person, one, "answer", {"text": SAM_SAYS})
        send(app, person, one, Level.SHARED)
    with app.app_context():
        given.given(cast.priya, cast.sam_and_jo, PAUSE)
        decide(actor=cast.priya, couple_id=cast.sam_and_jo.id, state=DecisionState.CONTINUE, reason=REASON)
    clock.move(minutes=15)
    return f"/c/couples/{cast.sam_and_jo.id}"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_talk_in_the_room_from_the_couples_page_and_back(
    ready: str, cast: Cast, as_: AS, open_browser: OpenBrowser, script: bool
) -> None:
    page = open_browser(as_(cast.priya), device="desktop", script=script)
    page.goto(ready)
    page.click("text=Room")
    page.click("text=Start in-room view")
    expect(page.get_by_role("heading", level=1, name="Gentle questions")).to_be_visible()
    assert SAM_SAYS not in page.content()
    page.click("text=Open for both")
    expect(page.get_by_text(SAM_SAYS).first).to_be_visible()
    page.click("summary:has-text('Timer')")
    page.click("label:has-text('Jo')")
    page.click("text=Start the time")
    expect(page.get_by_text("Jo speaks.")).to_be_visible()
    page.click("text=Write an agreement")
    page.get_by_role("textbox").last.fill("A walk each")
    page.click("text=Save and read it back")
    expect(page.get_by_text("A walk each")).to_be_visible()
    page.goto("/c")
    assert page.url.endswith("/room")
    page.click("text=Leave in-room")
    page.fill("[name=password]", PASSPHRASE)
    page.click("button:has-text('Leave in-room')")
    page.wait_for_url(f"**{ready}")


def test_back_brings_no_page_from_before_the_room(
    ready: str, cast: Cast, as_: AS, open_browser: OpenBrowser
) -> None:
    page = open_browser(as_(cast.priya), device="desktop", remembers=True)
    page.goto(f"{ready}/signs/decisions")
    expect(page.get_by_text(REASON)).to_be_visible()
    page.goto(f"{ready}/room")
    page.click("text=Start in-room view")
    page.wait_for_url("**/room")
    for _ in range(3):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(300)
        assert REASON not in page.content()


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_every_page_of_the_room_is_sound(
    ready: str, cast: Cast, as_: AS, open_browser: OpenBrowser, size: Device, scheme: Scheme
) -> None:
    page = open_browser(as_(cast.priya), device=size, scheme=scheme)
    page.goto(f"{ready}/room")
    axe(page)
    page.click("text=Start in-room view")
    for path in ("/room?open=1", "/room/agreement", "/room/leave"):
        page.goto(ready + path)
        axe(page)
        fits(page)


@pytest.mark.parametrize("path", ["/export", "/brief", "typed"])
def test_paper_and_export_pages_are_sound(
    ready: str, app: Flask, cast: Cast, as_: AS, open_browser: OpenBrowser, path: str
) -> None:
    if path == "typed":
        path = f"/assignments/{give(app, cast, 'gentle-questions')}/typed/A"
    page = open_browser(as_(cast.priya), device="phone", scheme="dark")
    page.goto(ready + path)
    axe(page)
    fits(page)
