"""A counsellor's working day with all her couples, in a real browser, with every click of the budgets counted.

From the board to the brief, the usual assignment, a plan, an answer and its reply, a decision, and the notes after.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from assignments.demo.world import load_world
from assignments.models import Comment, Decision, Pin, ProcessNote
from clinic.extensions import db
from clinic.models import Person
from tests.browser import OpenBrowser
from tests.conftest import Clock, SignInAs
from tests.journeys import steps

MORNING = datetime(2026, 9, 16, 8, 40, tzinfo=UTC)
EXERCISE = "Gentle questions"
REPLY = "Thank you both for doing this in a full week."
REASON = "Both still want to try. One shared thing a week, and a talk with each alone first."
NOTE = "I was quicker than they were today. Slow down on Thursday."


class Hand:
    """A hand on a mouse that counts what it presses. Typing is counted by nobody."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def press(self, where: Locator) -> None:
        where.click()
        self.clicks += 1

    def link(self, words: str, within: Page | Locator | None = None) -> None:
        self.press((within or self.page).get_by_role("link", name=words, exact=True))

    def button(self, words: str, within: Page | Locator | None = None) -> None:
        self.press((within or self.page).get_by_role("button", name=words, exact=True))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_working_day(
    app: Flask, as_: SignInAs, clock: Clock, open_browser: OpenBrowser, script: bool
) -> None:
    clock.set(MORNING)
    with app.app_context():
        load_world()
        priya = db.session.scalars(select(Person).where(Person.sign_in_address == "priya@demo.example")).one()
    page = open_browser(as_(priya), device="desktop", script=script)

    she_sees_her_day(page)
    she_opens_the_next_brief_in_one_click(page)
    she_assigns_in_three_clicks(page)
    she_starts_a_plan_in_three_clicks(page)
    she_reads_an_answer_replies_and_brings_it_along(page, script=script)
    she_decides_in_three_clicks_and_a_reason(page, clock)
    she_writes_a_note_and_opens_it_to_supervision(page)
    she_says_what_she_has_seen(page)

    with app.app_context():
        assert len(db.session.scalars(select(Pin)).all()) == 1
        replies = db.session.scalars(select(Comment).where(Comment.at >= MORNING)).all()
        assert {one.delivered_at for one in replies} == {datetime(2026, 9, 16, 16, 0, tzinfo=UTC)}
        assert db.session.scalars(select(Decision).where(Decision.at >= MORNING)).one()
        assert db.session.scalars(select(ProcessNote).where(ProcessNote.at >= MORNING)).one().opened_at


def she_sees_her_day(page: Page) -> None:
    page.goto("/c")
    steps.heading(page, "Wednesday 16 September")
    groups = page.locator("tr.group th").all_inner_texts()
    order = [
        *("Asked to talk alone", "Decision due", "Referral to follow up"),
        *("Stalled", "Plan to look at", "New answers"),
    ]
    assert [group.rstrip("0123456789 ") for group in groups] == order
    everybody = page.get_by_role("navigation", name="Which couples").get_by_role(
        "link", name=re.compile("^All")
    )
    assert int(everybody.inner_text().split()[-1]) >= 12
    # Each row says why it is here, has a way to the rule, and one thing to do.
    for row in page.locator("table.triage tbody tr:not(.group)").all():
        expect(row.locator(".why a.rule-link")).to_have_count(1)
        expect(row.locator(".do-cell a")).to_have_count(1)


def she_opens_the_next_brief_in_one_click(page: Page) -> None:
    hand = Hand(page)
    card = page.locator(".slot-next")
    couple = card.locator(".slot-name").inner_text()
    hand.press(card.get_by_role("link", name=re.compile("^Open brief")))
    expect(page.get_by_role("heading", level=1)).to_contain_text(couple)
    assert hand.clicks == 1


def she_assigns_in_three_clicks(page: Page) -> None:
    steps.open_couple(page, "Okafor and Lind")
    hand = Hand(page)
    hand.link("Assign", page.locator(".page-head"))
    hand.link(EXERCISE, page.get_by_role("table", name="Library"))
    hand.button("Assign to both")
    steps.told(page, f"{EXERCISE}: assigned to both.")
    assert hand.clicks == 3


def she_starts_a_plan_in_three_clicks(page: Page) -> None:
    steps.open_couple(page, "Okafor and Lind")
    hand = Hand(page)
    hand.link("Plan", page.get_by_role("navigation", name="This couple"))
    hand.press(page.get_by_role("table", name="Plans to start").get_by_role("link").first)
    hand.press(page.get_by_role("button", name="Start plan").first)
    steps.told(page, "Week by week")
    assert hand.clicks == 3


def she_reads_an_answer_replies_and_brings_it_along(page: Page, *, script: bool) -> None:
    follow_today(page)
    row = page.locator("tr", has_text="Okafor and Lind").filter(has=page.locator(".do-cell"))
    row.get_by_role("link", name=re.compile("^Read")).click()
    expect(page.locator("figure.answer").first).to_be_visible()
    first = page.url
    if script:
        page.keyboard.press("Alt+n")
    else:
        page.get_by_role("link", name="Next new", exact=True).click()
    expect(page).not_to_have_url(first)
    while page.locator("figure.answer").count() < 2:
        before = page.url
        page.get_by_role("link", name="Next new", exact=True).click()
        expect(page).not_to_have_url(before)
    page.get_by_text("Your saved lines", exact=True).click()
    line = page.locator("a[data-line]").last
    words = line.inner_text()
    line.click()
    expect(page.get_by_label("Your reply")).to_have_value(words)
    steps.choose(page, "Both")
    page.get_by_label("Your reply").fill(REPLY)
    steps.press(page, "Send")
    steps.told(page, "Goes to Sam and Jo Wed 16 Sep, 17:00. You can undo it until then.")
    page.locator(".notice").get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_label("Your reply")).to_have_value(REPLY)
    steps.choose(page, "Both")
    steps.press(page, "Send")
    steps.press(page, "Bring to the appointment")
    expect(page.get_by_role("button", name="In your brief. Take it off", exact=True)).to_be_visible()
    follow_up = page.get_by_role("link", name="Assign a follow-up", exact=True)
    expect(follow_up).to_have_attribute("href", re.compile(r"/c/assign\?couple="))
    steps.press(page, "Mark read")
    steps.told(page, "Marked as read.")


def she_decides_in_three_clicks_and_a_reason(page: Page, clock: Clock) -> None:
    follow_today(page)
    hand = Hand(page)
    row = page.locator("tr", has_text="Adeyemi and Clarke")
    hand.press(row.get_by_role("link", name=re.compile("^Review signs")))
    box = page.get_by_role("region", name="Your decision")
    hand.press(box.locator("label").get_by_text("Adapt the plan", exact=True))
    box.get_by_label("Why").fill(REASON)
    box.get_by_label("Look again on").fill((clock.now.date() + timedelta(days=14)).isoformat())
    hand.button("Save decision", box)
    steps.told(page, REASON)
    assert hand.clicks == 3
    follow_today(page)
    expect(page.locator("tr.group", has_text="Decision due")).to_have_count(0)


def she_writes_a_note_and_opens_it_to_supervision(page: Page) -> None:
    steps.open_couple(page, "Okafor and Lind")
    steps.about_the_couple(page, "Notes")
    page.get_by_label("Your note").fill(NOTE)
    steps.press(page, "Keep note")
    steps.told(page, NOTE)
    page.locator("article.note", has_text=NOTE).get_by_role(
        "button", name=re.compile("^Open to supervision")
    ).click()
    steps.told(page, "Your supervisor can read this note.")


def she_says_what_she_has_seen(page: Page) -> None:
    steps.about_the_couple(page, "Timeline")
    steps.told(page, "new since")
    steps.press(page, "I have seen this")
    steps.told(page, "Seen. What comes from now on is marked as new.")


def follow_today(page: Page) -> None:
    steps.follow(page.get_by_role("navigation", name="Main"), "Today")
    steps.heading(page, "Wednesday 16 September")
