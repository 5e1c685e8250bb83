"""What can be learnt with a watch, and who can be shut out by guessing."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assignments.actions.entries import save_thanks
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import Entry, Response
from clinic.actions.sign_ins import check_sign_in, start_sign_in
from clinic.aside import aside
from clinic.errors import DomainError
from clinic.extensions import db
from tests import builders
from tests.assignments.given import answered, given
from tests.cast import Cast
from tests.conftest import Clock, SignInAs
from tests.noninterference.looking import normal
from tests.noninterference.reading import statements
from tests.trust import Proves, Sized, is_big

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600 if is_big() else 600)]

PAGES = ("/today", "/together", "/thanks", "/me/history")
MILLISECOND = 0.001


def timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    """How long it took, of the processor alone, so that a busy machine says nothing; and what came back."""
    began = time.process_time()
    said = ask()
    return time.process_time() - began, said


def apart(one: list[float], two: list[float]) -> float:
    return abs(statistics.median(one) - statistics.median(two))


def test_the_time_of_the_others_pages_does_not_tell_how_much_was_kept(
    app: Flask, cast: Cast, as_: SignInAs, clock: Clock, proves: Proves, sized: Sized
) -> None:
    """Jo's pages beside Ruth's: Sam has kept five hundred things, and Ade none. Asked in turn, so that both age alike."""
    kept, rounds = 500, sized(40, 2_500)
    with app.app_context():
        save_thanks(actor=cast.sam, what="You rang", meant="", level=Level.PRIVATE)
        row = db.session.execute(db.select(Entry.__table__)).mappings().one()
        copies = [
            {**row, "id": uuid4(), "at": clock.now - timedelta(minutes=number)} for number in range(kept)
        ]
        db.session.add_all(Entry(**copy) for copy in copies)
        db.session.commit()
    _keep_an_answer_a_week(cast, app, clock, kept)
    jo, ruth = as_(cast.jo), as_(cast.ruth)
    worst, seen = 0.0, []
    for page in PAGES:
        times: dict[str, list[float]] = {"much": [], "nothing": []}
        for number in range(rounds + 5):
            pair = [("much", jo), ("nothing", ruth)]
            for name, client in pair if number % 2 else reversed(pair):
                taken, _ = timed(partial(client.get, page))
                if number >= 5:  # The first ones fill what is kept ready.
                    times[name].append(taken)
        difference = apart(times["much"], times["nothing"])
        seen.append(f"{page} {1000 * difference:.2f} ms of {1000 * statistics.median(times['nothing']):.1f}")
        worst = max(worst, difference)
    proves(
        "R1 nothing the other partner can observe depends on what was kept",
        f"0 or {kept} private rows, {rounds:,} pairs a page: medians differ by {', '.join(seen)}",
    )
    assert worst < (MILLISECOND if is_big() else 3 * MILLISECOND)


def _keep_an_answer_a_week(cast: Cast, app: Flask, clock: Clock, kept: int) -> None:
    """Both couples were given the same for every week. Sam answered each time and kept it, and Ade never did."""
    with app.app_context():
        for couple in (cast.ade_and_ruth, cast.sam_and_jo):
            weekly = given(cast.priya, couple, repeat=Repeat.WEEKLY, days=None)
        answered(cast.sam, weekly, "A heron", Level.PRIVATE)
        row = db.session.execute(db.select(Response.__table__)).mappings().one()
    clock.move(weeks=kept)
    with app.app_context():
        for turn in range(2, kept + 1):
            later = timedelta(weeks=turn - 1)
            moments = {name: row[name] + later for name in ("started_at", "sent_at")}
            db.session.add(Response(**{**row, **moments, "id": uuid4(), "turn": turn}))
        db.session.commit()


def tells(reply: Any) -> Any:
    status, headers, body = normal(reply)
    return status, [pair for pair in headers if pair[0] != "Set-Cookie"], body


def test_whether_an_address_is_known_shows_neither_in_bytes_nor_in_time(
    app: Flask, cast: Cast, client: FlaskClient, clock: Clock, proves: Proves, sized: Sized
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    rounds, told = sized(30, 1_000), []
    doors: dict[str, Callable[[str], dict[str, str]]] = {
        "/sign-in": lambda address: {"email": address, "password": "not the one it is"},
        "/sign-in/recover": lambda address: {"email": address},
        "/sign-in/recover/codes": lambda address: {
            "email": address, "mail_code": "000000", "spoken_code": "000000", "password": "a long enough phrase now",
        },
    }  # fmt: skip
    known, unknown = "sam@mail.example", "sim@mail.example"
    found = []
    for url, form in doors.items():
        assert client.get(url).status_code == 200, url
        times: dict[str, list[float]] = {known: [], unknown: []}
        for number in range(rounds):
            clock.move(minutes=20)  # So that nobody is throttled, which would be another answer.
            replies: dict[str, Any] = {}
            asked: dict[str, list[str]] = {}
            for address in (known, unknown) if number % 2 else (unknown, known):
                post = partial(app.test_client().post, url)
                # Every other time without the key by which a form counts once, as whoever tries this may send it.
                key = {"form_key": uuid4().hex} if number % 2 else {}
                data, put_aside = form(address) | key, list[Callable[[], object]]()
                with statements(app) as noted, mock.patch("clinic.actions.sign_ins.aside", put_aside.append):
                    taken, replies[address] = timed(partial(post, data=data))
                times[address].append(taken)
                asked[address] = [words for words, _ in noted]
                with app.app_context():
                    for work in put_aside:
                        aside(work)
            one, two = (tells(replies[address]) for address in (known, unknown))
            assert one[0] == two[0], url
            assert one[1] == two[1], url
            assert one[2].replace(known.encode(), b"") == two[2].replace(unknown.encode(), b""), url
            assert asked[known] == asked[unknown], url
            found.append(len(asked[known]))
        told.append((url, apart(times[known], times[unknown]), statistics.median(times[known])))
    proves(
        "R30 no enumeration, by bytes or by time",
        f"{rounds:,} pairs at each of {len(doors)} doors, the same bytes and the same statements ({min(found)}–{max(found)}); "
        "medians differ by "
        + ", ".join(
            f"{url} {1000 * difference:.2f} ms of {1000 * whole:.1f}" for url, difference, whole in told
        ),
    )
    for url, difference, _ in told:
        assert difference < (MILLISECOND if is_big() else 3 * MILLISECOND), url


def test_no_number_of_wrong_pass_phrases_shuts_out_a_known_device(
    app: Flask, cast: Cast, clock: Clock, proves: Proves, sized: Sized
) -> None:
    number, own, others = sized(60, 10_000), "Sam's own phone", "Jo's laptop"

    def attempt(device: str, phrase: str) -> bool:
        with app.app_context():
            try:
                check_sign_in(address="sam@mail.example", given=phrase, device=device)
            except DomainError:
                return False
            return True

    with app.app_context():
        start_sign_in(cast.sam, device=own, device_name="A phone")
    clock.move(minutes=1)
    let_in = sum(attempt(others, f"guess number {guess}") for guess in range(number))
    strangers_right_one = attempt("Sam's new tablet", builders.PASSPHRASE)
    owner = attempt(own, builders.PASSPHRASE)
    proves(
        "R28 throttling never locks the owner out of a known device",
        f"{number:,} wrong pass-phrases from another device, {let_in} let in; the owner's own device "
        f"{'gets in' if owner else 'IS SHUT OUT'}, a new device {'gets in' if strangers_right_one else 'waits'}",
    )
    assert let_in == 0
    assert owner
    assert not strangers_right_one, "guessing is slowed down by nothing"
