"""The main job as new people live it, in a real browser: from the first invitation to the counsellor's decision."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from pyotp import TOTP

from tests.browser import OpenBrowser
from tests.conftest import Clock, Letter
from tests.journeys import steps

# An inbox that both partners read. Each chooses an address of their own to sign in with.
SHARED_INBOX = "theflat@mail.example"
EXERCISE = "What helps me feel safe"
WAITING = "Opens when you both answer"
SAMS_WORDS = "Sunday mornings, when nobody has to be anywhere – not even us."
JOS_WORDS = "When you put the kettle on & ask how it was, <before> anything else."
REPLY = "Thank you, Sam. Bring the Sunday mornings on Thursday, if you like."
REASON = "Both took part and said something new. More of the same for now."


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
# With a mail server named, links travel by mail alone; nothing leaves in a test, so they wait in the outbox.
@pytest.mark.settings(mail_url="smtp://127.0.0.1:9")
def test_from_invitation_to_decision(
    app: Flask,
    clock: Clock,
    outbox: Callable[[], list[Letter]],
    open_browser: OpenBrowser,
    script: bool,
) -> None:
    admin, priya = (open_browser(device="desktop", script=script) for _ in range(2))
    sam, jo = (open_browser(device="phone", script=script) for _ in range(2))

    codes = given_a_practice_with_a_counsellor(app, outbox, clock, admin, priya)
    given_a_couple_who_have_joined(outbox, priya, sam, jo)
    then_nothing_can_be_assigned_yet(priya)
    when_the_counsellor_records_both_safety_conversations(priya, clock)
    when_the_counsellor_assigns_in_three_clicks(priya)

    when_sam_does_it(sam)
    clock.move(minutes=11)
    then_nothing_is_open(sam, jo)  # Sam's hold has passed, but Jo has not sent.
    when_jo_does_it(jo)
    clock.move(minutes=9, seconds=59)
    then_nothing_is_open(sam, jo)  # Both have sent, but Jo's hold has not passed.
    clock.move(seconds=1)
    then_each_reads_the_other(sam, jo)

    when_the_counsellor_reads_and_replies(priya)
    then_the_reply_has_not_been_delivered(sam, jo)
    when_the_counsellor_decides(priya, clock)
    then_the_decision_stands_as_it_was_a_week_later(priya, clock, codes)
    then_the_author_alone_sees_the_reply(sam, jo)


def given_a_practice_with_a_counsellor(
    app: Flask, outbox: Callable[[], list[Letter]], clock: Clock, admin: Page, priya: Page
) -> TOTP:
    """What the counsellor's app shows, for when she signs in again."""
    invitation = steps.practice_created(app, "Canal Street", "Ada Moss", "ada@canal.example")
    steps.join_as_staff(admin, invitation, "Canal Street", "ada@canal.example")
    steps.set_up_second_step(admin, clock)
    steps.follow(admin.get_by_role("navigation", name="Main"), "People")
    steps.heading(admin, "People")
    code = steps.add_counsellor(admin, "Priya", "Nair", "priya@canal.example")
    (link,) = steps.links_mailed(outbox(), "priya@canal.example")
    steps.join_as_staff(priya, steps.Invitation(link, code), "Canal Street", "priya@canal.example")
    codes = steps.set_up_second_step(priya, clock)
    expect(priya.get_by_role("navigation", name="Main")).to_contain_text("Library")
    return codes


def given_a_couple_who_have_joined(
    outbox: Callable[[], list[Letter]], priya: Page, sam: Page, jo: Page
) -> None:
    codes = steps.add_couple(priya, [("Sam", "Okafor"), ("Jo", "Lind")], SHARED_INBOX)
    links = steps.links_mailed(outbox(), SHARED_INBOX)
    assert len(links) == 2
    for partner, name, code in ((sam, "Sam", codes[0]), (jo, "Jo", codes[1])):
        steps.join_as_partner(partner, links, code, f"{name.casefold()}@mail.example", "Priya")
        steps.heading(partner, f"Hello {name}")
        links = [link for link in links if not has_ended(partner, link)]


def has_ended(partner: Page, link: str) -> bool:
    """A link works once: after joining it leads nowhere. Asked for outside the page that is being looked at."""
    return partner.request.get(link).status == 404


def then_nothing_can_be_assigned_yet(priya: Page) -> None:
    steps.open_couple(priya, "Okafor and Lind")
    steps.told(priya, "Next: speak with Sam and Jo, each alone")
    expect(priya.get_by_role("link", name="Assign", exact=True)).to_have_count(0)
    # By way of the library, too.
    steps.follow(priya.get_by_role("navigation", name="Main"), "Library")
    steps.follow(priya, EXERCISE)
    priya.get_by_role("link", name=re.compile("^Assign")).first.click()
    steps.follow(priya, "Okafor and Lind")
    steps.told(priya, "Record the safety conversation first. Then you can assign this.")
    expect(priya.get_by_role("button", name=re.compile("^Assign"))).to_have_count(0)
    steps.follow(priya, "Record it")
    steps.heading(priya, "Settings: Okafor and Lind")


def when_the_counsellor_records_both_safety_conversations(priya: Page, clock: Clock) -> None:
    yesterday = clock.now.date() - timedelta(days=1)
    steps.record_safety_conversation(priya, "Sam", yesterday)
    steps.told(priya, "Next: speak with Jo alone")
    steps.record_safety_conversation(priya, "Jo", yesterday)
    steps.open_couple(priya, "Okafor and Lind")
    expect(priya.get_by_text("Next: speak with")).to_have_count(0)


def when_the_counsellor_assigns_in_three_clicks(priya: Page) -> None:
    priya.locator(".page-head").get_by_role("link", name="Assign", exact=True).click()
    priya.get_by_role("table", name="Library").get_by_role("link", name=EXERCISE, exact=True).click()
    priya.get_by_role("button", name="Assign to both", exact=True).click()
    steps.heading(priya, "Okafor and Lind")
    steps.told(priya, f"{EXERCISE}: assigned to both.")


def when_sam_does_it(sam: Page) -> None:
    steps.start_first_thing(sam, EXERCISE)
    steps.write(sam, "When do you feel most at ease with Jo?", SAMS_WORDS)
    steps.tick(sam, "Which of these help you feel safe?", ["A calm voice", "Time to think before I answer"])
    steps.write(sam, "What brings you closer?", "Cooking together. Badly.")
    steps.write(sam, "What tells you that we are all right?", "You hum.")
    steps.told(sam, SAMS_WORDS)
    steps.send_both_at_once(sam)


def when_jo_does_it(jo: Page) -> None:
    steps.start_first_thing(jo, EXERCISE)
    steps.write(jo, "When do you feel most at ease with Sam?", JOS_WORDS)
    steps.tick(jo, "Which of these help you feel safe?", ["A kind joke at the right time"], "A walk first")
    # Any question can be left out.
    steps.write(jo, "What brings you closer?", "")
    steps.write(jo, "What tells you that we are all right?", "Two cups on the table.")
    steps.send_both_at_once(jo)


def then_nothing_is_open(sam: Page, jo: Page) -> None:
    """Both are told the same, and neither page holds a word of the other's."""
    for reader, others_words in ((sam, JOS_WORDS), (jo, SAMS_WORDS)):
        steps.tab(reader, "Together")
        steps.told(reader, WAITING)
        assert others_words not in steps.words_of(reader)
        reader.get_by_role("link", name=re.compile(EXERCISE)).click()
        steps.told(reader, WAITING)
        assert others_words not in steps.words_of(reader)
    assert steps.words_of(sam) == steps.words_of(jo)


def then_each_reads_the_other(sam: Page, jo: Page) -> None:
    for reader in (sam, jo):
        steps.tab(reader, "Together")
        steps.told(reader, "Open to you both")
        reader.get_by_role("link", name=re.compile(EXERCISE)).click()
        for words in (SAMS_WORDS, JOS_WORDS, "A walk first", "Cooking together. Badly."):
            steps.told(reader, words)


def when_the_counsellor_reads_and_replies(priya: Page) -> None:
    steps.open_couple(priya, "Okafor and Lind")
    steps.about_the_couple(priya, "Answers")
    steps.told(priya, "2 of 2 new.")
    steps.follow(priya, f"{EXERCISE}, Sam")
    for words in (SAMS_WORDS, JOS_WORDS):
        steps.told(priya, words)
    steps.reply_to(priya, "Sam", REPLY)
    steps.press(priya, "Mark read")
    steps.told(priya, "None of 2 new.")


def then_the_reply_has_not_been_delivered(sam: Page, jo: Page) -> None:
    for partner in (sam, jo):
        steps.open_own_answer(partner, EXERCISE)
        assert REPLY not in steps.words_of(partner)


def then_the_author_alone_sees_the_reply(sam: Page, jo: Page) -> None:
    for partner, name, sees_it in ((sam, "sam", True), (jo, "jo", False)):
        steps.sign_in(partner, f"{name}@mail.example")
        steps.open_own_answer(partner, EXERCISE)
        assert (REPLY in steps.words_of(partner)) is sees_it


def when_the_counsellor_decides(priya: Page, clock: Clock) -> None:
    steps.about_the_couple(priya, "Signs")
    steps.heading(priya, "Referral signs: Okafor and Lind")
    steps.decide(priya, "Continue", REASON, clock.now.date() + timedelta(days=28))
    steps.heading(priya, "Past decisions: Okafor and Lind")
    for words in (REASON, "Decided by", "Evidence as it stood"):
        steps.told(priya, words)


def then_the_decision_stands_as_it_was_a_week_later(priya: Page, clock: Clock, codes: TOTP) -> None:
    steps.told(priya, "No sign was met or on watch.")
    kept = priya.locator("main .panel").inner_text()
    clock.move(days=7)
    steps.sign_in(priya, "priya@canal.example")
    steps.second_step(priya, codes.at(clock.now))
    steps.open_couple(priya, "Okafor and Lind")
    steps.about_the_couple(priya, "Signs")
    priya.get_by_role("link", name=re.compile("^Past decisions")).click()
    assert priya.locator("main .panel").inner_text() == kept
