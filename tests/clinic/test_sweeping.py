"""What was erased is swept up on PostgreSQL: when, what is left where a table is in use, and what an operator is told.

That nothing of an erased person is left in any byte is shown by `tests/faults/test_bytes.py`.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from assignments.actions.erasing import ask_for_erasure, erase
from clinic import sweeping
from clinic.actions.operation import note_whole_sweep
from clinic.backups.nightly import Nightly
from clinic.doctor import Finding, State, examine
from clinic.extensions import db
from clinic.queries.operation import not_swept_since
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


def test_it_is_due_until_a_whole_sweep_began_a_day_after_somebody_was_erased(
    app: Flask, erased: None, clock: Clock
) -> None:
    """In the first night something may still be reading how it was before."""
    with app.app_context():
        assert "tables written anew" in str(sweep_if_due(clock.move(hours=12)))
        assert sweep_if_due(clock.move(hours=24)) is not None
        assert sweep_if_due(clock.move(hours=24)) is None


def test_it_is_not_forgotten_while_a_table_is_left(
    app: Flask, erased: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAUSE", 0.01)
    with app.app_context():
        monkeypatch.setattr(sweeping, "WAITS_AT_MOST", "50ms")
        with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as reading:
            reading.execute(text("SELECT count(*) FROM person"))
            for _ in range(4):
                assert "1 left as they are" in str(sweep_if_due(clock.move(hours=24)))
        assert "left as they are" not in str(sweep_if_due(clock.move(hours=24)))
        assert sweep_if_due(clock.move(hours=24)) is None


def test_of_any_number_of_workers_one_sweeps_a_night(app: Flask, erased: None, clock: Clock) -> None:
    with app.app_context():
        assert sweep_if_due(clock.move(hours=24)) is not None
        assert sweep_if_due(clock.move(minutes=1)) is None
        app.extensions["looked_whether_to_sweep"] = None  # As in the process of another host.
        assert not_swept_since() is None
        note_whole_sweep(clock.now.date(), clock.now - timedelta(days=9))
        db.session.commit()
        assert not_swept_since() is not None
        assert sweep_if_due(clock.move(minutes=1)) is None


def test_the_night_begins_an_hour_after_that_of_the_backup(app: Flask, erased: None, clock: Clock) -> None:
    hour = app.config["BACKUP_HOUR"]
    late = clock.now.replace(hour=hour, minute=59) + timedelta(days=1)
    with app.app_context():
        assert sweep_if_due(clock.set(late)) is not None, "it makes up for the night before"
        assert sweep_if_due(clock.set(late.replace(minute=0))) is None
        assert sweep_if_due(clock.set(late + timedelta(minutes=1))) is not None


def test_a_sweep_that_fails_is_told_and_is_due_in_the_next_night(
    app: Flask, erased: None, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = make_url(app.config["OWNER_DATABASE_URL"])
    with app.app_context():
        with monkeypatch.context() as away:
            away.setitem(
                app.config, "OWNER_DATABASE_URL", url.set(port=9).render_as_string(hide_password=False)
            )
            assert sweep_if_due(clock.move(hours=24)) == "NOT SWEPT: OperationalError"
            assert sweep_if_due(clock.move(minutes=1)) is None
        assert "not swept up tonight: OperationalError" in caplog.text
        assert "tables written anew" in str(sweep_if_due(clock.move(hours=24)))


def test_it_hangs_on_no_backup(
    app: Flask, erased: None, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.extensions["nightly_backups"] = Nightly(tmp_path / "none", hour=2, kept=3)
    told = app.test_cli_runner().invoke(args=["backup", "nightly"])
    assert told.exit_code == 1
    assert "NO BACKUP" in told.output
    assert "swept: " in told.output


def test_the_doctor_tells_of_what_was_erased_and_never_swept(
    app: Flask, erased: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        assert told_of_erased().state is State.OK
        clock.move(days=3, minutes=1)
        told = told_of_erased()
        assert told.state is State.LOOK
        assert "3 days after: no night's sweep reached every table" in told.said
        assert "postgresql sweep --hold" in told.do
        sweep(clock.now)
        assert told_of_erased().said == "gone from the database's files"


def told_of_erased() -> Finding:
    (told,) = (one for one in examine() if one.about == "erased")
    return told


def test_it_is_not_due_where_nobody_was(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        assert sweep_if_due(clock.now) is None


def test_every_table_is_written_anew(app: Flask, cast: Cast, clock: Clock) -> None:
    """The server gives a table another file each time it is."""
    with app.app_context():
        before = files_of_tables()
        swept = sweep(clock.now)
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
    app: Flask, erased: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAUSE", 0.01)
    monkeypatch.setattr(sweeping, "WAITS_AT_MOST", "50ms")
    with app.app_context(), connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as reading:
        reading.execute(text("SELECT count(*) FROM person"))
        swept = sweep(clock.now)
        assert swept.left == ("public.person",)
        assert swept.tables > 50
        assert "1 left as they are in use, too large or somebody else's: public.person" in str(swept)
        told = app.test_cli_runner().invoke(args=["postgresql", "sweep"])
        assert told.exit_code == 1
        assert "public.person" in told.output


def test_a_table_that_takes_too_long_is_left_as_it_was(
    app: Flask, erased: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAUSE", 0.01)
    with app.app_context():
        before, lines = files_of_tables(), number_of_lines(app)
        swept = sweep(clock.now, holds_at_most="1ms")
        after = files_of_tables()
    assert "public.audit_line" in swept.left
    assert before["audit_line"] == after["audit_line"]
    assert lines == number_of_lines(app) > 0


def number_of_lines(app: Flask) -> int:
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        return int(connection.execute(text("SELECT count(*) FROM audit_line")).scalar_one())


def test_whoever_does_not_own_the_tables_is_told_that_all_are_left(
    app: Flask, erased: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL passes them over with a warning that nobody reads."""
    monkeypatch.setattr(sweeping, "PAUSE", 0.01)
    monkeypatch.setitem(app.config, "OWNER_DATABASE_URL", "")
    with app.app_context():
        swept = sweep(clock.now)
    assert swept.tables == 0
    assert STATISTICS in swept.left


def test_an_owner_who_may_not_begin_the_log_anew_is_told(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        assert "kept until it is overwritten" in str(sweep(clock.now))


def test_after_the_backup_of_the_night_it_finds_nothing_in_use(
    app: Flask, erased: None, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", path_with_own_programs())
    app.extensions["nightly_backups"] = Nightly(tmp_path, hour=2, kept=3)
    told = app.test_cli_runner().invoke(args=["backup", "nightly"])
    assert told.exit_code == 0, told.output
    assert "restored elsewhere and compared" in told.output
    assert "swept: " in told.output
    assert "left as they are" not in told.output


def test_the_command_takes_no_hold_that_never_ends(app: Flask) -> None:
    """Nought would mean no limit at all."""
    assert app.test_cli_runner().invoke(args=["postgresql", "sweep", "--hold", "0"]).exit_code == 2


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
