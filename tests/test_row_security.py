"""On PostgreSQL no query can reach another practice's rows, whatever it forgets to say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask, request_started
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from clinic import tenancy
from clinic.extensions import db
from clinic.models import AuditLine, Couple, Person, Practice, SignIn
from clinic.postgresql import UnfitDatabase, grant_to_application
from tests.cast import AS, Cast
from tests.databases import APPLICATION, OWNER, connected_as_owner
from tests.statements import tenant_tables

# The queries here forget on purpose whose rows they mean.
pytestmark = [pytest.mark.postgresql, pytest.mark.careless]


@pytest.fixture
def database_kind() -> str:
    """SQLite has no roles and no row-level security."""
    return "postgresql"


@pytest.fixture
def asking(app: Flask) -> Iterator[None]:
    """As a request does: nothing is open until somebody is known."""
    with request_of(app):
        yield


@contextmanager
def request_of(app: Flask) -> Iterator[None]:
    """A request that has begun; the test client's own say so themselves."""
    with app.test_request_context():
        request_started.send(app)
        yield


def test_every_table_of_a_practice_is_guarded_and_binds_its_owner(cast: Cast, app: Flask) -> None:
    """A table that a later migration brings without a policy fails here."""
    with app.app_context():
        rows = db.session.execute(
            text(
                "SELECT relname, relrowsecurity AND relforcerowsecurity, polname FROM pg_class"
                " LEFT JOIN pg_policy ON polrelid = pg_class.oid"
                " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        ).all()
    guarded = {name for name, forced, policy in rows if forced and policy == "of_practice"}
    assert guarded == tenant_tables() | {"practice"}


def test_a_query_without_a_predicate_finds_ones_own_practice_alone(cast: Cast, asking: None) -> None:
    tenancy.enter(cast.hill_house.id)
    assert set(db.session.scalars(select(Practice.name))) == {"Hill House"}
    assert set(db.session.scalars(select(Person.practice_id))) == {cast.hill_house.id}
    assert db.session.get(Person, cast.sam.id) is None
    assert db.session.scalars(select(Couple).where(Couple.id == cast.sam_and_jo.id)).all() == []


def test_who_says_nothing_sees_nothing_at_all(cast: Cast, asking: None) -> None:
    for table in sa.inspect(db.engine).get_table_names():
        if table in tenant_tables() | {"practice"}:
            assert db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table


def test_what_was_said_ends_with_its_transaction(cast: Cast, app: Flask) -> None:
    """So a connection that goes back to the pool opens nothing for whoever gets it next."""
    with request_of(app):
        tenancy.enter(cast.hill_house.id)
        assert db.session.scalars(select(Person.id)).all()
        db.session.remove()
        with db.engine.raw_connection() as plain:
            found = plain.cursor().execute("SELECT count(*) FROM person").fetchone()
        assert found == (0,)


def test_nobody_writes_into_another_practice(cast: Cast, asking: None) -> None:
    tenancy.enter(cast.hill_house.id)
    changed = db.session.execute(sa.update(Person).values(name="Changed"))
    assert changed.rowcount == db.session.execute(text("SELECT count(*) FROM person")).scalar_one()  # type: ignore[attr-defined]  # an update has one
    db.session.rollback()
    line = {"id": uuid4(), "practice_id": cast.canal_street.id, "bucket": "b"}
    with pytest.raises(ProgrammingError, match="row-level security"):
        db.session.execute(
            text("INSERT INTO audit_head (practice_id, number, line_hash) VALUES (:practice_id, 0, :bucket)"),
            line,
        )
    db.session.rollback()


def test_a_page_whose_query_lost_its_predicate_shows_nothing_of_another_practice(
    cast: Cast, app: Flask, as_: AS, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of an admin's staff, asked for without saying whose."""
    from clinic.queries import people

    def careless(admin: Person) -> list[Person]:
        return list(db.session.scalars(select(Person).where(Person.role != "partner").order_by(Person.name)))

    monkeypatch.setattr(people, "staff_of", careless)
    page = as_(cast.ada).get("/p/people")
    assert page.status_code == 200
    with app.app_context():
        others = db.session.scalars(select(Person).where(Person.practice_id == cast.hill_house.id)).all()
        own = db.session.scalars(
            select(Person).where(Person.practice_id == cast.canal_street.id, Person.role == "counsellor")
        ).all()
    assert any(person.name in page.text for person in own)
    staff = [person for person in others if person.role != "partner"]
    assert staff
    assert not any(f"{person.name} {person.family_name}" in page.text for person in staff)
    assert not any(str(person.id) in page.text for person in staff)


# --- Ways in.


@pytest.mark.parametrize(
    "way", ["sign_in", "half_sign_in", "address", "invitation", "passkey", "calendar_feed"]
)
def test_a_key_that_nobody_has_opens_nothing(cast: Cast, asking: None, way: tenancy.Way) -> None:
    tenancy.way_in(way, "0" * 64)
    assert db.session.scalars(select(Person.id)).all() == []


def test_a_key_opens_its_own_practice_and_no_passage(cast: Cast, asking: None) -> None:
    tenancy.way_in("address", cast.lea.sign_in_address or "")
    assert set(db.session.scalars(select(Person.practice_id))) == {cast.hill_house.id}
    assert db.session.execute(text("SELECT current_setting('meanwhile.passage', true)")).scalar_one() == ""


def test_no_request_may_ask_for_every_practice(asking: None) -> None:
    with pytest.raises(RuntimeError), tenancy.every_practice():
        pass


# --- The role.


def test_the_role_of_the_application_can_do_nothing_but_rows(cast: Cast, app: Flask) -> None:
    with app.app_context():
        may = db.session.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
                " WHERE rolname = current_user"
            )
        ).one()
        assert tuple(may) == (False, False, False, False)
        db.session.rollback()
        for statement in (
            "CREATE TABLE planted (id integer)",
            "ALTER TABLE person DISABLE ROW LEVEL SECURITY",
            "DROP POLICY of_practice ON person",
            "TRUNCATE person CASCADE",
            f"SET ROLE {OWNER}",
            "UPDATE alembic_version SET version_num = '0001'",
            "UPDATE audit_line SET event = 'other'",
            "DELETE FROM audit_line",
        ):
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
                db.session.execute(text(statement))
            db.session.rollback()


def test_a_role_that_could_get_round_it_is_refused(app: Flask) -> None:
    with connected_as_owner(app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
        for role, why in (
            (OWNER, "owns the tables"),
            ("nobody_of_this_name", "no role"),
            ("x; --", "small letters"),
        ):
            with pytest.raises(UnfitDatabase, match=why):
                grant_to_application(connection, role)
        grant_to_application(connection, APPLICATION)
        superuser = connection.execute(
            text("SELECT rolname FROM pg_roles WHERE rolsuper LIMIT 1")
        ).scalar_one()
        with pytest.raises(UnfitDatabase, match="superuser"):
            grant_to_application(connection, superuser)


def test_a_sign_in_of_another_practice_replaces_ones_own(cast: Cast, app: Flask, as_: AS) -> None:
    """Somebody signed in at one practice signs in at the other with the same browser."""
    with app.app_context():
        before = db.session.scalars(select(SignIn.id)).all()
    assert as_(cast.sam).get("/today").status_code == 200
    assert as_(cast.lea).get("/today").status_code == 200
    with app.app_context():
        practices = db.session.scalars(select(SignIn.practice_id).where(SignIn.id.not_in(before))).all()
        assert set(practices) == {cast.canal_street.id, cast.hill_house.id}
        assert db.session.scalars(select(AuditLine.practice_id)).all()
