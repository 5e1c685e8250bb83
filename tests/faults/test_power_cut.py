"""The power is cut at every acknowledgement: what was never synced is gone, and what was acknowledged is there (G5).

A trace of every write and sync is replayed up to the moment at which the reply was in the browser's hands. Of what had not
been synced by then either nothing survives, or an arbitrary part of it, as a disk may have it.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from clinic.models import Person
from tests.faults.serving import World, serving, wait_until
from tests.faults.tracing import Call, calls_in, is_traced, strace
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow, pytest.mark.trust]
THANKS = {"what": "Tea", "meant": "", "visibility": "private", "version": "0"}


class Disk:
    """What the files hold for whoever reads them, and what would be left of them without power."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._live = {path: bytearray(content) for path, content in files.items()}
        self._durable = {path: bytearray(content) for path, content in files.items()}
        self._unsynced: dict[str, list[Call]] = defaultdict(list)

    def happen(self, call: Call) -> None:
        """One call more."""
        if call.path not in self._live:
            return
        if call.name in ("fsync", "fdatasync"):
            self._durable[call.path] = bytearray(self._live[call.path])
            self._unsynced.pop(call.path, None)
        else:
            _apply(self._live[call.path], call)
            self._unsynced[call.path].append(call)

    def without_power(self, chance: random.Random | None) -> dict[str, bytes]:
        """The files after a cut. With a chance, some of what was not synced has reached the disk all the same."""
        left = {path: bytearray(content) for path, content in self._durable.items()}
        if chance is not None:
            for path, calls in self._unsynced.items():
                for call in calls:
                    if chance.random() < 0.5:
                        _apply(left[path], call)
        return {path: bytes(content) for path, content in left.items()}


def _apply(content: bytearray, call: Call) -> None:
    if call.name == "ftruncate":
        (size,) = call.numbers
        del content[size:]
        content.extend(b"\0" * (size - len(content)))
    else:
        _, offset = call.numbers
        content.extend(b"\0" * (offset - len(content)))
        content[offset : offset + len(call.data)] = call.data


def keys_after_the_cut(files: dict[str, bytes], folder: Path) -> set[str] | None:
    """The forms that count after the machine has started again; nothing where the database is not sound."""
    for path, content in files.items():
        (folder / Path(path).name).write_bytes(content)
    database = min(files, key=len)
    try:
        with closing(sqlite3.connect(folder / Path(database).name)) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                return None
            return {row[0] for row in connection.execute("SELECT key FROM form_key")}
    except sqlite3.DatabaseError:
        return None  # So far gone that SQLite does not even look through it.
    finally:
        for left in folder.iterdir():
            left.unlink()


def forms_of(world: World) -> list[tuple[Person, str, dict[str, str]]]:
    """Who sends what: partners a thank-you, of which a day has a most, and counsellors a note on each couple."""
    cast, today = world.cast, datetime.now(UTC).date().isoformat()
    couples = (
        (cast.priya, cast.sam_and_jo),
        (cast.priya, cast.ade_and_ruth),
        (cast.marcus, cast.nia_and_owen),
        (cast.hana, cast.lea_and_tom),
    )
    return [(one, "/thanks/new", THANKS) for one in world.partners] + [
        (one, f"/c/couples/{couple.id}/notes", {"about_day": today, "words": "Tea"})
        for one, couple in couples
    ]


def cut_at_each(
    world: World, folder: Path, number: int, factory: str
) -> tuple[list[Call], dict[str, bytes], list[tuple[float, str]]]:
    """Trace the application through so many forms: its calls, its files before, and when which form was acknowledged."""
    database = Path(make_url(world.url).database or "")
    files = [database, database.with_name(f"{database.name}-wal")]
    log, acknowledged = folder / "trace", []
    with serving(world.url, folder, factory=factory) as served:
        forms = [(world.browser(one, served.address), path, fields) for one, path, fields in forms_of(world)]
        for one, path, fields in forms:
            one.post(path, {**fields, "form_key": uuid4().hex})
        (worker,) = served.workers()
        before = {str(path): path.read_bytes() for path in files}
        tracing = subprocess.Popen(
            [strace(), "-f", "-ttt", "-T", "-y", "-xx", "-s", "1000000", "-o", str(log),
             "-e", "trace=pwrite64,fsync,fdatasync,ftruncate", "-P", str(files[0]), "-P", str(files[1]),
             "-p", str(worker)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_until(lambda: is_traced(worker), "strace to be there")
            for turn in range(number):
                key, (one, path, fields) = uuid4().hex, forms[turn % len(forms)]
                reply = one.post(path, {**fields, "form_key": key})
                assert reply.is_acknowledged, (reply.status, reply.text[:500])
                acknowledged.append((time.time(), key))
        finally:
            tracing.terminate()
            tracing.wait()
    return calls_in(log), before, acknowledged


def lost_in(
    calls: Iterable[Call], before: dict[str, bytes], acknowledged: list[tuple[float, str]], folder: Path
) -> tuple[int, int, int]:
    """Cut the power at each acknowledgement, once with nothing unsynced left and once with some: cuts, lost, unsound."""
    disk, waiting, known = Disk(before), iter(calls), set[str]()
    cuts = lost = unsound = 0
    following = next(waiting, None)
    for at, key in acknowledged:
        known.add(key)
        while following is not None and following.done_at <= at:
            disk.happen(following)
            following = next(waiting, None)
        for chance in (None, random.Random(key)):
            keys = keys_after_the_cut(disk.without_power(chance), folder)
            cuts += 1
            unsound += keys is None
            lost += len(known - (keys or set()))
    return cuts, lost, unsound


@pytest.mark.parametrize(
    "factory",
    ["wsgi:create_app()", "tests.faults.seeded:not_waiting_for_the_disk()"],
    ids=["as it is", "sown fault"],
)
def test_the_power_is_cut_at_each_acknowledgement(
    world: World, tmp_path: Path, proves: Proves, sized: Sized, factory: str
) -> None:
    calls, before, acknowledged = cut_at_each(world, tmp_path, sized(8, 1_000), factory)
    place = tmp_path / "after"
    place.mkdir()
    cuts, lost, unsound = lost_in(calls, before, acknowledged, place)
    is_sown = "seeded" in factory
    proves(
        "The replay of a power cut can fail" if is_sown else "R34 saved means on disk · R35 exactly once",
        f"power cut {cuts:,} times at {len(acknowledged):,} acknowledgements, {len(calls):,} calls to the disk "
        f"replayed: {lost} forms lost, {unsound} unsound databases",
    )
    assert len(calls) > len(acknowledged)
    if is_sown:
        assert lost
    else:
        assert (lost, unsound) == (0, 0)
