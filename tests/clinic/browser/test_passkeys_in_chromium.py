"""Passkeys in a real Chromium, with a device that lives in the browser: made, used, and done without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from clinic.models import Person
from tests import builders
from tests.browser import OpenBrowser, Site, axe, fits
from tests.cast import AS, Cast

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_device(page: Page) -> Page:
    """Give this browser something that holds passkeys, as phones have it built in."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def named(site: Site) -> str:
    """The site under a name; browsers make no passkey for a bare number."""
    return site.address.replace("127.0.0.1", "localhost")


def sign_in(page: Page, person: Person) -> None:
    page.goto("/sign-in")
    page.fill("#email", person.sign_in_address or "")
    page.fill("#password", builders.PASSPHRASE)
    page.click("main button:has-text('Sign in')")


@pytest.mark.parametrize("who", ["sam", "priya"])
def test_a_device_is_added_and_then_opens_the_account_in_either_way(
    cast: Cast, open_browser: OpenBrowser, live_site: Site, who: str
) -> None:
    person: Person = getattr(cast, who)
    page = with_device(open_browser(base_url=named(live_site)))
    sign_in(page, person)
    page.goto("/me/sign-in/passkeys")
    page.click("text=Add a passkey")
    page.fill("#password", builders.PASSPHRASE)
    page.click("main button:has-text('Continue')")
    expect(page.get_by_text("This browser cannot make one here")).to_be_hidden()
    axe(page)
    page.fill("#name", "My phone")
    page.click("text=Make the passkey")
    expect(page.locator("h1")).to_contain_text("Keep these codes")
    expect(page.locator(".spare-codes li")).to_have_count(10)
    page.goto("/me/sign-in/passkeys")
    expect(page.locator("main")).to_contain_text("My phone")
    axe(page)
    fits(page)

    page.goto("/me")
    page.click("text=Sign out")
    axe(page)
    page.click("text=Use a passkey")  # One press: the device is asked by itself.
    page.wait_for_url("**/today" if who == "sam" else "**/c")

    page.goto("/me")
    page.click("text=Sign out")
    sign_in(page, person)
    expect(page.locator("h1")).to_have_text("Your second step")
    axe(page)
    page.click("text=Use a passkey")
    page.wait_for_url("**/today" if who == "sam" else "**/c")


def test_a_device_that_says_no_leaves_the_other_ways(
    cast: Cast, open_browser: OpenBrowser, live_site: Site
) -> None:
    page = with_device(open_browser(base_url=named(live_site)))
    page.goto("/sign-in")
    page.click("text=Use a passkey")
    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    axe(page)
    page.click("text=Use your password instead")
    expect(page.locator("#email")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_where_there_can_be_none_nothing_of_it_shows(
    cast: Cast, as_: AS, open_browser: OpenBrowser, script: bool
) -> None:
    """On a bare number, and without script."""
    page = open_browser(script=script)
    page.goto("/sign-in")
    expect(page.get_by_text("Use a passkey")).to_be_hidden()
    page = open_browser(as_(cast.sam), script=script)
    page.goto("/me/sign-in/passkeys/new")
    page.fill("#password", builders.PASSPHRASE)
    page.click("main button:has-text('Continue')")
    expect(page.get_by_text("This browser cannot make one here")).to_be_visible()
