"""The worker makes one backup a night, tries it, keeps so many, and says plainly when there is none."""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from clinic import backups
from clinic.backups.files import NotABackup
from clinic.backups.nightly import LOCK, Nightly, age_of_last_backup, back_up_if_due, night_of
from clinic.backups.stores import CannotBackUp
from tests.conftest import Clock

pytestmark = pytest.mark.settings  # An application of its own, which has a folder for backups.
TONIGHT = datetime(2026, 9, 17, 2, 0, tzinfo=UTC)
NAME = "meanwhile-2026-09-17.backup"


@pytest.fixture
def folder(app: Flask, tmp_path: Path, clock: Clock) -> Path:
    """The night's hour has come."""
    clock.set(TONIGHT)
    app.extensions["nightly_backups"] = Nightly(tmp_path, hour=2, kept=3)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name != LOCK)


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        (TONIGHT - timedelta(seconds=1), "2026-09-16"),
        (TONIGHT, "2026-09-17"),
        (TONIGHT + timedelta(hours=23), "2026-09-17"),
    ],
)
def test_a_night_is_named_by_the_day_of_its_hour(moment: datetime, night: str) -> None:
    assert str(night_of(moment, 2)) == night


def test_one_is_made_each_night_and_only_one(app: Flask, folder: Path, clock: Clock) -> None:
    with app.app_context():
        said = back_up_if_due(clock.now)
        assert said is not None
        assert "restored elsewhere and compared" in said
        assert back_up_if_due(clock.move(hours=20)) is None
        assert names(folder) == [NAME]
        assert backups.verify(folder / NAME).revision
        assert age_of_last_backup(clock.now) == timedelta(hours=20)


def test_so_many_nights_are_kept_and_nobody_elses_file_is_touched(
    app: Flask, folder: Path, clock: Clock
) -> None:
    (folder / "meanwhile-2026-09-01.backup.txt").write_text("a note")
    (folder / "before-the-move").write_text("made by hand")
    with app.app_context():
        for _ in range(5):
            assert back_up_if_due(clock.move(days=1))
    assert names(folder) == [
        "before-the-move",
        "meanwhile-2026-09-01.backup.txt",
        "meanwhile-2026-09-20.backup",
        "meanwhile-2026-09-21.backup",
        "meanwhile-2026-09-22.backup",
    ]


def test_while_another_run_is_at_it_nothing_is_begun(app: Flask, folder: Path, clock: Clock) -> None:
    with (folder / LOCK).open("w") as other, app.app_context():
        fcntl.flock(other, fcntl.LOCK_EX)
        assert back_up_if_due(clock.now) is None
        assert names(folder) == []
        fcntl.flock(other, fcntl.LOCK_UN)
        assert back_up_if_due(clock.now)


def test_what_a_killed_run_left_is_removed_and_never_restored(app: Flask, folder: Path, clock: Clock) -> None:
    left = folder / f"{NAME}.unverified"
    left.write_text("half of it")
    with app.app_context():
        with pytest.raises(NotABackup, match="never tried"):
            backups.restore(left)
        assert age_of_last_backup(clock.now) is None
        assert back_up_if_due(clock.now)
    assert names(folder) == [NAME]


def test_one_that_fails_is_no_backup_and_is_tried_again_after_an_hour(
    app: Flask, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def fail(*_: object) -> None:
        tries.append(clock.now)
        raise CannotBackUp("There is no room.")

    with app.app_context(), monkeypatch.context() as patch:
        patch.setattr(backups, "verify", fail)
        assert back_up_if_due(clock.now) == "NO BACKUP: There is no room."
        assert back_up_if_due(clock.move(minutes=59)) is None
        assert back_up_if_due(clock.move(minutes=1))
    assert len(tries) == 2
    assert names(folder) == []
    assert "no backup was made tonight" in caplog.text
    with app.app_context():
        assert back_up_if_due(clock.move(hours=1))
    assert names(folder) == [NAME]


def test_the_command_does_what_the_worker_does(app: Flask, folder: Path) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(args=["backup", "nightly"])
    assert made.exit_code == 0, made.output
    assert NAME in made.output
    assert "not due" in runner.invoke(args=["backup", "nightly"]).output
    app.extensions["nightly_backups"] = None
    assert runner.invoke(args=["backup", "nightly"]).exit_code == 1


@pytest.mark.parametrize("value", ["24", "-1", "two"])
def test_an_hour_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    from config import Config, MissingSettings

    for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "PUBLIC_URL"):
        monkeypatch.setenv(f"MEANWHILE_{name}", "1")
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.delenv("MEANWHILE_ENV", raising=False)
    monkeypatch.setenv("MEANWHILE_BACKUP_HOUR", value)
    with pytest.raises(MissingSettings, match="MEANWHILE_BACKUP_HOUR"):
        Config.from_environment()


def test_a_folder_that_is_not_there_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from config import Config, MissingSettings

    for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "PUBLIC_URL"):
        monkeypatch.setenv(f"MEANWHILE_{name}", "1")
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.delenv("MEANWHILE_ENV", raising=False)
    monkeypatch.setenv("MEANWHILE_BACKUP_FOLDER", str(tmp_path / "nowhere"))
    with pytest.raises(MissingSettings, match="MEANWHILE_BACKUP_FOLDER"):
        Config.from_environment()
