"""Lets a history happen in a world: its steps at their times, and the random bytes that follow from what happens.

Ids, nonces and tokens are drawn from the history and not from chance, so that what happens in both worlds gets the same
ones in both. What is kept takes its time from the pause before the next open step, so that time passes alike as well.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import secrets
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from clinic.errors import DomainError
from clinic.extensions import db
from clinic.models import Couple, Person, SignIn
from clinic.worker import work_once
from tests.noninterference.histories import (
    BEGINS,
    BY_THE_COUNSELLOR,
    KEPT_ALONE,
    KEPT_ON_WORK,
    MOVES,
    ON_WORK_BY_THE_COUNSELLOR,
    OPEN,
    OPEN_ALONE,
    Doing,
    Step,
)
from tests.noninterference.looking import TOKENS
from tests.noninterference.worlds import World

# Before each open step; what is kept happens within it, a second apart.
PAUSE, APART = timedelta(seconds=20), timedelta(seconds=1)
# The standard library's own makers of random values; who asked them is one further up.
DRAWERS = (uuid.__file__, random.__file__, secrets.__file__)
SLOW_HASH = hashlib.scrypt
UNDO_KEY = re.compile(r'"key": "[0-9a-f]{32}"')
TRIES: tuple[dict[str, str], ...] = (
    {},
    {"visibility": "private", "choice": "leave", "tried": "part"},
    {"visibility": "shared", "text": "A try", "what": "A try", "choice": "tonight"},
)


@dataclass(frozen=True)
class Beginning:
    """The database every history begins with, and what can be asked for in it."""

    world: World
    path: Path
    calendar: dict[str, str]
    pages: dict[str, list[str]]
    forms: list[str]


@dataclass
class Life:
    """One world while a history happens in it."""

    app: Flask
    world: World
    traveller: time_machine.Traveller
    say: Callable[[str], None]
    now: datetime = BEGINS
    couple: Any = None
    told: list[Any] = field(default_factory=list)
    thought_better_of: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)

    def later(self, opens_at: datetime, back: Callable[[], object]) -> None:
        """What is taken back just before the hold ends."""
        self.thought_better_of.append((opens_at - timedelta(seconds=1), back))

    def move(self, how_far: timedelta) -> None:
        """Let time pass. Whoever thinks better of something does so before it opens."""
        until = self.now + how_far
        for due, back in sorted([one for one in self.thought_better_of if one[0] <= until], key=_due):
            self.thought_better_of.remove((due, back))
            self._at(max(due, self.now))
            self.say(f"better of it {due}")
            with self.app.app_context():
                attempt(back)
        self._at(until)

    def _at(self, moment: datetime) -> None:
        self.now = moment
        self.traveller.move_to(moment, tick=False)


def _due(one: tuple[datetime, object]) -> datetime:
    return one[0]


@contextmanager
def told_ids() -> Iterator[Callable[[str, str], None]]:
    """Ids, nonces and tokens that follow from what is happening: the function given says in which world, and what."""
    happening, counts = ["", ""], Counter[tuple[str, str]]()

    def drawn(number: int) -> bytes:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename in DRAWERS:
            frame = frame.f_back
        world, what = happening
        place = f"{what} {frame.f_code.co_filename} {frame.f_code.co_name}"
        # Counted for each world by itself, and alike in both.
        counts[world, place] += 1
        return hashlib.shake_128(f"{place} {counts[world, place]}".encode()).digest(number)

    def say(world: str, what: str) -> None:
        happening[:] = world, what

    with (
        mock.patch.object(uuid, "os", SimpleNamespace(urandom=drawn)),
        mock.patch.object(random, "_urandom", drawn),
        mock.patch.object(hashlib, "scrypt", cheaply),
    ):
        yield say


def cheaply(password: bytes, **how: Any) -> bytes:
    """The slow hash of spare codes, without being slow. Nobody guesses at them here."""
    return SLOW_HASH(password, **{**how, "n": 2})


def attempt(act: Callable[[], object]) -> str:
    """What comes of an act: done, or refused and why. Anything else is a fault of the application."""
    try:
        act()
    except DomainError as refusal:
        db.session.rollback()
        return f"{type(refusal).__name__}: {refusal}"
    return "done"


def doing(step: Step) -> tuple[Doing, str]:
    if step.kept:
        return (KEPT_ON_WORK[step.what], step.item) if step.item else (KEPT_ALONE[step.what][0], "")
    for table in (OPEN, BY_THE_COUNSELLOR, ON_WORK_BY_THE_COUNSELLOR):
        if step.what in table:
            return table[step.what], step.item
    return OPEN_ALONE[step.what][0], ""


def live_open(life: Life, beginning: Beginning, number: int, step: Step, reader: str) -> None:
    """Let an open step happen, and note what the reader was answered."""
    life.say(f"open {number}")
    if step.who == "the clock":
        life.move(MOVES[step.item])
        life.say(f"open {number}")
        with life.app.app_context():
            work_once(life.now)
    elif step.what == "tries an address":
        life.told.append((step, tried(life, beginning, reader, int(step.item))))
    else:
        outcome = done(life, step)
        if step.who == reader:
            life.told.append((step, outcome))


def live_kept(life: Life, label: str, steps: list[Step]) -> None:
    """Let things be kept, one after the other, before the next open step."""
    for number, step in enumerate(steps):
        life.move(APART)
        life.say(f"kept {label} {number}")
        done(life, step)


def done(life: Life, step: Step) -> str:
    """Let somebody do one thing; what comes of it."""
    cast = life.world.cast
    who = {"Sam": cast.sam, "Jo": cast.jo, "Priya": cast.priya}[step.who]
    act, item = doing(step)
    with life.app.app_context():
        person = db.session.get_one(Person, who.id)
        life.couple = db.session.get_one(Couple, cast.sam_and_jo.id)
        return attempt(lambda: act(life, person, item))


def tried(life: Life, beginning: Beginning, reader: str, number: int) -> Any:
    """What the reader gets for sending a form to some address."""
    forms = beginning.forms
    stay_signed_in(life, reader)
    fields = {**TRIES[number % len(TRIES)], "form_key": f"{number:032x}"}
    url = forms[(number * 7919) % len(forms)]
    return url, seen(life.app, browser(life.app, life.world, reader).post(url, data=fields))


def stay_signed_in(life: Life, reader: str) -> None:
    """By the same row in both worlds, at whatever time it is."""
    with life.app.app_context():
        person = life.world.cast.sam if reader == "Sam" else life.world.cast.jo
        signed_in = update(SignIn).where(SignIn.person_id == person.id)
        db.session.execute(signed_in.values(created_at=life.now, last_seen_at=life.now, ended_at=None))
        db.session.commit()


def browser(app: Flask, world: World, name: str) -> FlaskClient:
    """A partner's browser, with the same cookies in every world."""
    client = app.test_client()
    client.set_cookie("device", "their-own-device")
    with client.session_transaction() as kept:
        kept.update(_user_id=world.token[name], _fresh=True, csrf_token="0" * 40)
    return client


def seen(app: Flask, reply: TestResponse) -> Any:
    """All that reaches the browser, but for what is random in every page. A cookie that can be read is opened."""
    headers = [(name, value) for name, value in reply.headers if name not in ("Set-Cookie", "Content-Length")]
    cookies = [
        cookie(app, *line.partition(";")[0].split("=", 1)) for line in reply.headers.getlist("Set-Cookie")
    ]
    return reply.status_code, headers, cookies, TOKENS.sub(rb'\1"', reply.data)


def cookie(app: Flask, name: str, value: str) -> str:
    if name == app.config["SESSION_COOKIE_NAME"] and value:
        interface: Any = app.session_interface
        opened = json.dumps(interface.get_signing_serializer(app).loads(value), default=str)
        return name + UNDO_KEY.sub('"key": ""', opened)
    return name if name == "visit" else f"{name} {value}"
