"""A file system that is really full, and one that is really mounted read-only: what is said, what is kept, what comes back (§6)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import SQLiteFiles
from tests.faults.ledger import new_word
from tests.faults.serving import World, populate, serving
from tests.faults.test_database import THANKS, a_thank_you, assert_honest, file_of, rows_with, sent_again
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow, pytest.mark.trust]
ROOM = 24 * 1024 * 1024


def mount(*command: str) -> None:
    """Raises CalledProcessError where the kernel, or a container, does not let us."""
    subprocess.run(["mount", *command], check=True, capture_output=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in memory and of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mount("-t", "tmpfs", "-o", f"size={ROOM}", "none", str(folder))
    except (OSError, subprocess.CalledProcessError) as problem:
        # A proof that cannot be run is no proof, so this fails in place of being left out.
        raise AssertionError(
            "Nothing can be mounted here: it takes root, and a container that lets it."
        ) from problem
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def world_on_it(small_disk: Path, sqlite_files: SQLiteFiles) -> World:
    """People and their work, on that disk."""
    there = small_disk / "practice.sqlite"
    shutil.copy(sqlite_files.fresh().removeprefix("sqlite:///"), there)
    return populate(f"sqlite:///{there}")


@contextmanager
def no_room(folder: Path) -> Iterator[None]:
    """Somebody else's file takes all that is left."""
    filler = folder / "filler"
    with filler.open("wb") as out:
        for piece in (1 << 20, 4096, 512, 1):
            try:
                while True:
                    os.write(out.fileno(), b"x" * piece)
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()


def test_a_disk_without_room_says_so_and_goes_on_when_there_is_some(
    world_on_it: World, small_disk: Path, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    times, words, statuses = sized(1, 20), [], []
    with serving(world_on_it.url, tmp_path) as served:
        for number in range(times):
            browser = world_on_it.browser(world_on_it.partners[number % 8], served.address)
            browser.get("/thanks")
            with no_room(small_disk):
                # What the log still had room for is saved; sooner or later nothing is.
                for _ in range(400):
                    words.append(new_word())
                    reply = browser.post(THANKS, a_thank_you(words[-1]))
                    statuses.append(reply.status)
                    if not reply.is_acknowledged:
                        break
                assert_honest(reply, words[-1])
                assert browser.get("/today").status == 200, "reading goes on"
            assert sent_again(browser, reply).is_acknowledged
    found = rows_with(world_on_it, *words)
    proves(
        "R37 honest failure",
        f"a real disk of {ROOM >> 20} MB filled {times} times: {statuses.count(503)} × 503 with the words, reading goes on, "
        f"{len(words)} saved in the end, {len(found.lost)} lost, {len(found.doubled)} doubled",
    )
    assert found.is_whole


def test_a_disk_that_is_mounted_read_only_says_so_and_goes_on_when_it_is_not(
    world_on_it: World, small_disk: Path, tmp_path: Path, proves: Proves
) -> None:
    """The application is started on it, and the disk is put right under it: found by this test, it had to be restarted."""
    word = new_word()
    mount("-o", "remount,ro", str(small_disk))
    with serving(world_on_it.url, tmp_path) as served:
        browser = world_on_it.browser(world_on_it.cast.sam, served.address)
        read = browser.get("/today")
        refused = browser.post(THANKS, a_thank_you(word)) if read.status == 200 else read
        mount("-o", "remount,rw", str(small_disk))
        again = browser.get("/today")
        saved = browser.post(THANKS, a_thank_you(word))
    found = rows_with(world_on_it, word)
    proves(
        "R37 honest failure",
        f"really mounted read-only: reading {read.status}, saving {refused.status}; mounted again and not restarted: reading {again.status}, "
        f"saving {saved.status}, {len(found.lost)} lost",
    )
    assert file_of(world_on_it).exists()
    assert read.status in (200, 503)
    assert refused.status == 503
    assert "Traceback" not in read.text + refused.text
    assert again.status == 200
    assert saved.is_acknowledged
    assert found.is_whole
