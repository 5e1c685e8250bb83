"""Reminders leave once a slot, however many send and whatever the mail server does, and say the same to everybody."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic import clock as present
from clinic import mail
from clinic.actions.reminders import set_reminders
from clinic.domain.reminders import Timetable
from clinic.extensions import db
from clinic.models import OutboxMail, Partner, Person, ReminderPlan, ReminderSlot
from clinic.worker import Round, work_once
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, submit
from tests.smtp import Sink

# An application of its own for each, since they tell it where its mail server is.
pytestmark = pytest.mark.settings

EVERY_DAY = frozenset(range(7))
EVENINGS = Timetable(days=EVERY_DAY, minute=20 * 60, on=True)
# The clock stands at half past seven in London, so these are thirty and thirty-five minutes on.
DUE = timedelta(minutes=35)


def partners(cast: Cast) -> list[Person]:
    return [cast.sam, cast.jo, cast.ade, cast.ruth, cast.nia, cast.owen, cast.lea, cast.tom]


def remind(app: Flask, *people: Person, timetable: Timetable = EVENINGS) -> None:
    with app.app_context():
        for person in people:
            set_reminders(actor=person, timetable=timetable)


def work(app: Flask) -> Round:
    with app.app_context():
        return work_once(present.now())


@pytest.fixture
def silence() -> Iterator[str]:
    """A mail server that takes the call and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}"


def test_nobody_is_reminded_who_has_not_turned_it_on(
    app: Flask, cast: Cast, sink: Sink, clock: Clock
) -> None:
    for _ in range(8):
        clock.move(days=1)
        assert work(app) == Round(0, 0, 0)
    assert sink.letters == []


def test_a_reminder_comes_on_the_chosen_days_at_the_chosen_hour_and_never_twice(
    app: Flask, cast: Cast, sink: Sink, clock: Clock
) -> None:
    remind(app, cast.sam, timetable=Timetable(days=frozenset({2, 4}), minute=20 * 60, on=True))
    came: list[datetime] = []
    for _ in range(2 * 24 * 8):
        clock.move(minutes=30)
        work(app)
        came += [clock.now.astimezone(ZoneInfo("Europe/London"))] * (len(sink.letters) - len(came))
    assert [f"{one:%a %H:%M}" for one in came] == ["Wed 20:00", "Fri 20:00", "Wed 20:00"]
    assert {letter["To"] for letter in sink.letters} == {"sam@mail.example"}


def test_the_mail_names_nobody_and_nothing(app: Flask, cast: Cast, sink: Sink, clock: Clock) -> None:
    remind(app, cast.sam)
    clock.move(hours=1)
    work(app)
    [letter] = sink.letters
    assert letter["Subject"] == "A small reminder"
    words = letter.as_string()
    for word in (
        "Sam",
        "Jo",
        "Priya",
        "Canal",
        "Meanwhile",
        "http",
        "localhost",
        "couple",
        "counsel",
        "exercise",
    ):
        assert word not in words.replace("sam@mail.example", "").replace("practice@localhost", ""), word


def test_everybody_gets_the_same_bytes(app: Flask, cast: Cast, sink: Sink, clock: Clock) -> None:
    remind(app, *partners(cast))
    clock.move(hours=1)
    work(app)
    assert len(sink.raw) == 8
    assert len({without_what_differs(raw) for raw in sink.raw}) == 1


def without_what_differs(raw: bytes) -> bytes:
    lines = raw.split(b"\r\n")
    kept = [line for line in lines if not line.startswith((b"To: ", b"Date: ", b"Message-ID: "))]
    assert len(kept) == len(lines) - 3
    return b"\n".join(kept)


@pytest.mark.both_databases
def test_four_workers_send_each_reminder_once(app: Flask, cast: Cast, sink: Sink, clock: Clock) -> None:
    remind(app, *partners(cast))
    clock.move(minutes=30)
    for day in range(1, 4):
        meet = threading.Barrier(4)
        faults: list[BaseException] = []

        def one_of_four(meet: threading.Barrier = meet, faults: list[BaseException] = faults) -> None:
            meet.wait()
            try:
                work(app)
            except Exception as fault:  # Told by the thread that started it.
                faults.append(fault)

        workers = [threading.Thread(target=one_of_four) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert faults == []
        work(app)
        assert Counter(letter["To"] for letter in sink.letters) == {
            person.contact_address: day for person in partners(cast)
        }
        clock.move(days=1)


def test_a_server_that_is_down_gets_it_later_and_nothing_twice(
    app: Flask, cast: Cast, sink: Sink, clock: Clock
) -> None:
    remind(app, cast.sam, cast.jo)
    app.extensions["mail"]["url"] = "smtp://127.0.0.1:1"
    clock.move(minutes=30)
    assert work(app) == Round(reminders=2, sent=0, failed=2)
    assert work(app) == Round(0, 0, 0)
    app.extensions["mail"]["url"] = sink.url
    clock.move(minutes=2)
    assert work(app) == Round(reminders=0, sent=2, failed=0)
    clock.move(hours=1)
    assert work(app) == Round(0, 0, 0)


@pytest.mark.parametrize("refusal", ["451 come back later", "550 nobody of that name"])
def test_a_server_that_refuses_is_asked_again(
    app: Flask, cast: Cast, sink: Sink, clock: Clock, refusal: str
) -> None:
    remind(app, cast.sam)
    sink.reply = refusal
    clock.move(minutes=30)
    assert work(app) == Round(reminders=1, sent=0, failed=1)
    sink.reply = ""
    clock.move(minutes=2)
    assert work(app).sent == 1


def test_a_reminder_is_never_sent_a_day_late(app: Flask, cast: Cast, sink: Sink, clock: Clock) -> None:
    wednesdays = Timetable(days=frozenset({2}), minute=20 * 60, on=True)
    remind(app, cast.sam, timetable=wednesdays)
    app.extensions["mail"]["url"] = "smtp://127.0.0.1:1"
    clock.move(minutes=30)
    assert work(app).failed == 1
    app.extensions["mail"]["url"] = sink.url
    clock.move(hours=24)
    assert work(app) == Round(0, 0, 0)
    with app.app_context():
        assert db.session.scalars(select(OutboxMail)).one().given_up_at is not None
    assert sink.letters == []


def test_a_worker_that_was_away_sends_what_is_not_a_day_old_and_nothing_else(
    app: Flask, cast: Cast, sink: Sink, clock: Clock
) -> None:
    remind(app, cast.sam, timetable=Timetable(days=frozenset({2}), minute=20 * 60, on=True))
    remind(app, cast.jo)
    clock.move(days=3, hours=2)
    assert work(app) == Round(reminders=1, sent=1, failed=0)
    assert [letter["To"] for letter in sink.letters] == ["jo@mail.example"]


def test_a_silent_server_is_given_up_on_and_asked_again(
    app: Flask, cast: Cast, sink: Sink, silence: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.3)
    remind(app, cast.sam)
    app.extensions["mail"]["url"] = silence
    clock.move(minutes=30)
    assert work(app).failed == 1
    app.extensions["mail"]["url"] = sink.url
    clock.move(minutes=2)
    assert work(app).sent == 1


@pytest.mark.both_databases
def test_pages_do_not_wait_for_a_silent_server(
    app: Flask, cast: Cast, as_: AS, silence: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 6)
    remind(app, cast.sam)
    app.extensions["mail"]["url"] = silence
    clock.move(minutes=30)
    client = as_(cast.jo)
    sending = threading.Thread(target=work, args=(app,))
    sending.start()
    time.sleep(1)
    submit(client, get_page(client, "/me"), {"theme": "dark"}, form='form[action="/me/theme"]')
    assert sending.is_alive(), "the page waited until the server was given up on"
    sending.join()


def test_a_reminder_whose_answer_was_lost_is_not_sent_again(
    app: Flask, cast: Cast, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.5)
    remind(app, cast.sam)
    sink.answers_after = 2
    clock.move(minutes=30)
    assert work(app).sent == 1
    sink.answers_after = 0
    clock.move(hours=3)
    assert work(app) == Round(0, 0, 0)
    assert len(sink.letters) == 1


def test_a_worker_that_dies_with_a_reminder_handed_over_leaves_nothing_that_is_sent_again(
    app: Flask, cast: Cast, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing after it is done."""

    def handed_over_and_killed(row: OutboxMail, moment: datetime) -> bool:
        assert leaves(row, moment)
        raise Killed

    leaves = mail._leaves
    remind(app, cast.sam)
    clock.move(minutes=30)
    with monkeypatch.context() as dying:
        dying.setattr(mail, "_leaves", handed_over_and_killed)
        with pytest.raises(Killed):
            work(app)
    for later in ({"minutes": 6}, {"hours": 3}, {"hours": 20}):
        clock.move(**later)
        assert work(app) == Round(0, 0, 0)
    assert len(sink.letters) == 1
    clock.move(hours=1)
    assert work(app).sent == 1, "the next day's comes as ever"
    with app.app_context():
        assert [
            row.given_up_at is None for row in db.session.query(OutboxMail).order_by(OutboxMail.created_at)
        ] == [
            False,
            True,
        ]


def test_turned_off_nothing_that_waits_is_sent(app: Flask, cast: Cast, sink: Sink, clock: Clock) -> None:
    remind(app, cast.sam)
    app.extensions["mail"]["url"] = "smtp://127.0.0.1:1"
    clock.move(minutes=30)
    work(app)
    remind(app, cast.sam, timetable=Timetable(days=EVERY_DAY, minute=20 * 60, on=False))
    app.extensions["mail"]["url"] = sink.url
    clock.move(hours=1)
    assert work(app) == Round(0, 0, 0)
    assert sink.letters == []


def test_saved_again_as_it_was_it_still_comes_today(app: Flask, cast: Cast, sink: Sink, clock: Clock) -> None:
    remind(app, cast.sam)
    clock.move(minutes=30, seconds=20)
    remind(app, cast.sam)
    assert work(app).sent == 1


def test_a_later_hour_chosen_after_todays_has_come_brings_no_second_one(
    app: Flask, cast: Cast, sink: Sink, clock: Clock
) -> None:
    remind(app, cast.sam)
    clock.move(minutes=30)
    work(app)
    remind(app, cast.sam, timetable=Timetable(days=EVERY_DAY, minute=22 * 60, on=True))
    clock.move(hours=3)
    assert work(app) == Round(0, 0, 0)
    clock.move(days=1)
    assert work(app).sent == 1


@pytest.mark.parametrize("gone", ["left", "disabled"])
def test_whoever_has_left_is_not_reminded(
    app: Flask, cast: Cast, sink: Sink, clock: Clock, gone: str
) -> None:
    remind(app, cast.sam, cast.jo)
    with app.app_context():
        if gone == "left":
            place = db.session.scalars(select(Partner).where(Partner.person_id == cast.sam.id)).one()
            place.left_at = clock.now
        else:
            db.session.get_one(Person, cast.sam.id).disabled_at = clock.now
        db.session.commit()
    clock.move(hours=1)
    assert work(app).sent == 1
    assert [letter["To"] for letter in sink.letters] == ["jo@mail.example"]


def test_marks_of_old_reminders_are_thrown_away(app: Flask, cast: Cast, sink: Sink, clock: Clock) -> None:
    remind(app, cast.sam, timetable=Timetable(days=frozenset({2}), minute=20 * 60, on=True))
    clock.move(minutes=30)
    work(app)
    clock.move(days=6)
    work(app)
    with app.app_context():
        assert len(db.session.scalars(select(ReminderSlot)).all()) == 1
    clock.move(days=30)
    remind(app, cast.sam, timetable=Timetable(on=False))
    work(app)
    with app.app_context():
        assert db.session.scalars(select(ReminderSlot)).all() == []


def test_send_due_does_one_round(app: Flask, cast: Cast, sink: Sink, clock: Clock) -> None:
    remind(app, cast.sam)
    clock.move(minutes=30)
    said = app.test_cli_runner().invoke(args=["send-due"])
    assert said.output == "reminders due: 1, mails sent: 1, to be tried again: 0\n"
    assert len(sink.letters) == 1


@pytest.mark.slow
@pytest.mark.both_databases
def test_real_workers_send_once_say_that_they_live_and_stop_when_told(
    app: Flask, cast: Cast, sink: Sink, database_url: str, project: Path, kept_on_disk: None
) -> None:
    """Two processes as an operator starts them. They live in real time, which stands still here."""
    now = time_machine.escape_hatch.datetime.datetime.now(UTC)
    local = (now - timedelta(minutes=5)).astimezone(ZoneInfo("Europe/London"))
    with app.app_context():
        for person in partners(cast):
            db.session.add(
                ReminderPlan(
                    practice_id=person.practice_id,
                    person_id=person.id,
                    days=127,
                    minute=local.hour * 60 + local.minute,
                    is_on=True,
                    changed_at=datetime(2026, 1, 1, tzinfo=UTC),
                )
            )
        db.session.commit()
    settings = {
        "MEANWHILE_ENV": "production",
        "MEANWHILE_SECRET_KEY": "only for this test",
        "MEANWHILE_ENCRYPTION_KEYS": app.config["ENCRYPTION_KEYS"],
        "MEANWHILE_PUBLIC_URL": "https://example.org",
        "MEANWHILE_MAIL_URL": sink.url,
        "DATABASE_URL": database_url,
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--every", "0.5"]
    workers = [
        subprocess.Popen(
            command, cwd=project, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert " alive: " in worker.stdout.readline()
            assert " alive: " in worker.stdout.readline()
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            rest, _ = worker.communicate(timeout=60)
            assert rest.endswith("stopped\n")
            assert worker.returncode == 0
    finally:
        for worker in workers:
            worker.kill()
    assert Counter(letter["To"] for letter in sink.letters) == {
        person.contact_address: 1 for person in partners(cast)
    }
