"""The browser fixtures, in front of a little application that knows nothing of ours."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser import OpenBrowser, axe, fits

PAGE = """<!doctype html><html lang="en-GB"><head><title>Today – Meanwhile</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
<body><main><h1>Today</h1><p>One small thing.</p>{}</main></body></html>"""


@pytest.fixture
def app() -> Flask:
    app = Flask("little")
    app.add_url_rule("/", "fine", lambda: PAGE.format(""))
    app.add_url_rule("/wide", "wide", lambda: PAGE.format("<pre>" + "wide " * 200 + "</pre>"))
    app.add_url_rule("/nameless", "nameless", lambda: PAGE.format("<button></button>"))
    app.add_url_rule("/other", "other", lambda: PAGE.format('<a href="/">back</a>'))
    return app


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_a_phone_reads_the_live_site_with_and_without_script(open_browser: OpenBrowser, script: bool) -> None:
    page = open_browser(device="phone", scheme="dark", script=script)
    page.goto("/")
    expect(page.get_by_role("heading")).to_have_text("Today")


@pytest.mark.browser
def test_what_is_wrong_with_a_page_is_noticed(open_browser: OpenBrowser) -> None:
    page = open_browser(device="phone")
    page.goto("/")
    axe(page)
    fits(page)
    page.goto("/nameless")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)
    page.goto("/wide")
    with pytest.raises(AssertionError, match="too wide"):
        fits(page)


@pytest.mark.browser
def test_the_back_button_can_be_tried_as_people_have_it(open_browser: OpenBrowser) -> None:
    """A page from the browser's own memory still holds what script put there. It fires no second load event,
    so Playwright must be told not to wait for one."""
    remembered = []
    for remembers in (True, False):
        page = open_browser(remembers=remembers)
        page.goto("/")
        page.evaluate("window.seenBefore = true")
        page.goto("/other")
        page.go_back(wait_until="commit")
        expect(page.get_by_text("back")).to_have_count(0)
        remembered.append(page.evaluate("window.seenBefore === true"))
    assert remembered == [True, False]
