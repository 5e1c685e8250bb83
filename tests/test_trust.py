"""The table of proofs itself: what stands in it, at which size, and that a proof which fails is not hidden."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises import PAGE, promises
from tests.trust import BIG, SIZE, WHOLE

PROOFS = """
import unittest

import pytest

def test_kept(proves, sized):
    proves("R1 nothing is lost", f"{sized(3, 1_000):,} tried")

def test_broken(proves):
    proves("R2 nothing doubles", "2 seen where 1 was sent")
    assert False

def test_no_proof_at_all():
    pass

@pytest.mark.trust
def test_only_big(proves):
    proves("R3 only when it is asked for", "seen")
"""
CAME_TO_GRIEF = """
def test_broken_at_once(proves):
    assert False

def test_left_out(proves):
    raise unittest.SkipTest("no time")
"""
# A file that docs/security.md names for one promise alone, R32.
NAMED = "tests/clinic/test_crypto.py"


PASSES = "def test_one():\n    pass\n"


def run(
    project: Path,
    folder: Path,
    *,
    size: str = BIG,
    marked: str = "trust",
    workers: int = 0,
    proofs: str = PROOFS,
    named: str = "",
) -> str:
    """What a run of these prints, and with which code it ends."""
    (folder / "test_proofs.py").write_text(proofs)
    if named:
        (folder / NAMED).parent.mkdir(parents=True, exist_ok=True)
        (folder / NAMED).write_text(named)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = trust\n")
    command = f"{sys.executable} -m pytest -q -p tests.trust -p no:cacheprovider --import-mode=importlib --rootdir . -n {workers}"
    done = subprocess.run(
        [*command.split(), "-m", marked],
        cwd=folder,
        env={**os.environ, SIZE: size, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    return f"{done.stdout}\nended with {done.returncode}"


@pytest.mark.parametrize("workers", [0, 1])
def test_the_big_run_takes_every_proof_and_shows_what_each_saw(
    project: Path, tmp_path: Path, workers: int
) -> None:
    printed = run(project, tmp_path, size=BIG, marked="trust", workers=workers)
    table = printed.partition("what was proved")[2]
    assert "R1 nothing is lost" in table
    assert "1,000 tried" in table
    assert "FAILED test_proofs.py::test_broken" in table
    assert "2 seen where 1 was sent" in table
    assert "R3 only when it is asked for" in table
    assert "no_proof_at_all" not in printed


def test_the_small_run_is_small_and_leaves_out_what_has_no_small_version(
    project: Path, tmp_path: Path
) -> None:
    printed = run(project, tmp_path, size="", marked="not trust", workers=0)
    assert "3 tried" in printed
    assert "R3" not in printed
    assert "1 failed, 2 passed, 1 deselected" in printed


def test_a_proof_that_says_nothing_is_not_proved(project: Path, tmp_path: Path) -> None:
    printed = run(project, tmp_path, proofs=PROOFS + CAME_TO_GRIEF)
    table = printed.partition("what was proved")[2].partition("NOT PROVED")[2]
    assert "FAILED test_proofs.py::test_broken_at_once\n      failed before it saw anything" in table
    assert "SKIPPED test_proofs.py::test_left_out\n      skipped before it saw anything" in table


@pytest.mark.parametrize("workers", [0, 1])
def test_what_the_page_names_is_run_and_counted_for_its_promise(
    project: Path, tmp_path: Path, workers: int
) -> None:
    named = f"{PASSES}\ndef test_another():\n    pass\n"
    printed = run(project, tmp_path, workers=workers, proofs="", named=named)
    table = printed.partition("what was promised")[2]
    assert f"      {NAMED} 2 passed" in table
    assert "R32" in table
    assert "R31" not in table, "part of a run tells of what it is about"
    assert "ended with 0" in printed


def test_a_whole_run_fails_when_a_promise_was_shown_by_nothing(project: Path, tmp_path: Path) -> None:
    printed = run(
        project,
        tmp_path,
        size=WHOLE,
        marked="trust",
        workers=0,
        proofs="",
        named="def test_one():\n    pass\n",
    )
    table = printed.partition("what was promised")[2]
    assert f"      {NAMED} 1 passed" in table
    assert "NOT SHOWN: tests/clinic/test_audit.py 0 passed" in table
    assert "1 passed" in printed
    assert "ended with 1" in printed


def test_a_whole_run_in_which_everything_was_shown_ends_well(project: Path, tmp_path: Path) -> None:
    places = {place for promise in promises(PAGE.read_text(encoding="utf-8")) for place in promise.places}
    for place in places - {NAMED}:
        file = tmp_path / (f"{place}test_it.py" if place.endswith("/") else place)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PASSES)
    printed = run(project, tmp_path, size=WHOLE, workers=1, proofs="", named=PASSES)
    assert f"{len(places)} passed" in printed
    assert "NOT SHOWN" not in printed
    assert "ended with 0" in printed


def test_a_promise_is_not_shown_while_one_of_its_tests_fails(project: Path, tmp_path: Path) -> None:
    named = f"{PASSES}\ndef test_another():\n    assert False\n"
    printed = run(project, tmp_path, proofs="", named=named)
    assert f"NOT SHOWN: {NAMED} 1 passed, 1 not" in printed.partition("what was promised")[2]
