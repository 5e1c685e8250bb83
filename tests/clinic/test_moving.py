"""A practice moves from SQLite to PostgreSQL with every row, or stays where it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.engine import make_url

from assignments.actions.entries import save_thanks
from assignments.demo.world import load_world
from assignments.domain.visibility import Level
from assignments.models import Entry
from clinic import audit, moving
from clinic.backups.digests import digests_of, rows_in
from clinic.crypto import unseal
from clinic.extensions import db
from clinic.models import FormKey, Practice
from clinic.tenancy import every_practice
from tests.cast import AS, Cast
from tests.databases import PostgreSQLServer, app_on, connected_as_owner, owner_of, shared_app_on, upgrade

pytestmark = pytest.mark.postgresql


@pytest.fixture
def target(postgresql_server: PostgreSQLServer) -> Iterator[str]:
    """An empty, migrated database, as the application connects to it."""
    url = postgresql_server.fresh()
    yield url
    postgresql_server.drop(url)


def source_of(app: Flask) -> str:
    """The address of the SQLite file."""
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


def rows_at(url: str) -> int:
    """How many rows there are in all."""
    with connected_as_owner(url) as connection:
        return rows_in(digests_of(connection))


def test_words_chain_and_sign_ins_come_along(cast: Cast, app: Flask, as_: AS, target: str) -> None:
    browser = as_(cast.sam)
    assert browser.get("/today").status_code == 200
    with app.app_context():
        save_thanks(actor=cast.jo, what="Thank you for the tea", meant="", level=Level.PRIVATE)
    result = app.test_cli_runner().invoke(args=["move-to-postgres", "--to", owner_of(target)])
    assert result.exit_code == 0, result.output
    assert "the same on both sides" in result.output
    assert rows_at(target) == rows_at(source_of(app))
    with shared_app_on(target) as there:
        with there.app_context():
            entry = db.session.scalars(select(Entry)).one()
            assert "Thank you for the tea" in str(unseal(entry, "value_sealed", entry.value_sealed))
            for practice_id in db.session.scalars(select(Practice.id)).all():
                assert audit.verify(practice_id) is None
        cookie = browser.get_cookie("meanwhile")
        assert cookie is not None
        again = there.test_client()
        again.set_cookie("meanwhile", cookie.value)
        assert again.get("/today").status_code == 200, "whoever was signed in still is"
        assert there.test_client().get("/today").status_code == 302
    with connected_as_owner(target) as connection:
        bound = connection.execute(text("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'entry'"))
        assert bound.scalar_one(), "the owner was let off for the copying alone"


@pytest.mark.slow
def test_the_whole_demo_world_comes_out_the_same(app: Flask, target: str) -> None:
    with app.app_context():
        load_world()
    told: list[int] = []
    with app.app_context(), every_practice():
        moved = moving.move(source_of(app), owner_of(target), told.append)
    assert sum(told) == 3 * moved == 3 * moving.rows_to_move(source_of(app))
    with connected_as_owner(source_of(app)) as here, connected_as_owner(target) as there:
        assert digests_of(here) == digests_of(there)


def test_nothing_is_written_over_a_practice(cast: Cast, app: Flask, target: str) -> None:
    with connected_as_owner(target) as connection:
        connection.execute(insert(FormKey).values(key="k" * 32, at=cast.sam.created_at))
    result = app.test_cli_runner().invoke(args=["move-to-postgres", "--to", owner_of(target)])
    assert result.exit_code == 1
    assert "The target is not empty: there are rows in form_key." in result.output
    assert rows_at(target) == 1


def test_a_row_that_does_not_fit_leaves_the_target_empty(cast: Cast, app: Flask, target: str) -> None:
    """SQLite keeps a name of any length and with anything in it, PostgreSQL does not."""
    with app.app_context():
        db.session.execute(text("UPDATE practice SET name = :name"), {"name": "x" * 500})
        db.session.commit()
    with pytest.raises(moving.CannotMove, match="does not take a row"):
        moving.move(source_of(app), owner_of(target))
    assert rows_at(target) == 0


def test_what_comes_out_differently_is_not_kept(
    cast: Cast, app: Flask, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that gets lost on the way is noticed before anything is committed."""
    carry = moving._carry

    def losing(here: object, there: object, table: object, walked: object) -> None:
        carry(here, there, table, walked)  # type: ignore[arg-type]  # handed on as they came
        if getattr(table, "name", "") == "audit_line":
            there.execute(text("DELETE FROM audit_line"))  # type: ignore[attr-defined]  # a connection

    with app.app_context():
        save_thanks(actor=cast.jo, what="Thank you", meant="", level=Level.PRIVATE)
    monkeypatch.setattr(moving, "_carry", losing)
    with pytest.raises(moving.CannotMove, match="audit_line"):
        moving.move(source_of(app), owner_of(target))
    assert rows_at(target) == 0


def test_an_older_target_is_refused(cast: Cast, app: Flask, postgresql_server: PostgreSQLServer) -> None:
    older = postgresql_server.bare()
    with pytest.raises(moving.CannotMove, match="no tables"):
        moving.move(source_of(app), owner_of(older))
    upgrade(older, "0001")
    with pytest.raises(moving.CannotMove, match="not of one version"):
        moving.move(source_of(app), owner_of(older))
    postgresql_server.drop(older)


def test_nobody_writes_into_the_file_meanwhile(cast: Cast, app: Flask, target: str) -> None:
    refused: list[str] = []

    def write(_: int) -> None:
        if not refused:
            other = sqlite3.connect(make_url(source_of(app)).database or "", timeout=0)
            try:
                other.execute("DELETE FROM form_key")
            except sqlite3.OperationalError as problem:
                refused.append(str(problem))
            finally:
                other.close()

    moving.move(source_of(app), owner_of(target), write)
    assert refused == ["database is locked"]


def test_only_a_sqlite_file_moves(target: str) -> None:
    with app_on(target) as there:
        result = there.test_cli_runner().invoke(args=["move-to-postgres", "--to", owner_of(target)])
    assert result.exit_code == 1
    assert "must name the SQLite file" in result.output
