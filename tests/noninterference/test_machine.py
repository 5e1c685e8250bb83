"""Histories by chance, lived in two worlds: nothing that reaches one partner depends on what the other one kept."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.databases import SQLiteFiles
from tests.noninterference.histories import AT_ONCE, KEPT_ALONE, KEPT_ON_WORK, History, Step, tellings
from tests.noninterference.machine import Beginning, begin, differences
from tests.trust import Progress, Proves, Sized, is_big

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0 if is_big() else 600)]

ROUND, ALWAYS_THIS = 50, 2026
# The big run is divided, so that each processor lives some of the histories and a part that ends early costs only itself.
PARTS = 4


@pytest.fixture(scope="module")
def beginning(sqlite_files: SQLiteFiles) -> Beginning:
    return begin(sqlite_files.fresh())


def tried(beginning: Beginning, folder: Path, number: int, chance: int, progress: Progress) -> Counter[str]:
    """Live at least so many histories by chance; the figures of what was in them. A history that tells ends it."""
    figures = Counter[str]()
    began = time.monotonic()

    def none_tells(histories: tuple[History, ...]) -> None:
        if not histories:
            return
        found = differences(beginning, folder, *histories)
        figures["histories"] += len(histories)
        figures["steps"] += sum(len(one.open) + len(one.kept) for one in histories)
        figures["kept"] += sum(len(one.kept) for one in histories)
        a_second = figures["histories"] / (time.monotonic() - began)
        progress(f"{figures['histories']:,} histories, {a_second:.1f} a second, seed {chance}")
        assert not found, "\n".join(f"{one!r}\n" + "\n".join(told) for one, told in found.items())

    while figures["histories"] < number:
        # In rounds, each under a seed of its own, so that one in which something tells is soon lived again.
        how = settings(
            max_examples=min(ROUND, number // AT_ONCE),
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        seed(chance)(how(given(tellings())(none_tells)))()
        chance += 1
    return figures


@pytest.mark.parametrize("part", range(PARTS if is_big() else 1))
def test_no_history_tells_one_partner_what_the_other_kept(
    part: int, beginning: Beginning, tmp_path: Path, proves: Proves, sized: Sized, progress: Progress
) -> None:
    """In `make test` the same few histories each time; in `make trust` new ones, under a seed that is printed."""
    # Seeds count up by one in each round, so parts that begin far from each other never live the same history.
    chance = int(time.time()) + part * 1_000_000 if is_big() else ALWAYS_THIS
    began = time.monotonic()
    figures = tried(beginning, tmp_path, sized(40, 20_000 // PARTS), chance, progress)
    seconds = time.monotonic() - began
    proves(
        "R1 nothing the other partner can observe depends on what was kept",
        f"{figures['histories']:,} histories in two worlds, {figures['steps']:,} steps of which {figures['kept']:,} "
        f"kept, {figures['histories'] / seconds:.1f} pairs a second, 0 told (from seed {chance})",
    )


def one_of_each() -> list[tuple[str, Step]]:
    """Every act that can be kept, with what stands around it."""
    kept = [Step("Sam", what, "questions", kept=True) for what in KEPT_ON_WORK]
    return [(step.what, step) for step in [*kept, *(Step("Sam", what, kept=True) for what in KEPT_ALONE)]]


def test_every_act_that_can_be_kept_is_kept_by_somebody(beginning: Beginning, tmp_path: Path) -> None:
    """A generator whose acts are all refused would find nothing, whatever leaked."""
    done = {}
    for what, step in one_of_each():
        history = History("Sam", (step,), chance=0)
        assert history.kept, what
        done[what] = differences(beginning, tmp_path, history)
    assert not {what: told for what, told in done.items() if told}
