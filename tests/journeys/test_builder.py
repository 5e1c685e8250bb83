"""The way of one exercise: copied, changed, looked at, published, given, done, and changed again beside it.

Once with script and once without, in a real browser.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import OpenBrowser, axe, fits
from tests.cast import AS, Cast

pytestmark = pytest.mark.browser


def step_cards(page: Page) -> list[str]:
    """The keys of the steps, in the order they stand on the page that has come whole."""
    page.wait_for_load_state("domcontentloaded")
    return [one.get_attribute("value") or "" for one in page.locator("input[name=steps]").all()]


def begins_with(page: Page, *keys: str) -> None:
    """These are the first steps, in this order; a page still on its way is waited for."""
    for number, key in enumerate(keys):
        expect(page.locator("input[name=steps]").nth(number)).to_have_value(key)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_exercise_is_copied_changed_published_given_and_done(
    app: Flask, cast: Cast, as_: AS, open_browser: OpenBrowser, script: bool
) -> None:
    page = open_browser(as_(cast.priya), device="desktop", script=script)
    page.goto("/c/library/active-listening")
    page.get_by_role("button", name="Copy and change").click()
    expect(page.get_by_text("Copied. Change what you like.")).to_be_visible()
    if script:
        axe(page)
        fits(page)
    first, second, third = step_cards(page)[:3]

    # Rename it, and move the first step down: what was typed comes along.
    page.get_by_label("Name", exact=True).fill("Our quiet ears")
    page.get_by_label("Most open").select_option("both")
    page.get_by_role("button", name="Down step 1", exact=True).click()
    expect(page).to_have_url(re.compile(f"#step-{first}$"))
    begins_with(page, second, first, third)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Our quiet ears")
    expect(page.locator(f"#step-{first}")).to_be_in_viewport()
    page.get_by_role("button", name="Up step 2", exact=True).click()
    begins_with(page, first, second, third)

    # Add a step behind the first one and write it.
    page.get_by_label("What it asks for", exact=True).select_option("text")
    page.get_by_label("Where", exact=True).select_option(first)
    page.get_by_role("button", name="Add step", exact=True).click()
    begins_with(page, first, "step-1", second)
    new = page.locator("#step-step-1")
    new.get_by_label("Question or line").fill("Where will you sit?")
    if script:
        frame = page.frame_locator("#look iframe")
        expect(frame.get_by_role("heading", name="Where will you sit?")).to_be_visible()

    # Look at every page, then take one step out.
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Preview: Our quiet ears")).to_be_visible()
    inside = page.frame_locator("iframe >> nth=2")
    expect(inside.get_by_role("heading", name="Where will you sit?")).to_be_visible()
    if script:
        axe(page)
    page.get_by_role("link", name="Back to the draft").click()
    begins_with(page, first, "step-1", second)
    cards = step_cards(page)
    page.get_by_role("button", name=f"Remove step {len(cards)}", exact=True).click()
    expect(page.get_by_text("was taken out.")).to_be_visible()
    assert step_cards(page) == cards[:-1]

    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    if script:
        axe(page)

    # Give it to Sam and Jo.
    page.goto(f"/c/assign?couple={cast.sam_and_jo.id}")
    page.get_by_role("link", name="Our quiet ears").first.click()
    page.get_by_role("button", name="Assign to both").click()
    expect(page.get_by_text("Our quiet ears: assigned to both.")).to_be_visible()

    # A second version comes after.
    page.goto("/c/library/our-all-ears/edit")
    page.locator("#step-step-1").get_by_label("Question or line").fill("Which room is it?")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 2 is published.")).to_be_visible()

    # Sam meets the first one, as it was given.
    sam = open_browser(as_(cast.sam), device="phone", script=script)
    sam.goto("/today")
    sam.get_by_role("link", name="Have a look").first.click()
    expect(sam.get_by_role("heading", name="Our quiet ears")).to_be_visible()
    sam.get_by_role("link", name="Start", exact=True).click()
    sam.get_by_role("button", name="Continue").click()
    expect(sam.get_by_role("heading", name="Where will you sit?")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_builder_holds_on_a_phone(cast: Cast, as_: AS, open_browser: OpenBrowser, scheme: str) -> None:
    page = open_browser(
        as_(cast.priya), device="phone", scheme="dark" if scheme == "dark" else "light", width=320
    )
    page.goto("/c/library/gentle-questions")
    page.get_by_role("button", name="Copy and change").click()
    axe(page)
    fits(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    fits(page)


def test_typing_freshens_the_phone_and_keeps_nothing(cast: Cast, as_: AS, open_browser: OpenBrowser) -> None:
    page = open_browser(as_(cast.priya), device="desktop")
    page.goto("/c/library/active-listening")
    page.get_by_role("button", name="Copy and change").click()
    page.wait_for_load_state()  # Only then does its script hear what is typed.
    frame = page.frame_locator("#look iframe")
    page.locator("#why").fill("You always talk and I never get a word in edgeways with you.")
    expect(frame.get_by_text("You always talk")).to_be_visible()
    expect(page.locator(".advice").get_by_text("this may land as blame")).to_be_visible()
    page.reload()
    expect(page.locator("#why")).not_to_have_value(re.compile("You always talk"))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_plan_is_copied_seen_on_the_phone_published_and_put_away(
    cast: Cast, as_: AS, open_browser: OpenBrowser, script: bool
) -> None:
    page = open_browser(as_(cast.priya), device="desktop", script=script)
    page.goto("/c/plans/six-weeks")
    page.get_by_role("button", name="Copy and change").click()
    phone = page.frame_locator("#look iframe")
    expect(phone.get_by_role("heading", name="Week 1 of 6: Notice what happens")).to_be_attached()
    page.locator("#week2_title").fill("You never say a word")
    if script:
        # What is typed shows at once, and nothing is kept.
        expect(phone.get_by_role("heading", name="Week 2 of 6: You never say a word")).to_be_attached()
        expect(page.locator(".advice").get_by_text("this may land as blame")).to_be_visible()
        axe(page)
        fits(page)
    page.get_by_role("button", name="Week down 2", exact=True).click()
    expect(page.locator("#week3_title")).to_have_value("You never say a word")
    expect(phone.get_by_role("heading", name="Week 3 of 6: You never say a word")).to_be_attached()
    page.locator("#week3_title").fill("")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("This can’t be published yet. The draft is saved.")).to_be_visible()
    page.locator("#week3_title").fill("A word a day")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. It stands among the plans now.")).to_be_visible()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("This plan is archived")).to_be_visible()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#week3_title")).to_have_value("A word a day")
