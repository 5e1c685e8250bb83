"""Proofs of what is promised, at two sizes: a small one in every `make test`, a big one in `make trust`.

A test that asks for `proves` is such a proof. It says which promise it is about and what it saw, and the table at the end
of the run shows both. How much it tries is decided by `sized`, so the small and the big run are the same test.
"""

from __future__ import annotations

import os
import sys
import textwrap
import time
from typing import Protocol

import pytest

SIZE = "TRUST_SIZE"
BIG = "big"
PROVED = "proves"
A_MINUTE = 60


class Proves(Protocol):
    def __call__(self, promise: str, figure: str) -> None: ...


class Sized(Protocol):
    def __call__(self, small: int, big: int) -> int: ...


class Progress(Protocol):
    def __call__(self, how_far: str) -> None: ...


def is_big() -> bool:
    """Whether this run is `make trust`."""
    return os.environ.get(SIZE) == BIG


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
    """In a big run every proof is asked for by the one mark; tests that are marked themselves have no small version."""
    if is_big():
        for item in items:
            if PROVED in getattr(item, "fixturenames", ()):
                item.add_marker("trust")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table: promise, test, figure."""
    rows = [
        (promise, report, figure)
        for outcome in ("passed", "failed", "error")
        for report in terminalreporter.stats.get(outcome, [])
        for promise, figure in _said(report)
    ]
    if not rows:
        return
    terminalreporter.write_sep("─", "what was proved")
    shown = ""
    for promise, report, figure in sorted(rows, key=lambda row: (row[0], row[1].nodeid)):
        if promise != shown:
            terminalreporter.write_line(f"\n{promise}")
            shown = promise
        failed = report.outcome == "failed"
        test = report.nodeid.removeprefix("tests/")
        terminalreporter.write_line(f"  {'FAILED ' if failed else ''}{test}", red=failed)
        for line in textwrap.wrap(figure, 100):
            terminalreporter.write_line(f"      {line}")
    terminalreporter.write_line("")


def _said(report: pytest.TestReport) -> list[tuple[str, str]]:
    """What a test said, and for one that came to grief before it could say anything, that it did."""
    properties = getattr(report, "user_properties", ())
    said = [value for name, value in properties if name == PROVED]
    if said and (report.when == "call" or report.outcome == "failed"):
        return said
    if report.outcome == "failed" and is_big():
        return [("NOT PROVED", "failed before it saw anything")]
    return []
