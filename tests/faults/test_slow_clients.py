"""Clients that send a letter now and then and never end: whoever comes next is served at once, because nginx waits for them."""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults.serving import NoReply, World, free_port, serving
from tests.faults.test_several_hosts import NGINX, found, running
from tests.trust import Proves, Sized

# `make trust` installs nginx; `make test` does not ask for it.
pytestmark = [pytest.mark.slow, pytest.mark.trust, pytest.mark.timeout(600)]
HALF_A_HEAD = b"GET /help HTTP/1.1\r\nHost: practice.example\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /sign-in HTTP/1.1\r\nHost: practice.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 4000\r\n\r\nemail=sam"
)


@contextmanager
def slow_clients(address: tuple[str, int], number: int) -> Iterator[list[socket.socket]]:
    """So many connections that began a request and are not going to end it."""
    with ExitStack() as open_ones:
        clients = [open_ones.enter_context(socket.create_connection(address)) for _ in range(number)]
        for at, one in enumerate(clients):
            one.sendall(HALF_A_BODY if at % 2 else HALF_A_HEAD)
        time.sleep(0.5)
        yield clients


def took(world: World, address: tuple[str, int], patience: float) -> float | None:
    """How long somebody else waits for a page, or None where none comes."""
    browser = world.browser(world.cast.sam, address)
    browser.timeout = patience
    began = time.monotonic()
    try:
        reply = browser.get("/today")
    except NoReply:
        return None
    return time.monotonic() - began if reply.status == 200 else None


def test_slow_clients_keep_nobody_waiting(world: World, tmp_path: Path, proves: Proves, sized: Sized) -> None:
    number, asked, port = 100, sized(5, 50), free_port()
    with serving(world.url, tmp_path, MEANWHILE_TRUSTED_PROXIES="1") as served:
        hosts = f"server 127.0.0.1:{served.address[1]};"
        (tmp_path / "nginx.conf").write_text(NGINX.format(folder=tmp_path, hosts=hosts, port=port))
        command = [found("nginx"), "-c", str(tmp_path / "nginx.conf"), "-g", "daemon off;"]
        with running(command, port, tmp_path / "nginx.log"):
            waits = []
            with slow_clients(("127.0.0.1", port), number) as clients:
                for _ in range(asked):
                    for one in clients:
                        one.sendall(b"a")
                    waits.append(took(world, ("127.0.0.1", port), 30))
            with slow_clients(served.address, number):
                bare = took(world, served.address, 3)
    answered = [one for one in waits if one is not None]
    proves(
        "R37 honest failure",
        f"{number} clients that send a letter at a time, nginx in front: {len(answered)} of {asked} pages came to somebody "
        f"else, after {1000 * statistics.median(answered or [0]):.0f} ms at the median and {1000 * max(answered or [0]):.0f} ms "
        f"at most; without nginx {'none within 3 s' if bare is None else f'one after {1000 * bare:.0f} ms'}",
    )
    assert len(answered) == asked
    assert statistics.median(answered) < 1
