"""Two worlds side by side, and everything that differs in them for Jo (B)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product, zip_longest
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from assignments.actions.assigning import Terms, assign
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import Assignment, Entry, Pause, Response, TurnPart
from clinic import access
from clinic.clock import today
from clinic.domain.roles import Permission, Role
from clinic.extensions import db
from clinic.models import Appointment, OutboxMail, Passkey, SignIn
from tests.cast import Cast
from tests.conftest import Clock
from tests.noninterference.scenes import FRIDAY, LISTENING, MOMENTS, PLANS, Act, Scene, Start

# What is random in a page: the key of each form. So is the cookie by which a signed-out page blanks Back.
FORM_KEY = re.compile(rb'name="form_key" value="[^"]*"')
UNDO_KEY = re.compile(r'"key": "[0-9a-f]{32}"')
BLUEPRINTS_WITH_WORDS = ("do", "turns", "check_in", "thanks", "mine", "today", "together")


def given_by_plan(cast: Cast, slug: str, limit: Level, plan: str) -> UUID:
    exercise = load_library().get(slug)
    assert exercise is not None, slug
    day = today(cast.canal_street.timezone)
    repeat = Repeat.WEEKLY if plan == "each week" else Repeat.ONCE
    terms = Terms("both", day, day + timedelta(days=5), repeat, limit)
    return assign(actor=cast.priya, couple_id=cast.sam_and_jo.id, exercise=exercise, terms=terms).id


@dataclass
class Worlds:
    """The world in which Sam did nothing more, and the one in which he did."""

    start: Start
    clock: Clock
    quiet: Flask
    busy: Flask

    def live_until(
        self, moment: datetime, wednesday: tuple[Act, ...] = (), friday: tuple[Act, ...] = ()
    ) -> None:
        """Let Sam do things in the busy world, up to a moment at which Jo looks."""
        scene = Scene(self.start.cast, self.start.given)
        with self.busy.app_context():
            for act in wednesday:
                self.clock.move(seconds=7)
                act(scene)
            if moment > FRIDAY:
                self.clock.set(FRIDAY)
                for act in friday:
                    act(scene)
        self.clock.set(moment)

    def addresses(self, *, everything: bool) -> list[str]:
        """Every address by GET, with every id the busy world holds and one that none does.

        Without `everything` those for staff are left out, and of each exercise's questions all but the first.
        """
        ids = self._ids()
        found = {"/me/history?show=only-me", "/me/history?show=shared", "/thanks?show=shared"}
        for rule in self.busy.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint.endswith(("static", "leave")):
                continue
            permission = access.permission_of(self.busy, rule.endpoint)
            if permission is Permission.PAGE_PUBLIC or not access.role_may(Role.PARTNER, permission):
                # One of each will do: the guard refuses before any id is looked at.
                found.update(list(self._addresses_of(rule, ids, all_steps=False))[: int(everything)])
            else:
                found.update(self._addresses_of(rule, ids, all_steps=everything))
        return sorted(found)

    def acts(self) -> list[str]:
        """Every address by POST among the pages partners work on, with every id."""
        ids = self._ids()
        return sorted(
            address
            for rule in self.busy.url_map.iter_rules()
            if "POST" in (rule.methods or ()) and rule.endpoint.split(".")[0] in BLUEPRINTS_WITH_WORDS
            for address in self._addresses_of(rule, ids, all_steps=False)
        )

    def _ids(self) -> dict[str, list[Any]]:
        tables: dict[str, Any] = {
            "assignment_id": Assignment,
            "response_id": Response,
            "entry_id": Entry,
            "part_id": TurnPart,
            "pause_id": Pause,
            "appointment_id": Appointment,
            "sign_in_id": SignIn,
            "passkey_id": Passkey,
        }
        with self.busy.app_context():
            ids = {
                name: [*db.session.execute(select(table.id)).scalars(), uuid4()]
                for name, table in tables.items()
            }
        couple = self.start.cast.sam_and_jo
        # Places in a row: the turns of an exercise, the weeks of a plan, the versions of an exercise of our own.
        counted: dict[str, list[Any]] = {
            "turn": [1],
            "week": [1],
            "number": [1],
            "value": [1],
            "name": ["csi-4"],
        }
        return {**ids, **counted, "couple_id": [couple.id], "person_id": [self.start.cast.sam.id]}

    def _addresses_of(self, rule: Rule, ids: dict[str, list[Any]], *, all_steps: bool) -> Iterator[str]:
        names = sorted(rule.arguments)
        if "step" in names:
            for plan, assignment_id in self.start.given.items():
                exercise = load_library().get(PLANS[plan][0])
                assert exercise is not None
                steps = [step.key for step in exercise.steps]
                if "slot" not in names:
                    for step in [*steps, "made-up"] if all_steps else steps[:1]:
                        yield self._address(rule, {"assignment_id": assignment_id, "step": step})
                elif plan in LISTENING:
                    for step, slot in product(steps if all_steps else steps[:2], "AB"):
                        part = {"turn": 1, "slot": slot, "step": step, "number": 1}
                        yield self._address(rule, {"assignment_id": assignment_id, **part})
            return
        filled: list[dict[str, Any]] = [{}]
        for name in names:
            values: list[Any] = list(ids.get(name, ["made-up"]))
            filled = [{**one, name: value} for one in filled for value in values]
        for one in filled:
            yield self._address(rule, one)

    def _address(self, rule: Rule, values: dict[str, Any]) -> str:
        with self.busy.test_request_context():
            return self.busy.url_map.bind("localhost").build(rule.endpoint, values)

    def jo_in(self, app: Flask, moment: datetime) -> FlaskClient:
        """Jo's browser, with the same cookies in both worlds."""
        client = app.test_client()
        client.set_cookie("device", "jos-own-device")
        with client.session_transaction() as session:
            session.update(_user_id=self.start.tokens[moment], _fresh=True, csrf_token="0" * 40)
        return client

    def differences(self, moment: datetime) -> Iterator[str]:
        """What differs for Jo, as addresses with a short why. Lazy, so that one can be enough."""
        quiet, busy = self.jo_in(self.quiet, moment), self.jo_in(self.busy, moment)
        yield from self.letters_differ()
        for address in self.addresses(everything=moment == MOMENTS[1]):
            one, two = self.seen(quiet.get(address)), self.seen(busy.get(address))
            if one != two:
                yield f"{moment:%a %H:%M} {address}: {first_difference(one, two)}"

    def seen(self, reply: TestResponse) -> dict[str, Any]:
        """All that reaches the browser, but for what is random in every page."""
        headers = [(name, value) for name, value in reply.headers if name != "Set-Cookie"]
        cookies = [self._cookie(*value.split("=", 1)) for value in reply.headers.getlist("Set-Cookie")]
        body = FORM_KEY.sub(b'name="form_key" value=""', reply.data)
        return {"status": reply.status, "body": body, "cookies": cookies, "headers": headers}

    def _cookie(self, name: str, rest: str) -> Any:
        value, _, attributes = rest.partition(";")
        if name == self.busy.config["SESSION_COOKIE_NAME"] and value:
            # Signed and not sealed, so Jo can read it: it is compared opened, without the key of an Undo button.
            interface: Any = self.busy.session_interface
            opened = json.dumps(interface.get_signing_serializer(self.busy).loads(value), default=str)
            return name, UNDO_KEY.sub('"key": ""', opened), attributes
        return name, "" if name == "visit" else value, attributes

    def letters_differ(self) -> list[str]:
        """What was put in the post for Jo."""
        posted = []
        for app in (self.quiet, self.busy):
            with app.app_context():
                rows = db.session.execute(
                    select(OutboxMail.kind, OutboxMail.created_at, OutboxMail.due_at).where(
                        OutboxMail.person_id == self.start.cast.jo.id
                    )
                )
                posted.append(sorted(map(tuple, rows)))
        return [] if posted[0] == posted[1] else ["the post to Jo"]


def first_difference(one: dict[str, Any], two: dict[str, Any]) -> str:
    part = next((part for part in one if one[part] != two[part]), "body")
    if part != "body":
        return f"{part}: {one[part]} / {two[part]}"
    lines = zip_longest(one[part].split(b"\n"), two[part].split(b"\n"))
    return next((f"{before!r} / {after!r}" for before, after in lines if before != after), "?")
