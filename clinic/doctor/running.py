"""Looks at what has to go on by itself: the clock, mail, the worker, room on the disk, backups."""

from __future__ import annotations

import contextlib
import http.client
import smtplib
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from shutil import disk_usage
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import func, select

from clinic import backups, clock, mail
from clinic.backups.nightly import folder_of_backups
from clinic.doctor.database import database_file, size_of_database
from clinic.doctor.findings import Finding, State, span
from clinic.domain.retention import JUMP
from clinic.extensions import db
from clinic.models import AuditLine
from clinic.queries.operation import last_beat, not_swept_since, waiting_mail
from clinic.queries.retention import expired_records

SILENT_TOO_LONG = timedelta(minutes=5)
# Twenty records go in a round, and after a jump of the clock none for a day; what stays longer has a reason.
OVERDUE, MOST_COUNTED = timedelta(days=2), 1000
# Two nights come after a day in which something was erased, and one of them may find a table in use.
UNSWEPT_TOO_LONG = timedelta(days=3)
BACKUP_TOO_OLD = timedelta(hours=36)
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
LEAST_FREE = 200 * 1024 * 1024
# A backup is made, restored and compared beside the database, so two more of it must fit.
COPIES = 2


def look_at_clock(about: str) -> Finding:
    """Against the database, the newest line of the log, its own even pace, and the site's answer where it comes."""
    now = clock.now()
    off = []
    began = time.monotonic()
    time.sleep(0.05)
    if abs((clock.now() - now).total_seconds() - (time.monotonic() - began)) > 0.5:
        off.append("it jumped while it was looked at")
    if db.engine.dialect.name == "postgresql":
        theirs = db.session.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)
        if abs(theirs - clock.now()) > CLOCKS_MAY_DIFFER:
            off.append(f"the database says {theirs:%Y-%m-%d %H:%M:%S} UTC")
    newest = db.session.execute(select(func.max(AuditLine.at))).scalar_one()
    if newest is not None and newest - now > CLOCKS_MAY_DIFFER:
        off.append(f"the log has a line of {newest:%Y-%m-%d %H:%M:%S} UTC, which is yet to come")
    told = _date_of_the_site()
    if told is not None and abs(told - clock.now()) > CLOCKS_MAY_DIFFER * 2:
        off.append(f"the site says {told:%Y-%m-%d %H:%M:%S} UTC")
    if off:
        return Finding(
            about, State.BROKEN, f"here it is {now:%Y-%m-%d %H:%M:%S} UTC; " + "; ".join(off),
            "set the clock by the network on every host (`timedatectl set-ntp true`)",
        )  # fmt: skip
    beside = "the database, the log" + (" and the site" if told else "")
    return Finding(about, State.OK, f"{now:%Y-%m-%d %H:%M:%S} UTC agrees with {beside}")


def _date_of_the_site() -> datetime | None:
    """What the site's own answer says the time is; nothing where it does not answer."""
    parts = urlsplit(current_app.config["PUBLIC_URL"])
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError, TypeError):
        connection = kind(parts.hostname or "", parts.port, timeout=2)
        try:
            connection.request("HEAD", "/healthz")
            return parsedate_to_datetime(str(connection.getresponse().headers["Date"])).astimezone(UTC)
        finally:
            connection.close()
    return None


def look_at_mail(about: str) -> Finding:
    url = current_app.extensions["mail"]["url"]
    if not url:
        return Finding(
            about,
            State.BROKEN,
            "has no server: it waits a day and is given up, and codes and reminders reach nobody",
            "set MEANWHILE_MAIL_URL",
        )
    try:
        mail.greet()
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        return Finding(
            about, State.BROKEN, f"the server does not take us: {type(problem).__name__}",
            "check MEANWHILE_MAIL_URL, and that its port is open from here",
        )  # fmt: skip
    waiting = waiting_mail()
    longest = waiting.longest(clock.now())
    if longest > SILENT_TOO_LONG * 2:
        said = f"the server answers, but one of {waiting.mails} mails has waited for {span(longest)}"
        return Finding(about, State.LOOK, said, "see that the worker runs, and its log")
    return Finding(about, State.OK, f"the server answers; {waiting.mails} mails wait")


def look_at_worker(about: str) -> Finding:
    beat = last_beat()
    do = "start `flask worker`, or let a timer run `flask send-due` every minute"
    if beat is None:
        return Finding(about, State.BROKEN, "has never finished a round", do)
    now = clock.now()
    silent = now - beat.at
    if silent > SILENT_TOO_LONG:
        kept = "; no record whose time is up goes until it has run for a day" if silent > JUMP else ""
        return Finding(about, State.BROKEN, f"silent for {span(silent)}{kept}", do)
    if beat.failed:
        return Finding(
            about, State.LOOK, f"could not work out the summaries of {beat.failed} couples; they stand on the board as not counted",
            "`flask summaries rebuild` names them, and the worker's log says what is wrong",
        )  # fmt: skip
    if stay := len(expired_records(now - OVERDUE, MOST_COUNTED)):
        return Finding(
            about, State.LOOK, f"{stay} records whose time is up are still there: its clock jumped, or it rests too long",
            f"let it run all the time, or at least every {JUMP.days} days: after a longer rest nothing goes for a day",
        )  # fmt: skip
    return Finding(about, State.OK, f"finished a round {span(silent)} ago")


def look_at_erased(about: str) -> Finding:
    """Whether what was erased has left the database's files (G15)."""
    if db.engine.dialect.name != "postgresql":
        return Finding(about, State.OK, "gone from the database's files at once")
    since = not_swept_since()
    if since is None:
        return Finding(about, State.OK, "gone from the database's files")
    age = clock.now() - since
    if age > UNSWEPT_TOO_LONG:
        return Finding(
            about, State.LOOK, f"may still lie in the database's files, {span(age)} after: no night's sweep reached every table",
            "in a quiet hour `flask postgresql sweep --hold 60`, which names what it leaves",
        )  # fmt: skip
    return Finding(
        about, State.OK, f"what went {span(age)} ago leaves the database's files in the next nights"
    )


def look_at_disk(about: str) -> Finding:
    free = disk_usage(_folder()).free
    needed = max(LEAST_FREE, COPIES * size_of_database())
    told = f"{free / 1e9:.1f} GB free, and a backup with its trial needs {needed / 1e9:.1f} GB"
    if free < needed:
        return Finding(about, State.BROKEN, told, "make room, or move backups to another disk")
    return Finding(about, State.OK, told)


def look_at_backup(about: str, folder: Path | None) -> Finding:
    folder = folder or folder_of_backups()
    do = "set MEANWHILE_BACKUP_FOLDER for the worker, see that it runs, and read what it says"
    if folder is None:
        return Finding(about, State.BROKEN, "nobody makes one", do)
    made = backups.newest_in(folder)
    if made is None:
        return Finding(
            about, State.BROKEN, "in that folder is none that was verified and that this key ring opens", do
        )
    if trouble := backups.trouble_with_list(folder):
        return Finding(
            about, State.BROKEN, f"the list of who was erased cannot be read, so a restore would stop: {trouble}",
            "put its key back on the ring; if there is none, move the list away, and the worker makes a new one",
        )  # fmt: skip
    age = clock.now() - made
    if age > BACKUP_TOO_OLD:
        return Finding(about, State.BROKEN, f"the last verified one is {span(age)} old", do)
    return Finding(
        about, State.OK, f"the last verified one is {span(age)} old; keep a copy on another machine"
    )


def _folder() -> Path:
    path = database_file()
    return path.parent if path else Path.cwd()
