"""Walking a page with Tab alone, as people do who have no mouse: forward on a phone's width, and back on a desk's.

Both bars stay in view on a phone, so that is where something may be covered; a desk has columns, so that is where the
order may be wrong. tests/keyboard.js measures each stop from inside the page.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import CDPSession, Page, ViewportSize

WALK = Path(__file__).with_suffix(".js").read_text()
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
# A date has a stop for each of its parts, so the walk takes a few more presses than there are stops.
ROUNDS = 12
TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
SHIFT = 8


def keyboard_faults(page: Page, *, exits: bool) -> list[str]:
    """What somebody without a mouse would stumble over on this page, just loaded. `exits`: a partner's page,
    whose second stop leaves it."""
    page.evaluate(WALK)
    keys = page.context.new_cdp_session(page)
    page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
    page.set_viewport_size(PHONE)
    there = _walked(page, keys, back=False)
    faults = [f"going on: {fault}" for fault in there["faults"]]
    first = ["Skip to main content", "Exit now"][: 2 if exits else 1]
    if there["first"][: len(first)] != first:
        faults.append(f"the first stops are {there['first']}")
    page.set_viewport_size(DESK)
    faults += [f"going back: {fault}" for fault in _walked(page, keys, back=True)["faults"]]
    keys.detach()
    return faults + _skip_faults(page)


def _walked(page: Page, keys: CDPSession, *, back: bool) -> dict[str, list[str]]:
    left: int = page.evaluate("back => walk.begin(back)", back)
    for _ in range(ROUNDS):
        for _ in range(left):
            # Straight to the browser: there are thousands of these, and page.keyboard takes three times as long.
            keys.send("Input.dispatchKeyEvent", {**TAB, "modifiers": SHIFT if back else 0})
        left = page.evaluate("() => walk.left()")
        if not left:
            break
    found: dict[str, list[str]] = page.evaluate("() => walk.report()")
    return found


def _skip_faults(page: Page) -> list[str]:
    """The walk back has ended on the first stop, which leads past everything that stands before the page's own part."""
    at = page.evaluate("() => document.activeElement.textContent.trim()")
    if at != "Skip to main content":
        return [f"the walk back ends on “{at[:60]}” and not on the skip link"]
    page.keyboard.press("Enter")
    if page.evaluate("() => document.activeElement.id") != "main":
        return ["the skip link does not move the focus to the main part"]
    page.keyboard.press("Tab")
    before = page.evaluate(
        """() => {
          const it = document.activeElement;
          return it !== document.body && Boolean(it.compareDocumentPosition(document.getElementById("main")) & 4);
        }"""
    )
    return ["after the skip link, Tab goes back to what was skipped"] if before else []
