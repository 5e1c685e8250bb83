"""`make run`: the demo's server has its worker beside it, and both end with the script that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.benches.serving import free_port
from tests.serving import ROOT, ask


@contextmanager
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`.ci/serve` on a database of its own, in a session of its own, so that what it leaves behind can be found and ended."""
    port, database = free_port(), f"sqlite:///{tmp_path / 'demo.sqlite'}"
    with (tmp_path / "log").open("ab") as log:
        process = subprocess.Popen(
            [".ci/serve"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port), "DATABASE_URL": database, "PYTHONUNBUFFERED": "1"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process, port
    finally:
        for number in session_of(process.pid):
            os.kill(number, signal.SIGKILL)
        process.wait(30)


def session_of(leader: int) -> dict[int, str]:
    """What still runs of a session, by number, with the words it was started with."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                if int(told[3]) == leader and told[0] != "Z":
                    said = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(folder.name)] = said
            except OSError:
                continue
    return found


def in_time(seconds: float, wanted: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if wanted():
            return True
        time.sleep(0.2)
    return False


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/healthz").status == 200
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_demo_has_its_worker_and_both_are_ended(tmp_path: Path) -> None:
    """By Ctrl-C, which a terminal tells everybody in front of it, and by whoever asks the script alone to stop."""
    for ended_by, end in ((signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill)):
        with started(tmp_path) as (process, port):
            assert in_time(150, partial(answers, port)), said_in(tmp_path)
            workers = [said for said in session_of(process.pid).values() if " wsgi worker" in said]
            assert len(workers) == 1, "reminders, openings and what boards are told from need a worker"
            end(process.pid, ended_by)
            assert process.wait(60) == 0
            assert not session_of(process.pid), "something outlives the server"
    assert "Traceback" not in said_in(tmp_path)
    assert "alive:" not in said_in(tmp_path), "a round with nothing to do is told to nobody"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_second_one_on_the_same_data_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """On another port it would send the same mail, with links to itself. Once the first has ended it may begin."""
    with started(tmp_path) as (first, _):
        assert in_time(150, lambda: "story" in said_in(tmp_path)), said_in(tmp_path)
        with started(tmp_path) as (second, _):
            assert second.wait(60) == 1
        assert "already" in said_in(tmp_path)
        assert "DATABASE_URL=sqlite:" in said_in(tmp_path)
        assert "Traceback" not in said_in(tmp_path)
    assert in_time(60, lambda: not session_of(first.pid))
    (tmp_path / "log").unlink()
    with started(tmp_path) as (third, _):
        assert in_time(150, lambda: "story" in said_in(tmp_path) or third.poll() is not None)
        assert third.poll() is None, said_in(tmp_path)


def said_in(tmp_path: Path) -> str:
    return (tmp_path / "log").read_text(encoding="utf-8")[-3000:]
