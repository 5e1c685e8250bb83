"""Lives one history twice, with and without what was kept, and compares everything that reaches the other partner.

Ids and other random bytes are drawn from the history and not from chance, so that what happens in both worlds gets the
same ones in both. Up to the first thing that is kept there is only one world; it is copied then. A reply is made in both
worlds where what it reads differs between them, and every reply of one history in eight, whatever it reads.
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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.engine import make_url
from werkzeug.test import TestResponse

from assignments.models import Entry, Response
from clinic import access
from clinic.actions.reminders import make_calendar_address, set_reminders
from clinic.domain.roles import Permission, Role
from clinic.errors import DomainError
from clinic.extensions import db
from clinic.models import Couple, OutboxMail, Person, SignIn
from clinic.worker import work_once
from tests.databases import app_on, shared_app_on
from tests.noninterference.histories import (
    BEGINS,
    BY_THE_COUNSELLOR,
    EVERY_NIGHT,
    KEPT_ALONE,
    KEPT_ON_WORK,
    MOVES,
    ON_WORK_BY_THE_COUNSELLOR,
    OPEN,
    OPEN_ALONE,
    WAITS_FOR_BOTH,
    Doing,
    History,
    Step,
)
from tests.noninterference.looking import TOKENS, addresses, the_copy
from tests.noninterference.reading import fork, statements, two_files
from tests.noninterference.worlds import BUILT, World, build

# Looked at after every history; the others by chance, because a page costs more than most acts.
ALWAYS = ("/today", "/together", "/thanks", "/me", "/me/history", "/me/history?show=shared")
BY_CHANCE, MADE = 8, 6
TO_CHOOSE_FROM = 300
# Ending one's own sign-in or one's account would leave nothing to compare.
NOT_TRIED = ("sign_in.", "leave.", "account.", "passkeys.", "own_data.", "join.", "static", "home")
# One history in so many is looked at whole, so that what a program remembers outside its database shows too.
LOOKED_AT_WHOLE = 8
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
    history: History
    traveller: time_machine.Traveller
    now: datetime = BEGINS
    couple: Any = None
    told: list[Any] = field(default_factory=list)
    say: Callable[[str], None] = lambda _what: None
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


def begin(url: str) -> Beginning:
    """Canal Street with much given; both partners are reminded every night and have a calendar."""
    with time_machine.travel(BUILT, tick=False):
        world = build(url)
        with app_on(url) as app, app.app_context():
            calendar = {}
            for person in (world.cast.sam, world.cast.jo):
                set_reminders(actor=person, timetable=EVERY_NIGHT)
                calendar[person.name] = make_calendar_address(actor=person)
            path = Path(make_url(url).database or "")
        with app_on(url) as app:
            pages = {name: [*live(app, world, name)] for name in ("Sam", "Jo")}
            forms = [*postable(app, world)]
    return Beginning(world, path, calendar, pages, forms)


def live(app: Flask, world: World, name: str) -> Iterator[str]:
    """Addresses at which this reader finds a page, from all over: walking through all of them takes half a minute."""
    client = browser(app, world, name)
    every = addresses(app, world)
    for url in random.Random(1).sample(every, min(TO_CHOOSE_FROM, len(every))):
        if not url.startswith("/leave") and client.get(url).status_code == 200:
            yield url


def postable(app: Flask, world: World) -> Iterator[str]:
    """Every address that takes a partner's form, with every id; a piece of work that waits for both aside."""
    ids: dict[str, list[Any]] = {
        **world.ids,
        "assignment_id": [one for name, one in world.assignment.items() if name != WAITS_FOR_BOTH],
        "step": ["answer", "at-ease", "thought", "our-pause"],
        "slot": ["A", "B"],
    }
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            permission = access.permission_of(app, rule.endpoint)
            ours = permission is not Permission.PAGE_PUBLIC and access.role_may(Role.PARTNER, permission)
            if "POST" in (rule.methods or ()) and ours and not rule.endpoint.startswith(NOT_TRIED):
                names = sorted(rule.arguments)
                # Each id once at least, and not each with each: there would be thousands.
                for turn in range(max([len(ids[name]) for name in names], default=1)):
                    values = {name: ids[name][turn % len(ids[name])] for name in names}
                    yield app.url_for(rule.endpoint, **values)


def browser(app: Flask, world: World, name: str) -> FlaskClient:
    """A partner's browser, with the same cookies in every world."""
    client = app.test_client()
    client.set_cookie("device", "their-own-device")
    with client.session_transaction() as kept:
        kept.update(_user_id=world.token[name], _fresh=True, csrf_token="0" * 40)
    return client


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


def possible(history: History) -> list[tuple[int, Step]]:
    """The steps that happen: what was kept is not opened, nor the other way round."""
    kept: set[str] = set()
    opened: set[str] = set()
    happens = []
    for number, step in enumerate(history.steps):
        touched = step.item
        if step.what in KEPT_ALONE and step.kept:
            touched = KEPT_ALONE[step.what][1]
        elif step.what in OPEN_ALONE:
            touched = OPEN_ALONE[step.what][1]
        if step.who == history.keeper and touched:
            mine, others = (kept, opened) if step.kept else (opened, kept)
            if touched in others:
                continue
            mine.add(touched)
        happens.append((number, step))
    return happens


def doing(step: Step) -> tuple[Doing, str]:
    if step.kept:
        return (KEPT_ON_WORK[step.what], step.item) if step.item else (KEPT_ALONE[step.what][0], "")
    for table in (OPEN, BY_THE_COUNSELLOR, ON_WORK_BY_THE_COUNSELLOR):
        if step.what in table:
            return table[step.what], step.item
    return OPEN_ALONE[step.what][0], ""


def live_through(life: Life, beginning: Beginning, steps: list[tuple[int, Step]], *, with_kept: bool) -> None:
    """Let these steps happen in one world, and note what the other partner was answered on the way."""
    cast, reader = life.world.cast, reader_of(life.history)
    people = {"Sam": cast.sam, "Jo": cast.jo, "Priya": cast.priya}
    for number, step in steps:
        life.move(timedelta(seconds=7))
        life.say(f"step {number}")
        if step.who == "the clock":
            life.move(MOVES[step.item])
            life.say(f"step {number}")
            with life.app.app_context():
                work_once(life.now)
        elif step.what == "tries an address":
            life.told.append((step, tried(life, beginning, reader, int(step.item))))
        elif with_kept or not step.kept:
            act, item = doing(step)
            with life.app.app_context():
                person = db.session.get_one(Person, people[step.who].id)
                life.couple = db.session.get_one(Couple, cast.sam_and_jo.id)
                outcome = attempt(lambda: act(life, person, item))  # noqa: B023 (called at once)
            if step.who == reader:
                life.told.append((step, outcome))


def reader_of(history: History) -> str:
    """The one from whom things are kept."""
    return "Jo" if history.keeper == "Sam" else "Sam"


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


def looks(
    life: Life, beginning: Beginning, urls: list[str], *, one_browser: bool
) -> dict[str, Callable[[], Any]]:
    """Every channel, and how to look at it: pages, their own history, calendar, mail, the copy of their own words.

    In one browser a page may depend on the one before it; then none may be left out.
    """
    reader = reader_of(life.history)
    person = life.world.cast.sam if reader == "Sam" else life.world.cast.jo
    opened = partial(browser, life.app, life.world, reader)
    same = opened()
    feed = f"/feed/{beginning.calendar[reader]}.ics"
    return {
        **{
            url: lambda url=url: seen(life.app, (same if one_browser else opened()).get(url))  # type: ignore[misc]
            for url in urls
        },
        "calendar": lambda: seen(life.app, life.app.test_client().get(feed)),
        "mail": lambda: letters_to(life, person),
        "copy": lambda: the_copy(life.app, person),
    }


def letters_to(life: Life, person: Person) -> list[str]:
    with life.app.app_context():
        rows = db.session.execute(
            select(OutboxMail.kind, OutboxMail.created_at, OutboxMail.due_at, OutboxMail.sent_at).where(
                OutboxMail.person_id == person.id
            )
        )
        return sorted(str(row) for row in rows)


def look_at_both(quiet: Life, busy: Life, beginning: Beginning, urls: list[str]) -> Iterator[tuple[Any, Any]]:
    """What the reader gets in each world, in pairs. Where it can be told that both are the same, it is made once."""
    for life in (quiet, busy):
        stay_signed_in(life, reader_of(life.history))
    whole = quiet.history.chance % LOOKED_AT_WHOLE == 0
    in_busy = looks(busy, beginning, urls, one_browser=whole)
    with two_files(quiet.world.url, busy.world.url) as files:
        for name, look in looks(quiet, beginning, urls, one_browser=whole).items():
            quiet.say("looking")
            with statements(quiet.app) as asked:
                one = look()
            if whole or not files.agree(asked):
                busy.say("looking")
                yield (name, one), (name, in_busy[name]())


def newest(life: Life) -> set[str]:
    """Addresses of what this history made in one world. In the other one there may be no such thing."""
    with life.app.app_context():
        answers = db.session.scalars(select(Response.id).where(Response.started_at >= BEGINS))
        thanks = db.session.scalars(select(Entry.id).where(Entry.at >= BEGINS))
        return {f"/me/history/{one}" for one in answers} | {f"/thanks/{one}" for one in thanks}


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


@contextmanager
def lived(
    beginning: Beginning, folder: Path, history: History
) -> Iterator[tuple[Life, Life, list[tuple[int, Step]]]]:
    """Both worlds, with the history behind them."""
    steps = possible(history)
    alike = next((place for place, (_, step) in enumerate(steps) if step.kept), len(steps))
    with time_machine.travel(BEGINS, tick=False) as traveller, told_ids() as say, ExitStack() as apps:

        def world(name: str, url: str) -> Life:
            # A copy of what stands at that address, in a file of its own.
            copy = fork(url, folder / f"{name}.sqlite")
            app = apps.enter_context(shared_app_on(copy, name))
            app.config["WTF_CSRF_ENABLED"] = False
            return Life(app, replace(beginning.world, url=copy), history, traveller, say=partial(say, name))

        quiet = world("quiet", beginning.world.url)
        live_through(quiet, beginning, steps[:alike], with_kept=False)
        busy = world("busy", quiet.world.url)
        busy.now, busy.told = quiet.now, [*quiet.told]
        for life in (quiet, busy):
            live_through(life, beginning, steps[alike:], with_kept=life is busy)
            if history.chance % 2:
                life.move(timedelta(days=1))
        yield quiet, busy


def differences(beginning: Beginning, folder: Path, history: History) -> list[str]:
    """Everything that tells the two worlds apart, for the partner from whom things were kept."""
    chance = random.Random(history.chance)
    with lived(beginning, folder, history) as (quiet, busy):
        made = sorted(newest(quiet) | newest(busy))
        urls = [
            *ALWAYS,
            *chance.sample(beginning.pages[reader_of(history)], BY_CHANCE),
            *chance.sample(made, min(MADE, len(made))),
        ]
        told = [
            *zip(quiet.told, busy.told, strict=True),
            *look_at_both(quiet, busy, beginning, urls),
        ]
    return [f"{one[0]}: {first_difference(one[1], two[1])}" for one, two in told if one != two]


def first_difference(one: Any, two: Any) -> str:
    """Where two replies begin to differ."""
    if isinstance(one, tuple) and isinstance(two, tuple):
        pairs = zip(one, two, strict=False)
        return next((first_difference(a, b) for a, b in pairs if a != b), "a part that only one has")
    if isinstance(one, bytes) and isinstance(two, bytes):
        at = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
        return " / ".join(f"…{text[max(0, at - 80) : at + 80]!r}…" for text in (one, two))
    return f"{one!r:.400} / {two!r:.400}"
