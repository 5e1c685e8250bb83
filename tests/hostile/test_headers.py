"""What every reply says, and what none does: every route, every role, errors included."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from clinic import access
from tests.cast import Cast
from tests.conftest import EVENING, Clock
from tests.databases import Databases, app_on
from tests.hostile.generated import who_may
from tests.test_matrix import ROUTES, KeptWorld, address, make_world, signed_in
from tests.trust import Proves

pytestmark = pytest.mark.slow

SAID = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
NEVER_SAID = ("Server", "X-Powered-By", "Access-Control-Allow-Origin", "Last-Modified", "ETag", "Via")


@pytest.fixture
def kept(databases: Databases, kept_cast: tuple[str, Cast]) -> KeptWorld:
    url = databases.copy(kept_cast[0])
    with time_machine.travel(EVENING, tick=False), app_on(url) as app:
        return make_world(app, url, kept_cast[1])


@pytest.fixture
def database_url(databases: Databases, kept: KeptWorld) -> Iterator[str]:
    url = databases.copy(kept.url)
    yield url
    databases.drop(url)


@pytest.fixture
def replies(app: Flask, kept: KeptWorld, clock: Clock) -> list[tuple[str, TestResponse]]:
    """Every page to somebody who may, to nobody, and every kind of refusal."""
    found = []
    for rule in ROUTES:
        if "GET" in (rule.methods or ()):
            url = address(app, rule, kept.world, access.permission_of(app, rule.endpoint))
            for actor in (who_may(rule.endpoint)[0], "AN"):
                found.append((f"{actor} {url}", signed_in(app, kept.sign_ins, actor).get(url)))
    client = signed_in(app, kept.sign_ins, "PA")
    found += [("not found", client.get("/made/up")), ("wrong method", client.put("/today"))]
    found += [
        ("no token", client.post("/thanks/new")),
        ("too large", client.post("/thanks/new", data=b"x" * 2**21)),
    ]
    return found


def test_every_reply_says_all_of_it(replies: list[tuple[str, TestResponse]], proves: Proves) -> None:
    faults = []
    for what, reply in replies:
        faults += [
            f"{what}: {name} is {reply.headers.get(name)!r}"
            for name, value in SAID.items()
            if reply.headers.get(name) != value
        ]
        policy = reply.headers.get("Content-Security-Policy", "")
        faults += [f"{what}: {part} is not in its policy" for part in POLICY if part not in policy]
        if reply.headers.get("Cache-Control") != "no-store":
            faults.append(f"{what}: it may be kept")
        if (reply.mimetype or "").startswith("text/") and "charset=utf-8" not in (reply.content_type or ""):
            faults.append(f"{what}: {reply.content_type}")
    proves(
        "R10 nothing is left in the browser",
        f"{len(replies)} replies of all routes and roles, {len(faults)} without a header",
    )
    assert len(replies) > 150
    assert not faults, "\n".join(faults[:20])


def test_no_reply_says_what_it_is_made_with(replies: list[tuple[str, TestResponse]]) -> None:
    told = [f"{what}: {name}" for what, reply in replies for name in NEVER_SAID if name in reply.headers]
    assert not told, "\n".join(told[:20])


def test_every_cookie_is_closed_to_scripts_and_to_other_sites(
    replies: list[tuple[str, TestResponse]],
) -> None:
    cookies = [line for _, reply in replies for line in reply.headers.getlist("Set-Cookie")]
    assert cookies
    assert all("HttpOnly" in line and "SameSite=Lax" in line and len(line) < 4_096 for line in cookies)
