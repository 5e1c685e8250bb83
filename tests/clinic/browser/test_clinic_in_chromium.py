"""The clinic pages in a real Chromium: axe, width, Back after Exit, and joining by hand."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from clinic.clock import now
from clinic.extensions import db
from clinic.models import Practice, SignIn
from tests import builders
from tests.browser import OpenBrowser, Site, faults_of
from tests.cast import AS, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.browser
OWN = "sam@mail.example"


@pytest.fixture
def neutral(cast: Cast, app: Flask, live_site: Site) -> str:
    """Where Exit leads in these tests: another origin on this machine, since the real one lies outside it.

    Answering for the outside site by interception would switch off the cache that Back is tested against.
    """
    address = live_site.url("/static/meanwhile.svg").replace("127.0.0.1", "localhost")
    with app.app_context():
        db.session.get_one(Practice, cast.canal_street.id).exit_url = address
        db.session.commit()
    return address


def test_a_page_that_refuses_what_was_sent_is_as_sound_as_before(
    cast: Cast, as_: AS, app: Flask, open_browser: OpenBrowser
) -> None:
    """Every page as it comes is looked at on the crawl, in tests/journeys; here each form is sent with nothing in it."""
    with app.app_context():
        new = builders.couple(cast.priya, first="Kim Vance", second="Lou Pratt", joined=False, safety=False)
        _, token, _ = builders.invitation(builders.partner_person(new, "A"), cast.priya)
        reading = builders.couple(cast.priya, first="Mo Hart", second="Bo Finch", policy_read=False)
        mo = builders.partner_person(reading, "A")
    faults: list[str] = []
    for person, addresses in (
        (None, ("/sign-in", "/sign-in/recover", "/sign-in/recover/codes")),
        (None, (f"/join/{token}", "/join/account")),
        (mo, ("/join/agree",)),
        (cast.priya, ("/c/couples/new",)),
        (cast.ada, ("/p/people/new",)),
    ):
        page = open_browser(as_(person) if person else None, device="desktop")
        for address in addresses:
            page.goto(address)
            if "/join/" in address and token in address:
                continue  # It opens the invitation for the page after it.
            page.locator("main form[novalidate] button[type=submit]").first.click()
            expect(page.locator(".error-summary")).to_be_visible()
            faults += [f"{address}: {fault}" for fault in faults_of(page)]
    page = open_browser(as_(cast.priya), device="desktop")
    for address in ("/no-such-page", "/c/couples?q=nobody"):
        page.goto(address)
        faults += [f"{address}: {fault}" for fault in faults_of(page)]
    assert not faults, "\n".join(faults)


def settled(client: FlaskClient) -> FlaskClient:
    """A browser that has its cookies already. A page that sets one is not remembered, and would prove nothing."""
    client.get("/me")
    return client


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("way", ["exit", "sign out", "time out", "ended elsewhere"])
def test_back_shows_nothing_after_leaving(
    cast: Cast,
    as_: AS,
    app: Flask,
    clock: Clock,
    open_browser: OpenBrowser,
    neutral: str,
    script: bool,
    way: str,
) -> None:
    page = open_browser(settled(as_(cast.sam)), remembers=True, script=script)
    page.goto("/help")
    page.goto("/me")
    expect(page.get_by_text(OWN)).to_be_visible()
    if way == "exit":
        page.click("a.exit")
        page.wait_for_url(neutral)
    elif way == "sign out":
        page.click("text=Sign out")
        page.wait_for_url("**/sign-in")
    else:
        if way == "time out":
            clock.move(minutes=31)
        else:
            end_every_sign_in(app)
        page.click("nav a[href='/today']")
        page.wait_for_url("**/sign-in?next=/today")
    for _ in range(2):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(300)
        assert OWN not in page.content()
    page.goto("/me")
    assert page.url.endswith("/sign-in?next=/me")


def end_every_sign_in(app: Flask) -> None:
    """As from another device, under Signing in."""
    with app.app_context():
        for row in db.session.query(SignIn):
            row.ended_at = now()
        db.session.commit()


def test_the_browser_of_these_tests_does_remember_pages(
    cast: Cast, as_: AS, app: Flask, open_browser: OpenBrowser
) -> None:
    """The control for the test above: without Exit and without script, Back does bring a page from memory."""
    page = open_browser(settled(as_(cast.sam)), remembers=True, script=False)
    page.goto("/me")
    page.goto("/help")
    end_every_sign_in(app)
    page.go_back(wait_until="commit")
    page.wait_for_timeout(300)
    assert OWN in page.content()


def test_three_presses_of_shift_leave(cast: Cast, as_: AS, open_browser: OpenBrowser, neutral: str) -> None:
    page = open_browser(as_(cast.sam))
    page.goto("/me")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(neutral)


@pytest.mark.parametrize("script", [True, False])
def test_a_counsellor_adds_a_couple_and_a_partner_joins_by_hand(
    cast: Cast, as_: AS, open_browser: OpenBrowser, script: bool
) -> None:
    desk = open_browser(as_(cast.priya), device="desktop", script=script)
    desk.goto("/c/couples")
    desk.click("text=Add couple")
    for slot, name, family in (("first", "Kim", "Vance"), ("second", "Lou", "Pratt")):
        desk.fill(f"#{slot}_name", name)
        desk.fill(f"#{slot}_family_name", family)
        desk.fill(f"#{slot}_email", "home@mail.example")
    desk.click("text=Add couple and invite both")
    expect(desk.locator("h1")).to_have_text("Both are invited")
    code = desk.locator(".code").first.inner_text()
    link = desk.locator(".panel a").first.get_attribute("href") or ""
    phone = open_browser(script=script)
    phone.goto(link)
    assert phone.url.endswith("/join")
    phone.click("text=Continue")
    phone.fill("#code", code)
    phone.fill("#email", "kim@mail.example")
    phone.fill("#password", "seven herons over the weir")
    phone.get_by_label("Not sure", exact=True).check()
    phone.click("main button:has-text('Continue')")
    phone.check("#has_read")
    desk.goto("/c/couples")
    desk.locator("tr", has_text="Vance").get_by_text("Settings").click()
    expect(desk.locator("#partner-A ~ dl")).to_contain_text("Joined")
