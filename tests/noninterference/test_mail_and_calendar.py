"""What reaches one partner outside the pages: their mail and their calendar, in two worlds that differ in private acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from clinic.actions.appointments import book_appointment
from clinic.actions.reminders import make_calendar_address, set_reminders
from clinic.domain.reminders import Timetable
from clinic.worker import work_once
from tests.databases import SQLiteFiles, app_on
from tests.noninterference.kept import KEPT_TOGETHER
from tests.noninterference.worlds import BUILT, KEPT, World, act, build, copied, pair
from tests.smtp import Sink, listening

EVERY_NIGHT = Timetable(frozenset(range(7)), 21 * 60, on=True)
ROUNDS = [KEPT + timedelta(hours=hours) for hours in range(1, 24 * 7, 8)]


@pytest.fixture(scope="module")
def first(sqlite_files: SQLiteFiles) -> World:
    """The world in which nothing is kept; both are reminded every night and have a calendar."""
    with time_machine.travel(BUILT, tick=False):
        world = build(sqlite_files.fresh())
        with app_on(world.url) as app, app.app_context():
            for person in (world.cast.sam, world.cast.jo):
                set_reminders(actor=person, timetable=EVERY_NIGHT)
                world.ids[f"calendar of {person.name}"] = [make_calendar_address(actor=person)]
    return world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


def reached(world: World, reader: str) -> tuple[list[bytes], list[tuple[Any, ...]]]:
    """Every mail the reader gets in a week, with when it came, and every answer their calendar gets."""
    mails: list[bytes] = []
    feeds = []
    with app_on(world.url) as app, listening(app) as sink:
        for moment in ROUNDS:
            with time_machine.travel(moment, tick=False):
                mails += [f"{moment}\n".encode() + raw for raw in mail_to(reader, app, sink)]
                reply = app.test_client().get(f"/feed/{world.ids[f'calendar of {reader}'][0]}.ics")
                feeds.append((reply.status_code, list(reply.headers), reply.data))
    return mails, feeds


def mail_to(reader: str, app: Flask, sink: Sink) -> Iterator[bytes]:
    """What one round brings the reader, without the header that is random for each mail."""
    before = len(sink.raw)
    with app.app_context():
        work_once(datetime.now(UTC))
    for raw in sink.raw[before:]:
        if f"To: {reader.casefold()}@mail.example".encode() in raw:
            yield b"\n".join(line for line in raw.split(b"\r\n") if not line.startswith(b"Message-ID: "))


@pytest.mark.slow
@pytest.mark.parametrize("slot", ["A", "B"])
@pytest.mark.parametrize("kept", KEPT_TOGETHER)
def test_private_acts_of_one_change_no_byte_of_the_others_mail_and_calendar(
    kept: str, slot: str, first: World, folder: Path
) -> None:
    actor, reader = pair(first, slot)
    second = copied(first, folder, f"{kept}-{slot}")
    act(second, actor, KEPT_TOGETHER[kept])
    mails, feeds = reached(copied(first, folder, f"nothing-{kept}-{slot}"), reader.name)
    assert (mails, feeds) == reached(second, reader.name)
    assert len(mails) == 8
    assert {status for status, _, _ in feeds} == {200}


def test_an_appointment_does_show_so_that_the_comparison_can_fail(first: World, folder: Path) -> None:
    second = copied(first, folder, "booked")
    with app_on(second.url) as app, time_machine.travel(KEPT, tick=False), app.app_context():
        book_appointment(
            actor=second.cast.priya, couple_id=second.cast.sam_and_jo.id, starts_at=KEPT + timedelta(days=3)
        )
    mails, feeds = reached(copied(first, folder, "not booked"), "Jo")
    same_mails, other_feeds = reached(second, "Jo")
    assert mails == same_mails
    assert feeds != other_feeds


def test_a_timetable_of_ones_own_does_show_in_the_mail_so_that_that_can_fail_too(
    first: World, folder: Path
) -> None:
    second = copied(first, folder, "another hour")
    with app_on(second.url) as app, time_machine.travel(KEPT, tick=False), app.app_context():
        set_reminders(actor=second.cast.jo, timetable=Timetable(frozenset({2}), 7 * 60, on=True))
    mails, feeds = reached(copied(first, folder, "the same hour"), "Jo")
    other_mails, same_feeds = reached(second, "Jo")
    assert mails != other_mails
    assert feeds == same_feeds
