"""What somebody learns who tries links, codes and addresses at a door that has let nobody in yet (R16, R30).

Where two answers may not differ they are the same bytes after the same statements, and in the big version take the same
time. Where they differ by nature the test says so, and why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock
from uuid import uuid4

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from clinic.actions.reminders import end_calendar_address, make_calendar_address
from clinic.extensions import db
from clinic.models import Couple, Invitation, Person
from tests import builders
from tests.authenticator import Device
from tests.cast import Cast
from tests.clinic.pages.test_passkeys import options_on
from tests.clinic.pages.test_second_step import half_in, set_up
from tests.conftest import Clock
from tests.hostile.test_timing import MILLISECOND, apart, tells, timed
from tests.noninterference.reading import statements
from tests.page import get_page, read_page
from tests.trust import Proves, Sized, is_big

pytestmark = pytest.mark.timeout(3600 if is_big() else 120)
PROMISE = "R30 no enumeration, by bytes or by time"
# Known here, known in another practice, and nobody's. All of one length, so that what repeats them is as long.
ADDRESSES = {"known here": "sam@mail.example", "elsewhere": "lea@mail.example", "free": "zoe@mail.example"}

Ask = Callable[[], Any]


class Alike:
    """Asks several things in turn, and wants each answered as the first one is."""

    def __init__(
        self,
        app: Flask,
        asks: Mapping[str, Ask],
        after: Callable[[], None] = lambda: None,
        given: Iterable[str] = (),
    ) -> None:
        self._app, self._asks, self._after, self._given = app, dict(asks), after, list(given)
        self._times: dict[str, list[float]] = {what: [] for what in asks}
        self.statements = 0

    def ask(self, number: int) -> None:
        """One round, whose order turns with its number."""
        told, asked = {}, {}
        names = list(self._asks)
        for what in names[number % len(names) :] + names[: number % len(names)]:
            with statements(self._app) as noted:
                taken, reply = timed(self._asks[what])
            self._times[what].append(taken)
            told[what], asked[what] = self._told(reply), [words for words, _ in noted]
            self._after()
        first, *others = names
        for other in others:
            assert told[other] == told[first], f"{other} · {first}"
            assert asked[other] == asked[first], f"{other} · {first}"
        self.statements = len(asked[first])

    def _told(self, reply: Any) -> Any:
        """What was answered, without what was given: a form that comes back holds it."""
        status, headers, body = tells(reply)
        for one in self._given:
            body = body.replace(one.encode(), b"")
        return status, headers, body

    def difference(self) -> float:
        """By how much the one that differs most takes longer than the first, or less long."""
        first, *others = self._times.values()
        return max(apart(first, other) for other in others)


def _told(rounds: int, groups: Mapping[str, Alike]) -> str:
    return f"{rounds:,} rounds: " + ", ".join(
        f"{name} the same bytes, statements alike ({group.statements})"
        + (f", medians {1000 * group.difference():.2f} ms apart" if is_big() else "")
        for name, group in groups.items()
    )


def assert_as_fast(groups: Mapping[str, Alike]) -> None:
    if is_big():
        for name, group in groups.items():
            assert group.difference() < MILLISECOND, name


@pytest.fixture
def couple(cast: Cast, app: Flask) -> Couple:
    """Kim and Lou, who have not joined."""
    with app.app_context():
        return builders.couple(cast.priya, first="Kim Vance", second="Lou Pratt", joined=False)


def test_a_link_or_a_calendar_address_that_is_dead_is_one_that_never_was(
    app: Flask, cast: Cast, couple: Couple, clock: Clock, proves: Proves, sized: Sized
) -> None:
    """One that works differs by nature: it is the secret itself, of 256 bits, and whoever has it is let in."""
    ends: dict[str, dict[str, Any]] = {
        "used": {"claimed_at": clock.now},
        "replaced by another": {"revoked_at": clock.now},
        "declined": {"declined_at": clock.now},
        "run out": {"expires_at": clock.now - timedelta(minutes=1)},
        "tried too often": {"wrong_codes": 5},
    }
    links, feeds = {"never made": "0" * 43}, {"never made": "0" * 43}
    with app.app_context():
        kim = builders.partner_person(couple, "A")
        for what, fields in ends.items():
            _, links[what], _ = builders.invitation(kim, cast.priya, **fields)
        _, living, _ = builders.invitation(kim, cast.priya)
        feeds["replaced by another"] = make_calendar_address(actor=db.session.get_one(Person, cast.jo.id))
        open_feed = make_calendar_address(actor=db.session.get_one(Person, cast.jo.id))
        feeds["ended"] = make_calendar_address(actor=db.session.get_one(Person, cast.ruth.id))
        end_calendar_address(actor=db.session.get_one(Person, cast.ruth.id))
        feeds["of one who may not come in any more"] = make_calendar_address(
            actor=db.session.get_one(Person, cast.marcus.id)
        )
        db.session.execute(update(Person).where(Person.id == cast.marcus.id).values(disabled_at=clock.now))
        db.session.commit()

    def get(address: str) -> Any:
        return app.test_client().get(address)

    groups = {
        f"{len(links)} links": Alike(
            app, {what: partial(get, f"/join/{token}") for what, token in links.items()}
        ),
        f"{len(feeds)} calendar addresses": Alike(
            app, {what: partial(get, f"/feed/{token}.ics") for what, token in feeds.items()}
        ),
    }
    rounds = sized(2, 300)
    for number in range(rounds):
        clock.move(minutes=2)
        for group in groups.values():
            group.ask(number)
    proves(PROMISE, _told(rounds, groups))
    assert get(f"/join/{links['used']}").status_code == get(f"/feed/{feeds['ended']}.ics").status_code == 404
    assert get(f"/join/{living}").location == "/join"
    assert get(f"/feed/{open_feed}.ics").status_code == 200
    assert_as_fast(groups)


def test_who_joins_learns_of_an_address_only_that_it_is_taken_and_only_with_the_code(
    app: Flask, cast: Cast, couple: Couple, clock: Clock, proves: Proves, sized: Sized
) -> None:
    """That an address is taken differs from free by nature: it must be another one. Such a try counts (decision 67)."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    with app.app_context():
        kim, lou = (builders.partner_person(couple, slot) for slot in "AB")
        made, token, code = builders.invitation(kim, cast.priya)
        _, _, others_code = builders.invitation(lou, cast.priya)
    nobodys = next(one for one in ("000000", "111111", "222222") if one not in (code, others_code))
    assert len(nobodys) == len(code)
    assert client.get(f"/join/{token}").location == "/join"

    def join(address: str, **other: str) -> Any:
        given = {"code": code, "password": "seven herons over the weir", "inbox_shared": "no"}
        return client.post("/join/account", data=given | {"email": address} | other)

    def forget_tries() -> None:
        with app.app_context():
            db.session.execute(update(Invitation).where(Invitation.id == made.id).values(wrong_codes=0))
            db.session.commit()

    def each(**other: str) -> dict[str, Ask]:
        return {what: partial(join, address, **other) for what, address in ADDRESSES.items()}

    typed = [*ADDRESSES.values(), nobodys, others_code]
    taken = {what: ask for what, ask in each().items() if what != "free"}
    wrong = each(code=nobodys) | {"the other one's code": partial(join, ADDRESSES["free"], code=others_code)}
    groups = {
        "a wrong code": Alike(app, wrong, forget_tries, typed),
        "a weak pass-phrase": Alike(app, each(password="password"), forget_tries, typed),
        "a taken address": Alike(app, taken, forget_tries, typed),
    }
    rounds = sized(2, 300)
    for number in range(rounds):
        clock.move(minutes=2)
        for group in groups.values():
            group.ask(number)
    proves(PROMISE, "joining with an address known here, elsewhere, or free: " + _told(rounds, groups))
    refused = read_page(join(ADDRESSES["elsewhere"]), 422)
    assert "Choose another address." in refused.words
    for place in (cast.canal_street.name, cast.hill_house.name, "practice"):
        assert place not in refused.select("form")[0].get_text(), "it says where the address is known"
    with app.app_context():
        assert db.session.get_one(Invitation, made.id).wrong_codes == 1, "the try did not count"
    assert join(ADDRESSES["free"]).location == "/join/agree"
    assert_as_fast(groups)


def test_a_wrong_code_of_the_second_step_says_nothing_of_the_right_ones(
    app: Flask, cast: Cast, clock: Clock, proves: Proves, sized: Sized
) -> None:
    """Only who knows the pass-phrase is asked, which differs by nature. What was used already is as good as made up.

    For a code of the app the statements differ: that one was used is found by trying to use it. Whoever tries has it.
    """
    totp, spare = set_up(app, cast.sam, clock)
    clients: list[FlaskClient] = []

    def half() -> FlaskClient:
        clients.append(app.test_client())
        half_in(clients[-1], cast.sam)
        return clients[-1]

    def give(code: str) -> Any:
        # Each has a browser that gave the pass-phrase before, outside of what is measured.
        return halves.pop().post("/sign-in/code", data={"code": code, "form_key": uuid4().hex})

    halves = [half()]
    app.config["WTF_CSRF_ENABLED"] = False
    assert give(spare[0]).location
    never = next(one for one in ("000000000000", "111111111111") if one not in spare)
    group = Alike(
        app,
        {"a made-up one of the sheet": partial(give, never), "a used one": partial(give, spare[0])},
        given=[never, spare[0]],
    )
    rounds = sized(2, 100)
    for number in range(rounds):
        clock.move(minutes=20)
        halves += [half(), half()]
        group.ask(number)
    clock.move(minutes=20)
    halves += [half(), half(), half()]
    right = totp.at(clock.now)
    assert give(right).location == "/"
    wrong = next(one for one in ("000000", "111111", "222222") if not _may_be(totp, one, clock))
    used, made_up = tells(give(right)), tells(give(wrong))
    assert used[:2] == made_up[:2]
    assert used[2].replace(right.encode(), b"") == made_up[2].replace(wrong.encode(), b"")
    late, never_asked = half(), app.test_client()
    clock.move(minutes=59)
    assert tells(late.get("/sign-in/code")) == tells(never_asked.get("/sign-in/code"))
    proves(PROMISE, "the second step: " + _told(rounds, {"a code that was used or never made": group}))
    assert_as_fast({"the second step": group})


def _may_be(totp: pyotp.TOTP, code: str, clock: Clock) -> bool:
    return any(totp.at(clock.now + timedelta(seconds=30 * step)) == code for step in (-2, -1, 0, 1, 2))


def test_a_false_passkey_says_not_whether_its_number_is_known(app: Flask, cast: Cast, proves: Proves) -> None:
    """Its statements differ by nature: only a known one is proved. A number has 16 random bytes or more, and none is told."""
    with app.app_context():
        known = builders.passkey(cast.sam).credential_id
    said = []
    for number in (known, uuid4().bytes):
        client = app.test_client()
        page = get_page(client, "/sign-in/passkey")
        device = Device(app.config["PUBLIC_URL"], credential_id=number, owner=cast.sam.id.bytes)
        options = options_on(page)
        with mock.patch.dict(app.config, WTF_CSRF_ENABLED=False):
            reply = client.post("/sign-in/passkey", data={"answer": device.use(options)})
        status, headers, body = tells(reply)
        cookies = [value.partition("=")[0] for value in reply.headers.getlist("Set-Cookie")]
        question = str(json.loads(options)["challenge"]).encode()
        assert question in body, "whether the question is spent would tell"
        said.append((status, headers, cookies, body.replace(question, b"")))
    proves(PROMISE, "a false answer of a passkey that is known, and of one that is not: the same bytes")
    assert said[0] == said[1]
