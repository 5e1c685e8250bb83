"""Which tables an act writes to, declared beside what it stands on: an act that writes anywhere else turns red.

The column `rows` of `tests/permissions.csv` says it of every act whose form stands on a page of the told world: `+`
for a table that gains rows, `-` for one that loses some, `~` for one in which a row becomes another. A new act joins by
its line; what it writes is told by the failing test, and read before it is written down. An act that says nothing there
writes nothing on that page, or is one of those whose button stands for minutes only.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from clinic.extensions import Base

PERMISSIONS = Path(__file__).parent / "permissions.csv"
# What every act leaves, and what is only worked out from the rest: the key of its form, the end of the chain of audit
# lines, the summaries that are kept for the board.
BESIDE = {"form_key", "audit_head", "couple_summary"}


def declared_rows() -> dict[str, set[str]]:
    """What each act may write to, by its endpoint."""
    with PERMISSIONS.open(encoding="utf-8", newline="") as lines:
        return {row["endpoint"]: set(row["rows"].split()) for row in csv.DictReader(lines)}


def not_as_declared(written: Mapping[str, set[str]], here: set[str]) -> Iterator[str]:
    """The acts that wrote elsewhere than they say, and those of this visitor's that say they write and did not.

    What one act writes differs with what was there before, so it need not write to all that it says each time.
    """
    declared = declared_rows()
    for endpoint, rows in sorted(written.items()):
        if rows - declared[endpoint]:
            yield f"{endpoint} also writes {' '.join(sorted(rows - declared[endpoint]))}"
        if endpoint in here and declared[endpoint] and not rows & declared[endpoint]:
            yield f"{endpoint} writes nothing any more"


def changed_rows(now: Path, before: Path) -> set[str]:
    """Each table that is not as it was, with how it differs."""
    found = set()
    with closing(sqlite3.connect(now)) as connection:
        connection.execute("ATTACH ? AS before", (str(before),))
        for table in Base.metadata.sorted_tables:
            if table.name in BESIDE:
                continue
            keys = [f'"{column.name}"' for column in table.primary_key]
            same = " AND ".join(f"old.{key} = new.{key}" for key in keys)
            columns = [f'"{row[1]}"' for row in connection.execute(f'PRAGMA table_info("{table.name}")')]
            differs = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
            here, there = f'main."{table.name}"', f'before."{table.name}"'
            for sign, question in (
                ("+", f"SELECT 1 FROM {here} new WHERE NOT EXISTS (SELECT 1 FROM {there} old WHERE {same})"),
                ("-", f"SELECT 1 FROM {there} old WHERE NOT EXISTS (SELECT 1 FROM {here} new WHERE {same})"),
                ("~", f"SELECT 1 FROM {there} old JOIN {here} new ON {same} WHERE {differs}"),
            ):
                if connection.execute(f"{question} LIMIT 1").fetchone():
                    found.add(f"{sign}{table.name}")
    return found
