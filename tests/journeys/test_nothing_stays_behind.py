"""After every flow the browser's own folder holds no word of anybody's: searched as a thief of the phone would."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, BrowserType, Page, expect

from assignments.domain.visibility import Level
from clinic.extensions import db
from clinic.models import Practice
from clinic.packing import packed
from tests import builders
from tests.assignments.given import FRIDAY_EVENING, OPENS_TOGETHER, answered, given
from tests.browser import ARGUMENTS, DEVICES, Site, chromium
from tests.cast import Cast
from tests.conftest import Clock
from tests.journeys import steps

pytestmark = pytest.mark.browser

WROTE = "Quince marmalade on the tram"
THANKED = "Wrapped my bicycle in tarpaulin"
MEANT = "Kestrels over the allotment"
PARTNERS = "Juniper by the letterbox"
REACH = "Ring the ironmonger after six"
IN_THE_WAY = "Our neighbour tunes a zither"
TYPED_ONLY = "Half a thought about gooseberries"
SEARCHED = "pomegranate-in-the-address"
CANARIES = (WROTE, THANKED, MEANT, PARTNERS, REACH, IN_THE_WAY, TYPED_ONLY, builders.PASSPHRASE)

STORED = """async () => ({
  local: Object.keys(localStorage).length, session: Object.keys(sessionStorage).length,
  caches: (await caches.keys()).length, databases: (await indexedDB.databases()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
EMPTY = {"local": 0, "session": 0, "caches": 0, "databases": 0, "workers": 0}


@pytest.fixture
def profile(
    browser_type: BrowserType, tmp_path: Path, live_site: Site, script: bool
) -> Iterator[tuple[BrowserContext, Path]]:
    """A browser that keeps its folder on the disk, with its page cache on, as on a phone."""
    folder = tmp_path / "profile"
    context = browser_type.launch_persistent_context(
        folder,
        executable_path=chromium(),
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
        base_url=live_site.address,
        java_script_enabled=script,
        **DEVICES["phone"],
    )
    context.set_default_timeout(10_000)
    yield context, folder
    context.close()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_no_flow_leaves_a_word_in_the_browsers_folder(
    cast: Cast, app: Flask, clock: Clock, profile: tuple[BrowserContext, Path], live_site: Site, script: bool
) -> None:
    context, folder = profile
    clock.set(FRIDAY_EVENING + timedelta(minutes=1))
    with app.app_context():
        shared = given(cast.priya, cast.sam_and_jo)
        answered(cast.jo, shared, PARTNERS, Level.SHARED)
        own = given(cast.priya, cast.sam_and_jo, OPENS_TOGETHER)
        elsewhere = live_site.url(f"/static/meanwhile.svg?{SEARCHED}").replace("127.0.0.1", "localhost")
        db.session.get_one(Practice, cast.canal_street.id).exit_url = elsewhere
        db.session.commit()
    clock.move(minutes=11)
    page = context.pages[0]
    page.goto("/sign-in")
    page.fill("#email", cast.sam.sign_in_address or "")
    page.fill("#password", builders.PASSPHRASE)
    page.click("main button:has-text('Sign in')")
    page.wait_for_url("**/today")
    holds_nothing(page, script)

    page.goto(f"/do/{own}/at-ease")
    page.fill("main textarea", WROTE)
    if script:
        expect(page.get_by_text(re.compile("Saved at")).first).to_be_visible()
        holds_nothing(page, script)
    steps.press(page, "Continue")
    page.goto(f"/do/{own}/check")
    expect(page.locator("main")).to_contain_text(WROTE)
    page.locator("input[value=counsellor]").check()
    page.locator("main button:visible", has_text="Send").first.click()
    page.wait_for_url("**/done")
    page.locator("summary", has_text="What got in the way?").click()
    page.get_by_label("In your own words").fill(IN_THE_WAY)
    steps.press(page, "Save")
    holds_nothing(page, script)

    page.goto("/thanks/new")
    page.get_by_label("One thing Jo did").fill(THANKED)
    page.get_by_label("What it meant to me").fill(MEANT)
    steps.choose(page, "Only me")
    steps.press(page, "Save")
    page.goto("/me/talk-alone")
    page.locator("main textarea").fill(REACH)
    steps.press(page, "Ask to talk")
    holds_nothing(page, script)

    page.goto(f"/together/{shared}")
    expect(page.locator("main")).to_contain_text(PARTNERS)
    page.goto("/me/history")
    page.goto("/thanks/new")
    page.get_by_label("One thing Jo did").fill(TYPED_ONLY)
    holds_nothing(page, script)
    page.locator("a.exit").click()
    page.wait_for_url(elsewhere)
    page.go_back(wait_until="commit")
    page.wait_for_timeout(300)
    assert not [canary for canary in CANARIES if canary in page.content()]
    context.close()

    found = words_in(folder, (*CANARIES, SEARCHED))
    assert SEARCHED in found, "the search finds nothing at all, not even an address of the history"
    assert set(found) == {SEARCHED}, found


def holds_nothing(page: Page, script: bool) -> None:
    """What a page may keep for itself. Without script it can keep nothing."""
    if script:
        assert page.evaluate(STORED) == EMPTY, page.url


def words_in(folder: Path, words: tuple[str, ...]) -> dict[str, str]:
    """Which of these words stand in which file, as plain text, as wide letters, or packed."""
    found: dict[str, str] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        content = path.read_bytes()
        for text in (content, *unpacked(content)):
            for word in words:
                if word.encode() in text or word.encode("utf-16-le") in text:
                    found[word] = str(path.relative_to(folder))
    return found


def unpacked(content: bytes) -> Iterator[bytes]:
    """Everything in a file that was sent or kept packed."""
    at = content.find(b"\x1f\x8b\x08")
    while at >= 0:
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content[at:])
        at = content.find(b"\x1f\x8b\x08", at + 1)


def test_the_search_finds_words_however_they_are_kept(tmp_path: Path) -> None:
    """The control: a page that a browser had kept would be found."""
    (tmp_path / "f_000001").write_bytes(b"head" + packed(f"<p>{WROTE}</p>".encode()) + b"tail")
    (tmp_path / "Web Data").write_bytes(b"\0" + THANKED.encode("utf-16-le"))
    assert words_in(tmp_path, (WROTE, THANKED, MEANT)) == {WROTE: "f_000001", THANKED: "Web Data"}
