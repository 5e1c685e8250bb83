"""PostgreSQL crashes and comes back while people write: what was acknowledged is there, and the rest is told (§6)."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.databases import PostgreSQLServer, connected_as_owner
from tests.faults.ledger import compare, new_word, writing
from tests.faults.serving import World, populate, serving, wait_until
from tests.faults.test_database import THANKS, a_thank_you, assert_honest, rows_with, sent_again
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
    while True:
        for pid in server.backends_of(url):
            with suppress(ProcessLookupError):  # That one went by itself a moment ago, so another is taken.
                os.kill(pid, signal.SIGKILL)
                return {pid}


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


def test_a_server_that_is_stopped_at_once_loses_nothing(
    own_postgresql: PostgreSQLServer, world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    """The whole server goes without a word, stays away until people were refused, and is started again."""
    times = sized(1, 12)
    with serving(world.url, tmp_path, workers=2) as served, writing(world, served) as ledger:
        for number in range(times):
            kept = len(ledger.acknowledged)
            wait_until(lambda: len(ledger.acknowledged) > kept + 5, f"acknowledgements after stop {number}")  # noqa: B023 (done at once)
            refused = len(ledger.refusals)
            start = own_postgresql.stop_at_once()
            wait_until(lambda: len(ledger.refusals) > refused, "a refusal while the server is away")  # noqa: B023 (done at once)
            start()
            wait_until(lambda: is_back(own_postgresql, world.url), "the server to be back")
    found = compare(world, ledger)
    proves(
        "R34 saved means on disk · R35 exactly once",
        f"PostgreSQL stopped at once {times} times under load and started again: {len(ledger.acknowledged):,} forms "
        f"acknowledged, refusals {dict(ledger.statuses)}, {len(found.lost)} lost, {len(found.doubled)} doubled, "
        f"{len(found.drafts_behind)} drafts behind",
    )
    assert found.is_whole, found
    assert not ledger.dishonest


def test_a_pool_that_is_exhausted_says_so_and_goes_on(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    """Two connections, eight people who save, and a table that somebody holds: each is told in good time, with the words."""
    rounds, replies, exhausted = sized(1, 10), [], 0
    words: list[str] = []
    with serving(world.url, tmp_path, MEANWHILE_DATABASE_POOL="1") as served:
        for _ in range(rounds):
            browsers = [world.browser(person, served.address) for person in world.partners]
            for browser in browsers:
                browser.get("/thanks")
                browser.post("/no-such-page", {})  # It has its token from here on.
            new = [new_word() for _ in browsers]
            with connected_as_owner(world.url) as other, ThreadPoolExecutor(len(browsers)) as together:
                other.execute(text("LOCK TABLE entry IN ACCESS EXCLUSIVE MODE"))
                refused = list(
                    together.map(lambda one, word: one.post(THANKS, a_thank_you(word)), browsers, new)
                )
            exhausted = served.log.read_text().count("database: TimeoutError")
            for browser, reply, word in zip(browsers, refused, new, strict=True):
                assert_honest(reply, word)
                assert sent_again(browser, reply).is_acknowledged
            replies += refused
            words += new
    found = rows_with(world, *words)
    proves(
        "R37 honest failure",
        f"a pool of two connections for eight people who save while a table is held, {rounds} times: {len(replies)} × 503 "
        f"with the words, {exhausted} of them for want of a connection, each before its browser gave up after 30 s; all "
        f"saved afterwards, {len(found.lost)} lost, {len(found.doubled)} doubled",
    )
    assert exhausted
    assert found.is_whole, found
