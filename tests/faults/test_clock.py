"""The clock jumps, is put back, or crosses a change to or from summer time: every page is there, and no word is lost (§6)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from clinic import access, audit
from clinic.actions.sign_ins import start_sign_in
from clinic.extensions import db
from clinic.models import AuditLine, Person, Practice, SignIn
from clinic.worker import work_once
from tests import builders
from tests.cast import Cast
from tests.conftest import EVENING
from tests.databases import Databases, app_on, shared_app_on
from tests.faults.clocked import put
from tests.faults.ledger import compare, writing
from tests.faults.serving import CSRF, Browser, NoReply, Reply, World, serving, wait_until
from tests.hostile.generated import who_may
from tests.test_matrix import ROUTES, KeptWorld, address, make_world, signed_in
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow]

# What a clock does: put back a little and a lot, ahead by an hour, a week, years, and onto a day that few years have.
JUMPS = (
    *(EVENING + timedelta(days=days) for days in (-1, -8, -400, 7, 31, 366, 3_660)),
    *(EVENING + timedelta(seconds=seconds) for seconds in (-1, -3_600, 3_600)),
    datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 2, 29, 12, tzinfo=UTC),
)
# London's night of the hour that comes twice, and of the one that never does; and the Monday mornings after them.
NIGHTS = (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 0, 30, tzinfo=UTC))
AROUND = tuple(
    night + timedelta(minutes=minutes) for night in NIGHTS for minutes in (0, 30, 31, 60, 90, 1_980)
)
# How far ahead of the world's own time, in hours: whoever goes from one to another goes back as often as on.
OFFSETS = tuple(timedelta(hours=hours) for hours in (0, 1, 13, 24, 24 * 30, 24 * 400))
NEW_COUPLES_PAGES = ("/today", "/check-in", "/me", "/me/history", "/together")


def moments(number: int) -> list[datetime]:
    """So many: the jumps and the nights first, then half hours of the weeks around the two nights by chance."""
    known = [*AROUND[:3], *JUMPS[:3], *AROUND[3:], *JUMPS[3:]]
    chance = random.Random(29)
    others = (
        chance.choice(NIGHTS) + timedelta(minutes=30 * chance.randrange(-336, 336))
        for _ in range(max(0, number - len(known)))
    )
    return [*known, *others][:number]


@pytest.fixture
def kept(databases: Databases, kept_cast: tuple[str, Cast]) -> KeptWorld:
    """Something of everything, made on one Wednesday evening."""
    url = databases.copy(kept_cast[0])
    with time_machine.travel(EVENING, tick=False), app_on(url) as app:
        return make_world(app, url, kept_cast[1])


def still_signed_in(app: Flask, now: datetime) -> None:
    """The limits of a sign-in have tests of their own; here everybody shall get as far as the page."""
    with app.app_context():
        db.session.execute(update(SignIn).values(ended_at=None, last_seen_at=now, created_at=now))
        db.session.commit()


def everybodys_pages(app: Flask, kept: KeptWorld) -> Iterator[tuple[str, int]]:
    """Every address that answers a GET, for the first who may."""
    for rule in ROUTES:
        if "GET" in (rule.methods or ()):
            permission = access.permission_of(app, rule.endpoint)
            url = address(app, rule, kept.world, permission)
            actor = who_may(rule.endpoint)[0]
            yield f"{actor} {url}", signed_in(app, kept.sign_ins, actor).get(url).status_code


def new_couples_pages(app: Flask, kept: KeptWorld, cast: Cast) -> Iterator[tuple[str, int]]:
    """Two people who are added at this very moment, and their counsellor."""
    with app.app_context():
        couple = builders.couple(cast.priya, first="Mia Hart", second="Finn Roe")
        mia = start_sign_in(
            builders.partner_person(couple, "A"), device="device of MIA", device_name="Her own"
        )
    sign_ins = {**kept.sign_ins, "MIA": mia}
    asked = [("MIA", path) for path in NEW_COUPLES_PAGES]
    for actor, path in [*asked, ("CO", f"/c/couples/{couple.id}"), ("CO", "/c?show=all")]:
        yield f"new {path}", signed_in(app, sign_ins, actor).get(path).status_code


def test_no_page_breaks_whatever_the_clock_says(
    kept: KeptWorld,
    kept_cast: tuple[str, Cast],
    databases: Databases,
    proves: Proves,
    sized: Sized,
) -> None:
    number = sized(1, 60)
    statuses: Counter[int] = Counter()
    faults = []
    for moment in moments(number):
        url = databases.copy(kept.url)
        with time_machine.travel(moment, tick=False), shared_app_on(url) as app:
            app.config.update(PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
            still_signed_in(app, moment)
            with app.app_context():
                work_once(moment)
            for what, status in (*everybodys_pages(app, kept), *new_couples_pages(app, kept, kept_cast[1])):
                statuses[status] += 1
                if status >= 500:
                    faults.append(f"{moment:%Y-%m-%d %H:%M} {what}: {status}")
        databases.drop(url)
    proves(
        "R37 honest failure",
        f"the clock at {number} moments (put back, ahead, both changes of summer time): {sum(statuses.values()):,} pages, "
        f"{statuses[200]:,} shown, {len(faults)} server errors",
    )
    assert not faults, "\n".join(faults[:20])
    assert statuses[200] > 50 * number


# --- The clock of a running application, under load.


@dataclass
class SigningIn(Browser):
    """Somebody who is sent to sign in, does, and sends the same form once more."""

    address_of: str = ""
    sign_ins: int = 0

    def post(self, path: str, fields: Mapping[str, str]) -> Reply:
        """Send a form; where it meets the page for signing in, sign in and send it as it was."""
        for _ in range(5):
            reply = super().post(path, fields) if self._may_have_a_token() else None
            if reply is not None and not _is_signed_out(reply):
                return reply
            self._sign_in()
        raise NoReply("signed out again and again")

    def _may_have_a_token(self) -> bool:
        if not self.csrf:
            page = self.get("/me")
            found = CSRF.search(page.text)
            self.csrf = found[1] if found else ""
        return bool(self.csrf)

    def _sign_in(self) -> None:
        self.sign_ins += 1
        found = CSRF.search(self.get("/sign-in").text)
        if found is not None:
            known = {"email": self.address_of, "password": builders.PASSPHRASE, "csrf_token": found[1]}
            self._ask("POST", "/sign-in", known)
        self.csrf = ""


def _is_signed_out(reply: Reply) -> bool:
    # A form whose token is of a time that has not come is shown again, with another token.
    return "/sign-in" in reply.headers.get("location", "") or reply.status in (400, 401, 403)


@dataclass(frozen=True)
class OnAnyClock(World):
    """The same people, who sign in again where they have to."""

    browsers: list[SigningIn] = field(default_factory=list)

    def browser(self, person: Person, address: tuple[str, int]) -> Browser:
        """The browser of somebody in this world."""
        cookies = dict(self.cookies[person.id])
        made = SigningIn(person.id, address, cookies, address_of=person.sign_in_address or "")
        self.browsers.append(made)
        return made


def test_a_clock_that_jumps_under_load_loses_nothing(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    """Put back, every sign-in of the time that has not come yet is refused: people sign in again, and nothing is lost."""
    times, chance, clock = sized(4, 60), random.Random(17), tmp_path / "clock"
    people = OnAnyClock(**{one.name: getattr(world, one.name) for one in fields(world)})
    put(clock, timedelta(0))
    with (
        serving(
            world.url,
            tmp_path,
            factory="tests.faults.clocked:on_a_clock_of_its_own()",
            TEST_CLOCK=str(clock),
        ) as served,
        writing(people, served) as ledger,
    ):
        for number in range(times):
            put(clock, chance.choice(OFFSETS[number % 2 :: 2]))
            kept = len(ledger.acknowledged)
            wait_until(lambda: len(ledger.acknowledged) > kept + 5, f"words to be saved after jump {number}")  # noqa: B023 (done at once)
    found = compare(world, ledger)
    with world.app() as app, app.app_context():
        practices = db.session.scalars(select(Practice.id)).all()
        broken = [practice for practice in practices if audit.verify(practice) is not None]
        days = {line.at.date() for line in db.session.scalars(select(AuditLine))}
    proves(
        "R34 saved means on disk · R35 exactly once",
        f"the clock of the application put {times} times by up to 400 days under load: {len(ledger.acknowledged):,} forms "
        f"acknowledged on {len(days)} dates, {sum(one.sign_ins for one in people.browsers)} times signed in again, "
        f"refusals {dict(ledger.statuses)}, {len(found.lost)} lost, {len(found.doubled)} doubled, "
        f"{len(found.drafts_behind)} drafts behind, {len(broken)} audit chains broken",
    )
    assert found.is_whole, found
    assert not ledger.dishonest
    assert not broken
    assert len(days) > 1, "the clock did not jump, so nothing was proved"
