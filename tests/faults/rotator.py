"""Seals everything anew in processes that are killed one statement later each time: `python -m tests.faults.rotator URL KEYS EVERY`.

Each begins with the database as it was. Once it is dead every value must open, and the next run must take up what is left.
What was seen is printed as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.engine import make_url

from clinic.crypto import Unreadable, unseal
from clinic.extensions import db
from clinic.key_rotation import rotate, sealed_columns, values_by_key
from clinic.tenancy import every_practice
from tests.databases import app_on

# So small that one run is many transactions.
BATCH = 2


def run(url: str, keys: str, killed_at: int) -> int:
    """Rotate, in a process that dies after this statement; with 0 it lives, and says how many there were."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        seen = 0

        def count(*_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

        with app_on(url, encryption_keys=keys) as app, app.app_context(), every_practice():
            event.listen(db.engine, "after_cursor_execute", count)
            for _ in rotate(BATCH):
                pass
        os.write(writing, str(seen).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return int(told.read() or -1)


def unreadable(url: str, keys: str) -> tuple[int, int]:
    """How many values do not open, and how many the old key has sealed."""
    closed = 0
    with app_on(url, encryption_keys=keys) as app, app.app_context(), every_practice():
        for column in sealed_columns():
            for row in db.session.scalars(select(column.model).where(column.attribute.is_not(None))):
                try:
                    unseal(row, column.name, getattr(row, column.name))
                except Unreadable:
                    closed += 1
        return closed, values_by_key()[1]


def main(url: str, keys: str, every: int) -> dict[str, int]:
    """Kill a run at each statement, or at each so-manieth."""
    path = Path(make_url(url).database or "")
    kept = path.with_suffix(".kept")
    shutil.copyfile(path, kept)
    statements = run(url, keys, 0)
    found = {
        "statements": statements,
        "killed": 0,
        "closed": 0,
        "left": 0,
        "old": unreadable(f"sqlite:///{kept}", keys)[1],
    }
    for number in range(1, statements + 1, every):
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        shutil.copyfile(kept, path)
        found["killed"] += run(url, keys, number) == -1
        found["closed"] += unreadable(url, keys)[0]
        run(url, keys, 0)
        closed, left = unreadable(url, keys)
        found["closed"] += closed
        found["left"] += left
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
