"""What is put aside is done in its own time, and what goes wrong there is told to nobody but the log."""

from __future__ import annotations

import subprocess
import sys
import threading
from unittest import mock

import pytest
from flask import Flask
from sqlalchemy import select

from clinic import aside as module
from clinic import mail
from clinic.aside import aside
from clinic.extensions import db
from clinic.models import OutboxMail
from clinic.tenancy import every_practice
from tests.cast import Cast
from tests.page import get_page, submit


@pytest.fixture
def in_life(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """As where mail leaves by itself, without the wait."""
    monkeypatch.setitem(app.extensions["mail"], "at_once", True)
    monkeypatch.setattr(module, "WAITS_MS", (0, 1))
    return app


def test_nobody_waits_for_it(in_life: Flask) -> None:
    may_go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        if may_go_on.wait(10):
            done.set()

    with in_life.app_context():
        aside(work)
        assert not done.is_set()
        may_go_on.set()
        assert done.wait(10)


def test_it_begins_after_a_while_by_chance(in_life: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    slept, done = list[float](), threading.Event()
    monkeypatch.setattr(module, "WAITS_MS", (200, 1200))
    with in_life.app_context(), mock.patch.object(module.time, "sleep", slept.append):
        aside(done.set)
        assert done.wait(10)
    assert 0.2 <= slept[0] <= 1.2


def test_what_goes_wrong_is_in_the_log(in_life: Flask, caplog: pytest.LogCaptureFixture) -> None:
    threads = set(threading.enumerate())
    with in_life.app_context():
        aside(lambda: 1 / 0)
        for thread in set(threading.enumerate()) - threads:
            thread.join(10)
    assert "could not be done" in caplog.text


def until_done(threads: set[threading.Thread]) -> None:
    for thread in set(threading.enumerate()) - threads:
        thread.join(10)


@pytest.mark.both_databases
def test_the_code_that_the_page_promised_is_made(
    in_life: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In life it is done in a thread, which says for itself in whose practice it looks."""
    monkeypatch.setattr(mail, "_send_in_background", lambda app: None)
    address = cast.sam.contact_address
    for email in ("nobody@example.org", address):
        threads, client = set(threading.enumerate()), in_life.test_client()
        submit(client, get_page(client, "/sign-in/recover"), {"email": email})
        until_done(threads)
    with in_life.app_context(), every_practice():
        (letter,) = db.session.scalars(select(OutboxMail).where(OutboxMail.kind == "recovery"))
        assert (letter.to_address, letter.person_id) == (address, cast.sam.id)


def test_however_many_ask_two_are_done_at_a_time(in_life: Flask) -> None:
    """Each takes a connection to the database, of which pages need some as well."""
    threads, may_go_on = set(threading.enumerate()), threading.Event()
    running, most = set[int](), list[int]()

    def work() -> None:
        running.add(threading.get_ident())
        most.append(len(running))
        may_go_on.wait(0.05)
        running.discard(threading.get_ident())

    with in_life.app_context():
        for _ in range(8):
            aside(work)
    until_done(threads)
    assert len(most) == 8
    assert max(most) <= 2


def test_a_program_that_stops_does_it_first() -> None:
    """As a worker of gunicorn that is told to stop, or to read its files anew."""
    program = """
import sys
from flask import Flask
from clinic import aside
from clinic.extensions import db
app = Flask("stops")
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)
app.extensions["mail"] = {"at_once": True}
with app.app_context():
    aside.aside(lambda: print("done", flush=True))
sys.exit(0)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (0, "done\n")
