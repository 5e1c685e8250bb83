"""The main things people do, from start to end, with nothing but keys; the focus is always to be seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from clinic.extensions import db
from clinic.models import Person
from tests import builders
from tests.assignments.given import FRIDAY_EVENING, OPENS_TOGETHER, given
from tests.browser import OpenBrowser
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.journeys import steps

pytestmark = pytest.mark.browser

EXERCISE = "What helps me feel safe"
WORDS = "On the tram, side by side."

# The name by which a person knows what has the focus: its label, its own words, or the question of its group.
FOCUSED = """() => {
  const it = document.activeElement;
  if (it === document.body) return ["", true];
  const label = it.labels?.[0] ?? it;
  const choice = it.type === "radio" || it.type === "checkbox";
  const group = it.type === "radio" ? it.closest("fieldset")?.querySelector("legend") : null;
  const name = (group ?? label).innerText.trim();
  const look = [it, label, choice ? it.closest(".choice") ?? it : it].map((one) => getComputedStyle(one));
  const seen = look.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none");
  return [name, seen];
}"""


class Keys:
    """Somebody at a keyboard. No step of theirs touches the page in any other way."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def to(self, words: str) -> None:
        """Press Tab until the focus stands on this, and see each thing on the way light up."""
        passed = []
        for _ in range(60):
            self._page.keyboard.press("Tab")
            name, seen = self._page.evaluate(FOCUSED)
            passed.append(name)
            assert seen, f"The focus on {name!r} cannot be seen."
            if name.partition("\n")[0] == words:
                return
        raise AssertionError(f"Tab never came to {words!r}, only to {passed}")

    def press(self, words: str) -> None:
        """Go to a link or a button, and press Enter."""
        self.to(words)
        self.enter()

    def enter(self) -> None:
        """Press Enter where the focus is, and wait for the page it leads to."""
        with self._page.expect_event("domcontentloaded"):
            self._page.keyboard.press("Enter")

    def write(self, label: str, words: str) -> None:
        self.to(label)
        self._page.keyboard.type(words)

    def tick(self, words: str) -> None:
        self.to(words)
        self._page.keyboard.press("Space")

    def choose(self, question: str, answer: str) -> None:
        """Into the group with Tab, and along it with the arrow keys until the answer is the one."""
        self.to(question)
        for _ in range(20):
            # An arrow chooses as it goes; the first one of a group is chosen with the space bar.
            self._page.keyboard.press("ArrowDown")
            words = "() => (document.activeElement.labels[0] ?? document.activeElement).innerText.trim()"
            if self._page.evaluate(words) == answer:
                assert self._page.evaluate("() => document.activeElement.checked")
                return
        raise AssertionError(f"The arrow keys never came to {answer!r}")


@pytest.fixture
def at_work(app: Flask, cast: Cast) -> Cast:
    with app.app_context():
        given(cast.priya, cast.sam_and_jo, OPENS_TOGETHER)
    return cast


def test_sign_in_answer_choose_who_sees_it_and_send(at_work: Cast, open_browser: OpenBrowser) -> None:
    sam = open_browser(device="desktop")
    keys = Keys(sam)
    sam.goto("/sign-in")
    keys.write("Email", "sam@mail.example")
    keys.write("Password", builders.PASSPHRASE)
    keys.enter()
    keys.press("Have a look")
    steps.heading(sam, EXERCISE)
    keys.press("Start")
    steps.heading(sam, "When do you feel most at ease with Jo?")
    keys.write("When do you feel most at ease with Jo?", WORDS)
    keys.press("Continue")
    steps.heading(sam, "Which of these help you feel safe?")
    keys.tick("A calm voice")
    keys.press("Continue")
    for question in ("What brings you closer?", "What tells you that we are all right?"):
        steps.heading(sam, question)
        keys.press("Continue")
    steps.heading(sam, "Check before you send")
    keys.choose("Who sees it", "Both at once")
    keys.press("Send, to open both at once")
    steps.heading(sam, "Done. Thank you for making time.")
    keys.press("Back to Today")
    steps.told(sam, "Done. That is enough for today.")


def test_a_check_in_and_a_thank_you(cast: Cast, as_: AS, clock: Clock, open_browser: OpenBrowser) -> None:
    clock.set(FRIDAY_EVENING)
    sam = open_browser(as_(cast.sam), device="desktop")
    keys = Keys(sam)
    sam.goto("/today")
    keys.press("Start")
    steps.heading(sam, "This week")
    keys.choose("How close did you feel to Jo?", "7")
    keys.choose("How much tension was there between you?", "2")
    keys.press("Save")
    steps.told(sam, "Saved. Thank you for looking back at your week.")
    close = sam.get_by_role("group", name="How close did you feel to Jo?")
    expect(close.get_by_label("7", exact=True)).to_be_checked()
    expect(sam.locator("input:checked")).to_have_count(2)
    keys.press("Thanks")
    keys.press("Add a thank-you")
    keys.write("One thing Jo did", "Jo took the bins out in the rain.")
    keys.choose("Who sees it", "Jo and Priya")
    keys.press("Save")
    steps.told(sam, "Goes to Jo in 10 minutes. You can take it back until then.")


def test_the_counsellor_assigns_and_decides(
    cast: Cast, as_: AS, clock: Clock, open_browser: OpenBrowser
) -> None:
    priya = open_browser(as_(cast.priya), device="desktop")
    keys = Keys(priya)
    priya.goto("/c")
    keys.press("Couples")
    keys.press("Okafor and Lind")
    keys.press("Assign")
    keys.press(EXERCISE)
    keys.press("Assign to both")
    steps.told(priya, f"{EXERCISE}: assigned to both.")
    keys.press("Signs")
    keys.choose("What you decide", "Continue")
    keys.write("Why", "Both took part.")
    keys.to("Look again on (optional)")
    priya.keyboard.type(f"{clock.now + timedelta(days=28):%d%m%Y}")
    keys.press("Save decision")
    steps.heading(priya, "Past decisions: Okafor and Lind")
    steps.told(priya, "Both took part.")


def test_a_mistake_is_found_and_mended(cast: Cast, as_: AS, open_browser: OpenBrowser) -> None:
    """What is wrong takes the focus, and each line of it leads to its field."""
    priya = open_browser(as_(cast.priya), device="desktop")
    keys = Keys(priya)
    priya.goto("/c/couples/new")
    keys.press("Add couple and invite both")
    expect(priya.locator("#error-summary")).to_be_focused()
    priya.keyboard.press("Tab")
    priya.keyboard.press("Enter")
    priya.keyboard.type("Kim")
    expect(priya.locator("main input.input").first).to_have_value("Kim")


def test_joining(app: Flask, cast: Cast, open_browser: OpenBrowser) -> None:
    with app.app_context():
        new = builders.couple(cast.priya, first="Kim Vance", second="Lou Pratt", joined=False)
        _, token, code = builders.invitation(builders.partner_person(new, "A"), cast.priya)
    kim = open_browser(device="desktop")
    keys = Keys(kim)
    kim.goto(f"/join/{token}")
    keys.press("Continue")
    keys.write("Your code", code)
    keys.write("Email to sign in with", "kim@mail.example")
    keys.write("Choose a password", builders.PASSPHRASE)
    keys.choose("Can anyone else read this inbox?", "No")
    keys.press("Continue")
    steps.heading(kim, "Before you start")
    keys.tick("I’ve read how Exit works and who reads what")
    keys.press("Start")
    steps.heading(kim, "What Exit does, and does not do")
    keys.press("Go on")
    steps.heading(kim, "Hello Kim")
    with app.app_context():
        assert db.session.query(Person).filter_by(sign_in_address="kim@mail.example").one().joined_at
