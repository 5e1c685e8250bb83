"""Listening turns in a real Chromium with script on: saved while typing, sent, taken back, and read by the other."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.assignments.given import given
from tests.browser import OpenBrowser, axe, fits
from tests.cast import AS, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.browser
THOUGHT = "When the weekend is already planned, I feel left out."


@pytest.fixture
def turns(app: Flask, cast: Cast) -> UUID:
    with app.app_context():
        return given(cast.priya, cast.sam_and_jo, "reflect-and-check", days=14)


def test_a_thought_goes_from_one_phone_to_the_other_and_is_said_back(
    turns: UUID, cast: Cast, as_: AS, open_browser: OpenBrowser, clock: Clock
) -> None:
    sam = open_browser(as_(cast.sam), scheme="dark")
    jo = open_browser(as_(cast.jo), width=320)
    sam.goto("/today")
    sam.get_by_role("link", name="Start my turn").click()
    axe(sam)
    sam.get_by_role("link", name="Start my turn").click()
    sam.get_by_label("One short thought").fill(THOUGHT)
    sam.get_by_text("Saved at 7:30 pm").first.wait_for()  # Two seconds after the last key, without a press.
    axe(sam)
    sam.reload()
    expect(sam.get_by_label("One short thought")).to_have_value(THOUGHT)
    sam.get_by_role("button", name="Continue").click()
    axe(sam)
    sam.get_by_role("button", name="Send to Jo and Priya").click()
    sam.get_by_role("button", name="Take it back").click()
    expect(sam.get_by_label("One short thought")).to_have_value(THOUGHT)
    sam.get_by_role("button", name="Continue").click()
    sam.get_by_role("button", name="Send to Jo and Priya").click()
    sam.get_by_role("button", name="Take it back").wait_for()
    axe(sam)
    clock.move(seconds=61)
    jo.goto("/today")
    fits(jo)
    jo.get_by_role("link", name="Start my turn").click()
    expect(jo.get_by_text(THOUGHT)).to_be_visible()
    fits(jo)
    axe(jo)
    jo.get_by_text("Stuck? Start with one of these").click()
    jo.get_by_role("button", name="You feel…").click()
    expect(jo.get_by_label("In your own words")).to_have_value("You feel ")
    jo.get_by_label("In your own words").fill("You feel left out when it is settled without you.")
    jo.get_by_role("button", name="Continue").click()
    jo.get_by_role("button", name="Send to Sam and Priya").click()
    jo.get_by_role("button", name="Take it back").wait_for()
    clock.move(seconds=61)
    sam.goto("/today")
    sam.get_by_role("link", name="Start my turn").click()
    sam.get_by_label("Yes, that’s it").check()
    axe(sam)
    sam.get_by_role("button", name="Continue").click()
    sam.get_by_role("button", name="Send to Jo and Priya").click()
    expect(sam.get_by_role("link", name="Look back on it")).to_be_visible()
    for page in (sam, jo):
        page.goto(f"/together/{turns}")
        axe(page)
        fits(page)
        expect(page.get_by_text("settled without you")).to_be_visible()
