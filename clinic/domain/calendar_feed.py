"""A calendar feed as RFC 5545 writes it. An entry holds a start and an end and is called "Appointment" (R7).

A counsellor's own says initials besides, and nothing more: whoever stands behind her may read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

ENTRY = "Appointment"
LONGEST_LINE = 75  # Octets, without the line break.
LINE_BREAK = b"\r\n"


@dataclass(frozen=True)
class Entry:
    """One appointment. The uid stays the same when it is moved; `made_at` is when it was booked."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    summary: str = ENTRY


def calendar(entries: Iterable[Entry]) -> bytes:
    """The whole feed. Without a name of its own some calendars would show its secret address instead."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar//Appointments//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Appointments",
    ]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{escaped(entry.uid)}",
            f"DTSTAMP:{stamp(entry.made_at)}",
            f"DTSTART:{stamp(entry.starts_at)}",
            f"DTEND:{stamp(entry.ends_at)}",
            f"SUMMARY:{escaped(entry.summary)}",
            "END:VEVENT",
        ]
    return b"".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def stamp(moment: datetime) -> str:
    """A moment in UTC, which every calendar shows in its owner's own time and no clock change moves."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Text as a value: what would end it or begin another is marked."""
    for plain, marked in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, marked)
    return text


def folded(line: str) -> bytes:
    """One line as bytes, broken after 75 octets and never within a letter; what follows begins with a space."""
    parts, part = [], b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > LONGEST_LINE:
            parts.append(part)
            part = b" "
        part += octets
    return LINE_BREAK.join([*parts, part]) + LINE_BREAK
