"""What a process asks of the disk, seen and bent from outside with strace."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.trust import is_big

# "1234 1763820000.123456 pwrite64(9</path/file>, "\\x00…", 4096, 0) = 4096 <0.000020>", in one piece or in two.
LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<at>\d+\.\d+) (?P<rest>.*)$")
CALL = re.compile(
    r"^(?P<name>\w+)\(\d+<(?P<path>[^>]*)>(?:\(deleted\))?(?:, \"(?P<data>[^\"]*)\")?(?:, (?P<numbers>[\d, ]+))?\)"
    r"\s+= (?P<result>-?\d+).*<(?P<took>[\d.]+)>$"
)
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"^<\.\.\. \w+ resumed>\s*")


def strace() -> str:
    """The program, which `make trust` brings; without it a small run goes on and says so."""
    found = shutil.which("strace")
    if found is None and is_big():
        raise AssertionError("strace is missing. Install it: apt-get install strace")
    if found is None:
        pytest.skip("strace is missing; `make trust` installs it")
    return found


def is_traced(pid: int) -> bool:
    """Whether somebody traces this process; one that has gone needs no more waiting for."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    return "TracerPid:\t0\n" not in status


@dataclass(frozen=True)
class Call:
    """One call that succeeded: when it was over, on which file, and what it wrote where."""

    done_at: float
    name: str
    path: str
    data: bytes
    numbers: tuple[int, ...]


def calls_in(log: Path) -> list[Call]:
    """Every call that a trace recorded, in the order in which they were over."""
    begun: dict[str, str] = {}
    calls = []
    for line in log.read_text(encoding="latin-1").splitlines():
        if (parts := LINE.match(line)) is None:
            continue
        pid, at, rest = parts["pid"], float(parts["at"]), parts["rest"]
        if rest.endswith(UNFINISHED):
            begun[pid] = rest.removesuffix(UNFINISHED)
            continue
        was_resumed = RESUMED.match(rest) is not None
        if was_resumed:
            rest = begun.pop(pid, "") + RESUMED.sub("", rest)
        call = CALL.match(rest)
        if call is None or int(call["result"]) < 0:
            continue
        numbers = tuple(int(one) for one in (call["numbers"] or "").split(",") if one.strip())
        data = _bytes_of(call["data"] or "")
        # A line in two pieces tells when its call was over; one in one piece, when it began.
        done_at = at if was_resumed else at + float(call["took"])
        calls.append(Call(done_at, call["name"], _path_of(call["path"]), data, numbers))
    return sorted(calls, key=lambda call: call.done_at)


def _bytes_of(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _path_of(told: str) -> str:
    """Asked to write bytes as numbers, strace does so with names of files, too."""
    return _bytes_of(told).decode() if told.startswith("\\x") else told
