"""A feed as RFC 5545 wants it, read back by a reader of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.calendar_feed import Entry, calendar, escaped, folded

STARTS = datetime(2026, 9, 18, 9, 0, tzinfo=UTC)
ENTRY = Entry("one", STARTS, STARTS + timedelta(hours=1), STARTS - timedelta(days=9))


def unfolded(feed: bytes) -> list[str]:
    return feed.replace(b"\r\n ", b"").decode().split("\r\n")


def test_an_entry_is_an_appointment_with_a_start_and_an_end_and_nothing_else() -> None:
    assert unfolded(calendar([ENTRY])) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar//Appointments//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Appointments",
        "BEGIN:VEVENT",
        "UID:one",
        "DTSTAMP:20260909T090000Z",
        "DTSTART:20260918T090000Z",
        "DTEND:20260918T100000Z",
        "SUMMARY:Appointment",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_every_line_ends_as_the_standard_says() -> None:
    feed = calendar([ENTRY, ENTRY])
    assert feed.count(b"\n") == feed.count(b"\r\n") == feed.count(b"\r")
    assert feed.endswith(b"END:VCALENDAR\r\n")


def test_a_moment_is_written_in_utc_wherever_it_came_from() -> None:
    from zoneinfo import ZoneInfo

    local = ENTRY.starts_at.astimezone(ZoneInfo("Europe/London"))
    moved = Entry("one", local, ENTRY.ends_at, ENTRY.made_at)
    assert calendar([moved]) == calendar([ENTRY])


@pytest.mark.parametrize(
    "text", ["x" * 74, "x" * 75, "x" * 76, "x" * 400, "ä" * 200, "x" + "🙂" * 90, "a b " * 60]
)
def test_a_long_line_is_folded_and_comes_back_whole(text: str) -> None:
    lines = folded(text).split(b"\r\n")
    assert lines.pop() == b""
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode()  # No letter is torn in two.
    assert all(line.startswith(b" ") for line in lines[1:])
    assert b"".join([lines[0], *(line[1:] for line in lines[1:])]).decode() == text


def test_what_would_end_a_value_is_marked() -> None:
    assert escaped("a;b,c\\d\ne\r\nf") == "a\\;b\\,c\\\\d\\ne\\nf"
    assert b"UID:a\\,b\\nSUMMARY:c\r\n" in calendar([Entry("a,b\nSUMMARY:c", STARTS, STARTS, STARTS)])
