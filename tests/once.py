"""What is dear to make and never changed, made once a run and read by every worker of it."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

Make = Callable[[Path], None]
MadeOnce = Callable[[str, Make], Path]


@pytest.fixture(scope="session")
def made_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """`made_once("name", make)` is a path that `make(path)` wrote to; other workers wait for it and then read it."""
    own = tmp_path_factory.getbasetemp()
    # With several workers each has a folder of its own inside the run's.
    run = own.parent if hasattr(request.config, "workerinput") else own

    def once(name: str, make: Make) -> Path:
        return made_in(run / "once", name, make)

    return once


def made_in(folder: Path, name: str, make: Make) -> Path:
    """The path of this name in a folder, made by whoever comes first. What failed half-way is made again."""
    folder.mkdir(exist_ok=True)
    made, unfinished = folder / name, folder / f"{name}.unfinished"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Given back when the file is closed.
        if not made.exists():
            unfinished.unlink(missing_ok=True)
            make(unfinished)
            unfinished.rename(made)
    return made
