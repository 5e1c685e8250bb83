"""That `changes_of` sees every write, since it only reads the rows again when the database says that it must."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from clinic.extensions import db
from clinic.models import Person, Practice
from tests import builders
from tests.cast import Cast
from tests.changes import Changes, changes_of, digest_of_everything
from tests.conftest import SignInAs

pytestmark = pytest.mark.both_databases


@pytest.fixture
def changes(app: Flask, cast: Cast) -> Iterator[Changes]:
    with changes_of(app) as watching:
        yield watching


def _insert() -> None:
    practice = db.session.scalars(select(Practice).where(Practice.name == "Hill House")).one()
    builders.person(practice, name="Lou", address="lou@canal.example")


def _update() -> None:
    db.session.execute(text("UPDATE person SET name = 'Lou' WHERE name = 'Sam'"))
    db.session.commit()


def _delete() -> None:
    db.session.execute(text("DELETE FROM supervision"))
    db.session.commit()


def _one_letter() -> None:
    person = db.session.scalars(select(Person).where(Person.name == "Jo")).one()
    person.family_name = person.family_name.swapcase()
    db.session.commit()


@pytest.mark.parametrize("write", [_insert, _update, _delete, _one_letter], ids=lambda write: write.__name__)
def test_a_write_is_seen_once(app: Flask, changes: Changes, write: Callable[[], None]) -> None:
    before = changes.fingerprint()
    with app.app_context():
        write()
    after = changes.fingerprint()
    assert after != before
    assert changes.fingerprint() == after


def test_a_write_is_seen_against_what_was_known_before(app: Flask, cast: Cast) -> None:
    with changes_of(app, digest_of_everything(app)) as changes:
        before = changes.fingerprint()
        with app.app_context():
            _one_letter()
        assert changes.fingerprint() != before


def test_what_a_page_writes_is_seen(app: Flask, cast: Cast, changes: Changes, as_: SignInAs) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = as_(cast.sam)
    before = changes.fingerprint()
    assert client.post("/sign-out").status_code in (302, 303)
    assert changes.fingerprint() != before


def test_reading_and_what_is_taken_back_change_nothing(app: Flask, cast: Cast, changes: Changes) -> None:
    before = changes.fingerprint()
    with app.app_context():
        assert db.session.scalars(select(Person)).all()
        db.session.execute(text("UPDATE person SET name = 'Lou'"))
        db.session.rollback()
    assert changes.fingerprint() == before


def test_the_rows_are_read_again_only_when_somebody_has_written(
    app: Flask, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = changes.fingerprint()
    monkeypatch.setattr("tests.changes.digest_of_everything", lambda _app: "read again")
    assert changes.fingerprint() == before
    with app.app_context():
        _update()
    assert changes.fingerprint() == "read again"
