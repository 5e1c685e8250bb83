"""A real Chromium in front of the real application, both on this machine.

pytest-flask's live server forks and pytest-playwright's defaults look for a browser of their own, so both are
replaced here: the server is a thread, and the browser is the system's (or what CHROME_PATH names).
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

Device = Literal["phone", "desktop"]
Scheme = Literal["light", "dark"]

DEVICES: dict[Device, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "desktop": {"viewport": {"width": 1280, "height": 900}},
}
# Chromium without a sandbox is needed where tests run as root; it only ever sees our own pages.
# The rest keeps it from calling home, and from reaching anything but this machine.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


# --- The site.


@dataclass(frozen=True)
class Site:
    """The application behind an address of this machine."""

    app: Flask
    address: str

    def url(self, path: str) -> str:
        return self.address + path


class QuietHandler(WSGIRequestHandler):
    """Requests are not worth a line each; errors still are."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def site_socket() -> Iterator[socket.socket]:
    """A free port, held before the application is made, because its mails must know their address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


class AsOnABadLine:
    """The application behind a line that is slow and stops half-way: a test that looks at a page before it is all
    there fails here every time, and not once in a hundred runs on a busy machine."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        with closing(ClosingIterator(self._app(environ, start_response))) as answer:
            body = b"".join(answer)
        parts = [body[: len(body) // 4], body[len(body) // 4 :]]
        for part in [body] if environ["PATH_INFO"].startswith("/static/") else parts:
            time.sleep(0.15)
            yield part


@pytest.fixture
def live_site(app: Flask, site_socket: socket.socket) -> Iterator[Site]:
    """The application of this test, served to a browser. It shares database and clock with the test.

    A request that raises fails the test at its end, even when the browser only saw an error page.
    With BAD_LINE=1 in the environment each page comes slowly and in two parts.
    """
    raised: list[BaseException] = []

    def note(_sender: Flask, exception: BaseException, **_more: object) -> None:
        raised.append(exception)

    got_request_exception.connect(note, app)
    port = site_socket.getsockname()[1]
    served = AsOnABadLine(app) if os.environ.get("BAD_LINE") else app
    server = make_server(
        "127.0.0.1", port, served, threaded=True, request_handler=QuietHandler, fd=site_socket.fileno()
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{port}")
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    got_request_exception.disconnect(note, app)
    if raised:
        raise AssertionError(f"{len(raised)} requests failed in the server") from raised[0]


# --- The browser.


def chromium() -> str:
    """The path of the Chromium to drive."""
    named = os.environ.get("CHROME_PATH")
    found = named or next(
        filter(
            None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"))
        ),
        None,
    )
    if not found:
        pytest.fail("No Chromium: run `make test`, which installs it, or set CHROME_PATH.", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Shadows pytest-playwright's: the system's browser, shut in."""
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_that_remembers(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser with its back/forward cache on, as people have it. Playwright switches it off otherwise,
    and a Back button tested without it proves nothing."""
    browser = browser_type.launch(
        **browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    browser.close()


class OpenBrowser(Protocol):
    def __call__(
        self,
        signed_in: FlaskClient | None = None,
        *,
        device: Device = "phone",
        scheme: Scheme = "light",
        script: bool = True,
        width: int | None = None,
        remembers: bool = False,
        **options: Any,
    ) -> Page: ...


@pytest.fixture
def open_browser(
    request: pytest.FixtureRequest, live_site: Site, new_context: Callable[..., BrowserContext]
) -> Iterator[OpenBrowser]:
    """`page = open_browser(as_(person), device="phone", scheme="dark", script=False)`; then `page.goto("/today")`.

    Each call is a device of its own. Script errors, blocked styles or scripts, and anything loaded from elsewhere
    fail the test at its end. `remembers=True` takes the browser whose back/forward cache is on.
    """
    faults: list[str] = []
    own: list[BrowserContext] = []

    def open_one(
        signed_in: FlaskClient | None = None,
        *,
        device: Device = "phone",
        scheme: Scheme = "light",
        script: bool = True,
        width: int | None = None,
        remembers: bool = False,
        **options: Any,
    ) -> Page:
        how: dict[str, Any] = {
            "base_url": live_site.address,
            "color_scheme": scheme,
            "java_script_enabled": script,
            "locale": "en-GB",
            "timezone_id": "Europe/London",
            "reduced_motion": "reduce",
            **DEVICES[device],
            **options,
        }
        if width is not None:
            how["viewport"] = {**how["viewport"], "width": width}
        if remembers:
            context = request.getfixturevalue("browser_that_remembers").new_context(**how)
            own.append(context)
        else:
            context = new_context(**how)
        context.set_default_timeout(10_000)
        if signed_in is not None:
            _hand_over(signed_in, context, live_site)
        page = context.new_page()
        _watch(page, str(how["base_url"]), faults)
        return page

    yield open_one
    for context in own:
        context.close()
    assert not faults, "The browser complained:\n" + "\n".join(faults)


def _hand_over(client: FlaskClient, context: BrowserContext, site: Site) -> None:
    """Give the browser what the test client holds, so that nobody has to type a pass-phrase each time."""
    name = site.app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    if cookie is None:
        pytest.fail("This client is not signed in: ask for it with as_(person).")
    context.add_cookies([{"name": name, "value": cookie.value, "url": site.address}])


def _watch(page: Page, address: str, faults: list[str]) -> None:
    host = urlsplit(address).netloc

    def console(message: Any) -> None:
        # A page that answers 404 or 422 is reported as a resource that failed; tests ask for such pages.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(f"{page.url}: {message.text}")

    def requested(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc != host and not request.is_navigation_request():
            faults.append(f"{page.url}: loads {request.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("request", requested)


# --- What a browser test asserts over and over.


def axe(page: Page) -> None:
    """No violation of any rule axe knows, on the page as it stands. Needs script to be on."""
    page.wait_for_load_state()
    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def fits(page: Page) -> None:
    """Nothing sticks out sideways."""
    page.wait_for_load_state()
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px too wide"


NARROWEST = 320
WIDTHS = (390, 1280)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
AXE = Axe().axe_script
# Preloading serves a rule that is off. Only these rules look at colours; the others find the same in either theme.
COLOURS = ["color-contrast", "link-in-text-block"]
RUN = """(only) => axe
  .run({resultTypes: ["violations"], preload: false, ...(only ? {runOnly: only} : {})})
  .then((found) => found.violations)"""


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in every theme and width."""
    page.wait_for_load_state()
    faults = []
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} first headings")
    page.evaluate(AXE)
    for width in (*WIDTHS, NARROWEST):
        page.set_viewport_size({"width": width, "height": 900})
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            faults.append(f"{wider} px too wide at {width}")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [
                f"{scheme} {width}: {broken['id']}: {node['target']} {node['failureSummary'][:200]}"
                for broken in page.evaluate(RUN, None if scheme == SCHEMES[0] else COLOURS)
                for node in broken["nodes"]
            ]
    return faults
