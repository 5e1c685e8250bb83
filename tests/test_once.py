"""What is made once a run is made by one worker and read by all of them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.once import MadeOnce, made_in


def test_whoever_comes_first_makes_it_and_the_others_wait(tmp_path: Path) -> None:
    made: list[str] = []
    read: list[str] = []
    never = threading.Event()

    def make(path: Path) -> None:
        made.append("made")
        path.write_text("half")
        never.wait(0.2)  # The others come while this is not done.
        path.write_text("whole")

    def come() -> None:
        read.append(made_in(tmp_path / "once", "it", make).read_text())

    everybody = [threading.Thread(target=come) for _ in range(3)]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    assert made == ["made"]
    assert read == ["whole"] * 3


def test_what_failed_half_way_is_made_again(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half")
        raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="full"):
        made_in(tmp_path / "once", "it", fail)

    def make(path: Path) -> None:
        path.write_text("whole")

    assert made_in(tmp_path / "once", "it", make).read_text() == "whole"


def test_a_name_is_made_once_in_a_run(made_once: MadeOnce) -> None:
    def make(path: Path) -> None:
        path.write_text("first")

    def again(path: Path) -> None:
        raise AssertionError("made twice")

    assert made_once("a test of once", make) == made_once("a test of once", again)
