"""Two worlds that differ only in what Sam (A) kept from Jo (B). Every byte Jo can fetch is the same in both.

One database is built and copied; in the second world Sam goes on to do what is nobody's business but his own or his
counsellor's. Then Jo asks for every address there is, with every id there is, in both worlds and at the same moments.
The control tests put a leak in and expect it to be found, so that the comparison is known to see.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product, zip_longest
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from assignments.actions.assigning import Terms, assign
from assignments.actions.checking_in import check_in
from assignments.actions.entries import change_thanks, delete_thanks, save_thanks
from assignments.actions.replying import reply_to_answers
from assignments.actions.responding import (
    cancel_widening,
    change_visibility,
    record_outcome,
    save_answer,
    send_response,
    set_aside,
    take_back,
)
from assignments.actions.reviewing import mark_read
from assignments.actions.turns import save_part, send_part, take_part_back
from assignments.domain import visibility
from assignments.domain.checkins import CheckinAnswers, check_in_window
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level, Opening
from assignments.library.loader import load_library
from assignments.models import Assignment, Entry, ExerciseVersion, Pause, Response, TurnPart
from clinic import access
from clinic.actions.sign_ins import start_sign_in
from clinic.clock import now, today
from clinic.domain.roles import Permission, Role
from clinic.extensions import db
from clinic.models import Appointment, OutboxMail, Passkey, Person, SignIn
from tests.cast import Cast, assemble
from tests.conftest import Clock
from tests.databases import SQLiteFiles, shared_app_on

pytestmark = pytest.mark.slow

# Every page with every id takes minutes where others work beside it.
pytestmark = pytest.mark.timeout(900)

WEDNESDAY = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
FRIDAY = datetime(2026, 9, 18, 18, 0, tzinfo=UTC)
# When Jo looks: within every hold, after every hold, while the check-in is open, and a week on, when weekly work has
# come round again. Once, after every hold, Jo asks for everything there is; otherwise for what could have changed.
MOMENTS = (
    WEDNESDAY + timedelta(minutes=30),
    WEDNESDAY + timedelta(minutes=55),
    FRIDAY + timedelta(hours=1),
    WEDNESDAY + timedelta(days=8),
)
# One exercise for each thing Sam may do with one; Jo has done the same with all of them in both worlds.
PLANS: dict[str, tuple[str, Level]] = {
    "kept": ("gentle-questions", Level.BOTH),
    "told the counsellor": ("what-helps-me-feel-safe", Level.BOTH),
    "drafted": ("i-statements", Level.SHARED),
    "tightened": ("gentle-questions", Level.BOTH),
    "taken back": ("one-thing-aloud", Level.SHARED),
    "answered, Jo has not": ("gentle-questions", Level.BOTH),
    "widened and cancelled": ("i-statements", Level.SHARED),
    "set aside": ("validate-first", Level.SHARED),
    "felt hard": ("active-listening", Level.SHARED),
    "listening": ("reflect-and-check", Level.SHARED),
    "each week": ("weekly-sit-down", Level.SHARED),
    "opened": ("gentle-questions", Level.BOTH),
    "shared": ("i-statements", Level.SHARED),
}
LISTENING = ("listening", "set aside")
JO_WAITS = ("kept", "told the counsellor", "tightened", "opened")
# What is random in a page: the key of each form. So is the cookie by which a signed-out page blanks Back.
FORM_KEY = re.compile(rb'name="form_key" value="[^"]*"')
UNDO_KEY = re.compile(r'"key": "[0-9a-f]{32}"')
BLUEPRINTS_WITH_WORDS = ("do", "turns", "check_in", "thanks", "mine", "today", "together")


@dataclass(frozen=True)
class Start:
    """The database both worlds begin with."""

    path: Path
    cast: Cast
    given: dict[str, UUID]
    tokens: dict[datetime, str]


@dataclass(frozen=True)
class Scene:
    """Where an act happens: a world, its people, and what they were given by its plan's name."""

    cast: Cast
    given: dict[str, UUID]

    def write(self, plan: str) -> None:
        """Sam saves his first answer to it."""
        assignment = db.session.get_one(Assignment, self.given[plan])
        version = db.session.get_one(ExerciseVersion, assignment.exercise_version_id)
        exercise = load_library().get(version.slug)
        assert exercise is not None
        step = next(step for step in exercise.steps if step.type in ("text", "i_sentence", "rating"))
        value: Any = {
            "text": {"text": "Something of Sam's own"},
            "i_sentence": {"when": "the door shut"},
            "rating": {"rating": 3},
        }[step.type]
        save_answer(actor=self.cast.sam, assignment_id=assignment.id, step=step.key, value=value, version=0)

    def send(self, plan: str, level: Level) -> Response:
        """Sam writes and sends it."""
        self.write(plan)
        return send_response(actor=self.cast.sam, assignment_id=self.given[plan], level=level)


Act = Callable[[Scene], None]


def keep(scene: Scene) -> None:
    scene.send("kept", Level.PRIVATE)
    record_outcome(actor=scene.cast.sam, assignment_id=scene.given["kept"], turn=1, tried="not", useful=None)


def tell_the_counsellor(scene: Scene) -> None:
    response = scene.send("told the counsellor", Level.COUNSELLOR)
    couple = scene.cast.sam_and_jo.id
    mark_read(actor=scene.cast.priya, couple_id=couple, seen={response.id: response.version})
    reply_to_answers(
        actor=scene.cast.priya,
        couple_id=couple,
        seen={response.id: response.version},
        words="Thank you for telling me.",
    )


def draft(scene: Scene) -> None:
    scene.write("drafted")
    scene.write("each week")


def tighten(scene: Scene) -> None:
    response = scene.send("tightened", Level.BOTH)
    change_visibility(actor=scene.cast.sam, response_id=response.id, level=Level.PRIVATE)


def send_and_take_back(scene: Scene) -> None:
    response = scene.send("taken back", Level.SHARED)
    take_back(actor=scene.cast.sam, response_id=response.id)


def answer_first(scene: Scene) -> None:
    """Nothing opens before Jo has answered too, so that Sam has answered is not to be seen."""
    scene.send("answered, Jo has not", Level.BOTH)


def widen_and_cancel(scene: Scene) -> None:
    response = scene.send("widened and cancelled", Level.PRIVATE)
    change_visibility(actor=scene.cast.sam, response_id=response.id, level=Level.SHARED)
    cancel_widening(actor=scene.cast.sam, response_id=response.id)


def put_aside(scene: Scene) -> None:
    for plan, kind, choice in (
        ("set aside", "later", "week"),
        ("felt hard", "hard", "smaller"),
        ("each week", "hard", "skip"),
    ):
        set_aside(actor=scene.cast.sam, assignment_id=scene.given[plan], kind=kind, choice=choice)


def keep_thanks(scene: Scene) -> None:
    sam = scene.cast.sam
    save_thanks(actor=sam, what="Jo rang my mother", meant="", level=Level.PRIVATE)
    changed = save_thanks(actor=sam, what="Jo made tea", meant="", level=Level.PRIVATE)
    change_thanks(
        actor=sam, entry_id=changed.id, what="Jo made the tea", meant="", level=Level.PRIVATE, version=1
    )
    deleted = save_thanks(actor=sam, what="Jo came home", meant="", level=Level.SHARED)
    delete_thanks(actor=sam, entry_id=deleted.id)


def sign_in_again(scene: Scene) -> None:
    start_sign_in(scene.cast.sam, device="Sam's own", device_name="A phone")


def give_a_check_in(scene: Scene) -> None:
    week = check_in_window(now().replace(tzinfo=None))
    assert week is not None
    check_in(actor=scene.cast.sam, week_of=week, answers=CheckinAnswers(closeness=2, tension=9))


def listen(scene: Scene) -> None:
    """A thought is sent and taken back, and saying back what Jo sent is written and kept."""
    thought = part_of(scene.cast.sam, scene.given["listening"], "A", "thought", send=True)
    take_part_back(actor=scene.cast.sam, part_id=thought)
    part_of(scene.cast.sam, scene.given["listening"], "B", "say-back")


def listen_face_to_face(scene: Scene) -> None:
    save_answer(
        actor=scene.cast.sam,
        assignment_id=scene.given["set aside"],
        step="understood",
        value={"rating": 3},
        version=0,
    )
    send_response(actor=scene.cast.sam, assignment_id=scene.given["set aside"], level=Level.COUNSELLOR)


def part_of(author: Person, assignment_id: UUID, slot: str, step: str, *, send: bool = False) -> UUID:
    """One part of a listening turn, kept or sent."""
    where: dict[str, Any] = {
        "assignment_id": assignment_id,
        "turn": 1,
        "slot": slot,
        "step": step,
        "number": 1,
    }
    part = save_part(actor=author, **where, value={"text": "About the weekend"}, version=0)
    return send_part(actor=author, **where, version=part.version).id if send else part.id


ON_WEDNESDAY: tuple[Act, ...] = (
    keep,
    tell_the_counsellor,
    draft,
    tighten,
    send_and_take_back,
    answer_first,
    widen_and_cancel,
    put_aside,
    listen,
    listen_face_to_face,
    keep_thanks,
    sign_in_again,
)
ON_FRIDAY: tuple[Act, ...] = (give_a_check_in,)


def share(scene: Scene) -> None:
    """No private act: what Jo is meant to see, for the control."""
    scene.send("shared", Level.SHARED)


def open_both(scene: Scene) -> None:
    """No private act either: Jo has answered, so this opens for both."""
    scene.send("opened", Level.BOTH)


# --- The worlds.


@pytest.fixture(scope="module")
def start(sqlite_files: SQLiteFiles) -> Start:
    """Canal Street with work given to Sam and Jo, and Jo's own doings, in a file that is copied for each test."""
    url = sqlite_files.fresh()
    with time_machine.travel(WEDNESDAY, tick=False) as time, shared_app_on(url) as app, app.app_context():
        clock = Clock(time, WEDNESDAY)
        cast = assemble()
        given = {plan: _given(cast, slug, limit, plan) for plan, (slug, limit) in PLANS.items()}
        clock.move(minutes=1)
        for plan in JO_WAITS:
            exercise = load_library().get(PLANS[plan][0])
            assert exercise is not None
            step = next(step for step in exercise.steps if step.type == "text")
            save_answer(
                actor=cast.jo, assignment_id=given[plan], step=step.key, value={"text": "Jo's own"}, version=0
            )
            send_response(actor=cast.jo, assignment_id=given[plan], level=Level.BOTH)
        part_of(cast.jo, given["listening"], "B", "thought", send=True)
        clock.move(minutes=1)
        save_thanks(actor=cast.jo, what="Sam cooked", meant="A quiet evening", level=Level.SHARED)
        save_thanks(actor=cast.sam, what="Jo laughed", meant="", level=Level.SHARED)
        tokens = {}
        for moment in MOMENTS:
            clock.set(moment)
            tokens[moment] = start_sign_in(cast.jo, device="Jo's own", device_name="A phone")
    # Every connection is closed, which folds the write-ahead log into the file.
    return Start(Path(url.removeprefix("sqlite:///")), cast, given, tokens)


def _given(cast: Cast, slug: str, limit: Level, plan: str) -> UUID:
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
                yield f"{moment:%a %H:%M} {address}: {_first_difference(one, two)}"

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


def _first_difference(one: dict[str, Any], two: dict[str, Any]) -> str:
    part = next((part for part in one if one[part] != two[part]), "body")
    if part != "body":
        return f"{part}: {one[part]} / {two[part]}"
    lines = zip_longest(one[part].split(b"\n"), two[part].split(b"\n"))
    return next((f"{before!r} / {after!r}" for before, after in lines if before != after), "?")


@pytest.fixture
def worlds(start: Start, clock: Clock, tmp_path: Path) -> Iterator[Worlds]:
    """Two copies of the start, each behind an application of its own."""
    clock.set(WEDNESDAY + timedelta(minutes=20))
    with ExitStack() as stack:
        apps = []
        for name in ("quiet", "busy"):
            path = tmp_path / f"{name}.sqlite"
            copyfile(start.path, path)
            apps.append(stack.enter_context(shared_app_on(f"sqlite:///{path}", name)))
        yield Worlds(start, clock, *apps)


# --- The tests.


@pytest.mark.parametrize("moment", MOMENTS, ids="{:%a %H:%M}".format)
def test_nothing_sam_keeps_from_jo_changes_a_byte_of_what_jo_can_fetch(
    moment: datetime, worlds: Worlds
) -> None:
    worlds.live_until(moment, ON_WEDNESDAY, ON_FRIDAY)
    differences = list(worlds.differences(moment))
    assert not differences, "\n".join(differences)


def test_nor_does_it_change_what_jo_gets_back_for_doing_something(worlds: Worlds) -> None:
    """Undo, sharing and the rest answer the same, so that trying them tells nothing either."""
    moment = MOMENTS[1]
    worlds.live_until(moment, ON_WEDNESDAY)
    for app in (worlds.quiet, worlds.busy):
        app.config["WTF_CSRF_ENABLED"] = False
    quiet, busy = worlds.jo_in(worlds.quiet, moment), worlds.jo_in(worlds.busy, moment)
    for address in worlds.acts():
        for fields in ({}, {"visibility": "private", "choice": "leave", "tried": "part"}):
            one, two = (worlds.seen(jo.post(address, data=fields)) for jo in (quiet, busy))
            assert one == two, f"POST {address} {fields}: {_first_difference(one, two)}"


def test_jo_gets_real_pages_and_sees_what_is_shared(worlds: Worlds) -> None:
    """The control of the walk itself: Jo is signed in, reaches the pages, and sees a difference that is meant."""
    moment = MOMENTS[1]
    worlds.live_until(moment, (share, open_both))
    jo = worlds.jo_in(worlds.busy, moment)
    for address in ("/today", "/together", "/thanks", "/me", "/me/history"):
        assert jo.get(address).status_code == 200, address
    addresses = worlds.addresses(everything=False)
    assert sum(jo.get(address).status_code == 200 for address in addresses) > 3 * len(PLANS)
    found = list(worlds.differences(moment))
    for plan in ("shared", "opened"):
        assert any(f"/together/{worlds.start.given[plan]}" in line for line in found)


def _tells_whether_the_other_answered(own: Any, other: Any, *_: Any, **__: Any) -> Opening:
    return Opening.WAITING if other is None else Opening.CLOSED


LEAKS: dict[str, tuple[str, Callable[..., Any]]] = {
    "words before they open": ("partner_reads", lambda own, *_, **__: own.sent_at is not None),
    "who has answered": ("opening", _tells_whether_the_other_answered),
    "undo that looks at the other": ("may_take_back", lambda own, other, *_, **__: other is None),
    "a hold forgotten": ("partner_reads", lambda own, *_, **__: own.chosen in (Level.SHARED, Level.BOTH)),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_would_be_found(leak: str, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    name, broken = LEAKS[leak]
    moment = MOMENTS[0]
    worlds.live_until(moment, ON_WEDNESDAY)
    monkeypatch.setattr(visibility, name, broken)
    assert next(worlds.differences(moment), None)


def test_every_page_of_a_partner_is_among_those_compared(worlds: Worlds) -> None:
    """A new page joins by itself; one whose ids this file does not know would be fetched with none that is real."""
    known = {"assignment_id", "response_id", "entry_id", "appointment_id", "sign_in_id", "couple_id"}
    known |= {
        "pause_id",
        "passkey_id",
        "part_id",
        "name",
        "turn",
        "number",
        "person_id",
        "step",
        "slug",
        "slot",
        "sign",
        "token",
        "filename",
    }
    for rule in worlds.busy.url_map.iter_rules():
        permission = access.permission_of(worlds.busy, rule.endpoint)
        if permission is Permission.PAGE_PUBLIC or not access.role_may(Role.PARTNER, permission):
            continue
        assert set(rule.arguments) <= known, f"{rule.rule}: say in this file where its ids come from"
