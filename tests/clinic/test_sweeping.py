"""What was erased is swept up on PostgreSQL: when, what is left where a table is in use, and what an operator is told.

That nothing of an erased person is left in any byte is shown by `tests/faults/test_bytes.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from assignments.actions.erasing import ask_for_erasure, erase
from clinic import sweeping
from clinic.backups.nightly import Nightly, back_up_if_due
from clinic.extensions import db
from clinic.sweeping import STATISTICS, sweep, sweep_if_due
from tests.cast import Cast
from tests.conftest import Clock
from tests.databases import connected_as_owner, path_with_own_programs

pytestmark = [pytest.mark.postgresql, pytest.mark.settings]


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """SQLite has nothing to sweep, and one test says so."""
    return "sqlite" if "sqlite" in request.node.name else "postgresql"


@pytest.fixture
def erased(app: Flask, cast: Cast) -> None:
    with app.app_context():
        erasure = ask_for_erasure(actor=cast.jo)
        erase(actor=cast.ada, erasure_id=erasure.id)
        db.session.remove()


def test_it_is_due_for_two_nights_after_somebody_was_erased(app: Flask, erased: None, clock: Clock) -> None:
    with app.app_context():
        assert "tables written anew" in str(sweep_if_due(clock.now))
        assert sweep_if_due(clock.move(hours=47)) is not None
        assert sweep_if_due(clock.move(hours=1)) is None


def test_it_is_not_due_where_nobody_was(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        assert sweep_if_due(clock.now) is None


def test_every_table_is_written_anew(app: Flask, cast: Cast) -> None:
    """The server gives a table another file each time it is."""
    with app.app_context():
        before = files_of_tables()
        swept = sweep()
        after = files_of_tables()
    assert swept.tables == len(before)
    assert not [name for name in before if before[name] == after[name]]


def files_of_tables() -> dict[str, int]:
    found = db.session.execute(
        text(
            "SELECT oid::regclass::text, pg_relation_filenode(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace OR relname = 'pg_statistic'"
        )
    ).all()
    db.session.remove()
    return {name: number for name, number in found}


def test_a_table_in_use_is_left_and_told_and_the_others_are_done(
    app: Flask, erased: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAUSE", 0.01)
    monkeypatch.setattr(sweeping, "WAITS_AT_MOST", "50ms")
    with app.app_context(), connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as reading:
        reading.execute(text("SELECT count(*) FROM person"))
        swept = sweep()
        assert swept.left == ("public.person",)
        assert swept.tables > 50
        assert "1 left as they are in use, too large or somebody else's: public.person" in str(swept)
        told = app.test_cli_runner().invoke(args=["postgresql", "sweep"])
        assert told.exit_code == 1
        assert "public.person" in told.output


def test_a_table_that_takes_too_long_is_left_as_it_was(
    app: Flask, erased: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAUSE", 0.01)
    with app.app_context():
        before, lines = files_of_tables(), number_of_lines(app)
        swept = sweep(holds_at_most="1ms")
        after = files_of_tables()
    assert "public.audit_line" in swept.left
    assert before["audit_line"] == after["audit_line"]
    assert lines == number_of_lines(app) > 0


def number_of_lines(app: Flask) -> int:
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        return int(connection.execute(text("SELECT count(*) FROM audit_line")).scalar_one())


def test_whoever_does_not_own_the_tables_is_told_that_all_are_left(
    app: Flask, erased: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL passes them over with a warning that nobody reads."""
    monkeypatch.setattr(sweeping, "PAUSE", 0.01)
    monkeypatch.setitem(app.config, "OWNER_DATABASE_URL", "")
    with app.app_context():
        swept = sweep()
    assert swept.tables == 0
    assert STATISTICS in swept.left


def test_an_owner_who_may_not_begin_the_log_anew_is_told(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert "kept until it is overwritten" in str(sweep())


def test_the_worker_does_it_after_the_backup_of_the_night(
    app: Flask, erased: None, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", path_with_own_programs())
    app.extensions["nightly_backups"] = Nightly(tmp_path, hour=2, kept=3)
    with app.app_context():
        said = str(back_up_if_due(clock.now))
    assert "restored elsewhere and compared" in said
    assert "; swept: " in said


def test_the_command_says_what_it_did(app: Flask, cast: Cast) -> None:
    told = app.test_cli_runner().invoke(args=["postgresql", "sweep"])
    assert told.exit_code == 0, told.output
    assert "tables written anew; the server's log kept" in told.output


def test_on_sqlite_there_is_nothing_to_sweep(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        assert sweep_if_due(clock.now) is None
    told = app.test_cli_runner().invoke(args=["postgresql", "sweep"])
    assert told.exit_code == 1
    assert "SQLite leaves nothing behind" in told.output
