"""A couple that did all that another did, on the same days, in the same practice; and a partner who did all the other did.

Where a condition is missing that says whose rows are meant, the twin's come out beside one's own, or are counted with
them: nothing else tells the two apart. Sealed words are copied as they stand, as nobody opens what is not theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, event, text

from clinic.extensions import Base, db
from tests.whose_rows import AN_ID, Rows

# A secret opens a way in for one alone, and so does an address.
ONE_ALONE = {"token_hash", "credential_hash", "sign_in_address", "code_hash"}
# Who somebody is is not what they did.
NOT_DONE = {"person", "partner"}
DOERS = ("author_id", "person_id", "reader_id")


def add_twin_couple(couple: str, rows: Rows) -> None:
    """Write another couple that did the same, and also what any other couple of the practice did, until a rollback."""
    practice = rows.owners[couple].practice
    others = {owner.couple for owner in rows.owners.values() if owner.practice == practice} - {couple}
    twin, partners = uuid4().hex, {"A": uuid4().hex, "B": uuid4().hex}
    # What the couple itself did comes first: what would then be there twice stays away.
    for one in (couple, *sorted(filter(None, others))):
        theirs = {row for row, owner in rows.owners.items() if owner.couple == one}
        ids = {row: uuid4().hex for row in sorted(theirs)} | {one: twin}
        places = db.session.connection().exec_driver_sql(
            "SELECT person_id, slot FROM partner WHERE couple_id = ?", (one,)
        )
        _copy(theirs, ids | {person_id: partners[slot] for person_id, slot in places})


def add_twin_of(author: str, other: str, rows: Rows, only: Collection[str] = ()) -> None:
    """Write as done by `other` what `author` did, where they have not done it already, until a rollback.

    `only` names the tables this is about, where it is not about all.
    """
    theirs: set[str] = set()
    connection = db.session.connection()
    for table in Base.metadata.sorted_tables:
        links = [column.name for column in table.c if column.foreign_keys]
        may = table.name not in NOT_DONE and (not only or table.name in only)
        for row in _rows_of(table, connection):
            did = may and author in {row.get(name) for name in DOERS}
            # What has no author hangs on what has one, as an answer's words do.
            hangs = rows.owners[row["id"]].person is None and theirs & {row[link] for link in links}
            if did or hangs:
                theirs.add(row["id"])
    _copy(theirs, {row: uuid4().hex for row in sorted(theirs)} | {author: other})


def _rows_of(table: Table, connection: Any) -> list[Mapping[str, Any]]:
    """Those of a table whose rows are somebody's. Lines of audit are a chain, and nobody has a second one."""
    if table.name.startswith("audit_") or not {"id", "practice_id"} <= set(table.c.keys()):
        return []
    return list(connection.exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY id").mappings())


def _copy(theirs: Collection[str], ids: Mapping[str, str]) -> None:
    connection = db.session.connection()
    # What hangs on a row that was there already stays without it; nothing of this is ever kept.
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for table in Base.metadata.sorted_tables:
        for row in _rows_of(table, connection):
            if row["id"] in theirs:
                copy = {name: None if name in ONE_ALONE else _with(ids, value) for name, value in row.items()}
                places = ", ".join("?" for _ in copy)
                connection.exec_driver_sql(
                    f"INSERT OR IGNORE INTO {table.name} VALUES ({places})", tuple(copy.values())
                )


def _with(ids: Mapping[str, str], value: Any) -> Any:
    return AN_ID.sub(lambda one: ids.get(one[0], one[0]), value) if isinstance(value, str) else value


@contextmanager
def what_comes_out() -> Iterator[Counter[str]]:
    """Every row that SQLite hands out meanwhile, and how often."""
    seen: Counter[str] = Counter()

    def noted(_cursor: object, row: tuple[Any, ...]) -> tuple[Any, ...]:
        seen[repr(row)] += 1
        return row

    def watch(_connection: object, cursor: Any, *_rest: object) -> None:
        cursor.row_factory = noted

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)
