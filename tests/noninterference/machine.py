"""Lives histories in two worlds, with and without what was kept, and compares everything that reaches the other partner.

Several histories of one telling differ only in what is kept, so that they share the world in which nothing is. Each
begins as a copy of that world as it stood before the first thing was kept. A reply is made in both worlds where what it
reads differs between them, and every reply of one history in sixteen, whatever it reads.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from assignments.models import Entry, Response
from assignments.queries.today import today_for
from clinic import access
from clinic.actions.reminders import make_calendar_address, set_reminders
from clinic.domain.roles import Permission, Role
from clinic.extensions import db
from clinic.models import OutboxMail, Person
from clinic.queries.couples import own_place
from tests.assignments.test_today_in_hand import today_from_everything
from tests.databases import app_on, shared_app_on
from tests.noninterference.histories import BEGINS, EVERY_NIGHT, WAITS_FOR_BOTH, History
from tests.noninterference.lives import (
    PAUSE,
    Beginning,
    Life,
    browser,
    live_kept,
    live_open,
    seen,
    stay_signed_in,
    told_ids,
)
from tests.noninterference.looking import addresses, the_copy
from tests.noninterference.reading import Statement, fork, statements, two_files, writes
from tests.noninterference.worlds import BUILT, World, build

# Looked at after every history; the others by chance, because a page costs more than most acts.
ALWAYS = ("/today", "/together", "/thanks", "/me", "/me/history", "/me/history?show=shared")
BY_CHANCE, MADE = 8, 6
TO_CHOOSE_FROM = 300
# Ending one's own sign-in or one's account would leave nothing to compare.
NOT_TRIED = ("sign_in.", "leave.", "account.", "passkeys.", "own_data.", "join.", "static", "home")
# One history in so many is looked at whole, so that what a program remembers outside its database shows too.
LOOKED_AT_WHOLE = 16


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


@dataclass(frozen=True)
class Begun:
    """A history whose own world has begun: its file, before which open step, when, and what the reader had been answered."""

    history: History
    url: str
    number: int
    now: datetime
    told: tuple[Any, ...]


@dataclass
class Quiet:
    """The world in which nothing is kept, with all that happens behind it, and what was looked at in it so far."""

    life: Life
    looked: dict[str, tuple[Any, list[Statement]]] = field(default_factory=dict)

    def look(self, name: str, look: Callable[[], Any], *, again: bool) -> tuple[Any, list[Statement]]:
        """What the reader gets, and what was read for it. Looked at once, unless looking changes something."""
        if name in self.looked and not again:
            return self.looked[name]
        self.life.say("looking")
        with statements(self.life.app) as asked:
            got = look()
        if not (again or any(map(writes, asked))):
            self.looked[name] = got, asked
        return got, asked


def live_through(
    life: Life,
    beginning: Beginning,
    history: History,
    start: int,
    *,
    copied: Callable[[int], None] | None = None,
) -> None:
    """Let a history happen from that open step on. In the world where nothing is kept, each stop can be copied."""
    for number in range(start, len(history.open) + 1):
        paused = life.now
        if copied is not None:
            copied(number)
        else:
            live_kept(life, str(number), history.kept_before(number))
        life.move(paused + PAUSE - life.now)
        if number < len(history.open):
            live_open(life, beginning, number, history.open[number], history.reader)
    if history.chance % 2:
        life.move(timedelta(days=1))


def looks(
    life: Life, beginning: Beginning, reader: str, urls: list[str], *, one_browser: bool
) -> dict[str, Callable[[], Any]]:
    """Every channel, and how to look at it: pages, their own history, calendar, mail, the copy of their own words.

    In one browser a page may depend on the one before it; then none may be left out.
    """
    person = life.world.cast.sam if reader == "Sam" else life.world.cast.jo
    opened = partial(browser, life.app, life.world, reader)
    same = opened()

    def page(url: str) -> Any:
        return seen(life.app, (same if one_browser else opened()).get(url))

    feed = f"/feed/{beginning.calendar[reader]}.ics"
    return {
        **{url: partial(page, url) for url in urls},
        "calendar": lambda: seen(life.app, life.app.test_client().get(feed)),
        "mail": lambda: letters_to(life, person),
        "copy": lambda: the_copy(life.app, person),
        "whole": lambda: nothing_stays_behind(life.app, person),
    }


def nothing_stays_behind(app: Flask, person: Person) -> None:
    """Today shows the same from what is in hand as from everything there ever was, whatever has been done."""
    with app.test_request_context():
        place, moment = own_place(db.session.get_one(Person, person.id)), datetime.now(UTC)
        assert today_for(place, moment) == today_from_everything(place, moment)


def letters_to(life: Life, person: Person) -> list[str]:
    with life.app.app_context():
        rows = db.session.execute(
            select(OutboxMail.kind, OutboxMail.created_at, OutboxMail.due_at, OutboxMail.sent_at).where(
                OutboxMail.person_id == person.id
            )
        )
        return sorted(str(row) for row in rows)


def is_looked_at_whole(history: History) -> bool:
    """By what happens in it, since a generator of histories likes some numbers better than others."""
    return zlib.crc32(repr(history).encode()) % LOOKED_AT_WHOLE == 0


def looked_at_before(quiet: Quiet, beginning: Beginning, history: History) -> dict[str, Any]:
    """What the quiet world shows before anything is kept in the other one, of a history that is looked at whole.

    Both worlds are lived by one program, and a file or a variable of its own is in both. Afterwards they would show the
    same; but in between nothing happens in the quiet one, so all that it shows must be what it showed.
    """
    if not is_looked_at_whole(history):
        return {}
    urls = addresses_for(quiet.life, quiet.life, beginning, history)
    every = looks(quiet.life, beginning, history.reader, urls, one_browser=True)
    return {name: quiet.look(name, look, again=True)[0] for name, look in every.items()}


def look_at_both(
    quiet: Quiet, busy: Life, beginning: Beginning, history: History, before: dict[str, Any]
) -> Iterator[tuple[Any, Any]]:
    """What the reader gets in each world, in pairs. Where it can be told that both are the same, it is made once."""
    whole = is_looked_at_whole(history)
    stay_signed_in(busy, history.reader)
    urls = addresses_for(quiet.life, busy, beginning, history)
    in_quiet, in_busy = (
        looks(life, beginning, history.reader, urls, one_browser=whole) for life in (quiet.life, busy)
    )
    with two_files(quiet.life.world.url, busy.world.url) as files:
        for name in in_quiet:
            one, asked = quiet.look(name, in_quiet[name], again=whole)
            if name in before:
                yield (name, before[name]), (name, one)
            if whole or not files.agree(asked):
                busy.say("looking")
                yield (name, one), (name, in_busy[name]())


def addresses_for(quiet: Life, busy: Life, beginning: Beginning, history: History) -> list[str]:
    """Those looked at after every history, some by chance, and some of what was made in either world."""
    chance = random.Random(history.chance)
    made = sorted(newest(quiet) | newest(busy))
    return [
        *ALWAYS,
        *chance.sample(beginning.pages[history.reader], BY_CHANCE),
        *chance.sample(made, min(MADE, len(made))),
    ]


def newest(life: Life) -> set[str]:
    """Addresses of what this history made in one world. In the other one there may be no such thing."""
    with life.app.app_context():
        answers = db.session.scalars(select(Response.id).where(Response.started_at >= BEGINS))
        thanks = db.session.scalars(select(Entry.id).where(Entry.at >= BEGINS))
        return {f"/me/history/{one}" for one in answers} | {f"/thanks/{one}" for one in thanks}


def differences(beginning: Beginning, folder: Path, *histories: History) -> dict[History, list[str]]:
    """For each history that tells its two worlds apart everything that does, for the partner from whom things were kept.

    The histories are of one telling: they differ only in what is kept.
    """
    first = histories[0]
    assert all(
        (one.keeper, one.open, one.chance) == (first.keeper, first.open, first.chance) for one in histories
    )
    with time_machine.travel(BEGINS, tick=False) as traveller, told_ids() as say:

        @contextmanager
        def world(name: str, url: str, app_name: str) -> Iterator[Life]:
            with shared_app_on(url, app_name) as app:
                app.config["WTF_CSRF_ENABLED"] = False
                yield Life(app, replace(beginning.world, url=url), traveller, partial(say, name))

        begun: list[Begun] = []
        with world("quiet", fork(beginning.world.url, folder / "quiet.sqlite"), "quiet") as life:

            def copied(number: int) -> None:
                for history in histories:
                    if history.kept and history.kept[0][0] == number:
                        url = fork(life.world.url, folder / f"busy-{len(begun)}.sqlite")
                        begun.append(Begun(history, url, number, life.now, tuple(life.told)))

            live_through(life, beginning, first, 0, copied=copied)
            stay_signed_in(life, first.reader)
            quiet = Quiet(life)
            found = {}
            for one in begun:
                before = looked_at_before(quiet, beginning, one.history)
                with world(one.url, one.url, "busy") as busy:
                    busy.now, busy.told = one.now, [*one.told]
                    live_through(busy, beginning, one.history, one.number)
                    pairs = [
                        *zip(life.told, busy.told, strict=True),
                        *look_at_both(quiet, busy, beginning, one.history, before),
                    ]
                told = [f"{a[0]}: {first_difference(a[1], b[1])}" for a, b in pairs if a != b]
                if told:
                    found[one.history] = told
    return found


def first_difference(one: Any, two: Any) -> str:
    """Where two replies begin to differ."""
    if isinstance(one, tuple) and isinstance(two, tuple):
        pairs = zip(one, two, strict=False)
        return next((first_difference(a, b) for a, b in pairs if a != b), "a part that only one has")
    if isinstance(one, bytes) and isinstance(two, bytes):
        at = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
        return " / ".join(f"…{text[max(0, at - 80) : at + 80]!r}…" for text in (one, two))
    return f"{one!r:.400} / {two!r:.400}"
