"""A backup holds every row, opens with our key alone, counts only once it was tried, and brings nobody back."""

from __future__ import annotations

import base64
import os
import shutil
import time
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import make_url

from assignments.actions.entries import save_thanks
from assignments.actions.erasing import ask_for_erasure, erase
from assignments.domain.visibility import Level
from assignments.models import Entry
from clinic import audit, backups
from clinic.actions.talks import ask_to_talk
from clinic.backups.files import Manifest, NotABackup, read_sealed, write_sealed
from clinic.backups.stores import LONGEST_RUN, TAKEN, TRIAL, PostgreSQL
from clinic.crypto import KeyRing
from clinic.extensions import db
from clinic.models import AuditLine, Person, SignIn, TalkRequest
from tests.cast import AS, Cast
from tests.changes import digest_of_everything
from tests.databases import connected_as_owner, path_with_own_programs

RING = KeyRing("1:" + base64.b64encode(b"r" * 32).decode())
MANIFEST = Manifest("2026-10-01T10:00:00+00:00", "sqlite", "0017", 0, {}, ())
CONTENT = os.urandom(2_500_000)


@pytest.fixture(autouse=True)
def _the_servers_own_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.environ.get("TEST_DATABASE_URL"):
        monkeypatch.setenv("PATH", path_with_own_programs())


@pytest.fixture
def said(app: Flask, cast: Cast) -> None:
    """Some words of each kind."""
    with app.app_context():
        ask_to_talk(actor=cast.sam, reach="In the lunch hour")
        for number in range(5):
            save_thanks(actor=cast.jo, what=f"Thank you {number}", meant="", level=Level.PRIVATE)


# --- Made, tried and put back.


def test_a_pass_word_is_not_shown_to_everybody_who_lists_processes() -> None:
    store = PostgreSQL(make_url("postgresql+psycopg://owner:very-secret@db.example/meanwhile"))
    assert store._address() == "postgresql://owner@db.example/meanwhile"
    assert store._environment()["PGPASSWORD"] == "very-secret"


@pytest.mark.both_databases
def test_every_row_comes_back_on_another_machine(
    app: Flask, said: None, cast: Cast, elsewhere: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        made = backups.create(tmp_path / "tonight")
        before = digest_of_everything(app)
    assert made.rows > 50
    assert [path.name for path in tmp_path.iterdir()] == ["tonight"]
    with elsewhere.app_context():
        told, again = backups.restore(tmp_path / "tonight")
        assert told == made
        assert again == 0
        request = db.session.scalars(select(TalkRequest)).one()
        assert request.author_id == cast.sam.id
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 5
        assert audit.verify(cast.sam.practice_id) is None
        assert db.session.scalars(select(AuditLine.event).order_by(AuditLine.number.desc())).first() == (
            "restored from a backup"
        )
    with app.app_context():
        assert digest_of_everything(app) == before, "the one it was taken of is as it was"


@pytest.mark.both_databases
def test_tables_of_an_older_version_are_that_versions_own(
    app: Flask, said: None, elsewhere: Flask, tmp_path: Path
) -> None:
    """As on the day after an upgrade, with last night's backup. Nothing is filled before that is said."""
    with app.app_context():
        made = backups.create(tmp_path / "tonight")
        ring = app.extensions["key_ring"]
        content = BytesIO()
        read_sealed(tmp_path / "tonight", ring, content)
        content.seek(0)
        write_sealed(tmp_path / "before", ring, replace(made, revision="0042"), content)
        with pytest.raises(backups.CannotBackUp, match="migration 0042"):
            backups.verify(tmp_path / "before")
    with elsewhere.app_context():
        told = elsewhere.test_cli_runner().invoke(args=["backup", "restore", str(tmp_path / "before")])
        assert told.exit_code == 1
        assert "with the version they are of" in told.output
        assert not inspect(db.engine).get_table_names()
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0042'"))
    with app.app_context(), pytest.raises(backups.CannotBackUp, match="migration 0042"):
        backups.create(tmp_path / "of older tables")
    assert {path.name for path in tmp_path.iterdir()} == {"tonight", "before"}


@pytest.mark.both_databases
def test_no_sign_in_of_that_time_comes_back(
    app: Flask, cast: Cast, as_: AS, elsewhere: Flask, tmp_path: Path
) -> None:
    assert as_(cast.sam).get("/today").status_code == 200
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignIn))
        backups.create(tmp_path / "tonight")
    with elsewhere.app_context():
        backups.restore(tmp_path / "tonight")
        assert db.session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_whoever_was_erased_since_is_erased_again(
    app: Flask, said: None, cast: Cast, elsewhere: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        older = backups.create(tmp_path / "older")
        erasure = ask_for_erasure(actor=cast.jo)
        erase(actor=cast.ada, erasure_id=erasure.id)
        backups.create(tmp_path / "newer")
    (tmp_path / "notes.txt").write_text("no backup")
    restored = elsewhere.test_cli_runner().invoke(args=["backup", "restore", str(tmp_path / "older")])
    assert restored.exit_code == 0, restored.output
    assert "Erased again: 1 of 1" in restored.output
    assert older.erased == ()
    with elsewhere.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
        jo = db.session.get_one(Person, cast.jo.id)
        assert (jo.sign_in_address, jo.contact_address) == (None, "")
        assert db.session.scalar(select(func.count()).select_from(TalkRequest)) == 1, "Sam's words are there"


@pytest.mark.both_databases
def test_what_is_written_while_it_runs_is_whole_or_not_in_it(
    app: Flask, said: None, cast: Cast, elsewhere: Flask, tmp_path: Path
) -> None:
    """A thank-you that comes between the counting and the copying belongs to the next backup."""
    late: list[int] = []

    def meanwhile(rows: int) -> None:
        if not late:
            late.append(rows)
            save_thanks(actor=cast.sam, what="Late", meant="", level=Level.PRIVATE)

    with app.app_context():
        backups.create(tmp_path / "tonight", meanwhile)
    with elsewhere.app_context():
        backups.restore(tmp_path / "tonight")
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 5


def test_what_does_not_compare_is_never_called_a_backup(
    app: Flask, said: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = backups.digests_of
    monkeypatch.setattr(
        backups, "digests_of", lambda *given: {**counted(*given), "entry": f"4:{tmp_path.name}"}
    )
    with app.app_context():
        made = backups.files.Manifest
        monkeypatch.setattr(
            backups, "Manifest", lambda **fields: made(**{**fields, "digests": {"entry": "5"}})
        )
        with pytest.raises(NotABackup, match="entry"):
            backups.create(tmp_path / "tonight")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(app: Flask, said: None, elsewhere: Flask, tmp_path: Path) -> None:
    with app.app_context():
        backups.create(tmp_path / "tonight")
        kept = (tmp_path / "tonight").read_bytes()
        with pytest.raises(backups.CannotBackUp, match="exists"):
            backups.create(tmp_path / "tonight")
        with pytest.raises(backups.CannotBackUp, match="exists"):
            backups.restore(tmp_path / "tonight")
    assert (tmp_path / "tonight").read_bytes() == kept


def test_no_word_and_no_name_stands_in_the_file(app: Flask, said: None, cast: Cast, tmp_path: Path) -> None:
    with app.app_context():
        backups.create(tmp_path / "tonight")
    sealed = (tmp_path / "tonight").read_bytes()
    # Nothing short: three letters stand in any megabyte by chance.
    for told in (
        b"Thank you",
        b"lunch hour",
        cast.sam.family_name.encode(),
        b"SQLite format",
        b"demo.example",
    ):
        assert told not in sealed
    assert (tmp_path / "tonight").stat().st_mode & 0o077 == 0, "nobody else on the machine may read it"


# --- The file itself.


@pytest.fixture(scope="module")
def sealed_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target = tmp_path_factory.mktemp("sealed") / "file"
    write_sealed(target, RING, MANIFEST, BytesIO(CONTENT))
    return target.read_bytes()


def opened(data: bytes, folder: Path, ring: KeyRing = RING) -> bytes:
    (folder / "file").write_bytes(data)
    content = BytesIO()
    assert read_sealed(folder / "file", ring, content) == MANIFEST
    return content.getvalue()


def test_it_opens_as_it_was(sealed_file: bytes, tmp_path: Path) -> None:
    assert opened(sealed_file, tmp_path) == CONTENT


def test_a_flipped_bit_anywhere_is_refused(sealed_file: bytes, tmp_path: Path) -> None:
    for place in [*range(120), *range(120, len(sealed_file), 80_011), len(sealed_file) - 1]:
        harmed = bytearray(sealed_file)
        harmed[place] ^= 1
        with pytest.raises(NotABackup):
            opened(bytes(harmed), tmp_path)


def test_a_file_that_was_cut_off_or_goes_on_is_refused(sealed_file: bytes, tmp_path: Path) -> None:
    for end in (0, 5, 30, 40, 200, 1_048_900, len(sealed_file) - 16, len(sealed_file) - 1):
        with pytest.raises(NotABackup):
            opened(sealed_file[:end], tmp_path)
    with pytest.raises(NotABackup):
        opened(sealed_file + sealed_file[-100:], tmp_path)


def test_another_key_opens_nothing(sealed_file: bytes, tmp_path: Path) -> None:
    other = KeyRing("1:" + base64.b64encode(b"x" * 32).decode())
    with pytest.raises(NotABackup):
        opened(sealed_file, tmp_path, other)
    newer = KeyRing("2:" + base64.b64encode(b"x" * 32).decode())
    with pytest.raises(NotABackup, match="needs key 1"):
        opened(sealed_file, tmp_path, newer)


def test_a_backup_sealed_with_an_older_key_still_opens(sealed_file: bytes, tmp_path: Path) -> None:
    both = KeyRing(f"1:{base64.b64encode(b'r' * 32).decode()},2:{base64.b64encode(b'x' * 32).decode()}")
    assert opened(sealed_file, tmp_path, both) == CONTENT


# --- On the terminal.


def test_the_commands_say_what_they_did(app: Flask, said: None, tmp_path: Path) -> None:
    runner, path = app.test_cli_runner(), tmp_path / "tonight"
    made = runner.invoke(args=["backup", "create", str(path)])
    assert made.exit_code == 0, made.output
    assert "restored elsewhere and compared" in made.output
    tried = runner.invoke(args=["backup", "verify", str(path)])
    assert tried.exit_code == 0, tried.output
    assert "the same" in tried.output
    path.write_bytes(path.read_bytes()[:-1])
    for args in (["verify", str(path)], ["verify", str(tmp_path / "none")], ["create", str(path)]):
        refused = runner.invoke(args=["backup", *args])
        assert refused.exit_code == 1
        assert "Error: " in refused.output
        assert "Traceback" not in refused.output


def test_a_row_that_changes_changes_the_digest_of_its_table_alone(app: Flask, said: None) -> None:
    with app.app_context(), closing(db.engine.connect()) as connection:
        digests = backups.digests_of(connection)
        assert digests["entry"].startswith("5:")
        connection.execute(text("UPDATE entry SET visibility = 'shared'"))
        changed = backups.digests_of(connection)
        assert {name for name in digests if digests[name] != changed[name]} == {"entry"}
        connection.rollback()


@pytest.mark.parametrize("prefix", [TRIAL, TAKEN])
def test_what_a_run_that_was_killed_left_beside_the_database_goes_with_the_next_one(
    app: Flask, said: None, tmp_path: Path, prefix: str
) -> None:
    """It is a whole copy, with people in it who may have been erased since. One that may still be running stays."""
    beside = Path(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database or "").parent
    left, running = beside / f"{prefix}left", beside / f"{prefix}running"
    for folder in (left, running):
        folder.mkdir()
        (folder / "copy.sqlite").write_bytes(b"a whole copy")
    long_ago = time.time() - LONGEST_RUN - 60
    os.utime(left, (long_ago, long_ago))
    with app.app_context():
        backups.create(tmp_path / "night.backup")
    assert not left.exists()
    assert running.exists()
    shutil.rmtree(running)
