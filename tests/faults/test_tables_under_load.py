"""The tables go a version up, or are written anew, while people write on PostgreSQL: nobody is refused, nothing is lost (§6)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic import clock
from clinic.sweeping import sweep
from tests.databases import PostgreSQLServer, app_on, downgrade, upgrade
from tests.faults.ledger import compare, writing
from tests.faults.serving import World, populate, serving, wait_until
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.trust]
# What came after it locks every table of a couple's, and tables that every page writes to.
BEFORE = "0043"


@pytest.fixture
def world(own_postgresql: PostgreSQLServer) -> Iterator[World]:
    """On a server that waits for the disk, as one in use does."""
    url = own_postgresql.fresh()
    own_postgresql.take_care()
    yield populate(url)
    own_postgresql.hurry()
    own_postgresql.drop(url)


def test_nobody_is_refused_while_the_tables_are_changed(world: World, tmp_path: Path, proves: Proves) -> None:
    downgrade(world.url, BEFORE)
    with serving(world.url, tmp_path, workers=2) as served, writing(world, served) as ledger:
        wait_until(lambda: len(ledger.acknowledged) > 50, "words that are saved")
        began = time.monotonic()
        upgrade(world.url)
        took = time.monotonic() - began
        after = len(ledger.acknowledged) + 50
        wait_until(lambda: len(ledger.acknowledged) > after, "words that are saved afterwards")
    found = compare(world, ledger)
    log = served.log.read_text(encoding="utf-8")
    proves(
        "R34 saved means on disk · R35 exactly once",
        f"from {BEFORE} to the newest tables in {took:.0f} s under load: {len(ledger.acknowledged)} saved, "
        f"{len(found.lost)} lost, {len(found.doubled)} doubled, {sum(ledger.statuses.values())} refused",
    )
    assert found.is_whole
    assert not ledger.statuses
    assert "DeadlockDetected" not in log


def test_nobody_is_refused_while_tables_are_written_anew(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    rounds, tables = sized(2, 20), 0
    with serving(world.url, tmp_path, workers=2) as served, writing(world, served) as ledger:
        wait_until(lambda: len(ledger.acknowledged) > 50, "words that are saved")
        began = time.monotonic()
        with app_on(world.url) as app, app.app_context():
            for _ in range(rounds):
                swept = sweep(clock.now())
                assert not swept.left
                tables += swept.tables
        took = time.monotonic() - began
        after = len(ledger.acknowledged) + 50
        wait_until(lambda: len(ledger.acknowledged) > after, "words that are saved afterwards")
    found = compare(world, ledger)
    proves(
        "R34 saved means on disk · R35 exactly once",
        f"{tables} tables written anew in {took:.0f} s under load: {len(ledger.acknowledged)} saved, "
        f"{len(found.lost)} lost, {len(found.doubled)} doubled, {sum(ledger.statuses.values())} refused",
    )
    assert found.is_whole
    assert not ledger.statuses
