"""Proofs of what is promised, at two sizes: a small one in every `make test`, a big one in `make trust`.

A test that asks for `proves` is such a proof. It says which promise it is about and what it saw, and the table at the end
of the run shows both. How much it tries is decided by `sized`, so the small and the big run are the same test.

A big run also takes every test that docs/security.md names for a promise, and says promise by promise what became of them.
A whole one fails when a promise was shown by nothing, however green the rest is.
"""

from __future__ import annotations

import os
import sys
import textwrap
import time
from typing import Protocol

import pytest

from tests.promises import PAGE, Shown, is_named, promises, shown

SIZE = "TRUST_SIZE"
BIG, WHOLE = "big", "whole"
PROVED = "proves"
OUTCOMES = ("passed", "failed", "error", "skipped")
A_MINUTE = 60


class Proves(Protocol):
    def __call__(self, promise: str, figure: str) -> None: ...


class Sized(Protocol):
    def __call__(self, small: int, big: int) -> int: ...


class Progress(Protocol):
    def __call__(self, how_far: str) -> None: ...


def is_big() -> bool:
    """Whether this run is `make trust`, or a part of it."""
    return os.environ.get(SIZE) in (BIG, WHOLE)


@pytest.fixture
def proves(request: pytest.FixtureRequest) -> Proves:
    """`proves("R34 saved means on disk", "1,000 kills, 14,990 saved, 0 lost")` adds a row to the table at the end.

    It is said with the figures that were seen and before they are judged, so that a proof that fails shows them too.
    """

    def say(promise: str, figure: str) -> None:
        # Properties travel with the report, also from one process of a run to the one that prints.
        request.node.user_properties.append((PROVED, (promise, figure)))

    return say


@pytest.fixture
def sized() -> Sized:
    """`sized(15, 1_000)`: how much to try in `make test`, and how much in `make trust`."""

    def choose(small: int, big: int) -> int:
        return big if is_big() else small

    return choose


@pytest.fixture
def progress(request: pytest.FixtureRequest) -> Progress:
    """`progress("1,200 histories")`: how far a proof has come, told once a minute where somebody waits for a big one."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    told = time.monotonic()

    def say(how_far: str) -> None:
        nonlocal told
        if is_big() and capture is not None and time.monotonic() - told >= A_MINUTE:
            told = time.monotonic()
            with capture.global_and_fixture_disabled():
                print(f"\n{request.node.name}: {how_far}", file=sys.stderr, flush=True)  # noqa: T201 (for the terminal)

    return say


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a big run every proof is asked for by the one mark, and so is every test that shows a promise."""
    if is_big():
        listed = promises(PAGE.read_text(encoding="utf-8"))
        for item in items:
            file = item.nodeid.partition("::")[0]
            if PROVED in getattr(item, "fixturenames", ()) or is_named(file, listed):
                item.add_marker("trust")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole run in which a promise was not shown has failed, also where every test of it passed."""
    if os.environ.get(SIZE) != WHOLE or session.exitstatus != pytest.ExitCode.OK:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # The processes that a run is divided among have none, and see a part of it alone.
    if reporter and not all(one.is_whole for _, places in _of_promises(reporter) for one in places):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The two tables: what each proof saw, and what became of each promise."""
    _write_figures(terminalreporter)
    if is_big():
        _write_promises(terminalreporter)


def _write_figures(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [
        (promise, report, figure)
        for outcome in OUTCOMES
        for report in terminalreporter.stats.get(outcome, [])
        for promise, figure in _said(report)
    ]
    if not rows:
        return
    terminalreporter.write_sep("─", "what was proved")
    heading = ""
    for promise, report, figure in sorted(rows, key=lambda row: (row[0], row[1].nodeid)):
        if promise != heading:
            terminalreporter.write_line(f"\n{promise}")
            heading = promise
        failed = report.outcome != "passed"
        test = report.nodeid.removeprefix("tests/")
        terminalreporter.write_line(f"  {f'{report.outcome.upper()} ' if failed else ''}{test}", red=failed)
        for line in textwrap.wrap(figure, 100):
            terminalreporter.write_line(f"      {line}")
    terminalreporter.write_line("")


def _write_promises(terminalreporter: pytest.TerminalReporter) -> None:
    """Every promise and how many tests showed it; in a part of a run, those that it is about."""
    told = _of_promises(terminalreporter)
    if os.environ.get(SIZE) == BIG:
        told = [(words, places) for words, places in told if any(one.passed or one.others for one in places)]
    if not told:
        return
    terminalreporter.write_sep("─", "what was promised")
    for words, places in told:
        for line in textwrap.wrap(words, 110, subsequent_indent="     "):
            terminalreporter.write_line(line)
        for one in places:
            state = "" if one.is_whole else "NOT SHOWN: "
            rest = f", {one.others} not" if one.others else ""
            terminalreporter.write_line(
                f"      {state}{one.place} {one.passed} passed{rest}", red=not one.is_whole
            )
    terminalreporter.write_line("")


def _of_promises(terminalreporter: pytest.TerminalReporter) -> list[tuple[str, list[Shown]]]:
    """Each promise with what its tests came to. One that was cut off before it began counts as one that failed."""
    outcomes = [
        (report.nodeid.partition("::")[0], outcome)
        for outcome in OUTCOMES
        for report in terminalreporter.stats.get(outcome, [])
    ]
    listed = promises(PAGE.read_text(encoding="utf-8"))
    return [(f"{one.number:<4} {one.words}", shown(one, outcomes)) for one in listed]


def _said(report: pytest.TestReport) -> list[tuple[str, str]]:
    """What a test said, and for one that came to grief or was left out before it could say anything, that it was."""
    properties = getattr(report, "user_properties", ())
    said = [value for name, value in properties if name == PROVED]
    if said and (report.when == "call" or report.outcome == "failed"):
        return said
    if report.outcome != "passed" and is_big():
        return [("NOT PROVED", f"{report.outcome} before it saw anything")]
    return []
