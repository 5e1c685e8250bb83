"""Under gunicorn: what is in hand is finished, whatever the operator does to the server."""

from __future__ import annotations

import http.client
import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import SQLiteFiles
from tests.serving import Server, ask, listening, serving, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

TOKEN = "what the collector shows"


class Load:
    """People who ask one after the other until they are told to stop, and what became of their requests."""

    def __init__(self, port: int) -> None:
        self.answered, self.lost = 0, list[str]()
        self._port, self._over = port, threading.Event()
        self._people = [threading.Thread(target=self._ask) for _ in range(6)]

    def _ask(self) -> None:
        while not self._over.is_set():
            try:
                reply = ask(self._port, "GET", "/sign-in")
            except (OSError, http.client.HTTPException) as problem:
                self.lost.append(repr(problem))
                continue
            if reply.status == 200 and reply.body.rstrip().endswith(b"</html>"):
                self.answered += 1
            else:
                self.lost.append(f"{reply.status}")

    @contextmanager
    def running(self) -> Iterator[None]:
        for person in self._people:
            person.start()
        try:
            yield
        finally:
            self._over.set()
            for person in self._people:
                person.join(60)


def at_least(load: Load, more: int) -> None:
    """Wait until so many more requests were answered."""
    wanted, give_up = load.answered + more, time.monotonic() + 60
    while load.answered < wanted and time.monotonic() < give_up:
        time.sleep(0.05)
    assert load.answered >= wanted


def processes(server: Server) -> set[str]:
    """The numbers of the processes behind the first one."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return set(children.read_text(encoding="utf-8").split())


def test_neither_a_reload_nor_a_restart_under_load_loses_a_request(
    sqlite_files: SQLiteFiles, tmp_path: Path
) -> None:
    url, log = sqlite_files.fresh(), tmp_path / "log"
    with listening() as held:
        first = start(held, url, log)
        load = Load(first.port)
        with load.running():
            at_least(load, 20)
            old = processes(first)
            first.process.send_signal(signal.SIGHUP)
            give_up = time.monotonic() + 60
            while processes(first) & old and time.monotonic() < give_up:
                time.sleep(0.1)
            assert not processes(first) & old, "the old process is still there"
            at_least(load, 20)
            assert first.stop() == 0
            second = start(held, url, log)
            at_least(load, 20)
        second.stop()
        assert load.lost == []


def test_the_processes_add_their_numbers_up_and_the_log_is_json(
    sqlite_files: SQLiteFiles, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with serving(sqlite_files.fresh(), log, MEANWHILE_PROCESSES="2", MEANWHILE_METRICS_TOKEN=TOKEN) as server:
        for _ in range(12):
            server.get("/help", {"Authorization": "not told", "X-Request-ID": "0123456789abcdef"})
        shown = server.get("/metrics", {"Authorization": f"Bearer {TOKEN}"}).body.decode()
        assert server.get("/metrics").status == 404
    assert (
        'meanwhile_request_seconds_count{endpoint="help.help_page",method="GET",status="200"} 12.0' in shown
    )
    told = [json.loads(line) for line in server.logged().splitlines() if line.startswith("{")]
    assert sum(line.get("endpoint") == "help.help_page" for line in told) == 12
    assert "/help" not in server.logged()


def test_a_file_of_our_own_is_packed_named_by_its_content_and_kept_for_ever(
    sqlite_files: SQLiteFiles, tmp_path: Path
) -> None:
    with serving(sqlite_files.fresh(), tmp_path / "log") as server:
        page = server.get("/sign-in").body.decode()
        address = page.split('rel="stylesheet" href="')[1].split('"')[0]
        reply = server.get(address, {"Accept-Encoding": "gzip"})
        plain = server.get(address)
    assert "?v=" in address
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["Content-Encoding"] == "gzip"
    assert len(reply.body) < len(plain.body) / 3
