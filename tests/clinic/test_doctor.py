"""`flask doctor` on a set-up that is sound, and on set-ups that are broken in one way each."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import time_machine
from flask import Flask

from clinic import backups, clock, doctor, mail
from clinic.actions.operation import beat, note_failed
from clinic.actions.talks import ask_to_talk
from clinic.clock import now
from clinic.crypto import KeyRing
from clinic.doctor import State, examine, running
from clinic.doctor.settings import goes_in_the_clear
from clinic.extensions import db
from clinic.models import Couple, Practice
from tests.cast import Cast
from tests.databases import Databases, PostgreSQLServer, app_on
from tests.serving import ROOT, SETTINGS
from tests.smtp import Sink, listening

SECRET = "a secret of thirty-two letters or so"


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """As production is set up, as far as a test can be."""
    with app_on(database_url, secret_key=SECRET, public_url="https://127.0.0.1:9", demo=False) as app:
        yield app


@pytest.fixture
def letters(app: Flask) -> Iterator[Sink]:
    with listening(app) as sink:
        yield sink


@pytest.fixture
def sound(app: Flask, cast: Cast, letters: Sink, tmp_path: Path) -> Iterator[Path]:
    """Everything as it should be; gives the folder of its backups. The test's connections do not sync, so that is set."""
    folder = tmp_path / "backups"
    folder.mkdir()
    with app.app_context():
        for file in Path(db.engine.url.database or "").parent.glob("*.sqlite*"):
            file.chmod(0o600)
        db.engine.dispose()
        sqlalchemy.event.listen(
            db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=FULL")
        )
        ask_to_talk(actor=cast.sam, reach="Ring me at work")
        beat(now())
        backups.create(folder / "tonight")
        yield folder


def broken(folder: Path | None) -> dict[str, str]:
    """What is broken, by name, as it is told."""
    return {one.about: str(one) for one in examine(folder) if one.state is State.BROKEN}


def test_a_sound_set_up_has_nothing_to_tell(sound: Path, letters: Sink) -> None:
    assert {str(one) for one in examine(sound) if one.state is not State.OK} == set()
    assert not letters.letters, "a mail was sent"


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_server_that_keeps_what_was_erased_in_its_log_is_told(
    app: Flask, cast: Cast, database_url: str, postgresql_server: PostgreSQLServer
) -> None:
    with app.app_context(), postgresql_server.on_disk():
        (told,) = [str(one) for one in examine() if one.about == "durability"]
        assert told.startswith(State.LOOK)
        assert "set wal_recycle = off" in told
        with postgresql_server.forgetful(database_url):
            (told,) = [str(one) for one in examine() if one.about == "durability"]
    assert told.startswith(f"{State.OK} ")


def test_every_finding_that_is_not_well_says_what_to_do(app: Flask) -> None:
    with app.app_context():
        app.config.update(SECRET_KEY="short", PUBLIC_URL="http://127.0.0.1:9")
        found = examine(Path("nowhere"))
    assert len(found) == len(doctor.LOOKS) + 1
    assert all(one.do for one in found if one.state is not State.OK)


def test_a_short_secret_and_a_plain_address(app: Flask, sound: Path) -> None:
    app.config.update(SECRET_KEY="short", PUBLIC_URL="http://127.0.0.1:9")
    told = broken(sound)
    assert set(told) == {"settings"}
    assert "MEANWHILE_SECRET_KEY" in told["settings"]
    assert "https://" in told["settings"]


def test_the_secrets_of_the_demo(app: Flask, sound: Path) -> None:
    app.config["DEMO"] = True
    assert set(broken(sound)) == {"settings"}


def test_a_key_that_is_not_on_the_ring(app: Flask, sound: Path) -> None:
    app.extensions["key_ring"] = KeyRing("2:" + base64.b64encode(b"n" * 32).decode())
    told = broken(sound)
    assert set(told) == {"keys", "backup"}  # The backup was sealed with that key too.
    assert "talk_request.reach_sealed" in told["keys"]


def test_tables_of_another_time(sound: Path) -> None:
    db.session.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    told = broken(sound)
    assert set(told) == {"tables"}
    assert "flask db upgrade" in told["tables"]


@pytest.mark.both_databases
def test_a_database_without_a_table(databases: Databases) -> None:
    url = databases.bare()
    with app_on(url) as empty, empty.app_context():
        with db.engine.connect():  # SQLite makes a file for whoever comes.
            pass
        found = {one.about: one for one in examine(None)}
    assert found["tables"].said == "the database has no tables yet"
    assert "DATABASE_URL names another" in found["tables"].do
    names = list(found)
    assert all(
        names.index(name) > names.index("tables") for name in names if "could not be" in found[name].said
    ), "they point to what stands above them"
    databases.drop(url)


def test_a_file_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    missing = tmp_path / "wrong" / "meanwhile.sqlite"
    missing.parent.mkdir()
    with app_on(f"sqlite:///{missing}") as app, app.app_context():
        found = {one.about: one for one in examine(None)}
    assert str(missing) in found["tables"].said
    assert "DATABASE_URL names another" in found["tables"].do
    assert set(found) == {"settings", "tables", "mail", "limits", "PDF"}
    assert not list(missing.parent.iterdir())


def test_a_file_that_is_no_database_and_a_server_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"no database at all" * 500)
    for url in (f"sqlite:///{tmp_path / 'file'}", "postgresql+psycopg://a:b@127.0.0.1:9/nothing"):
        with app_on(url, owner_database_url="") as app, app.app_context():
            (told,) = (one for one in examine(None) if one.about == "tables")
        assert told.state is State.BROKEN
        assert "does not answer" in told.said
        assert "db upgrade" not in told.do


def test_tables_that_a_newer_version_has_changed(sound: Path) -> None:
    """As they are in the middle of an upgrade, and after going back."""
    db.session.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    db.session.commit()
    (told,) = (one for one in examine(sound) if one.about == "tables")
    assert told.state is State.LOOK
    assert "9999" in told.said
    assert "newer version" in told.do


def test_a_database_that_does_not_keep_its_promise(sound: Path) -> None:
    db.engine.dispose()
    sqlalchemy.event.listen(
        db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
    )
    told = broken(sound)
    assert set(told) == {"durability"}
    assert "synchronous 0" in told["durability"]


def test_a_clock_that_is_behind_the_log(sound: Path) -> None:
    with time_machine.travel(now() - timedelta(hours=3), tick=True):
        told = broken(sound)
    assert set(told) == {"clock"}
    assert "yet to come" in told["clock"]


def test_a_clock_that_jumps(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([now(), now() + timedelta(minutes=2), *[now()] * 50])
    monkeypatch.setattr(clock, "now", lambda: next(moments))
    assert set(broken(sound)) == {"clock"}


def test_a_site_with_another_time(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_date_of_the_site", lambda: now() - timedelta(minutes=3))
    assert set(broken(sound)) == {"clock"}


def test_no_mail_server(app: Flask, sound: Path) -> None:
    app.extensions["mail"]["url"] = ""
    assert "MEANWHILE_MAIL_URL" in broken(sound)["mail"]


def test_a_mail_server_that_is_not_there(app: Flask, sound: Path) -> None:
    app.extensions["mail"]["url"] = "smtp://127.0.0.1:9"
    assert set(broken(sound)) == {"mail"}


def test_mail_that_has_waited(cast: Cast, sound: Path) -> None:
    mail.queue(cast.sam, "reminder", at=now() - timedelta(hours=1), soon=False)
    db.session.commit()
    told = {one.about: one.said for one in examine(sound) if one.state is State.LOOK}
    assert "has waited for 60 minutes" in told["mail"]


def test_a_worker_that_is_silent(sound: Path) -> None:
    beat(now() - timedelta(hours=1))
    assert "silent for 60 minutes" in broken(sound)["worker"]
    db.session.execute(sqlalchemy.text("DELETE FROM worker_beat"))
    db.session.commit()
    assert "never" in broken(sound)["worker"]


def test_a_worker_that_stood_still_deletes_nothing_for_a_day(sound: Path) -> None:
    beat(now() - timedelta(days=4))
    assert "silent for 4 days; no record whose time is up goes until" in broken(sound)["worker"]


def test_what_a_worker_could_not_do_is_told_until_that_worker_is_gone(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row stays when its host is taken away, and says nothing of what the others do."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("clinic.actions.operation.this_host", lambda: "another")
        beat(now() - timedelta(minutes=5))
        note_failed(2)
        assert worker_told(sound) is State.LOOK
        beat(now() - timedelta(hours=2))
    assert worker_told(sound) is State.OK


def worker_told(folder: Path) -> State:
    (told,) = (one for one in examine(folder) if one.about == "worker")
    return told.state


def test_a_worker_that_comes_too_seldom_to_delete_what_is_due(cast: Cast, sound: Path) -> None:
    """Its newest round is a minute old, so nothing else tells."""
    practice = db.session.get_one(Practice, cast.canal_street.id)
    practice.keep_months, practice.keep_set_at = 12, now() - timedelta(days=700)
    db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = now() - timedelta(days=600)
    db.session.commit()
    (told,) = (one for one in examine(sound) if one.about == "worker")
    assert told.state is State.LOOK
    assert "1 records whose time is up are still there" in told.said
    assert "at least every 3 days" in told.do


def test_a_full_disk(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LEAST_FREE", 1 << 62)
    assert set(broken(sound)) == {"disk"}


def test_no_backup_and_an_old_one(sound: Path, tmp_path: Path) -> None:
    assert set(broken(tmp_path / "none")) == {"backup"}
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        assert "3 days old" in broken(sound)["backup"]
    (sound / "tonight").rename(sound / "tonight.unverified")
    assert set(broken(sound)) == {"backup"}


def test_a_database_that_everybody_on_the_machine_may_read(sound: Path) -> None:
    path = Path(db.engine.url.database or "")
    path.chmod(0o644)
    path.parent.chmod(0o755)
    try:
        assert "chmod o=" in broken(sound)["files"]
    finally:
        path.parent.chmod(0o700)
    assert "files" not in broken(sound), "in a folder that is shut nobody reaches it"


def test_a_store_of_limits_that_is_not_there(
    sound: Path, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    monkeypatch.setenv("MEANWHILE_PROCESSES", "4")
    assert "limits" in {one.about for one in examine(sound) if one.state is State.LOOK}


def test_a_database_that_is_gone_is_told_and_the_rest_is_looked_at(sound: Path) -> None:
    db.session.remove()
    db.session.execute(sqlalchemy.text("DROP TABLE worker_beat"))
    db.session.commit()
    told = broken(sound)
    assert set(told) >= {"worker"}
    assert "could not be looked at" in told["worker"]


@pytest.mark.both_databases
def test_the_promises_of_the_database_are_read_on_both(app: Flask) -> None:
    with app.app_context():
        found = {one.about: one for one in examine()}
    # What the tests do without is found. A connection to PostgreSQL asks for synchronous commits by itself.
    wanted = "fsync" if app.config["OWNER_DATABASE_URL"] else "synchronous"
    assert found["durability"].state is State.BROKEN
    assert wanted in found["durability"].said


# --- What keeps it from starting at all.


def run(**settings: str) -> Any:
    known = {name: value for name, value in os.environ.items() if not name.startswith("MEANWHILE_")}
    environment = {**known, **SETTINGS, **settings}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"],
        capture_output=True, text=True, cwd=ROOT, env=environment,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"MEANWHILE_PUBLIC_URL": ""}, "MEANWHILE_PUBLIC_URL"),
        ({"MEANWHILE_ENCRYPTION_KEYS": "1:short"}, "MEANWHILE_ENCRYPTION_KEYS"),
    ],
)
def test_what_stops_the_start_is_one_sentence(settings: dict[str, str], said: str) -> None:
    done = run(DATABASE_URL="sqlite://", **settings)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 3


@pytest.mark.slow
def test_the_command_tells_a_line_each_and_fails(database_url: str) -> None:
    done = run(DATABASE_URL=database_url)
    assert done.returncode == 1, done.stderr
    assert len(done.stdout.splitlines()) == len(doctor.LOOKS) + 1
    assert "BROKEN  worker" in done.stdout


@pytest.mark.parametrize(
    ("url", "in_the_clear"),
    [
        ("sqlite:////var/lib/meanwhile.sqlite", False),
        ("postgresql+psycopg://app:secret@localhost/meanwhile", False),
        ("postgresql+psycopg://app:secret@/meanwhile?host=/var/run/postgresql", False),
        ("postgresql+psycopg://app:secret@10.0.0.7/meanwhile", True),
        ("postgresql+psycopg://app:secret@db.example/meanwhile?sslmode=require", True),
        ("postgresql+psycopg://app:secret@db.example/meanwhile?sslmode=verify-full", False),
    ],
)
def test_a_database_elsewhere_must_say_who_it_is(url: str, in_the_clear: bool) -> None:
    """`require` encrypts to whoever answers."""
    assert goes_in_the_clear(url) is in_the_clear
