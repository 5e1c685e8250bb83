"""A ledger of everything the application has acknowledged, held against what is in the database afterwards.

Writers keep sending while a test breaks things. Each form carries a word of its own that occurs nowhere else. A form whose
reply was lost is sent again as it was, as a browser does, until it is acknowledged. In the end each acknowledged word must
be there exactly once, and none may be there twice.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from clinic.crypto import KeyRing, unseal
from clinic.extensions import db
from clinic.key_rotation import sealed_columns
from clinic.models import KeptForm, Person
from tests.faults.serving import KEYS, Browser, NoReply, Reply, Served, World

WORD = re.compile(r"word[0-9a-f]{32}")
# A person may keep a hundred thank-yous a day.
MOST_THANKS = 95
# A person would wait longer.
AFTER_A_REFUSAL = 0.1


@dataclass
class Ledger:
    """What was sent, what was acknowledged, and what was said instead."""

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    # Of a draft only the newest words stay, so these have a number in place of a count.
    drafts: dict[str, tuple[int, int]] = field(default_factory=dict)
    lost_replies: int = 0
    # Status and text of every reply that was neither a page nor an acknowledgement.
    refusals: list[Reply] = field(default_factory=list)

    @property
    def statuses(self) -> Counter[int]:
        """How often which refusal came."""
        return Counter(one.status for one in self.refusals)

    @property
    def dishonest(self) -> list[tuple[str, int, str]]:
        """Refusals that say anything but "not saved, come again"."""
        return [(one.path, one.status, one.text[:2000]) for one in self.refusals if one.status != 503]


@dataclass(frozen=True)
class Found:
    """What the database holds, against the ledger."""

    lost: set[str]
    doubled: set[str]
    drafts_behind: set[str]
    rows: int

    @property
    def is_whole(self) -> bool:
        return not (self.lost or self.doubled or self.drafts_behind)


def new_word() -> str:
    return f"word{uuid4().hex}"


class Writer(threading.Thread):
    """One person who keeps writing: notes without end for a counsellor, thank-yous and a draft for a partner."""

    def __init__(
        self, ledger: Ledger, browser: Browser, kinds: Iterator[Form], stop: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self._ledger, self._browser, self._kinds, self._stopped = ledger, browser, kinds, stop

    def run(self) -> None:
        for form in self._kinds:
            if self._stopped.is_set():
                return
            form(self._ledger, self._browser, self._stopped)


Form = Callable[[Ledger, Browser, threading.Event], None]


def thanks() -> Form:
    """One thank-you."""
    return _once(
        "/thanks/new", lambda word: {"what": word, "meant": "", "visibility": "private", "version": "0"}
    )


def note(couple_id: object) -> Form:
    """One of the counsellor's own notes."""
    today = datetime.now(UTC).date().isoformat()
    return _once(f"/c/couples/{couple_id}/notes", lambda word: {"about_day": today, "words": word})


def _once(path: str, fields: Callable[[str], dict[str, str]]) -> Form:
    def send(ledger: Ledger, browser: Browser, stop: threading.Event) -> None:
        word, key = new_word(), uuid4().hex
        ledger.sent.add(word)
        while not stop.is_set():
            try:
                reply = browser.post(path, {**fields(word), "form_key": key})
            except NoReply:
                ledger.lost_replies += 1
                time.sleep(0.01)
                continue
            if reply.is_acknowledged:
                ledger.acknowledged.add(word)
                return
            ledger.refusals.append(reply)
            time.sleep(AFTER_A_REFUSAL)

    return send


def draft(assignment_id: object) -> Iterator[Form]:
    """The same answer written on and on; each save says which version it knows."""
    name, version = uuid4().hex, itertools.count(1)
    known = {"version": "0"}
    path = f"/do/{assignment_id}/answer/draft"

    def send(ledger: Ledger, browser: Browser, stop: threading.Event) -> None:
        number = next(version)
        acknowledged, _ = ledger.drafts.get(name, (0, 0))
        ledger.drafts[name] = (acknowledged, number)
        while not stop.is_set():
            try:
                reply = browser.post(path, {"text": f"draft{name} {number}.", "version": known["version"]})
            except NoReply:
                ledger.lost_replies += 1
                time.sleep(0.01)
                continue
            if reply.status == 200:
                known["version"] = str(json.loads(reply.text)["version"])
                ledger.drafts[name] = (number, number)
                return
            if reply.status == 409:
                # The save whose reply was lost has counted: the page now holds the newer version.
                known["version"] = str(json.loads(reply.text)["version"])
                continue
            ledger.refusals.append(reply)
            time.sleep(AFTER_A_REFUSAL)

    return itertools.repeat(send)


@contextmanager
def writing(world: World, served: Served, partners: int = 4) -> Iterator[Ledger]:
    """Several people at once write as fast as they can until the block ends; then every form is seen through."""
    ledger, stop = Ledger(), threading.Event()
    writers = []
    for number, person in enumerate(world.partners[:partners]):
        forms = draft(world.work[person.id]) if number % 2 else _thanks_of(world, person)
        writers.append(Writer(ledger, world.browser(person, served.address), forms, stop))
    for counsellor, couple in _caseloads(world):
        forms = itertools.repeat(note(couple))
        writers.append(Writer(ledger, world.browser(counsellor, served.address), forms, stop))
    for one in writers:
        one.start()
    try:
        yield ledger
    finally:
        stop.set()
        for one in writers:
            one.join(timeout=60)


def _thanks_of(world: World, person: Person) -> Iterator[Form]:
    """As many thank-yous as are left to a person in this world."""
    while world.thanked[person.id] < MOST_THANKS:
        world.thanked[person.id] += 1
        yield thanks()


def _caseloads(world: World) -> list[tuple[Person, object]]:
    cast = world.cast
    return [(cast.priya, cast.sam_and_jo.id), (cast.marcus, cast.nia_and_owen.id)]


def compare(world: World, ledger: Ledger, keys: str = KEYS) -> Found:
    """Read every sealed value there is and hold it against the ledger."""
    with world.app() as app, app.app_context():
        app.extensions["key_ring"] = KeyRing(keys)
        texts = list(everything_said(app))
    seen = Counter(word for text in texts for word in set(WORD.findall(text)))
    behind = set()
    for name, (acknowledged, sent) in ledger.drafts.items():
        numbers = [int(one) for text in texts for one in re.findall(rf"draft{name} (\d+)\.", text)]
        if acknowledged and not (numbers and acknowledged <= max(numbers) <= sent):
            behind.add(name)
    return Found(
        lost={word for word in ledger.acknowledged if not seen[word]},
        doubled={word for word, count in seen.items() if count > 1},
        drafts_behind=behind,
        rows=len(texts),
    )


def everything_said(app: Flask) -> Iterator[str]:
    """Every sealed value of the database, opened. One that does not open is a failure of its own."""
    for column in sealed_columns():
        # A value without a row that says whose it is (a letter's secret) is none of ours here.
        for row in db.session.scalars(select(column.model).where(column.attribute.is_not(None))):
            words = unseal(row, column.name, getattr(row, column.name))
            # What waits until its sender has signed in again is a copy that nobody has acted on.
            if column.model is not KeptForm:
                yield words
