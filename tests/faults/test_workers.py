"""Workers by the dozen, killed at random, with a mail server in a mood: at most one reminder a slot, and one backup a night."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from clinic.domain.reminders import days_mask
from clinic.extensions import db
from clinic.models import Couple, OutboxMail, Partner, Person, ReminderPlan, ReminderSlot
from tests import builders
from tests.faults.serving import ROOT, World, production, wait_until
from tests.smtp import Sink
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow, pytest.mark.trust, pytest.mark.timeout(3_600)]
WORKERS = 4
NOWHERE = "nowhere"
REFUSALS = {"later": "451 Try again later", "never": "554 Not here"}


class Moody(Sink):
    """Takes a letter, refuses it for now or for good, or takes it and never says so."""

    def __init__(self) -> None:
        super().__init__()
        self.chance = random.Random(11)
        self.said: Counter[str] = Counter()
        self.last_said_to: dict[str, str] = {}
        self.moods: tuple[str, ...] = ("takes it", "takes it", "later", "never", "slow", "hangs up")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mood = self.chance.choice(self.moods)
        self.said[mood] += 1
        self.last_said_to[envelope.rcpt_tos[0]] = mood
        if mood in REFUSALS:
            return REFUSALS[mood]
        if mood == "slow":
            await asyncio.sleep(1)
        answer = await super().handle_DATA(server, session, envelope)
        if mood == "hangs up":
            server.transport.abort()
        return answer


@contextmanager
def moody_server() -> Iterator[tuple[Moody, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = Moody()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield sink, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def remind_everybody(world: World, couples: int) -> int:
    """Many partners whose reminder has come due a quarter of an hour ago; how many."""
    due = datetime.now(UTC) - timedelta(minutes=15)
    with world.app() as app, app.app_context():
        for number in range(couples):
            builders.couple(world.cast.priya, first=f"First{number} Of", second=f"Second{number} Of")
        practice_id = world.cast.canal_street.id
        local = due.astimezone(ZoneInfo(world.cast.canal_street.timezone))
        people = db.session.scalars(
            select(Person)
            .join(Partner, Partner.person_id == Person.id)
            .where(Person.practice_id == practice_id)
        ).all()
        for person in people:
            db.session.add(
                ReminderPlan(
                    practice_id=practice_id,
                    person_id=person.id,
                    days=days_mask(range(7)),
                    minute=local.hour * 60 + local.minute,
                    is_on=True,
                    changed_at=due - timedelta(days=2),
                )
            )
        db.session.commit()
        assert db.session.scalar(select(func.count()).select_from(Couple)) or not couples
        return len(people)


def start_worker(world: World, folder: Path, mail_url: str) -> subprocess.Popen[bytes]:
    environment = production(
        world.url, MEANWHILE_MAIL_URL=mail_url, MEANWHILE_BACKUP_FOLDER=str(folder), MEANWHILE_BACKUP_HOUR="0"
    )
    with (folder.parent / "workers.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--every", "0.5"],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip


def test_each_slot_gets_at_most_one_letter_and_the_night_one_backup(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    chance, kills = random.Random(5), sized(4, 40)
    folder = tmp_path / "backups"
    folder.mkdir()
    people = remind_everybody(world, sized(5, 100))
    with moody_server() as (sink, mail_url):
        workers = [start_worker(world, folder, mail_url) for _ in range(WORKERS)]
        try:
            for _ in range(kills):
                seen = sum(sink.said.values())
                # What is refused waits a minute or longer, so there may be nothing to send for a while.
                with suppress(AssertionError):
                    wait_until(lambda: sum(sink.said.values()) > seen, "a letter", patience=10)  # noqa: B023 (done at once)
                at = chance.randrange(WORKERS)
                os.kill(workers[at].pid, signal.SIGKILL)
                workers[at].wait()
                workers[at] = start_worker(world, folder, mail_url)
            wait_until(lambda: _slots(world) == people, "every slot to be taken")
            wait_until(lambda: any(one.suffix == ".backup" for one in folder.iterdir()), "the backup")
        finally:
            for one in workers:
                one.kill()
                one.wait()
    letters = Counter(str(letter["To"]) for letter in sink.letters if letter["Subject"] == "A small reminder")
    twice = [to for to, number in letters.items() if number > 1]
    made = [one for one in folder.iterdir() if one.suffix == ".backup"]
    became = what_became_of_each(world, sink, letters)
    unaccounted = abs(people - became.total()) + became[NOWHERE]
    told = ", ".join(f"{number} {what}" for what, number in sorted(became.items()) if what != NOWHERE)
    proves(
        "R38 one reminder per slot",
        f"{WORKERS} workers, {kills} × kill -9, {people} due reminders, a server that answered "
        f"{dict(sink.said)}: {told}; {len(twice)} twice, {unaccounted} unaccounted for",
    )
    proves(
        "R40 a backup counts once it was compared",
        f"{WORKERS} workers and {kills} kills made {len(made)} backup",
    )
    assert letters
    assert not twice
    assert unaccounted == 0
    assert len(made) == 1


def what_became_of_each(world: World, sink: Moody, letters: Counter[str]) -> Counter[str]:
    """Of each reminder, by what the server has and what the outbox says. NOWHERE is one that got lost between them."""
    with world.app() as app, app.app_context():
        rows = db.session.scalars(select(OutboxMail).where(OutboxMail.kind == "reminder")).all()
        return Counter(_what_became(row, sink, letters) for row in rows)


def _what_became(row: OutboxMail, sink: Moody, letters: Counter[str]) -> str:
    last = sink.last_said_to.get(row.to_address)
    if letters[row.to_address]:
        return "got theirs from a server that hung up" if last == "hangs up" else "got theirs"
    if row.sent_at is not None or row.given_up_at is not None:
        return NOWHERE  # Called sent, or thrown away within the hour, and nobody has it.
    if last in REFUSALS:
        return f"were told {REFUSALS[last]!r} and wait for another try"
    return "wait because their worker was killed, or for their turn"


def _slots(world: World) -> int:
    with world.app() as app, app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OutboxMail)) is not None
        return int(db.session.scalar(select(func.count()).select_from(ReminderSlot)) or 0)
