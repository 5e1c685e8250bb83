"""A partner's pages as people set their screens: very narrow, four times as large, spaced out, in few colours, still."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import OpenBrowser, Scheme, fits
from tests.cast import AS, Cast

pytestmark = pytest.mark.browser

# What WCAG 1.4.12 asks a page to bear, set past the policy that forbids styles in the page.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
# Words that are cut off by a box that does not grow with them.
CUT_OFF = """() => [...document.querySelectorAll("main *, header *, nav *")].filter(one => {
  const style = getComputedStyle(one);
  return one.checkVisibility() && !one.closest(".visually-hidden, .skip, svg, .visually-hidden-focusable")
    && ["hidden", "clip"].includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0;
}).map(one => one.outerHTML.slice(0, 90))"""
# Everything that takes the focus, with whether a ring shows around it or around what it stands for.
RINGS = """() => {
  const ringed = one => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      && !/^rgba\\(.*, 0\\)$|transparent/.test(style.outlineColor);
  };
  const faults = [];
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (!one.checkVisibility() || one.type === "hidden" || one.disabled) continue;
    one.focus();
    if (document.activeElement !== one) continue;
    const around = [one, one.nextElementSibling, one.parentElement, one.closest(".choice, .row-link, .tile, .reveal")];
    if (!around.some(each => each && ringed(each))) faults.push(one.outerHTML.slice(0, 90));
  }
  return faults;
}"""
EDGES = """() => [...document.querySelectorAll(".who")].filter(one => {
  const style = getComputedStyle(one);
  return !(one.innerText.trim() && style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) >= 1
    && style.borderTopColor === getComputedStyle(document.documentElement).color);
}).map(one => one.outerHTML.slice(0, 90))"""
MOVES = """() => [...document.querySelectorAll("*")].filter(one => {
  const style = getComputedStyle(one);
  return [style.transitionDuration, style.animationDuration].some(each => each.split(",").some(t => parseFloat(t) > 0.001))
    && (style.transitionProperty !== "none" && style.transitionDuration !== "0s" || style.animationName !== "none");
}).map(one => one.outerHTML.slice(0, 90))"""


def each(page: Page, pages: list[str]) -> list[str]:
    """Go to every page in turn."""
    return [address for address in pages if page.goto(address) is not None]


def test_no_page_sticks_out_at_320_pixels_or_when_its_letters_are_spaced(
    cast: Cast, as_: AS, open_browser: OpenBrowser, pages: list[str]
) -> None:
    """320 pixels are also what is left of a desktop's 1280 at four times the size."""
    page, faults = open_browser(as_(cast.sam), width=320), []
    for address in pages:
        page.goto(address)
        fits(page)
        faults += [f"{address}: {one}" for one in page.evaluate(CUT_OFF)]
        page.evaluate(SPACED)
        fits(page)
        faults += [f"{address} spaced: {one}" for one in page.evaluate(CUT_OFF)]
    assert not faults, "\n".join(faults)


def test_a_desktop_at_four_times_the_size_needs_no_scrolling_sideways_and_hides_no_focus(
    cast: Cast, as_: AS, open_browser: OpenBrowser, pages: list[str]
) -> None:
    page = open_browser(
        as_(cast.sam), device="desktop", viewport={"width": 320, "height": 225}, device_scale_factor=4
    )
    for address in pages:
        page.goto(address)
        fits(page)
    page.goto("/check-in")
    hidden = page.evaluate("""() => {
      const faults = [];
      for (const one of document.querySelectorAll("main input:not([type=hidden]), main button")) {
        one.focus();
        one.scrollIntoView({block: "nearest"});
        const box = one.getBoundingClientRect();
        const at = document.elementFromPoint(box.x + box.width / 2, Math.min(box.y + box.height / 2, innerHeight - 1));
        if (at && at.closest("nav, header")) faults.push(one.outerHTML.slice(0, 90));
      }
      return faults;
    }""")
    assert not hidden, hidden


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_few_colours_the_focus_and_who_sees_it_still_show(
    cast: Cast, as_: AS, open_browser: OpenBrowser, pages: list[str], scheme: Scheme
) -> None:
    page = open_browser(as_(cast.sam), forced_colors="active", scheme=scheme)
    faults, lines = [], 0
    for address in pages:
        page.goto(address)
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        page.keyboard.press("Tab")  # From here on the browser shows where the focus is.
        faults += [f"{address} without a ring: {one}" for one in page.evaluate(RINGS)]
        lines += page.locator(".who").count()
        faults += [f"{address} without an edge: {one}" for one in page.evaluate(EDGES)]
    assert lines > 5
    assert not faults, "\n".join(faults)


def test_nothing_moves_for_those_who_asked_for_that(
    cast: Cast, as_: AS, open_browser: OpenBrowser, pages: list[str]
) -> None:
    still = open_browser(as_(cast.sam))
    assert still.goto("/today") is not None
    assert still.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    faults = []
    for address in pages:
        still.goto(address)
        faults += [f"{address}: {one}" for one in still.evaluate(MOVES)]
    assert not faults, "\n".join(faults)
    moving = open_browser(as_(cast.sam), reduced_motion="no-preference")
    moving.goto("/today")
    assert moving.evaluate(MOVES), "the test could not have failed"
