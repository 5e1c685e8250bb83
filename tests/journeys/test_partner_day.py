"""An ordinary week of one partner, in a real browser: on a phone, tired, and with somebody near."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from assignments.domain.visibility import Level
from clinic.extensions import db
from clinic.models import Practice
from tests.assignments.given import FRIDAY_EVENING, OPENS_TOGETHER, answered, given
from tests.browser import OpenBrowser, Site
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.journeys import steps

pytestmark = pytest.mark.browser

EXERCISE = "What helps me feel safe"
FIRST_QUESTION = "When do you feel most at ease with Jo?"
SAMS_WORDS = "On the tram, side by side."
JOS_WORDS = "When the door is shut and the day is done."
THANKS = "Jo took the bins out in the rain."


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_check_in_and_a_thank_you_taken_back(
    cast: Cast, as_: AS, clock: Clock, open_browser: OpenBrowser, script: bool
) -> None:
    clock.set(FRIDAY_EVENING - timedelta(minutes=1))
    sam, jo = (open_browser(as_(partner), script=script) for partner in (cast.sam, cast.jo))
    sam.goto("/today")
    expect(sam.get_by_text("How was this week?")).to_have_count(0)

    clock.move(minutes=1)
    steps.tab(sam, "Today")
    expect(sam.locator(".hero")).to_contain_text("How was this week?")
    steps.follow(sam, "Start")
    steps.told(sam, "Priya sees this. Jo doesn’t.")
    tile(sam, "How close did you feel to Jo?", 7).check()
    tile(sam, "How much tension was there between you?", 2).check()
    steps.choose(sam, "It came back and we eased it")
    steps.press(sam, "Save")
    steps.told(sam, "Saved. Thank you for looking back at your week.")
    expect(tile(sam, "How close did you feel to Jo?", 7)).to_be_checked()
    expect(sam.locator("input:checked")).to_have_count(3)  # What was left out stays left out.

    steps.tab(sam, "Thanks")
    steps.follow(sam, "Add a thank-you")
    sam.get_by_label("One thing Jo did").fill(THANKS)
    steps.choose(sam, "Jo and Priya")
    steps.press(sam, "Save")
    steps.told(sam, "Goes to Jo in 10 minutes. You can take it back until then.")
    clock.move(minutes=9)
    then_thanks_are_not_seen_by(jo)
    sam.get_by_role("link", name=re.compile("^Change")).click()
    steps.choose(sam, "Only me")
    steps.press(sam, "Save")
    clock.move(minutes=2)
    then_thanks_are_not_seen_by(jo)
    steps.tab(sam, "Thanks")
    steps.told(sam, THANKS)


def test_sent_taken_back_sent_again_and_kept_after_all(
    app: Flask, cast: Cast, as_: AS, clock: Clock, open_browser: OpenBrowser
) -> None:
    """Up to the moment of opening, the author has the last word; and nobody can tell that they used it."""
    with app.app_context():
        work = given(cast.priya, cast.sam_and_jo, OPENS_TOGETHER)
        answered(cast.jo, work, JOS_WORDS, Level.BOTH, step="at-ease")
    sam, jo = (open_browser(as_(partner)) for partner in (cast.sam, cast.jo))
    sam.goto("/today")
    steps.start_first_thing(sam, EXERCISE)
    steps.write(sam, FIRST_QUESTION, SAMS_WORDS)
    steps.tick(sam, "Which of these help you feel safe?", ["A calm voice"])
    steps.write(sam, "What brings you closer?", "A long bath, and then soup.")
    steps.write(sam, "What tells you that we are all right?", "You hum.")
    jo.goto(f"/together/{work}")
    before = jo.content()

    steps.press_send(sam, "Both at once")
    clock.move(minutes=9)
    steps.press(sam, "Take it back")
    steps.told(sam, "Taken back. You can change it, or send it later.")
    clock.move(minutes=2)
    jo.reload()
    assert jo.content() == before

    # What was taken back is complete, so it is met again where it was sent from.
    steps.follow(sam, "Carry on")
    steps.follow(sam, "Change “What tells you that we are all right?”")
    steps.write(sam, "What tells you that we are all right?", "You hum, and you leave the light on.")
    steps.told(sam, SAMS_WORDS)
    steps.press_send(sam, "Both at once")
    steps.follow(sam, "Back to Today")
    steps.open_own_answer(sam, EXERCISE)
    steps.choose(sam, "Only me")
    steps.press(sam, "Save")
    steps.told(sam, "Saved.")
    clock.move(minutes=11)
    jo.reload()
    assert jo.content() == before
    sam.goto(f"/together/{work}")
    assert JOS_WORDS not in sam.content()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_exit_in_the_middle_of_an_answer(
    app: Flask, cast: Cast, as_: AS, open_browser: OpenBrowser, live_site: Site, script: bool
) -> None:
    """Exit leads elsewhere at once; Back shows nothing; what was kept is there on the next day."""
    # Another origin on this machine stands for the weather page, which lies outside it.
    elsewhere = live_site.url("/static/meanwhile.svg").replace("127.0.0.1", "localhost")
    with app.app_context():
        db.session.get_one(Practice, cast.canal_street.id).exit_url = elsewhere
        db.session.commit()
        given(cast.priya, cast.sam_and_jo, OPENS_TOGETHER)
    sam = open_browser(as_(cast.sam), script=script, remembers=True)
    sam.goto("/today")
    steps.start_first_thing(sam, EXERCISE)
    steps.write(sam, FIRST_QUESTION, SAMS_WORDS)
    steps.heading(sam, "Which of these help you feel safe?")
    sam.get_by_role("link", name="Back", exact=True).click()
    expect(sam.locator("main textarea")).to_have_value(SAMS_WORDS)
    sam.get_by_role("link", name="Exit", exact=True).click()
    sam.wait_for_url(elsewhere)
    for _ in range(3):
        sam.go_back(wait_until="commit")
        sam.wait_for_timeout(250)
        assert SAMS_WORDS not in sam.content()
        assert FIRST_QUESTION not in sam.content()

    later = open_browser(as_(cast.sam), script=script)
    later.goto("/today")
    steps.follow(later, "Carry on")
    steps.follow(later, "Carry on")
    later.get_by_role("link", name="Back", exact=True).click()
    expect(later.locator("main textarea")).to_have_value(SAMS_WORDS)


def tile(partner: Page, question: str, number: int) -> Locator:
    """One of the eleven tiles under a question."""
    return partner.get_by_role("group", name=question).get_by_label(str(number), exact=True)


def then_thanks_are_not_seen_by(jo: Page) -> None:
    for address in ("/thanks", "/together"):
        jo.goto(address)
        assert THANKS not in jo.content()
