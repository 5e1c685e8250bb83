"""kill -9 at random moments while people write: nothing that was acknowledged is lost, and nothing counts twice (G4)."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger, compare, writing
from tests.faults.serving import Served, World, serving, wait_until
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow]


def kill_often(served: Served, ledger: Ledger, times: int, chance: random.Random) -> None:
    """Each time after something was acknowledged, and a moment of no rule later."""
    for number in range(times):
        kept = len(ledger.acknowledged)
        wait_until(
            lambda kept=kept: len(ledger.acknowledged) > kept,  # type: ignore[misc]  # mypy cannot infer defaults
            f"an acknowledgement after kill {number}",
        )
        time.sleep(chance.uniform(0, 0.15))
        served.kill_worker()


def test_nothing_acknowledged_is_lost_and_nothing_counts_twice(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    times, seed = sized(8, 1_000), random.randrange(1 << 32)
    with serving(world.url, tmp_path) as served, writing(world, served) as ledger:
        kill_often(served, ledger, times, random.Random(seed))
    found = compare(world, ledger)
    proves(
        "R34 saved means on disk · R35 exactly once",
        f"{times:,} × kill -9 under load: {len(ledger.acknowledged):,} forms acknowledged, "
        f"{ledger.lost_replies:,} replies cut off and sent again, {len(found.lost)} lost, "
        f"{len(found.doubled)} doubled, {len(found.drafts_behind)} drafts behind (seed {seed})",
    )
    assert found.is_whole, found
    assert len(ledger.acknowledged) > times
    assert ledger.lost_replies
    assert not ledger.dishonest


@pytest.mark.parametrize("fault", ["acknowledging_before_commit", "forgetting_form_keys"])
def test_the_ledger_sees_a_fault_that_is_sown(
    world: World, tmp_path: Path, proves: Proves, sized: Sized, fault: str
) -> None:
    chance = random.Random(1)
    seen = "lost" if fault == "acknowledging_before_commit" else "doubled"
    with (
        serving(world.url, tmp_path, factory=f"tests.faults.seeded:{fault}()") as served,
        writing(world, served) as ledger,
    ):
        # How many kills it takes until one of them meets the fault is a matter of luck, and of how busy the machine is.
        for _ in range(sized(20, 100)):
            kill_often(served, ledger, 6, chance)
            if getattr(compare(world, ledger), seen):
                break
    found = compare(world, ledger)
    proves(
        "The ledger can fail",
        f"{fault.replace('_', ' ')}: {len(found.lost)} lost, {len(found.doubled)} doubled of "
        f"{len(ledger.acknowledged):,} acknowledged",
    )
    assert getattr(found, seen)
