"""Replies that never arrive, and forms that never did: sent again as they were, each counts once (G12)."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.ledger import compare, writing
from tests.faults.serving import Served, World, serving, wait_until
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow]


@dataclass
class CuttingProxy:
    """Stands between browser and server, and lets every second exchange go to pieces, at either end of it."""

    behind: tuple[str, int]
    chance: random.Random
    lost_requests: int = 0
    lost_replies: int = 0
    address: tuple[str, int] = field(default=("127.0.0.1", 0))

    def carry(self, browser: socket.socket) -> None:
        """One exchange."""
        with browser, suppress(OSError):
            request = _whole_request(browser)
            posted = request.startswith(b"POST")
            fate = self.chance.random() if posted else 1.0
            if fate < 0.2:
                self.lost_requests += 1
                return
            with socket.create_connection(self.behind, timeout=60) as server:
                server.sendall(request)
                reply = _until_the_end(server)
            if fate < 0.5:
                self.lost_replies += 1
                return
            browser.sendall(reply)


def _whole_request(connection: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        read += _some(connection)
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += _some(connection)
    return head + b"\r\n\r\n" + body


def _some(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the browser went away")
    return piece


def _until_the_end(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def cutting(served: Served) -> Iterator[CuttingProxy]:
    """A proxy that runs until the block ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as door:
        proxy = CuttingProxy(served.address, random.Random(3), address=door.getsockname()[:2])

        def open_the_door() -> None:
            with suppress(OSError):
                while True:
                    browser, _ = door.accept()
                    threading.Thread(target=proxy.carry, args=(browser,), daemon=True).start()

        threading.Thread(target=open_the_door, daemon=True).start()
        yield proxy
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)


def test_half_of_all_exchanges_lost_and_every_form_counts_once(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    wanted = sized(25, 3_000)
    with serving(world.url, tmp_path) as served, cutting(served) as proxy:
        through_it = Served(served.process, proxy.address, served.log)
        with writing(world, through_it) as ledger:
            wait_until(lambda: len(ledger.acknowledged) >= wanted, "enough forms", patience=3_600)
    found = compare(world, ledger)
    proves(
        "R35 exactly once",
        f"{len(ledger.acknowledged):,} forms through a line that lost {proxy.lost_requests:,} requests and "
        f"{proxy.lost_replies:,} replies: {len(found.lost)} lost, {len(found.doubled)} doubled, "
        f"{len(found.drafts_behind)} drafts behind",
    )
    assert found.is_whole, found
    assert not ledger.dishonest
    assert proxy.lost_replies
    assert proxy.lost_requests
