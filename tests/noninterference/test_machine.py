"""Histories by chance, lived in two worlds: nothing that reaches one partner depends on what the other one kept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.databases import SQLiteFiles
from tests.noninterference.histories import KEPT_ALONE, KEPT_ON_WORK, History, Step, histories
from tests.noninterference.machine import Beginning, begin, differences, possible
from tests.trust import Proves, Sized, is_big

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0 if is_big() else 600)]


@pytest.fixture(scope="module")
def beginning(sqlite_files: SQLiteFiles) -> Beginning:
    return begin(sqlite_files.fresh())


def tried(beginning: Beginning, folder: Path, number: int, chance: int | None) -> dict[str, int]:
    """Live as many histories by chance; the figures of what was in them. A history that tells ends it."""
    figures = {"histories": 0, "kept": 0, "steps": 0}

    @settings(
        max_examples=number,
        database=None,
        derandomize=chance is None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(histories())
    def none_tells(history: History) -> None:
        happens = possible(history)
        figures["histories"] += 1
        figures["steps"] += len(happens)
        figures["kept"] += sum(step.kept for _, step in happens)
        told = differences(beginning, folder, history)
        assert not told, f"{history!r}\n" + "\n".join(told)

    (seed(chance)(none_tells) if chance is not None else none_tells)()
    return figures


def test_no_history_tells_one_partner_what_the_other_kept(
    beginning: Beginning, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    """In `make test` the same few histories each time; in `make trust` new ones, under a seed that is printed."""
    chance = int(time.time()) if is_big() else None
    began = time.monotonic()
    figures = tried(beginning, tmp_path, sized(25, 1_000), chance)
    seconds = time.monotonic() - began
    proves(
        "R1 nothing the other partner can observe depends on what was kept",
        f"{figures['histories']:,} histories in two worlds, {figures['steps']:,} steps of which {figures['kept']:,} "
        f"kept, {figures['histories'] / seconds:.1f} pairs a second, 0 told (seed {chance})",
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
        assert possible(history), what
        done[what] = differences(beginning, tmp_path, history)
    assert not {what: told for what, told in done.items() if told}
