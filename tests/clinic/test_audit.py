"""The audit chain: whatever is changed in it later is found."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from clinic import audit
from clinic.actions.people import choose_theme
from clinic.audit import Event
from clinic.extensions import db, transaction
from clinic.models import AuditHead, AuditLine
from tests.cast import Cast
from tests.databases import connected_as_owner


@pytest.fixture
def lines(cast: Cast, app: Flask) -> int:
    """Five lines at Canal Street and one at Hill House."""
    with app.app_context():
        for theme in ("dark", "light", "system", "dark", "light"):
            choose_theme(actor=cast.sam, theme=theme)
        choose_theme(actor=cast.lea, theme="dark")
        return db.session.query(AuditLine).filter_by(practice_id=cast.canal_street.id).count()


def line(cast: Cast, number: int) -> AuditLine:
    return db.session.query(AuditLine).filter_by(practice_id=cast.canal_street.id, number=number).one()


@pytest.mark.both_databases
def test_an_untouched_chain_holds_in_each_practice_on_its_own(cast: Cast, app: Flask, lines: int) -> None:
    with app.app_context():
        assert lines == 5
        assert audit.verify(cast.canal_street.id) is None
        assert audit.verify(cast.hill_house.id) is None


@pytest.mark.both_databases
@pytest.mark.parametrize("column", ["event", "actor_role", "at", "actor_id", "subject_id", "details"])
def test_a_changed_line_is_found(cast: Cast, app: Flask, lines: int, column: str) -> None:
    other = {
        "event": "signed in",
        "actor_role": "admin",
        "at": cast.sam.created_at.replace(year=2020),
        "actor_id": cast.jo.id,
        "subject_id": cast.jo.id,
        "details": {"asks": True},
    }
    with app.app_context():
        changed = line(cast, 3).id
        # Asking for it again would begin a transaction, which on SQLite keeps everybody else from writing.
        db.session.rollback()
        # On PostgreSQL the application itself may not, so this is what whoever owns the tables could do.
        with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
            connection.execute(
                update(AuditLine).where(AuditLine.id == changed).values({column: other[column]})
            )
        db.session.expire_all()
        assert audit.verify(cast.canal_street.id) == 3
        assert audit.verify(cast.hill_house.id) is None


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_missing_line_is_found(cast: Cast, app: Flask, lines: int, number: int) -> None:
    with app.app_context():
        db.session.delete(line(cast, number))
        db.session.commit()
        assert audit.verify(cast.canal_street.id) is not None


def test_a_shortened_chain_with_its_head_set_back_alone_is_found(cast: Cast, app: Flask, lines: int) -> None:
    with app.app_context():
        db.session.get_one(AuditHead, cast.canal_street.id).number = 4
        db.session.commit()
        assert audit.verify(cast.canal_street.id) is not None


def test_an_act_that_fails_leaves_no_line(cast: Cast, app: Flask, lines: int) -> None:
    @transaction
    def fail() -> None:
        audit.record(cast.sam, Event.THEME_CHOSEN, cast.sam)
        raise RuntimeError

    with app.app_context():
        with pytest.raises(RuntimeError):
            fail()
        assert db.session.query(AuditLine).filter_by(practice_id=cast.canal_street.id).count() == lines
        assert audit.verify(cast.canal_street.id) is None


def test_an_event_that_says_too_little_is_refused(cast: Cast, app: Flask) -> None:
    with app.app_context(), pytest.raises(ValueError, match="role"):
        audit.record(cast.ada, Event.STAFF_INVITED, cast.ada)
