"""A new key is put on the ring while people write, and the run that seals everything anew is killed again and again (G13)."""

from __future__ import annotations

import base64
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assignments.actions.entries import save_thanks
from assignments.domain.visibility import Level
from clinic.crypto import KeyRing
from clinic.key_rotation import values_by_key
from tests.faults.ledger import compare, writing
from tests.faults.serving import KEYS, ROOT, World, production, serving, wait_until
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow]
NEW = "2:" + base64.b64encode(secrets.token_bytes(32)).decode()
BOTH = f"{KEYS},{NEW}"


def rotating(world: World, log: Path) -> subprocess.Popen[bytes]:
    """`keys rotate` as an operator calls it."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "keys", "rotate"],
            cwd=ROOT, env=production(world.url, MEANWHILE_ENCRYPTION_KEYS=BOTH), stdout=out, stderr=out,
        )  # fmt: skip


def kept_by_key(world: World) -> dict[int, int]:
    with world.app() as app, app.app_context():
        app.extensions["key_ring"] = KeyRing(BOTH)
        return dict(values_by_key())


def test_a_rotation_that_is_killed_leaves_every_word_readable(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    kills, chance, log = sized(2, 40), random.Random(23), tmp_path / "rotate.log"
    # Much that the old key sealed, so that a run is often killed in the midst of it.
    with serving(world.url, tmp_path) as served, writing(world, served) as before:
        wait_until(lambda: len(before.acknowledged) >= sized(20, 300), "words under the old key")
    began, cut, longest = kept_by_key(world), 0, 4.0
    with (
        serving(world.url, tmp_path, MEANWHILE_ENCRYPTION_KEYS=BOTH) as served,
        writing(world, served) as ledger,
    ):
        for _ in range(kills):
            run, started = rotating(world, log), time.monotonic()
            moment = started + longest * chance.uniform(0.1, 0.9)
            while run.poll() is None and time.monotonic() < moment:
                time.sleep(0.01)
            if run.poll() is None:
                os.kill(run.pid, signal.SIGKILL)
                cut += 1
            else:
                # How long a run takes here, whatever the machine: the next ones are cut before that.
                longest = min(longest, time.monotonic() - started)
            run.wait()
        last = rotating(world, log)
        assert last.wait(timeout=120) == 0, log.read_text()[-1500:]
    after = kept_by_key(world)
    ledger.acknowledged |= before.acknowledged
    ledger.sent |= before.sent
    # The old key is off the ring from here on, so that whatever it had sealed would not open.
    found = compare(world, ledger, keys=NEW)
    proves(
        "R33 keys rotate online",
        f"{began} values by key before, {cut} of {kills} runs killed while people wrote, the last one left {after}; with "
        f"the old key gone {len(ledger.acknowledged):,} acknowledged words: {len(found.lost)} lost, {len(found.doubled)} "
        f"doubled, {len(found.drafts_behind)} drafts behind",
    )
    assert not after.get(1)
    assert found.is_whole, found
    assert not ledger.dishonest
    assert cut


@pytest.mark.trust
def test_a_rotation_that_is_killed_after_each_of_its_statements_takes_up_what_is_left(
    world: World, proves: Proves, sized: Sized
) -> None:
    """Nobody writes meanwhile, so that each run is the same up to where it dies."""
    with world.app() as app, app.app_context():
        for person in world.partners:
            for word in ("Tea", "A walk", "The light was on"):
                save_thanks(actor=person, what=word, meant="", level=Level.PRIVATE)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.rotator", world.url, BOTH, str(sized(20, 1))],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    found = json.loads(done.stdout)
    proves(
        "R33 keys rotate online",
        f"{found['old']} values of the old key, {found['statements']} statements: killed after {found['killed']} of them in "
        f"turn, {found['closed']} values closed, {found['left']} left to the old key by the run after it",
    )
    assert found["killed"] > 3
    assert found["old"]
    assert not found["closed"]
    assert not found["left"]
