"""What is put aside is done in its own time, and what goes wrong there is told to nobody but the log."""

from __future__ import annotations

import threading
from unittest import mock

import pytest
from flask import Flask

from clinic import aside as module
from clinic.aside import aside


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
