"""Keeping couples' summaries, and emptying them in the transaction that changes anything about a couple.

`watch` listens to every write, so that no action can forget it. What writes past the session, with the database's own
tools, is not heard: `flask summaries rebuild` belongs after it. A summary is worked out by the worker and never in the
request of a partner, whose waiting would otherwise grow with what the other has done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from random import SystemRandom
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, event, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, selectinload

from assignments.domain import summaries
from assignments.models import CoupleSummary
from assignments.queries.summaries import holds, is_well_again, kept_of, made_by, tell_once, worked_out
from clinic import clock, crypto
from clinic.domain.roles import Role
from clinic.extensions import SAYS_THE_SAME, Base, db, only_reading, transaction
from clinic.models import Couple, Partner, Person, Practice
from clinic.queries.people import practice_of

# A database that is gone, locked or full, which says nothing about a couple.
DATABASE_FAULTS = (OperationalError, InterfaceError)
# Rows without a couple of their own that bear on a summary: the columns that lead to what they hang on.
HANGING: dict[str, dict[str, str]] = {
    "withdrawal": {"assignment_id": "assignment"},
    "visibility_change": {"response_id": "response"},
    "read_mark": {"response_id": "response", "part_id": "turn_part"},
}
# Rows of a couple that no summary is made of, and that are written while somebody only reads.
LEFT_OUT = ("audit_line", "couple_look")
OWN_TABLE = CoupleSummary.__tablename__
COUPLE = Couple.__tablename__
_CHANGED = "couples_changed"
# So many couples in one round of the worker at most, that mail and reminders do not wait for the rest.
A_ROUND = 400
AT_ONCE = 50


def watch() -> None:
    """Listen to every write of the application. Doing it twice is doing it once."""
    if not event.contains(db.session, "after_flush", _note_rows):
        event.listen(db.session, "after_flush", _note_rows)
        event.listen(db.session, "do_orm_execute", _note_statement)
        event.listen(db.session, "before_commit", _empty_changed)
        event.listen(db.session, "after_soft_rollback", _forget)


def _note_rows(session: Session, _: object) -> None:
    for row in session.new:
        _note_row(session, row)
    for row in session.dirty:
        if session.is_modified(row):
            _note_row(session, row)
    for row in session.deleted:
        _note_row(session, row)


def _note_row(session: Session, row: Any) -> None:
    table: Table = row.__table__
    for column, led_to in _leading(table).items():
        if (key := getattr(row, column)) is not None:
            _changed(session)[led_to].add((row.practice_id, key))


def _note_statement(state: ORMExecuteState) -> None:
    """Ask which couples a statement over many rows is about, before it changes or deletes them."""
    statement: Any = state.statement
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    table = statement.table
    if not isinstance(table, Table) or state.execution_options.get(SAYS_THE_SAME):
        return
    for column, led_to in _leading(table).items():
        if state.is_insert:
            raise RuntimeError(f"Rows of {table.name} are added through the session, which is listened to.")
        rows = select(table.c.practice_id, table.c[column]).where(table.c[column].is_not(None))
        if statement.whereclause is not None:
            rows = rows.where(statement.whereclause)
        found = state.session.execute(rows.distinct())
        _changed(state.session)[led_to].update((row[0], row[1]) for row in found)


def _leading(table: Table) -> dict[str, str]:
    """The columns that lead from a row to its couple, each with the table whose ids it holds."""
    if table.name == COUPLE:
        return {"id": COUPLE}
    if table.name in LEFT_OUT:
        return {}
    return {"couple_id": COUPLE} if "couple_id" in table.c else HANGING.get(table.name, {})


def _changed(session: Session) -> dict[str, set[tuple[UUID, UUID]]]:
    found: dict[str, set[tuple[UUID, UUID]]] = session.info.setdefault(_CHANGED, defaultdict(set))
    return found


def _forget(session: Session, ended: SessionTransaction) -> None:
    """After a savepoint was taken back, what was written before it is still there and may yet be committed."""
    if not ended.nested:
        session.info.pop(_CHANGED, None)


def _empty_changed(session: Session) -> None:
    """At the end of a transaction, so that its locks are held for a moment and always after all others."""
    session.flush()
    changed: dict[str, set[tuple[UUID, UUID]]] | None = session.info.pop(_CHANGED, None)
    if not changed:
        return
    couples = set(changed.pop(COUPLE, ()))
    for name, rows in changed.items():
        table = Base.metadata.tables[name]
        couples.update(
            (row[0], row[1])
            for row in session.execute(
                select(table.c.practice_id, table.c.couple_id).where(
                    table.c.practice_id.in_({practice_id for practice_id, _ in rows}),
                    table.c.id.in_({row_id for _, row_id in rows}),
                )
            )
        )
    practices = defaultdict(set)
    for practice_id, couple_id in couples:
        practices[practice_id].add(couple_id)
    for practice_id in sorted(practices):
        _place(session, practice_id, practices[practice_id], empties=True)


def _place(session: Session, practice_id: UUID, couple_ids: Iterable[UUID], *, empties: bool) -> None:
    """One statement, because two partners may each be first to write at the same moment."""
    values = {"of_practice": practice_id, "of_couples": list(couple_ids)}
    session.connection().execute(_placing(db.engine.dialect.name, empties=empties), values)


@cache
def _placing(dialect: str, *, empties: bool) -> Any:
    """Written down once, as `clinic.statements` does: nearly every act sends it."""
    table = Base.metadata.tables[OWN_TABLE]
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    there = (
        select(Couple.id, Couple.practice_id, literal(0))
        .where(Couple.practice_id == bindparam("of_practice"), Couple.id.in_(bindparam("of_couples")))
        .order_by(
            Couple.id
        )  # Two that change several of the same couples wait for each other, and not for ever.
    )
    row = insert(table).from_select(["id", "practice_id", "changes"], there)
    keys = [table.c.id]
    if not empties:
        return row.on_conflict_do_nothing(index_elements=keys)
    emptied = {"changes": table.c.changes + 1, "told_sealed": None}
    return row.on_conflict_do_update(index_elements=keys, set_=emptied)


def keep(
    *,
    stopping: Callable[[], bool] = lambda: False,
    at_most: int | None = A_ROUND,
    walked: Callable[[int], object] = lambda couples: None,
    failed: Callable[[UUID], object] = lambda couple_id: None,
) -> int:
    """Work out and keep what is not kept or holds no longer; how many couples that was.

    A couple that nothing can be made of is told to `failed`, and the others are kept all the same.
    """
    number = 0
    for practice_id, counsellor_id, couple_ids in list(_batches(lacking(at_most))):
        if stopping():
            break
        _make_places(practice_id=practice_id, couple_ids=couple_ids)
        try:
            number += _keep_some(counsellor_id, couple_ids)
        except DATABASE_FAULTS:
            raise  # Nothing can be read or written, whichever couple it is about.
        except Exception:
            db.session.rollback()
            number += _keep_one_by_one(counsellor_id, couple_ids, failed)
        walked(len(couple_ids))
    return number


def _keep_one_by_one(
    counsellor_id: UUID, couple_ids: Sequence[UUID], failed: Callable[[UUID], object]
) -> int:
    """What is left to do when something is wrong with one of several couples and nobody knows which."""
    number = 0
    for couple_id in couple_ids:
        try:
            number += _keep_some(counsellor_id, [couple_id])
        except DATABASE_FAULTS:
            raise
        except Exception:
            db.session.rollback()
            tell_once(couple_id)
            failed(couple_id)
    return number


def keep_in_round(stopping: Callable[[], bool]) -> int:
    """A round of the worker; for how many couples there is nothing to keep."""
    wrong: list[UUID] = []
    keep(stopping=stopping, failed=wrong.append)
    return len(wrong)


def rebuild(walked: Callable[[int], object] = lambda couples: None) -> tuple[int, list[UUID]]:
    """Empty every summary and work all of them out again from what they are made of.

    How many couples that was, and of which nothing can be made.
    """
    _empty_all()
    wrong: list[UUID] = []
    return keep(at_most=None, walked=walked, failed=wrong.append), wrong


def differing(walked: Callable[[int], object] = lambda couples: None) -> tuple[int, list[UUID]]:
    """How many summaries are kept and hold, and which of them say something else than what they are made of."""
    number, wrong = 0, []
    for _, counsellor_id, couple_ids in list(_batches(open_couples())):
        with only_reading():
            # The numbers come first here too: on PostgreSQL each statement sees what was committed before it.
            numbers, now = _numbers(couple_ids), clock.now()
            reader, couples = db.session.get_one(Person, counsellor_id), _couples(couple_ids)
            kept, worked = kept_of(reader, couples, now), worked_out(reader, couples, now)
            number += len(kept)
            differ = [key for key, one in kept.items() if key in worked and worked[key].summary != one]
        with only_reading():
            moved = _numbers(differ)
            wrong += [key for key in differ if moved.get(key) == numbers.get(key)]
        walked(len(couple_ids))
    return number, wrong


# A practice, a counsellor and some of her couples.
Batch = tuple[UUID, UUID, list[UUID]]


def lacking(at_most: int | None = None) -> list[tuple[UUID, UUID, UUID]]:
    """Practice, counsellor and couple of each whose summary is not there or holds no longer."""
    wanting = open_couples(only_lacking=True)
    if at_most is None or len(wanting) <= at_most:
        return wanting
    # By lot, so that couples of which nothing can be made do not take every round from the others.
    return sorted(SystemRandom().sample(wanting, at_most))


def open_couples(*, only_lacking: bool = False) -> list[tuple[UUID, UUID, UUID]]:
    """Practice, counsellor and couple of each whose work goes on, or of those whose summary is wanting."""
    found: list[tuple[UUID, UUID, UUID]] = []
    with only_reading():
        now = clock.now()
        for practice in db.session.scalars(select(Practice).order_by(Practice.id)):
            rows = (
                select(Couple.practice_id, Couple.counsellor_id, Couple.id)
                .join(Person, Person.id == Couple.counsellor_id)
                .where(
                    Couple.practice_id == practice.id,
                    Person.practice_id == practice.id,
                    Couple.closed_at.is_(None),
                    Person.role == Role.COUNSELLOR,
                )
                .order_by(Couple.counsellor_id, Couple.id)
            )
            if only_lacking:
                kept = select(CoupleSummary.id).where(
                    CoupleSummary.practice_id == practice.id,
                    CoupleSummary.id == Couple.id,
                    *holds(made_by(practice, now), now),
                )
                rows = rows.where(~kept.exists())
            found += [(row[0], row[1], row[2]) for row in db.session.execute(rows)]
    return found


def _batches(rows: Sequence[tuple[UUID, UUID, UUID]]) -> Iterator[Batch]:
    """One counsellor's couples together, since they are read as hers, and not too many at once."""
    for (practice_id, counsellor_id), group in groupby(rows, key=lambda row: row[:2]):
        ids = [row[2] for row in group]
        for start in range(0, len(ids), AT_ONCE):
            yield practice_id, counsellor_id, ids[start : start + AT_ONCE]


def _keep_some(counsellor_id: UUID, couple_ids: Sequence[UUID]) -> int:
    """Read first and write afterwards: on SQLite nobody who writes waits for the counting."""
    with only_reading():
        # The numbers come first: whatever changes from here on leaves another one behind.
        numbers = _numbers(couple_ids)
        now = clock.now()
        reader = db.session.get_one(Person, counsellor_id)
        maker = made_by(practice_of(reader), now)
        worked = worked_out(reader, _couples(couple_ids), now)
        practice_id = reader.practice_id
    rows = []
    # By id, in which order acts on several couples lock them as well; otherwise two could wait for each other for ever.
    for couple_id, one in sorted(worked.items()):
        place = CoupleSummary(id=couple_id, practice_id=practice_id)
        told = crypto.seal(place, "told_sealed", summaries.to_json(one.summary))
        rows.append(
            {
                "of": couple_id,
                "number": numbers[couple_id],
                "made_by": maker,
                "kept_at": now,
                "good_until": one.good_until,
                "told_sealed": told,
            }
        )
    _store(practice_id=practice_id, rows=rows)
    is_well_again(worked)
    return len(rows)


def _numbers(couple_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = db.session.execute(
        select(CoupleSummary.id, CoupleSummary.changes).where(CoupleSummary.id.in_(couple_ids))
    )
    return {couple_id: number for couple_id, number in rows}


def _couples(couple_ids: Sequence[UUID]) -> Sequence[Couple]:
    return db.session.scalars(
        select(Couple)
        .where(Couple.id.in_(couple_ids))
        .options(selectinload(Couple.partners).joinedload(Partner.person))
    ).all()


@transaction
def _store(*, practice_id: UUID, rows: Sequence[dict[str, object]]) -> None:
    """What was worked out of a couple that has changed meanwhile finds no place and goes."""
    table = Base.metadata.tables[OWN_TABLE]
    if rows:
        db.session.execute(
            update(table)
            .where(
                table.c.practice_id == practice_id,
                table.c.id == bindparam("of"),
                table.c.changes == bindparam("number"),
            )
            .values({name: bindparam(name) for name in ("made_by", "kept_at", "good_until", "told_sealed")}),
            rows,
        )


@transaction
def _make_places(*, practice_id: UUID, couple_ids: Sequence[UUID]) -> None:
    """A couple that nothing has changed since this table was made has no row yet, and needs one before it is counted."""
    _place(db.session(), practice_id, couple_ids, empties=False)


@transaction
def _empty_all() -> None:
    table = Base.metadata.tables[OWN_TABLE]
    db.session.execute(select(CoupleSummary.id).order_by(CoupleSummary.id).with_for_update())
    db.session.execute(
        update(table)
        .where(table.c.practice_id.in_(select(Practice.id)))
        .values(changes=table.c.changes + 1, told_sealed=None)
    )
