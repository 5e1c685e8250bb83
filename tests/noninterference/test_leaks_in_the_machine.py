"""Leaks put in on purpose, one for each way in which something could show, and each of them is found by the machine.

Whoever asks is told something about what the *other* partner of the couple has done. If one of these were not found, the
machine would be blind there, and that it finds nothing else would mean nothing.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from flask import Flask, current_app, request, session
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.exceptions import Forbidden

from assignments.actions import responding
from assignments.domain import visibility
from assignments.domain.visibility import Level, Opening
from assignments.models import Answer, Entry, Response, SetAside
from assignments.queries.responses import turns_of
from assignments.views import together
from clinic import worker
from clinic.extensions import db
from clinic.models import SignIn
from clinic.views import reminders
from tests.databases import SQLiteFiles
from tests.noninterference import histories, looking, machine
from tests.noninterference.histories import BEGINS, History, Step
from tests.noninterference.machine import Beginning, begin, differences
from tests.noninterference.reading import Statement, two_files
from tests.trust import Proves

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Leak = Callable[[], AbstractContextManager[object]]

# Something of each kind is kept, and the other partner answers too.
TELLING = History(
    "Sam",
    (
        Step("Sam", "sends it to the counsellor", "questions", kept=True),
        Step("Sam", "sends it to nobody", "weekly", kept=True),
        Step("Sam", "sends it to nobody", "counsellor", kept=True),
        Step("Sam", "says: not tonight", "log", kept=True),
        Step("Sam", "a private thank you", kept=True),
        Step("Sam", "signed in elsewhere", kept=True),
        Step("Jo", "tells the counsellor", "questions"),
        Step("Jo", "shares an answer", "counsellor"),
        Step("the clock", "moves by", "three days"),
    ),
    chance=4,
)
# What was sent a moment ago and may still be taken back.
WITHIN_THE_HOLD = History(
    "Sam", (Step("Sam", "shares it and thinks better of it", "log", kept=True),), chance=2
)


@pytest.fixture(scope="module")
def beginning(sqlite_files: SQLiteFiles) -> Beginning:
    return begin(sqlite_files.fresh())


def the_others(model: Any, whose: Any, *, moment: Any = None) -> Any:
    """How much there is of somebody else, or since when."""
    wanted = func.count() if moment is None else func.max(moment)
    me = current_user.id if current_user.is_authenticated else None
    return db.session.scalar(select(wanted).select_from(model).where(whose != me))


def on_every_reply(change: Callable[[Any], None]) -> Leak:
    """Something that is said beside every page."""
    real = Flask.process_response

    def telling(app: Flask, response: Any) -> Any:
        if current_user and current_user.is_authenticated:
            change(response)
        return real(app, response)

    return lambda: mock.patch.object(Flask, "process_response", telling)


def header(name: str, value: Callable[[], Any]) -> Leak:
    return on_every_reply(lambda response: response.headers.set(name, str(value())))


def in_the_page(address: str, words: Callable[[], Any]) -> Leak:
    def change(response: Any) -> None:
        if request.path == address:
            response.set_data(response.get_data() + f"<!-- {words()} -->".encode())

    return on_every_reply(change)


def answers() -> Any:
    return the_others(Response, Response.author_id)


def forbidden_and_not_missing(response: Any) -> None:
    """What is somebody else's is 403, and what is nobody's is 404."""
    found = request.view_args or {}
    if response.status_code == 404 and "response_id" in found:
        row = db.session.get(Response, found["response_id"])
        response.status_code = Forbidden.code if row is not None else 404


def last_saved() -> Any:
    return the_others(Answer, Answer.author_id, moment=Answer.saved_at)


def in_the_cookie(_response: Any) -> None:
    session["quota"] = answers()


@contextmanager
def in_another_order() -> Iterator[None]:
    """The list of what both were given begins with what was answered last."""
    real = together.shared_things

    def sorted_by_work(place: Any, *rest: Any) -> Any:
        busy = set(
            db.session.scalars(select(Response.assignment_id).where(Response.author_id != place.person_id))
        )
        return sorted(real(place, *rest), key=lambda thing: thing.assignment_id not in busy)

    with mock.patch.object(together, "shared_things", sorted_by_work):
        yield


@contextmanager
def no_reminder_where_the_other_has_answered() -> Iterator[None]:
    real = worker.take_on_reminder

    def only_if_needed(reminding: Any, slot: Any) -> bool:
        sent = select(func.count()).where(
            Response.author_id != reminding.person_id, Response.sent_at >= BEGINS
        )
        return not db.session.scalar(sent) and real(reminding, slot)

    with mock.patch.object(worker, "take_on_reminder", only_if_needed):
        yield


@contextmanager
def how_often_something_changed_in_the_calendar() -> Iterator[None]:
    real = reminders.calendar

    def stamped(entries: Any) -> str:
        # A number for each change, as calendars have one; the last moment would be that of Jo's own in both worlds.
        changes = db.session.scalar(select(func.count(Answer.saved_at)))
        return f"{real(entries).decode()}SEQUENCE:{changes}\r\n"

    with mock.patch.object(reminders, "calendar", stamped):
        yield


@contextmanager
def more_in_the_copy() -> Iterator[None]:
    real = looking.packed

    def with_a_count(copy: Any) -> bytes:
        number = db.session.scalar(select(func.count()).select_from(Answer))
        return bytes(real(copy)) + str(number).encode()

    with mock.patch.object(looking, "packed", with_a_count):
        yield


def who_answered(own: Any, other: Any, *_: Any, **__: Any) -> Opening:
    return Opening.WAITING if other is None else Opening.CLOSED


def broken(name: str, rule: Callable[..., Any]) -> Leak:
    return lambda: mock.patch.object(visibility, name, rule)


def looking_at_all(leak: Leak) -> Leak:
    """A rule that is broken tells nothing of rows that are not even read, so their condition is away as well."""

    @contextmanager
    def both() -> Iterator[None]:
        with (
            leak(),
            mock.patch("assignments.queries.together.turns_of", lambda couple, **_: turns_of(couple)),
        ):
            yield

    return both


LEAKS: dict[str, tuple[Leak, History]] = {
    "a count on the page": (in_the_page("/together", answers), TELLING),
    "the order of a list": (in_another_order, TELLING),
    "the next number in a row": (
        header("X-Request-Id", lambda: db.session.scalar(select(func.count()).select_from(Answer))),
        TELLING,
    ),
    "a validator of a shared table": (header("ETag", last_saved), TELLING),
    "when something was last changed": (header("Last-Modified", last_saved), TELLING),
    "what is left of a quota": (header("X-RateLimit-Remaining", answers), TELLING),
    "refused in place of not found": (on_every_reply(forbidden_and_not_missing), TELLING),
    "a cookie that can be read": (on_every_reply(in_the_cookie), TELLING),
    "a mark: they have sent theirs": (looking_at_all(broken("opening", who_answered)), TELLING),
    "words before they open": (
        looking_at_all(broken("partner_reads", lambda own, *_, **__: own.sent_at is not None)),
        TELLING,
    ),
    "a hold forgotten": (
        broken("partner_reads", lambda own, *_, **__: own.chosen in (Level.SHARED, Level.BOTH)),
        WITHIN_THE_HOLD,
    ),
    "Undo that looks at the other": (
        broken("may_take_back", lambda own, other, *_, **__: own.opens_at is not None and other is None),
        TELLING,
    ),
    "a reminder less": (no_reminder_where_the_other_has_answered, TELLING),
    "a number of changes in the calendar": (how_often_something_changed_in_the_calendar, TELLING),
    "a count in the copy of one's own words": (more_in_the_copy, TELLING),
    "read marks": (in_the_page(
            "/me/history", lambda: the_others(Response, Response.author_id, moment=Response.sent_at)
        ), TELLING),
    "put off, in the list of thanks": (
        in_the_page("/thanks", lambda: the_others(SetAside, SetAside.person_id)),
        TELLING,
    ),
    "when they were here last": (
        in_the_page("/me", lambda: the_others(SignIn, SignIn.person_id, moment=SignIn.last_seen_at)),
        TELLING,
    ),
    "a thank-you more on Today": (in_the_page("/today", lambda: the_others(Entry, Entry.author_id)), TELLING),
}  # fmt: skip
"""What is put in, and in which history it must show."""


@pytest.mark.parametrize("history", [TELLING, WITHIN_THE_HOLD], ids=["kept", "within the hold"])
def test_without_a_leak_these_histories_tell_nothing(
    history: History, beginning: Beginning, tmp_path: Path
) -> None:
    assert not differences(beginning, tmp_path, history)


def test_every_leak_is_found(beginning: Beginning, tmp_path: Path, proves: Proves) -> None:
    found = {}
    for name, (leak, history) in LEAKS.items():
        with leak():
            found[name] = bool(differences(beginning, tmp_path, history))
    proves(
        "R1 nothing the other partner can observe depends on what was kept",
        f"{len(LEAKS)} leaks put in on purpose, {sum(found.values())} found",
    )
    assert len(LEAKS) >= 12
    assert [name for name, seen in found.items() if not seen] == []


def address_of_the_database() -> str:
    return str(current_app.config["SQLALCHEMY_DATABASE_URI"])


@pytest.mark.parametrize("place", [address_of_the_database, lambda: "one for all"], ids=["own", "shared"])
def test_what_is_remembered_outside_the_database_is_found_where_every_reply_is_made(
    place: Callable[[], str], beginning: Beginning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is made once where both worlds read the same, and such a leak reads nothing; so some are looked at whole.

    Two programs that run have a memory each. Here one program lives both worlds, so a memory of the module is shared.
    """
    monkeypatch.setattr(machine, "LOOKED_AT_WHOLE", 1)
    assert not differences(beginning, tmp_path, TELLING)
    acts = Counter[str]()
    real = responding.send_response

    def counting(**how: Any) -> Any:
        acts[place()] += 1
        return real(**how)

    monkeypatch.setattr(histories, "send_response", counting)
    with in_the_page("/thanks", lambda: acts[place()])():
        assert differences(beginning, tmp_path, TELLING)


def test_two_worlds_that_read_the_same_are_told_from_two_that_do_not(tmp_path: Path) -> None:
    """Of what is asked one row that differs is enough; what writes is never taken to be the same."""
    urls = []
    for name in ("one", "two"):
        with closing(sqlite3.connect(tmp_path / name)) as file:
            file.execute("CREATE TABLE thing (id, what)")
            file.execute("INSERT INTO thing VALUES (1, 'tea')")
            file.execute("INSERT INTO thing VALUES (2, ?)", (name,))
            file.commit()
        urls.append(f"sqlite:///{tmp_path / name}")
    alike: Statement = ("SELECT what FROM thing WHERE id = ?", (1,))
    with two_files(*urls) as files:
        assert files.agree([])
        assert files.agree([alike, alike])
        assert not files.agree([alike, ("SELECT what FROM thing WHERE id = ?", (2,))])
        assert not files.agree([("UPDATE thing SET what = what", ())])
