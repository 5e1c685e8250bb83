"""The table of proofs itself: what stands in it, at which size, and that a proof which fails is not hidden."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trust import BIG, SIZE

PROOFS = """
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


def run(project: Path, folder: Path, *, size: str, marked: str, workers: int) -> str:
    """What a run of those four prints."""
    (folder / "test_proofs.py").write_text(PROOFS)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = trust\n")
    command = f"{sys.executable} -m pytest -q -p tests.trust -p no:cacheprovider --rootdir . -n {workers}"
    done = subprocess.run(
        [*command.split(), "-m", marked],
        cwd=folder,
        env={**os.environ, SIZE: size, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    return done.stdout


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
