"""Two worlds that differ only in what Sam (A) kept from Jo (B). Every byte Jo can fetch is the same in both.

One database is built and copied; in the second world Sam goes on to do what is nobody's business but his own or his
counsellor's. Then Jo asks for every address there is, with every id there is, in both worlds and at the same moments.
The control tests put a leak in and expect it to be found, so that the comparison is known to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import time_machine

from assignments.actions.entries import save_thanks
from assignments.actions.responding import (
    save_answer,
    send_response,
)
from assignments.domain import visibility
from assignments.domain.visibility import Level, Opening
from assignments.library.loader import load_library
from clinic import access
from clinic.actions.sign_ins import start_sign_in
from clinic.domain.roles import Permission, Role
from tests.assignments.given import part_of
from tests.cast import assemble
from tests.conftest import Clock
from tests.databases import SQLiteFiles, shared_app_on
from tests.noninterference.pairs import Worlds, first_difference, given_by_plan
from tests.noninterference.scenes import (
    JO_WAITS,
    MOMENTS,
    ON_FRIDAY,
    ON_WEDNESDAY,
    PLANS,
    WEDNESDAY,
    Start,
    open_both,
    share,
)

# Every page with every id takes minutes where others work beside it.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def start(sqlite_files: SQLiteFiles) -> Start:
    """Canal Street with work given to Sam and Jo, and Jo's own doings, in a file that is copied for each test."""
    url = sqlite_files.fresh()
    with time_machine.travel(WEDNESDAY, tick=False) as time, shared_app_on(url) as app, app.app_context():
        clock = Clock(time, WEDNESDAY)
        cast = assemble()
        given = {plan: given_by_plan(cast, slug, limit, plan) for plan, (slug, limit) in PLANS.items()}
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
            assert one == two, f"POST {address} {fields}: {first_difference(one, two)}"


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
