"""The harness itself: what it promises to every other test."""

from __future__ import annotations

import smtplib
import socket
import urllib.request
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text

from clinic.extensions import db
from tests.browser import OpenBrowser, axe, fits
from tests.conftest import Clock, CountQueries


def test_nothing_beyond_this_machine_can_be_reached() -> None:
    with pytest.raises(AssertionError, match="only this machine"):
        urllib.request.urlopen("http://practice.example/", timeout=1)  # It must not get there.
    with pytest.raises(AssertionError, match="only this machine"):
        smtplib.SMTP("192.0.2.1", 25, timeout=1)
    with pytest.raises(AssertionError, match="only this machine"):
        socket.getaddrinfo("practice.example", 443)


def test_the_clock_stands_still_until_it_is_moved(clock: Clock) -> None:
    began = datetime.now(UTC)
    assert began == clock.now == datetime.now(UTC)
    clock.move(minutes=10)
    assert (datetime.now(UTC) - began).total_seconds() == 600


@pytest.mark.both_databases
@pytest.mark.parametrize("attempt", [1, 2])
def test_every_test_has_a_database_of_its_own(app: Flask, database_kind: str, attempt: int) -> None:
    with app.app_context():
        assert db.engine.dialect.name == database_kind
        db.session.execute(text("CREATE TABLE left_behind (id INTEGER)"))
        db.session.commit()


def test_queries_are_counted(app: Flask, count_queries: CountQueries) -> None:
    with count_queries() as queries, app.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.commit()
    assert queries == ["SELECT 1"]


@pytest.mark.settings(name="changed")
def test_a_test_may_change_a_setting(settings: dict[str, object]) -> None:
    assert settings == {"name": "changed"}


PAGE = """<!doctype html><html lang="en-GB"><head><title>Today – Meanwhile</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Today</h1><p>One small thing.</p></main></body></html>"""


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_a_real_browser_reads_the_live_site(app: Flask, open_browser: OpenBrowser, script: bool) -> None:
    app.add_url_rule("/static-page", view_func=lambda: PAGE)
    page = open_browser(device="phone", scheme="dark", script=script)
    page.goto("/static-page")
    assert page.get_by_role("heading").inner_text() == "Today"
    if script:
        fits(page)
        axe(page)
