"""What a partner's page costs on a phone: bytes over the wire, requests, script, what holds it up, and what jumps.

Counted by the browser itself, as the server sends it: packed files, and pages that are packed where they may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from assignments.actions.entries import save_thanks
from assignments.domain.visibility import Level
from clinic.assets import assets
from clinic.extensions import db
from clinic.models import Practice
from tests.browser import OpenBrowser, Site
from tests.cast import AS, Cast

pytestmark = pytest.mark.browser

KB = 1000
FIRST, NEXT, SCRIPT, REQUESTS, SHIFT = 80 * KB, 12 * KB, 8 * KB, 6, 0.02


@dataclass
class Wire:
    """Everything that went over the line for one page, by kind."""

    bytes: int = 0
    requests: list[str] = field(default_factory=list)
    script: int = 0
    fonts: int = 0
    styles: int = 0
    _kinds: dict[str, str] = field(default_factory=dict)


def counting(page: Page) -> Wire:
    """Let the browser count from now on. Call it again for the next page."""
    wire = Wire()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")

    def answered_with(event: dict[str, Any]) -> None:
        response = event["response"]
        if response.get("fromDiskCache") or response.get("fromPrefetchCache"):
            return
        wire.requests.append(response["url"])
        wire._kinds[event["requestId"]] = event["type"]
        wire.fonts += event["type"] == "Font"
        wire.styles += event["type"] == "Stylesheet"

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in wire._kinds:
            wire.bytes += int(event["encodedDataLength"])
            wire.script += (
                int(event["encodedDataLength"]) if wire._kinds[event["requestId"]] == "Script" else 0
            )

    devtools.on("Network.responseReceived", answered_with)
    devtools.on("Network.loadingFinished", finished)
    return wire


SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 250);
})"""
BLOCKING = """() => performance.getEntriesByType("resource")
  .filter(one => one.renderBlockingStatus === "blocking").map(one => one.name)"""


def test_every_page_of_a_partners_is_within_its_budget(
    cast: Cast, as_: AS, open_browser: OpenBrowser, pages: list[str]
) -> None:
    """The first visit to each on a browser that knows nothing; the next on one that has been to another."""
    client, faults = as_(cast.sam), []
    warm = open_browser(client)
    warm.goto("/help")
    warm.goto("/check-in")
    for address in pages:
        cold = open_browser(client)
        wire = counting(cold)
        reply = cold.goto(address, wait_until="networkidle")
        assert reply is not None
        assert reply.status == 200, f"{address} answers {reply.status}"
        shift, blocking = cold.evaluate(SHIFTS), cold.evaluate(BLOCKING)
        again = counting(warm)
        warm.goto(address, wait_until="networkidle")
        faults += [
            f"{address}: {fault}"
            for fault in _over(wire, again, shift, [one for one in blocking if ".css" not in one], blocking)
        ]
        cold.context.close()
    assert not faults, "\n".join(faults)


def _over(wire: Wire, again: Wire, shift: float, scripts: list[str], blocking: list[str]) -> Iterator[str]:
    if wire.bytes > FIRST:
        yield f"{wire.bytes} bytes at first"
    if len(wire.requests) > REQUESTS:
        yield f"{len(wire.requests)} requests: {wire.requests}"
    if wire.script > SCRIPT:
        yield f"{wire.script} bytes of script"
    if again.bytes > NEXT:
        yield f"{again.bytes} bytes when it is known: {again.requests}"
    if wire.fonts:
        yield "loads fonts"
    if scripts or len(blocking) != 1:
        yield f"is held up by {blocking}"
    if shift > SHIFT:
        yield f"jumps by {shift:.3f}"


def test_all_script_of_the_partners_side_together_is_within_its_budget() -> None:
    ours = [name for name in assets() if name.endswith(".js") and name != "builder.js"]
    assert sum(len(assets()[name].packed) for name in ours) <= SCRIPT
    assert len(assets()["style.css"].packed) <= 45 * KB


# --- Taps, counted by hand's own measure: a press on the screen. Typing is not a tap.


class Finger:
    """Presses on the screen and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def on(self, selector: str) -> None:
        self.page.locator(selector).first.tap()
        self.taps += 1


@pytest.fixture
def finger(cast: Cast, as_: AS, open_browser: OpenBrowser, pages: list[str]) -> Finger:
    page = open_browser(as_(cast.sam))
    page.goto("/today")
    return Finger(page)


def test_a_thank_you_takes_three_taps_and_typing(finger: Finger, cast: Cast, app: Flask, as_: AS) -> None:
    """From Today, where its line always stands. Who sees it stands as the writer chose it last time, here alone."""
    with app.app_context():
        save_thanks(actor=cast.sam, what="Tea", meant="", level=Level.SHARED)
    finger.on('main a[href="/thanks/new"]')
    finger.on("#what")
    finger.page.keyboard.type("Jo took the bins out in the rain.")
    finger.on("main button:has-text('Save')")
    expect(finger.page.get_by_role("status")).to_contain_text("Goes to Jo in 10 minutes.")
    assert finger.taps == 3


def test_a_check_in_takes_nine_at_most(finger: Finger) -> None:
    finger.page.goto("/check-in")
    groups = finger.page.locator("main form fieldset")
    for number in range(groups.count()):
        groups.nth(number).locator("input").nth(1).tap()
        finger.taps += 1
    finger.on("main button:has-text('Save')")
    expect(finger.page.get_by_role("status")).to_contain_text("Saved.")
    assert finger.page.locator("main input:checked").count() == groups.count() >= 6
    assert finger.taps <= 9


def test_a_ritual_done_with_its_closeness_takes_three(finger: Finger, pages: list[str]) -> None:
    with_title = [address for address in pages if address.startswith("/do/") and address.count("/") == 2]
    for address in with_title:
        finger.page.goto(address)
        if finger.page.get_by_role("button", name="We did it").count():
            break
    finger.on("main button:has-text('We did it')")
    finger.on("main .tile input")
    finger.on("main button:has-text('Save')")
    expect(finger.page.get_by_role("status").first).to_contain_text("Saved")
    assert finger.taps == 3


def test_exit_takes_one_tap_on_every_page(
    cast: Cast, as_: AS, app: Flask, open_browser: OpenBrowser, live_site: Site, pages: list[str]
) -> None:
    elsewhere = live_site.url("/static/meanwhile.svg").replace("127.0.0.1", "localhost")
    with app.app_context():
        db.session.get_one(Practice, cast.canal_street.id).exit_url = elsewhere
        db.session.commit()
    page = open_browser(as_(cast.sam))
    for address in pages:
        page.goto(address)
        assert page.locator("a.exit").is_visible(), f"{address} has no Exit"
    Finger(page).on("a.exit")
    page.wait_for_url(elsewhere)
