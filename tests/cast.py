"""The standing cast: the people every test may meet, and a client signed in as any of them.

Canal Street: Priya (counsellor of Sam + Jo and of Ade + Ruth), Marcus (counsellor of Nia + Owen), Sofia (supervises
Priya), Omar (supervises Marcus), Ada (admin). Hill House: Hana (counsellor of Lea + Tom), Iris (admin).
Sam, Ade, Nia and Lea are A. Everybody has joined with builders.PASSPHRASE and read the policy, and the counsellors have
spoken with everybody alone. Time stands still at the `clock` fixture's Wednesday evening.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import Couple, Person, Practice
from tests import builders
from tests.conftest import EVENING, Clock, SignInAs, has_cast
from tests.databases import Databases, app_on


@dataclass(frozen=True)
class Cast:
    """Rows out of their session: columns can be read, relationships can't."""

    canal_street: Practice
    priya: Person
    marcus: Person
    sofia: Person
    omar: Person
    ada: Person
    sam_and_jo: Couple
    sam: Person
    jo: Person
    ade_and_ruth: Couple
    ade: Person
    ruth: Person
    nia_and_owen: Couple
    nia: Person
    owen: Person
    hill_house: Practice
    hana: Person
    iris: Person
    lea_and_tom: Couple
    lea: Person
    tom: Person


AS = SignInAs


def assemble() -> Cast:
    """Write everybody into the database of the running app context."""
    canal_street = builders.practice("Canal Street")
    priya = builders.person(canal_street, name="Priya", family_name="Nair", address="priya@canal.example")
    marcus = builders.person(canal_street, name="Marcus", family_name="Webb", address="marcus@canal.example")
    sofia, omar, ada = (
        builders.person(
            canal_street, name=name, family_name=family, role=role, address=f"{name.casefold()}@canal.example"
        )
        for name, family, role in (
            ("Sofia", "Reyes", Role.SUPERVISOR),
            ("Omar", "Said", Role.SUPERVISOR),
            ("Ada", "Moss", Role.ADMIN),
        )
    )
    builders.supervision(sofia, priya)
    builders.supervision(omar, marcus)
    sam_and_jo = _couple(priya, "Sam Okafor", "Jo Lind")
    ade_and_ruth = _couple(priya, "Ade Adeyemi", "Ruth Clarke")
    nia_and_owen = _couple(marcus, "Nia Powell", "Owen Hughes")
    hill_house = builders.practice("Hill House")
    hana = builders.person(hill_house, name="Hana", family_name="Ito", address="hana@hill.example")
    iris = builders.person(
        hill_house, name="Iris", family_name="Lowe", role=Role.ADMIN, address="iris@hill.example"
    )
    lea_and_tom = _couple(hana, "Lea Brandt", "Tom Hall")
    return Cast(
        canal_street=canal_street,
        priya=priya,
        marcus=marcus,
        sofia=sofia,
        omar=omar,
        ada=ada,
        sam_and_jo=sam_and_jo,
        sam=builders.partner_person(sam_and_jo, "A"),
        jo=builders.partner_person(sam_and_jo, "B"),
        ade_and_ruth=ade_and_ruth,
        ade=builders.partner_person(ade_and_ruth, "A"),
        ruth=builders.partner_person(ade_and_ruth, "B"),
        nia_and_owen=nia_and_owen,
        nia=builders.partner_person(nia_and_owen, "A"),
        owen=builders.partner_person(nia_and_owen, "B"),
        hill_house=hill_house,
        hana=hana,
        iris=iris,
        lea_and_tom=lea_and_tom,
        lea=builders.partner_person(lea_and_tom, "A"),
        tom=builders.partner_person(lea_and_tom, "B"),
    )


def _couple(counsellor: Person, first: str, second: str) -> Couple:
    def fields(full_name: str) -> dict[str, str]:
        return {"address": f"{full_name.split()[0].casefold()}@mail.example"}

    return builders.couple(
        counsellor,
        first=first,
        second=second,
        first_fields=fields(first),
        second_fields=fields(second),
    )


@pytest.fixture(scope="session")
def kept_casts() -> dict[str, tuple[str, Cast]]:
    """The database that holds the cast, and the cast, for each kind of database that was asked for."""
    return {}


@pytest.fixture
def kept_cast(
    databases: Databases, database_kind: str, kept_casts: dict[str, tuple[str, Cast]]
) -> tuple[str, Cast]:
    """Everybody, written down once a worker and copied for each test."""
    if database_kind not in kept_casts:
        url = databases.fresh()
        with time_machine.travel(EVENING, tick=False), app_on(url) as app, app.app_context():
            kept_casts[database_kind] = url, assemble()
    return kept_casts[database_kind]


@pytest.fixture
def cast(request: pytest.FixtureRequest, app: Flask, clock: Clock) -> Cast:
    """Everybody, on this test's own database."""
    with app.app_context():
        if not has_cast(request):
            return assemble()
        _, kept = request.getfixturevalue("kept_cast")
        return read_again(kept)


def read_again(kept: Cast) -> Cast:
    """The same people out of the database of the running app context: no test sees what another did to its rows."""
    rows: list[Any] = [
        row for model in (Practice, Person, Couple) for row in db.session.scalars(select(model))
    ]
    by_id = {row.id: row for row in rows}
    return Cast(**{one.name: by_id[getattr(kept, one.name).id] for one in fields(Cast)})
