"""Words sealed with an old key are sealed with the new one, however often that is interrupted."""

from __future__ import annotations

import base64

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, select, update

from clinic import audit, crypto
from clinic.actions.talks import ask_to_talk
from clinic.crypto import KeyRing
from clinic.extensions import Base, db
from clinic.key_rotation import rotate, sealed_columns, values_by_key
from clinic.models import AuditLine, TalkRequest
from tests.cast import Cast
from tests.changes import digest_of_everything

pytestmark = pytest.mark.both_databases

OLD, NEW = ("1:" + base64.b64encode(b"o" * 32).decode(), "2:" + base64.b64encode(b"n" * 32).decode())
WORDS = [f"Ring me at {hour}, please" for hour in range(7)]


@pytest.fixture
def asked(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven requests, sealed with the old key; now the ring holds both."""
    monkeypatch.setitem(app.extensions, "key_ring", KeyRing(OLD))
    with app.app_context():
        for words in WORDS:
            ask_to_talk(actor=cast.sam, reach=words)
    monkeypatch.setitem(app.extensions, "key_ring", KeyRing(f"{OLD},{NEW}"))


def words_kept() -> list[str]:
    found = db.session.scalars(select(TalkRequest).order_by(TalkRequest.asked_at))
    return sorted(
        crypto.unseal(request, "reach_sealed", request.reach_sealed or b"")
        for request in found
        if request.reach_sealed
    )


def test_every_column_of_bytes_that_may_hold_words_is_rotated() -> None:
    """Whoever adds a sealed column under another name would leave its words behind when the old key goes."""
    rotated = {(column.model.__tablename__, column.name) for column in sealed_columns()}
    bytes_columns = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert bytes_columns - rotated == {("passkey", "credential_id"), ("passkey", "public_key")}


def test_everything_is_sealed_with_the_new_key_and_reads_the_same(app: Flask, asked: None) -> None:
    with app.app_context():
        assert values_by_key() == {1: 7}
        assert sum(turned.sealed for turned in rotate()) == 7
        assert values_by_key() == {2: 7}
        app.extensions["key_ring"] = KeyRing(NEW)
        assert words_kept() == WORDS


def test_a_run_that_is_broken_off_is_taken_up_by_the_next(app: Flask, asked: None) -> None:
    with app.app_context():
        first = next(rotate(batch=3))
        assert first.sealed == 3
        assert values_by_key() == {1: 4, 2: 3}
        assert words_kept() == WORDS, "both keys open while it goes on"
        assert sum(turned.sealed for turned in rotate(batch=3)) == 4
        assert values_by_key() == {2: 7}


def test_a_second_run_changes_nothing_and_leaves_no_line(app: Flask, asked: None) -> None:
    with app.app_context():
        list(rotate())
        before = digest_of_everything(app)
        assert list(rotate()) == []
        assert digest_of_everything(app) == before


def test_the_run_leaves_one_line_in_the_practices_chain(app: Flask, cast: Cast, asked: None) -> None:
    with app.app_context():
        list(rotate(batch=2))
        lines = db.session.scalars(select(AuditLine).where(AuditLine.event == "keys rotated")).all()
        assert [line.details for line in lines] == [{"key": 2, "values": 7}]
        assert audit.verify(cast.sam.practice_id) is None


def test_what_does_not_open_is_told_and_left_as_it_is(app: Flask, asked: None) -> None:
    with app.app_context():
        one = db.session.scalars(select(TalkRequest.id)).first()
        kept = db.session.scalar(select(TalkRequest.reach_sealed).where(TalkRequest.id == one)) or b""
        harmed = kept[:-1] + bytes((kept[-1] ^ 1,))
        db.session.execute(update(TalkRequest).where(TalkRequest.id == one).values(reach_sealed=harmed))
        db.session.commit()
    run = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert run.exit_code == 1
    assert "talk_request.reach_sealed: 1 do not open" in run.output
    assert "6 values sealed with key 2." in run.output
    with app.app_context():
        assert db.session.scalar(select(TalkRequest.reach_sealed).where(TalkRequest.id == one)) == harmed


def test_what_somebody_writes_meanwhile_stays_as_they_wrote_it(app: Flask, asked: None) -> None:
    with app.app_context():
        going = rotate(batch=1)
        next(going)
        late = db.session.scalars(select(TalkRequest).order_by(TalkRequest.id.desc())).first()
        assert late is not None
        late.reach_sealed = crypto.seal(late, "reach_sealed", "Do not ring after all")
        db.session.commit()
        list(going)
        assert "Do not ring after all" in words_kept()


def test_the_status_says_which_key_may_go(app: Flask, asked: None) -> None:
    runner = app.test_cli_runner()
    assert "key 1: 7 values" in runner.invoke(args=["keys", "status"]).output
    assert "may be taken off" not in runner.invoke(args=["keys", "status"]).output
    runner.invoke(args=["keys", "rotate"])
    assert "key 1: 0 values  may be taken off the ring" in runner.invoke(args=["keys", "status"]).output
    app.extensions["key_ring"] = KeyRing(OLD)
    missing = runner.invoke(args=["keys", "status"])
    assert missing.exit_code == 1
    assert "key 2: 7 values  NOT ON THE RING" in missing.output
