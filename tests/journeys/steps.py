"""What people do, each as one step of a story: they read a page, type, and press what it offers.

Nothing here knows an address of the application beyond the sign-in page: every other page is reached by a link or a
button that was found on the page before, by the words that stand on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyotp
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Clock, Letter

PASSPHRASE = "evening walk by the canal"
CODE = re.compile(r"\b(\d{3}) ?(\d{3})\b")
LINK = re.compile(r"http://\S+/join/\S+")


@dataclass(frozen=True)
class Invitation:
    """What a person who is invited holds in the end: a link from a mail, and a code they were told."""

    link: str
    code: str


# --- Pressing and typing.


def heading(page: Page, words: str) -> None:
    """The page that stands there now has this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def follow(within: Page | Locator, words: str) -> None:
    """Press the one link that says this."""
    within.get_by_role("link", name=words, exact=True).click()


def press(within: Page | Locator, words: str) -> None:
    """Press the one button that says this."""
    within.get_by_role("button", name=words, exact=True).click()


def choose(within: Page | Locator, words: str) -> None:
    """Tap the words of a choice, as people do, rather than its circle."""
    within.locator("label").get_by_text(words, exact=True).click()


def told(page: Page, words: str) -> None:
    """The page says what has happened."""
    expect(page.locator("main")).to_contain_text(words)


def words_of(page: Page) -> str:
    """All that the page says, once it is there whole."""
    page.wait_for_load_state("domcontentloaded")
    return page.locator("main").inner_text()


# --- Invitations and joining.


def practice_created(app: Flask, name: str, admin: str, address: str) -> Invitation:
    """An operator founds a practice on the command line, and passes on what it prints."""
    typed = "\n".join([name, *admin.split(), address, ""])
    printed = app.test_cli_runner().invoke(args=["practice", "create"], input=typed)
    assert printed.exit_code == 0, printed.output
    return invitation_in(printed.output)


def invitation_in(words: str) -> Invitation:
    """The link and the code that stand in the same text."""
    link, code = LINK.search(words), CODE.search(LINK.sub("", words))
    assert link, words
    assert code, words
    return Invitation(link[0], code[1] + code[2])


def code_told(page: Page, name: str) -> str:
    """The code that the page shows, once, to be said to this person."""
    panel = page.get_by_role("heading", name=name, exact=True).locator("..")
    found = CODE.search(panel.inner_text())
    assert found, panel.inner_text()
    return found[1] + found[2]


def links_mailed(letters: Sequence[Letter], address: str) -> list[str]:
    """The links of the invitations that went to an inbox."""
    return [
        letter.secret
        for letter in letters
        if letter.to == address and letter.kind == "invitation" and letter.secret
    ]


def fill_in_account(page: Page, code: str, address: str) -> None:
    """The second page of joining."""
    page.get_by_label("Your code").fill(f"{code[:3]} {code[3:]}")
    page.get_by_label("Email to sign in with").fill(address)
    page.get_by_label("Choose a password").fill(PASSPHRASE)
    choose(page, "No")
    press(page, "Continue")


def join_as_staff(page: Page, invitation: Invitation, practice: str, address: str) -> None:
    """Two short pages, and the person is in."""
    page.goto(invitation.link)
    heading(page, f"Join {practice}")
    follow(page, "Continue")
    fill_in_account(page, invitation.code, address)


def set_up_second_step(page: Page, clock: Clock) -> pyotp.TOTP:
    """What everybody on the staff is asked for once: the key in an app, and its first code. Back comes the app."""
    heading(page, "A second step")
    press(page, "Set up an app")
    app = pyotp.TOTP(page.locator(".qr-key").inner_text().replace(" ", ""))
    page.get_by_label("Code from the app").fill(app.at(clock.now))
    press(page, "Turn it on")
    heading(page, "It is on. Keep these codes")
    follow(page, "I have them")
    return app


def join_as_partner(page: Page, links: Sequence[str], code: str, address: str, counsellor: str) -> None:
    """Three short pages on a phone. Two mails in one inbox look alike, so the link that is tried first
    may be the other partner's; the page then says so and the other one is tried."""
    for link in links:
        page.goto(link)
        heading(page, f"{counsellor} has invited you")
        follow(page, "Continue")
        fill_in_account(page, code, address)
        # The answer of either kind is waited for: on a busy machine the page may still be on its way.
        refused = page.locator(".error-summary")
        expect(page.get_by_role("heading", name="Before you start").or_(refused)).to_be_visible()
        if not refused.count():
            break
        expect(refused).to_contain_text("That code is not right")
    heading(page, "Before you start")
    page.get_by_text("I’ve read how Exit works and who reads what").click()
    press(page, "Start")
    heading(page, "What Exit does, and does not do")
    follow(page, "Go on")


def sign_in(page: Page, address: str) -> None:
    """By the sign-in page, as on any later day."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    press(page, "Sign in")


def second_step(page: Page, code: str) -> None:
    """The code that is asked for after the pass-phrase."""
    heading(page, "Enter your code")
    page.get_by_label("Code", exact=True).fill(code)
    press(page, "Continue")


# --- The counsellor.


def add_counsellor(admin: Page, name: str, family_name: str, address: str) -> str:
    """The admin adds a counsellor and is shown the code to say. The link goes by mail."""
    follow(admin, "Add somebody")
    admin.get_by_label("First name").fill(name)
    admin.get_by_label("Family name").fill(family_name)
    admin.get_by_label("Email").fill(address)
    choose(admin, "Counsellor")
    press(admin, "Add and invite")
    heading(admin, f"{name} is invited")
    code = code_told(admin, name)
    follow(admin, "Continue")
    expect(admin.get_by_role("row", name=re.compile(name))).to_contain_text("Counsellor")
    return code


def add_couple(counsellor: Page, names: Sequence[tuple[str, str]], address: str) -> tuple[str, str]:
    """Two names and one inbox that both use; back come the two codes."""
    follow(counsellor.get_by_role("navigation", name="Main"), "Couples")
    follow(counsellor.locator("main .page-head"), "Add couple")
    for title, (name, family_name) in zip(("First partner", "Second partner"), names, strict=True):
        part = counsellor.get_by_role("group", name=title)
        part.get_by_label("First name").fill(name)
        part.get_by_label("Family name").fill(family_name)
        part.get_by_label("Email").fill(address)
    press(counsellor, "Add couple and invite both")
    heading(counsellor, "Both are invited")
    first, second = (code_told(counsellor, name) for name, _ in names)
    follow(counsellor, "Continue")
    return first, second


def open_couple(counsellor: Page, couple: str) -> None:
    """From the list of couples to the couple's own page."""
    follow(counsellor.get_by_role("navigation", name="Main"), "Couples")
    follow(counsellor, couple)
    heading(counsellor, couple)


def about_the_couple(counsellor: Page, page_name: str) -> None:
    """To another of the pages about the couple that is open."""
    follow(counsellor.get_by_role("navigation", name="This couple"), page_name)


def record_safety_conversation(counsellor: Page, name: str, day: date) -> None:
    """That it was held, and when; never what was said."""
    counsellor.get_by_label(f"Spoke with {name} alone about safety on").fill(day.isoformat())
    press(counsellor, f"Record for {name}")
    told(counsellor, f"Recorded for {name}.")


def reply_to(counsellor: Page, name: str, words: str) -> None:
    """A short comment that its author alone will see, once it is delivered."""
    choose(counsellor, name)
    counsellor.get_by_label("Your reply").fill(words)
    press(counsellor, "Send")
    told(counsellor, f"Goes to {name}")


def decide(counsellor: Page, state: str, reason: str, review_on: date) -> None:
    """One of the seven states, a reason and a day to look again."""
    box = counsellor.get_by_role("region", name="Your decision")
    choose(box, state)
    box.get_by_label("Why").fill(reason)
    box.get_by_label("Look again on").fill(review_on.isoformat())
    press(box, "Save decision")


# --- The partners.


def tab(partner: Page, words: str) -> None:
    """One of the tabs of a partner's pages."""
    follow(partner.get_by_role("navigation", name="Main"), words)


def start_first_thing(partner: Page, exercise: str) -> None:
    """From Today through the page before the first question."""
    tab(partner, "Today")
    expect(partner.locator(".hero")).to_contain_text(exercise)
    follow(partner, "Have a look")
    heading(partner, exercise)
    follow(partner, "Start")


def write(partner: Page, question: str, words: str) -> None:
    """Answer a question in words, and go on."""
    heading(partner, question)
    partner.locator("main textarea").fill(words)
    press(partner, "Continue")


def tick(partner: Page, question: str, choices: Sequence[str], other: str = "") -> None:
    """Answer a question by ticking what fits, and go on."""
    heading(partner, question)
    for words in choices:
        choose(partner, words)
    if other:
        partner.get_by_label("Something else").fill(other)
    press(partner, "Continue")


def press_send(partner: Page, who_sees_it: str) -> None:
    """Choose who sees it on the page to check on, and send."""
    heading(partner, "Check before you send")
    choose(partner, who_sees_it)
    # With the choice made, one button is left, and it says what it does.
    partner.locator("main .send-row button.btn-main:visible").click()
    heading(partner, "Done. Thank you for making time.")


def send_both_at_once(partner: Page) -> None:
    """Send so that both answers open together, and go back to Today."""
    press_send(partner, "Both at once")
    told(partner, "see each other’s once you have both sent yours.")
    follow(partner, "Back to Today")
    told(partner, "Done. That is enough for today.")


def open_own_answer(partner: Page, exercise: str) -> None:
    """From any page with tabs to what one has written oneself."""
    tab(partner, "Me")
    partner.get_by_role("link", name=re.compile("^My answers")).click()
    partner.get_by_role("link", name=re.compile(exercise)).click()
    heading(partner, exercise)
