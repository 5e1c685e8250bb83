"""PostgreSQL crashes and comes back while people write: what was acknowledged is there, and the rest is told (§6)."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from tests.databases import PostgreSQLServer
from tests.faults.ledger import compare, writing
from tests.faults.serving import World, populate, serving, wait_until
from tests.trust import Proves, Sized, is_big

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.trust]


@pytest.fixture
def world(own_postgresql: PostgreSQLServer) -> Iterator[World]:
    """On a server that waits for the disk, as one in use does."""
    url = own_postgresql.fresh()
    own_postgresql.take_care()
    yield populate(url)
    wait_until(lambda: is_back(own_postgresql, url), "the server to be back")
    own_postgresql.hurry()
    own_postgresql.drop(url)


def crash(server: PostgreSQLServer, url: str) -> set[int]:
    """One backend is killed; the server throws every connection out and recovers from its log. Which one it was."""
    killed = server.backends_of(url)[:1]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    return set(killed)


def is_back(server: PostgreSQLServer, url: str, killed: Collection[int] = ()) -> bool:
    """Whether the server takes connections, and is through with the backends that were killed.

    It goes on for a moment before it has noticed, and still shows the dead one then.
    """
    try:
        return not set(killed) & set(server.backends_of(url))
    except OperationalError:
        return False


def test_a_server_that_crashes_under_load_loses_nothing(
    own_postgresql: PostgreSQLServer, world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    times, number_of_chance = sized(1, 300), time.time_ns() if is_big() else 1
    chance = random.Random(number_of_chance)
    with serving(world.url, tmp_path, workers=2) as served, writing(world, served) as ledger:
        for number in range(times):
            kept = len(ledger.acknowledged)
            wait_until(lambda: len(ledger.acknowledged) > kept, f"an acknowledgement after crash {number}")  # noqa: B023 (done at once)
            time.sleep(chance.uniform(0, 0.2))
            killed = crash(own_postgresql, world.url)
            wait_until(lambda: is_back(own_postgresql, world.url, killed), "the server to be back")  # noqa: B023 (done at once)
    found = compare(world, ledger)
    proves(
        "R34 saved means on disk · R35 exactly once",
        f"PostgreSQL crashed {times} times under load (chance {number_of_chance}): {len(ledger.acknowledged):,} forms acknowledged, "
        f"refusals {dict(ledger.statuses)}, {len(found.lost)} lost, {len(found.doubled)} doubled, "
        f"{len(found.drafts_behind)} drafts behind",
    )
    assert found.is_whole, found
    assert not ledger.dishonest
