"""The walk by keyboard is held against pages with one fault each, so that a page without any has been looked at."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.keyboard import keyboard_faults

pytestmark = pytest.mark.browser

STYLE = """
  body { background: white; }
  a, button, input { outline-offset: 2px; }
  :focus, input:focus-within { outline: 3px solid #0b4fc4; }
"""
SKIP = '<a href="#main">Skip to main content</a>'
LINKS = '<p><a href="/one">One</a></p><p><a href="/two">Two</a></p>'


def faults(page: Page, main: str, *, style: str = "", skip: str = SKIP, exits: bool = False) -> list[str]:
    page.set_content(
        f'<!doctype html><style>{STYLE} {style}</style><body>{skip}<main id="main" tabindex="-1">{main}</main>'
    )
    return keyboard_faults(page, exits=exits)


def test_a_sound_page_has_no_fault(page: Page) -> None:
    fields = """<form><label>Day <input type="date"></label>
      <label><input type="radio" name="who">One</label> <label><input type="radio" name="who">Other</label>
      <details><summary>More</summary><textarea></textarea></details><button>Save</button></form>"""
    assert faults(page, LINKS + fields) == []


@pytest.mark.parametrize(
    ("main", "style", "says"),
    [
        pytest.param(LINKS, "a:focus { outline: none; }", "“One” cannot be seen", id="no ring"),
        pytest.param(LINKS, "a:focus { outline-color: #eee; }", "“One” cannot be seen", id="a pale ring"),
        pytest.param(
            LINKS, "a { outline: 3px solid #0b4fc4; }", "“One” cannot be seen", id="a ring at all times"
        ),
        pytest.param(
            LINKS, "main::after { content: ''; position: fixed; inset: 0; }", "“One” is covered", id="covered"
        ),
        pytest.param(
            LINKS,
            "main { display: flex; flex-direction: row-reverse; }",
            "from a “One” the focus jumps",
            id="to the left",
        ),
        pytest.param(
            LINKS,
            "main { display: flex; flex-direction: column-reverse; }",
            "from a “One” the focus jumps",
            id="upwards",
        ),
        pytest.param(
            LINKS.replace('"/two"', '"/two" tabindex="-1"'), "", "Tab never comes to a “Two”", id="left out"
        ),
        pytest.param(LINKS.replace('"/two"', '"/two" tabindex="1"'), "", "out of turn", id="out of turn"),
        (
            LINKS.replace('"/one"', '"/one" onkeydown="event.preventDefault()"'),
            "",
            "Tab never comes to a “Two”",
        ),
    ],
)
def test_a_fault_is_found(page: Page, main: str, style: str, says: str) -> None:
    assert any(says in fault for fault in faults(page, main, style=style))


def test_the_first_stops_and_the_skip_link_are_looked_at(page: Page) -> None:
    assert any("the first stops are" in fault for fault in faults(page, LINKS, exits=True))
    assert any("the first stops are" in fault for fault in faults(page, LINKS, skip=""))
    dead = SKIP.replace("#main", "#nowhere")
    assert any("the skip link does not move the focus" in fault for fault in faults(page, LINKS, skip=dead))
