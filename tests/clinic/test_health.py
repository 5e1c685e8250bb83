"""What machines ask: alive, ready, how many and how fast. Strangers learn yes or no, and nobody learns of people."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient

from clinic import mail, readiness
from clinic.actions.operation import beat
from clinic.clock import now
from clinic.extensions import db
from clinic.tenancy import every_practice
from clinic.worker import work_once
from tests.cast import AS, Cast
from tests.databases import connected_as_owner

TOKEN = "what the collector shows"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
measured = pytest.mark.settings(metrics_token=TOKEN)


def test_it_is_alive_and_ready(client: FlaskClient) -> None:
    for address, said in (("/healthz", b"alive"), ("/readyz", b"ready")):
        reply = client.get(address)
        assert (reply.status_code, reply.data) == (200, said)
        assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.both_databases
def test_it_is_not_ready_on_tables_of_another_time(app: Flask, client: FlaskClient) -> None:
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '0001'"))
    with app.app_context():
        assert "0001" in readiness.what_is_missing()[0]
        app.extensions.pop("readiness", None)
    reply = client.get("/readyz")
    assert (reply.status_code, reply.data) == (503, b"not ready")
    assert client.get("/healthz").status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("change", "unfit"),
    [
        ("CREATE TABLE what_the_next_version_keeps (id INTEGER NOT NULL)", None),
        ("ALTER TABLE worker_beat ADD COLUMN why VARCHAR(20)", None),
        ("ALTER TABLE worker_beat ADD COLUMN why VARCHAR(20) DEFAULT '' NOT NULL", None),
        ("ALTER TABLE worker_beat DROP COLUMN failed", "worker_beat.failed is gone"),
        ("DROP TABLE half_sign_in", "half_sign_in.id is gone"),
    ],
)
def test_the_version_that_runs_goes_on_while_tables_are_ahead_of_it(
    app: Flask, client: FlaskClient, change: str, unfit: str | None
) -> None:
    """Tables are changed before the new version starts, and stay when it is taken back; only what takes away ends it."""
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        connection.execute(sqlalchemy.text(change))
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    with app.app_context():
        missing = readiness.what_is_missing()
        app.extensions.pop("readiness", None)
    if unfit is None:
        assert missing == []
    else:
        assert "9999" in missing[0]
        assert unfit in missing[0]
    assert client.get("/readyz").status_code == (503 if unfit else 200)


@pytest.mark.both_databases
def test_a_column_that_the_version_that_runs_would_leave_empty_ends_it(app: Flask) -> None:
    """SQLite adds none of that kind to a table that stands, but a table can be made anew with one."""
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        connection.execute(sqlalchemy.text("DROP TABLE worker_beat"))
        connection.execute(
            sqlalchemy.text(
                "CREATE TABLE worker_beat (host VARCHAR(255) NOT NULL, at TIMESTAMP NOT NULL, why VARCHAR(20) NOT NULL)"
            )
        )
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    with app.app_context():
        assert "worker_beat.why must be filled" in readiness.what_is_missing()[0]


@pytest.mark.both_databases
def test_it_is_not_ready_on_tables_that_are_none_of_ours(app: Flask) -> None:
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = 'e4cf4c63'"))
    with app.app_context():
        assert "e4cf4c63" in readiness.what_is_missing()[0]


@pytest.mark.both_databases
def test_it_is_ready_on_both_databases(app: Flask) -> None:
    with app.app_context():
        assert readiness.what_is_missing() == []


def test_it_is_not_ready_when_the_disk_is_full(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LEAST_FREE", 1 << 62)
    with app.app_context():
        assert readiness.what_is_missing() == ["the disk is full"]


def test_it_is_not_ready_without_a_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        db.session.execute(sqlalchemy.text("DROP TABLE alembic_version"))
        db.session.commit()
        assert "does not answer" in readiness.what_is_missing()[0]


def test_asking_again_at_once_costs_no_statement(client: FlaskClient, app: Flask) -> None:
    client.get("/readyz")
    seen = []
    with app.app_context():
        sqlalchemy.event.listen(db.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    client.get("/readyz")
    assert not seen


def test_without_a_token_there_are_no_metrics(client: FlaskClient) -> None:
    reply, nowhere = client.get("/metrics", headers=SHOWN), client.get("/made-up")
    assert (reply.status_code, reply.data) == (404, nowhere.data)


@measured
@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer guessed"}, {"Authorization": "ünï"}])
def test_whoever_does_not_show_the_token_gets_what_a_made_up_address_gets(
    client: FlaskClient, shown: dict[str, str]
) -> None:
    reply, nowhere = client.get("/metrics", headers=shown), client.get("/made-up")
    assert (reply.status_code, reply.data) == (404, nowhere.data)
    assert {name for name, _ in reply.headers} == {name for name, _ in nowhere.headers}


@measured
def test_metrics_count_by_endpoint_and_name_nobody(app: Flask, cast: Cast, as_: AS) -> None:
    sam = as_(cast.sam)
    sam.get("/today")
    sam.get(f"/made-up-{cast.sam.id}")
    sam.open("/today", method="SAMS-OWN-METHOD")
    text = app.test_client().get("/metrics", headers=SHOWN).text
    assert 'meanwhile_request_seconds_count{endpoint="today.today",method="GET",status="200"} 1.0' in text
    assert 'endpoint="none",method="GET",status="404"' in text
    told = text.lower()
    for word in (str(cast.sam.id), "sam", "jo@", "canal", "/today"):
        assert word not in told


@measured
@pytest.mark.both_databases
def test_metrics_say_what_waits_and_for_how_long(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    assert "meanwhile_outbox" not in client.get("/metrics", headers=SHOWN).text
    with app.app_context(), every_practice():
        mail.queue(cast.sam, "reminder", at=now() - timedelta(hours=1), soon=False)
        db.session.commit()
        beat(now())
    text = client.get("/metrics", headers=SHOWN).text
    assert "meanwhile_outbox_mails 1.0" in text
    (oldest,) = (line for line in text.splitlines() if line.startswith("meanwhile_outbox_oldest"))
    assert 3599 <= float(oldest.split()[1]) < 3700
    with app.app_context():
        work_once(now())
    text = client.get("/metrics", headers=SHOWN).text
    assert "meanwhile_outbox_mails 0.0" in text
    assert "meanwhile_worker_silent_seconds" in text
