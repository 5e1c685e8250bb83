"""What one reader gets of a world: every page with every id, the copy of their own words, and the mail that waits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from assignments.models import Assignment, ExerciseVersion
from assignments.queries.own_copy import own_copy
from assignments.views.own_data import packed
from clinic import access
from clinic.domain.roles import Permission, Role
from clinic.extensions import db
from clinic.models import OutboxMail, Person, SignIn
from clinic.queries.couples import own_place
from tests.assignments.given import (
    exercise,
)
from tests.databases import shared_app_on
from tests.noninterference.worlds import KEPT, World

LOOKED = {
    "an hour later": KEPT + timedelta(hours=1),
    "on Monday morning, the check-in still open": datetime(2026, 9, 21, 9, 0, tzinfo=UTC),
    "when the time for answering has run out": datetime(2026, 10, 2, 9, 0, tzinfo=UTC),
}


COPY = "the copy of one's own words"
# Random in every rendering, and worth nothing to anybody but their own reader.
TOKENS = re.compile(rb'(name="(?:csrf_token|form_key)"[^>]* value=")[^"]*"')
COOKIE = re.compile(r"^([^=]+)=[^;]*")
Seen = Mapping[str, tuple[Any, ...]]


def addresses(app: Flask, world: World) -> list[str]:
    """Every address that can be fetched, with every id there is wherever one fits."""
    with app.app_context():
        steps = steps_of_work()
    found = []
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if "GET" in (rule.methods or ()) and not rule.endpoint.endswith("static"):
                found += [
                    app.url_for(rule.endpoint, **values) for values in filled_in(app, rule, world, steps)
                ]
    # Leaving ends the sign-in, so it is fetched last.
    return sorted([*found, "/made/up"], key=lambda address: address.startswith("/leave"))


def filled_in(
    app: Flask, rule: Rule, world: World, steps: Mapping[UUID, set[str]]
) -> Iterator[dict[str, Any]]:
    """What fits into the address of one rule, without what cannot differ twice."""
    names = sorted(rule.arguments)
    ids = world.ids | ({"step": world.ids["agreement"]} if rule.endpoint.startswith("agreements.") else {})
    if rule.endpoint.startswith("turns.") and "step" in rule.arguments:
        # Of any other exercise nothing is written to and fro, and there would be hundreds of these.
        ids |= {
            "assignment_id": [world.assignment["turns"], world.assignment["turns afresh"]],
            "step": ["thought", "say-back", "on-my-mind"],
        }
    missing = set(names) - set(ids)
    assert not missing, f"{rule.rule} has {missing}: say in build() whose row it is"
    chosen = [dict(zip(names, values, strict=True)) for values in product(*(ids[name] for name in names))]
    permission = access.permission_of(app, rule.endpoint)
    if permission is not Permission.PAGE_PUBLIC and not access.role_may(Role.PARTNER, permission):
        # One of them will do: the guard refuses before any id is looked at.
        return iter(chosen[:1])
    if {"assignment_id", "step"} <= set(names):
        return _with_own_steps(chosen, steps)
    return iter(chosen)


def _with_own_steps(chosen: list[dict[str, Any]], steps: Mapping[UUID, set[str]]) -> Iterator[dict[str, Any]]:
    """Those whose step the exercise has. Of the others, which are not found whatever anybody did, the first of each."""
    strange: set[UUID] = set()
    for values in chosen:
        assignment_id = values["assignment_id"]
        if values["step"] in steps.get(assignment_id, set()):
            yield values
        elif assignment_id not in strange:
            strange.add(assignment_id)
            yield values


def steps_of_work() -> dict[UUID, set[str]]:
    """The steps of everything given."""
    rows = db.session.execute(select(Assignment.id, ExerciseVersion.slug).join(ExerciseVersion))
    return {assignment_id: {step.key for step in exercise(slug).steps} for assignment_id, slug in rows}


def look(app: Flask, world: World, reader: Person, urls: list[str]) -> Seen:
    """What one reader gets at each address: status, headers and bytes, without what is random for each rendering."""
    with app.app_context():
        # Signed in in both worlds alike, by the same row, at whatever time it is.
        moment = datetime.now(UTC)
        db.session.execute(
            update(SignIn)
            .where(SignIn.person_id == reader.id)
            .values(created_at=moment, last_seen_at=moment, ended_at=None)
        )
        db.session.commit()
    client: FlaskClient = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = world.token[reader.name], True
    seen = {url: normal(client.get(url)) for url in urls}
    return seen | {COPY: (200, [], the_copy(app, reader))}


def the_copy(app: Flask, reader: Person) -> bytes:
    """The file with everything the reader wrote, as the button gives it."""
    with app.test_request_context():
        return packed(own_copy(own_place(db.session.get_one(Person, reader.id)), datetime.now(UTC)))


def normal(reply: TestResponse) -> tuple[Any, ...]:
    headers = [
        (name, COOKIE.sub(r"\1=", value) if name == "Set-Cookie" else value)
        for name, value in reply.headers
        if name != "Content-Length"
    ]
    return reply.status_code, headers, TOKENS.sub(rb'\1"', reply.data)


def letters(app: Flask, reader: Person) -> list[tuple[str, datetime]]:
    """The mail that waits for one reader."""
    with app.app_context():
        address = db.session.get_one(Person, reader.id).contact_address
        rows = db.session.scalars(select(OutboxMail).where(OutboxMail.to_address == address))
        return sorted((row.kind, row.due_at) for row in rows)


@dataclass(frozen=True)
class Look:
    """What one reader sees of a world at each of the moments, and the mail that waits for them."""

    pages: Mapping[str, Seen]
    letters: Mapping[str, list[tuple[str, datetime]]]


def watch(world: World, reader: Person) -> Look:
    """Fetch everything at each moment in turn."""
    pages, mail = {}, {}
    with shared_app_on(world.url) as app:
        for name, moment in LOOKED.items():
            with time_machine.travel(moment, tick=False):
                pages[name] = look(app, world, reader, addresses(app, world))
                mail[name] = letters(app, reader)
    return Look(pages, mail)


def differences(one: Look, two: Look) -> list[str]:
    """Every address at every moment that tells the worlds apart."""
    found = []
    for moment, pages in two.pages.items():
        nothing = pages["/made/up"]
        for url, reply in pages.items():
            # An id that is in the second world alone must get what a made-up one gets.
            if one.pages[moment].get(url, nothing) != reply:
                found.append(f"{url}, {moment}")
        if one.letters[moment] != two.letters[moment]:
            found.append(f"mail, {moment}")
    return found
