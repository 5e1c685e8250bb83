"""What happens by itself: reminders that are due, mail that waits, forms and records whose time is up.

`flask send-due` does one round and `flask worker` one after the other; both call `work_once`. Any number may run.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import click
from flask import Flask

from clinic import clock, mail
from clinic.actions.break_glass import forget_lapsed_requests
from clinic.actions.kept_forms import forget_kept_forms
from clinic.actions.operation import beat, note_failed
from clinic.actions.reminders import forget_old_slots, take_on_reminder
from clinic.actions.retention import delete_expired_records
from clinic.actions.sign_ins import forget_old_failures
from clinic.backups.nightly import back_up_if_due, list_whoever_was_erased
from clinic.domain.reminders import LATEST, due_slot
from clinic.domain.retention import is_steady, may_delete
from clinic.extensions import db
from clinic.queries.operation import own_clock
from clinic.queries.reminders import everybody_to_remind, slots_taken
from clinic.sweeping import sweep_if_due
from clinic.tenancy import for_every_practice

log = logging.getLogger("meanwhile.worker")

Stopping = Callable[[], bool]
# Filled by the package that keeps what can be worked out again, which comes last in each round. Each says for how many
# couples that could not be done.
afterwards: list[Callable[[Stopping], int]] = []


@dataclass(frozen=True)
class Round:
    """What one round did."""

    reminders: int
    sent: int
    failed: int

    def __str__(self) -> str:
        """One line for whoever watches the worker."""
        return f"reminders due: {self.reminders}, mails sent: {self.sent}, to be tried again: {self.failed}"


NOTHING = Round(0, 0, 0)


@for_every_practice
def work_once(now: datetime, *, stopping: Stopping = lambda: False) -> Round:
    """One round. `stopping` is asked between two people and between two mails."""
    forget_kept_forms()
    forget_old_slots()
    forget_old_failures()
    forget_lapsed_requests()
    _delete_what_expired(now)
    reminders = _take_on_reminders(now, stopping)
    outcome = mail.send_due(now, stopping=stopping)
    beat(clock.now())
    _do_afterwards(stopping)
    return Round(reminders, outcome.sent, outcome.failed)


def _do_afterwards(stopping: Stopping) -> None:
    """What can be worked out again fails by itself: the round has been done, and the nightly backup comes after it."""
    failed = 0
    for work in afterwards:
        try:
            failed += work(stopping)
        except Exception:
            log.exception("what comes last in a round failed; the next round tries again")
            db.session.rollback()
            failed += 1
    note_failed(failed)


def _delete_what_expired(now: datetime) -> None:
    """What cannot be undone waits until the clock has run on for a day without a jump."""
    seen = own_clock()
    db.session.commit()  # On SQLite this began like a writer, and pages would wait for it.
    if may_delete(now, seen_at=seen.at, before=seen.steady_since):
        delete_expired_records(now)
    elif seen.at is not None and not is_steady(now, seen_at=seen.at):
        log.warning("the clock says %s and said %s: no record goes for a day", now, seen.at)


def _take_on_reminders(now: datetime, stopping: Stopping) -> int:
    everybody, taken = everybody_to_remind(), slots_taken(now - LATEST)
    db.session.commit()  # On SQLite this began like a writer, and pages would wait for it.
    number = 0
    for reminding in everybody:
        if stopping():
            break
        slot = due_slot(reminding.timetable, zone=reminding.zone, changed_at=reminding.changed_at, now=now)
        if slot and (reminding.person_id, slot.at) not in taken:
            number += take_on_reminder(reminding, slot)
    return number


def work(app: Flask, *, every: float, quiet: bool = False) -> None:
    """Round after round until SIGTERM or Ctrl-C, which let the mail in hand go out first.

    A round that fails is logged and the next one tries again, so that a database or a mail server may go and come.
    """
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        try:
            # Before the round, which may fail again and again.
            with app.app_context():
                if listed := list_whoever_was_erased():
                    click.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} backup: {listed}")
                db.session.remove()
            with app.app_context():
                done = work_once(clock.now(), stopping=stop.is_set)
                db.session.remove()
            if done != NOTHING or not quiet:
                click.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} alive: {done}")
            # After the round, so that a reminder never waits for it longer than it must.
            with app.app_context():
                if made := back_up_if_due(clock.now()):
                    click.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} backup: {made}")
                # After the backup, because what reads an old state of the database keeps that state in its files.
                if swept := sweep_if_due(clock.now()):
                    click.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} erased: {swept}")
                db.session.remove()
        except Exception:
            log.exception("a round failed; the next one tries again")
        stop.wait(every)
    if not quiet:
        click.echo("stopped")
