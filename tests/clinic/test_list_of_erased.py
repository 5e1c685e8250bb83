"""Whoever was erased after the newest backup stays erased when that is all there is: a list beside the backups knows them."""

from __future__ import annotations

import base64
import fcntl
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from assignments.actions.entries import save_thanks
from assignments.actions.erasing import ask_for_erasure, erase
from assignments.domain.visibility import Level
from assignments.models import Entry
from clinic import backups
from clinic.backups import LIST_OF_ERASED
from clinic.backups.files import NotABackup, read_list, write_list
from clinic.backups.nightly import LOCK, Nightly, age_of_last_backup, back_up_if_due, list_whoever_was_erased
from clinic.crypto import KeyRing
from clinic.doctor import Finding, examine
from clinic.extensions import db
from clinic.models import Person
from tests.cast import Cast
from tests.conftest import Clock, CountQueries
from tests.databases import path_with_own_programs

pytestmark = pytest.mark.settings  # An application of its own, which has a folder for backups.
OLD, NEW = ("1:" + base64.b64encode(b"o" * 32).decode(), "2:" + base64.b64encode(b"n" * 32).decode())
TOLD = "written down who was erased"


@pytest.fixture(autouse=True)
def _the_servers_own_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_own_programs())


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    app.extensions["nightly_backups"] = Nightly(tmp_path, hour=2, kept=3)
    return tmp_path


def erase_jo(app: Flask, cast: Cast) -> None:
    with app.app_context():
        erasure = ask_for_erasure(actor=cast.jo)
        erase(actor=cast.ada, erasure_id=erasure.id)


def listed(app: Flask) -> str | None:
    with app.app_context():
        return list_whoever_was_erased()


def ids_in(app: Flask, folder: Path) -> frozenset[str]:
    return read_list(folder / LIST_OF_ERASED, app.extensions["key_ring"])[0]


def examine_in(app: Flask, folder: Path) -> list[Finding]:
    with app.app_context():
        return examine(folder)


@pytest.mark.both_databases
def test_whoever_was_erased_after_the_newest_backup_does_not_come_back(
    app: Flask, cast: Cast, folder: Path, clock: Clock, elsewhere: Flask
) -> None:
    with app.app_context():
        save_thanks(actor=cast.jo, what="Thank you", meant="", level=Level.PRIVATE)
        assert "compared" in str(back_up_if_due(clock.now))
    (newest,) = folder.glob("*.backup")
    assert listed(app) is None
    erase_jo(app, cast)
    assert listed(app) == TOLD
    restored = elsewhere.test_cli_runner().invoke(args=["backup", "restore", str(newest)])
    assert restored.exit_code == 0, restored.output
    assert "Erased again: 1 of 1" in restored.output
    with elsewhere.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
        jo = db.session.get_one(Person, cast.jo.id)
        assert (jo.sign_in_address, jo.contact_address) == (None, "")


def test_a_round_in_which_nobody_was_erased_costs_one_statement(
    app: Flask, cast: Cast, folder: Path, count_queries: CountQueries
) -> None:
    erase_jo(app, cast)
    assert listed(app) == TOLD
    before = (folder / LIST_OF_ERASED).stat().st_mtime_ns
    with app.app_context(), count_queries() as asked:
        assert list_whoever_was_erased() is None
    assert len(asked) == 1
    assert (folder / LIST_OF_ERASED).stat().st_mtime_ns == before


def test_the_list_forgets_nobody_and_is_written_again_where_it_is_missing(
    app: Flask, cast: Cast, folder: Path, elsewhere: Flask
) -> None:
    """A restored backup does not know whom the list knows, and the next list is made by its worker."""
    with app.app_context():
        backups.create(folder / "older")
    erase_jo(app, cast)
    listed(app)
    elsewhere.extensions["nightly_backups"] = app.extensions["nightly_backups"]
    with elsewhere.app_context():
        backups.restore(folder / "older")
    assert listed(elsewhere) is None
    assert ids_in(app, folder) == {str(cast.jo.id)}
    (folder / LIST_OF_ERASED).unlink()
    assert listed(app) == TOLD
    assert ids_in(app, folder) == {str(cast.jo.id)}


def test_a_list_is_no_backup_and_a_backup_no_list(app: Flask, cast: Cast, folder: Path, clock: Clock) -> None:
    erase_jo(app, cast)
    listed(app)
    runner = app.test_cli_runner()
    for command in ("verify", "restore"):
        told = runner.invoke(args=["backup", command, str(folder / LIST_OF_ERASED)])
        assert told.exit_code == 1
        assert "This file is not a backup of Meanwhile." in told.output
    with app.app_context():
        assert age_of_last_backup(clock.now) is None
        backups.create(folder / "tonight")
        with pytest.raises(NotABackup):
            read_list(folder / "tonight", app.extensions["key_ring"])
    assert str(cast.jo.id).encode() not in (folder / LIST_OF_ERASED).read_bytes()


def test_a_list_that_cannot_be_read_stops_the_restoring_and_says_what_to_do(
    app: Flask, cast: Cast, folder: Path, elsewhere: Flask
) -> None:
    with app.app_context():
        backups.create(folder / "older")
    erase_jo(app, cast)
    listed(app)
    file = folder / LIST_OF_ERASED
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    runner = elsewhere.test_cli_runner()
    told = runner.invoke(args=["backup", "restore", str(folder / "older")])
    assert told.exit_code == 1
    assert "tells who was erased since, and cannot be read" in told.output
    assert "move that file away" in told.output
    app.extensions["erased_listed"] = None
    assert str(listed(app)).startswith("NOT LISTED: ")
    (looked,) = [str(one) for one in examine_in(app, folder) if one.about == "backup"]
    assert "the list of who was erased cannot be read" in looked
    nightly = app.test_cli_runner().invoke(args=["backup", "nightly"])
    assert nightly.exit_code == 1
    assert "NOT LISTED" in nightly.output
    file.rename(folder / "damaged")
    assert runner.invoke(args=["backup", "restore", str(folder / "older")]).exit_code == 0


def test_what_a_killed_run_left_is_in_nobodys_way_and_of_two_runs_one_writes(
    app: Flask, cast: Cast, folder: Path
) -> None:
    erase_jo(app, cast)
    (folder / f"{LIST_OF_ERASED}.unverified").write_bytes(b"half")
    with (folder / LOCK).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert listed(app) is None
        assert not (folder / LIST_OF_ERASED).exists()
    assert listed(app) == TOLD
    assert [one.name for one in folder.iterdir() if one.name.startswith(LIST_OF_ERASED)] == [LIST_OF_ERASED]


def test_a_new_key_seals_the_list_anew(
    app: Flask, cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it could not be read any more once the old key has gone from the ring."""
    monkeypatch.setitem(app.extensions, "key_ring", KeyRing(OLD))
    erase_jo(app, cast)
    assert listed(app) == TOLD
    monkeypatch.setitem(app.extensions, "key_ring", KeyRing(f"{OLD},{NEW}"))
    app.extensions["erased_listed"] = None  # As in a process that was started anew.
    assert listed(app) is None, "nobody was erased meanwhile"
    monkeypatch.setitem(app.extensions, "key_ring", KeyRing(NEW))
    assert ids_in(app, folder) == {str(cast.jo.id)}


def test_a_list_of_very_many_can_be_read_again(tmp_path: Path) -> None:
    ring, ids = KeyRing(OLD), {str(uuid4()) for _ in range(40_000)}
    write_list(tmp_path / "list", ring, ids)
    assert read_list(tmp_path / "list", ring) == (ids, 1)


def test_a_folder_that_is_gone_or_not_ours_stops_no_round(
    app: Flask, cast: Cast, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    erase_jo(app, cast)
    app.extensions["nightly_backups"] = Nightly(folder / "gone", hour=2, kept=3)
    assert str(listed(app)).startswith("NOT LISTED: ")
    assert "could not be listed" in caplog.text
    app.extensions["nightly_backups"] = None
    assert listed(app) is None
