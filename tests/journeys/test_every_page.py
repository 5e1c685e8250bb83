"""Every page in a real browser: axe in light and dark on a phone and on a desk, nothing sticks out sideways, and
everything on it is reached with Tab alone.

Each page is loaded once; theme and width change under it, as they may under somebody who reads it.
"""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask

from tests.browser import OpenBrowser, faults_of
from tests.conftest import Clock, SignInAs
from tests.crawl import pages_of
from tests.keyboard import keyboard_faults
from tests.visitors import VISITORS, Visitor, client_of

# Looked at more than once, because they differ from step to step and from couple to couple.
DIFFER = {"do.step": 20, "couple.couple": 7, "signs.signs": 2, "board.board": 3, "answers.answer": 2}
# Open to everybody and looked at as nobody.
PUBLIC = ("help.", "sign_in.sign_in", "sign_in.recover")
# With script this form sends itself as soon as it is there, so its page is looked at as it stands without.
SENDS_ITSELF = "form[data-carry-on]"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.name)
def test_every_page_is_sound(
    visitor: Visitor, world: None, app: Flask, as_: SignInAs, clock: Clock, open_browser: OpenBrowser
) -> None:
    client = client_of(app, as_, visitor, clock)
    found = pages_of(app, client, visitor)
    page = open_browser(None if visitor.name == "nobody" else client, device="desktop")
    faults: list[str] = []
    looked_at: Counter[str] = Counter()
    for visited in found:
        looked_at[visited.endpoint] += 1
        public = visited.endpoint.startswith(PUBLIC) and visitor.name != "nobody"
        if not public and looked_at[visited.endpoint] <= DIFFER.get(visited.endpoint, 1):
            if visited.page.select(SENDS_ITSELF):
                page.route(
                    "**/page.js*", lambda route: route.fulfill(body="", content_type="text/javascript")
                )
            page.goto(visited.address)
            found_here = faults_of(page) + keyboard_faults(page, exits=page.locator(".exit").count() > 0)
            page.unroute_all()
            faults += [f"{visited.address}: {fault}" for fault in found_here]
    assert not faults, "\n".join(faults)
