"""Reading a calendar file that somebody uploaded: bounded in size, in events and in how often one may repeat.

A file is only words. Its own definitions of time zones, its alarms and its attachments are never looked at. What a
counsellor's calendar says of her clients stays on the page where she chooses; nothing of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule, weekday

from clinic.domain.appointments import MOST_MINUTES, MOST_TIMES, moment

if TYPE_CHECKING:
    from icalendar import Event

LARGEST_FILE = 256 * 1024
MOST_EVENTS = 500
# Events that are offered on one page; who has more takes them in two files.
MOST_OFFERED = 30
AHEAD = timedelta(days=366)
# How far a rule is followed from where it stands today, and the largest number it may name.
MOST_STEPS = 1_500
MOST_MONTHS = 6
LONGEST_TITLE = 120
EARLIEST = date(2000, 1, 1)
FREQUENCIES: dict[str, Literal[1, 2, 3]] = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY}
WEEKDAYS = {name: weekday(number) for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
UNDERSTOOD = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST"}
BROKEN = "That is no calendar file, or it is broken. Export it again as .ics."
FOLD = re.compile(r"\r?\n[ \t]")
ZONE_LEFT = re.compile(r"\A\s*+(BEGIN|END).*VTIMEZONE", re.IGNORECASE)


class CalendarProblem(Exception):
    """A file that cannot be used. `sentence` says why, to whoever uploaded it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class _Odd(Exception):
    """One event that cannot be read. The others still can."""


@dataclass(frozen=True)
class Offered:
    """One event of the file with what is still to come of it: its title for choosing, its moments, its length."""

    title: str
    starts: tuple[datetime, ...]
    minutes: int


@dataclass(frozen=True)
class CalendarFile:
    """What a file holds: events to choose from, and how many were left out because they could not be read."""

    events: tuple[Offered, ...]
    unread: int
    left_out: int


def read_calendar(content: bytes, *, zone: str, now: datetime) -> CalendarFile:
    """The events to come. Raises CalendarProblem for what is no calendar, or too much of one."""
    if len(content) > LARGEST_FILE:
        raise CalendarProblem("That file is too large. Export a shorter time, at most 256 KB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CalendarProblem(BROKEN) from None
    if text.count("BEGIN:VEVENT") > MOST_EVENTS:
        raise CalendarProblem(f"That file has more than {MOST_EVENTS} events. Export a shorter time.")
    parsed = _parse(text)
    offered, unread = [], 0
    changed = _changed(parsed)
    for event in parsed.walk("VEVENT"):
        try:
            found = _offered(event, changed, zone, now)
        except (_Odd, ValueError, TypeError, AttributeError, OverflowError):
            unread += 1
            continue
        if found.starts:
            offered.append(found)
    offered.sort(key=lambda one: (one.starts[0], one.title))
    return CalendarFile(tuple(offered[:MOST_OFFERED]), unread, max(0, len(offered) - MOST_OFFERED))


def _without_zones(lines: Iterable[str]) -> Iterator[str]:
    """The lines without what the file says about time zones: a small program of its own, and ours have names.

    Raises CalendarProblem where such a part does not end, or is written so that it might be overlooked.
    """
    inside = False
    for line in lines:
        if line.upper().rstrip() == "BEGIN:VTIMEZONE":
            inside = True
        if not inside:
            if ZONE_LEFT.match(line):
                raise CalendarProblem(BROKEN)
            yield line
        if line.upper().rstrip() == "END:VTIMEZONE":
            inside = False
    if inside:
        raise CalendarProblem(BROKEN)


def _parse(text: str) -> Any:
    text = "\n".join(_without_zones(FOLD.sub("", text).splitlines()))
    from icalendar import Calendar  # Here and below: a library of eighty modules, for an act of once a month.

    try:
        parsed = Calendar.from_ical(text)
    except Exception:  # A stranger's file may break the library in ways of the library's own.
        raise CalendarProblem(BROKEN) from None
    if parsed.name != "VCALENDAR":
        raise CalendarProblem(BROKEN)
    return parsed


def _changed(parsed: Any) -> dict[str, set[datetime]]:
    """Occurrences that were moved on their own, by the event they belong to: they stand in the file themselves."""
    found: dict[str, set[datetime]] = {}
    for event in parsed.walk("VEVENT"):
        original = event.get("RECURRENCE-ID")
        if original is not None and isinstance(getattr(original, "dt", None), datetime):
            found.setdefault(str(event.get("UID", "")), set()).add(original.dt.replace(tzinfo=None))
    return found


def _offered(event: Event, changed: dict[str, set[datetime]], zone: str, now: datetime) -> Offered:
    """One event. Raises _Odd for one that lasts all day, that we cannot place in time, or whose rule we do not know."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return Offered("", (), 0)
    begins, where = _local(event.get("DTSTART"), zone)
    minutes = _minutes(event, begins)
    skipped = {_local(one, zone)[0] for one in _dates(event.get("EXDATE"))}
    if "RECURRENCE-ID" not in event:
        skipped |= changed.get(str(event.get("UID", "")), set())
    starts = []
    today = now.astimezone(UTC).replace(tzinfo=None)
    for local in _occurrences(event, begins, today):
        at = moment(local.date(), local.time(), where)
        if now < at <= now + AHEAD and local not in skipped:
            starts.append(at)
        if len(starts) == MOST_TIMES:
            break
    return Offered(_title(event), tuple(starts), minutes)


def _title(event: Event) -> str:
    found = event.get("SUMMARY", "")
    said = " ".join(str(found[0] if isinstance(found, list) else found).split())
    shown = "".join(letter for letter in said if letter.isprintable())[:LONGEST_TITLE]
    return shown or "Without a title"


def _local(value: Any, zone: str) -> tuple[datetime, str]:
    """The wall clock of a value and the zone of that clock. Without a zone of its own it is the practice's."""
    found = getattr(value, "dt", None)
    if not isinstance(found, datetime) or not EARLIEST <= found.date() <= date(2099, 12, 31):
        raise _Odd
    name = str(value.params.get("TZID", "")) if hasattr(value, "params") else ""
    if not name:
        if found.tzinfo is None:
            return found, zone
        return found.astimezone(UTC).replace(tzinfo=None), "UTC"
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    known = WINDOWS_TO_OLSON.get(name, name)
    try:
        ZoneInfo(known)
    except (ValueError, OSError, KeyError):
        raise _Odd from None
    return found.replace(tzinfo=None), known


def _dates(value: Any) -> Iterator[Any]:
    for one in value if isinstance(value, list) else [value] if value is not None else []:
        for each in getattr(one, "dts", []):
            each.params = one.params
            yield each


def _minutes(event: Event, begins: datetime) -> int:
    end, lasts = event.get("DTEND"), event.get("DURATION")
    if end is not None and isinstance(getattr(end, "dt", None), datetime):
        length = end.dt.replace(tzinfo=None) - _own_clock(event.get("DTSTART"))
    elif lasts is not None and isinstance(getattr(lasts, "dt", None), timedelta):
        length = lasts.dt
    else:
        length = timedelta(hours=1)
    minutes = round(length.total_seconds() / 60)
    if not 10 <= minutes <= MOST_MINUTES:
        raise _Odd
    return minutes


def _own_clock(value: Any) -> datetime:
    clock: datetime = value.dt.replace(tzinfo=None)
    return clock


def _occurrences(event: Event, begins: datetime, today: datetime) -> Iterator[datetime]:
    """The wall-clock times of an event. Only rules that come to an end by themselves, or that we end, are followed."""
    rule = event.get("RRULE")
    if isinstance(rule, list) or "RDATE" in event or "EXRULE" in event:
        raise _Odd
    if rule is None:
        yield begins
        return
    yield from islice(_rule(rule, begins, today), MOST_STEPS)


def _rule(rule: Any, begins: datetime, today: datetime) -> rrule:
    """The rule as dateutil follows it. Raises _Odd for parts we do not know, and for those that never come true."""
    if set(rule) - UNDERSTOOD:
        raise _Odd
    frequency = FREQUENCIES.get(str(_only(rule, "FREQ")).upper())
    days, month_days = rule.get("BYDAY", []), rule.get("BYMONTHDAY", [])
    monthly = frequency == MONTHLY
    if frequency is None or (days and month_days) or (month_days and not monthly):
        raise _Odd
    until = _only(rule, "UNTIL")
    if isinstance(until, datetime):
        # An hour more or less does not matter at the end of a row; a day would.
        until = until.replace(tzinfo=None) + (timedelta(hours=14) if until.tzinfo else timedelta())
    elif isinstance(until, date):
        until = datetime.combine(until, time.max)
    count, interval = _only(rule, "COUNT"), _whole(_only(rule, "INTERVAL") or 1)
    if any(not isinstance(day, int) or not 1 <= abs(day) <= 31 for day in month_days):
        raise _Odd
    last = today + AHEAD
    ended = {"count": _whole(count)} if count is not None else {"until": min(until or last, last)}
    if count is None:
        begins = _forward(begins, today, frequency, interval)
    elif today - begins > timedelta(days=10 * 366):
        raise _Odd
    numbered = {str(day)[0] in "+-12345" for day in days}
    # What comes round in one month of the year alone may never come true; no couple is seen so rarely.
    if len(numbered) > 1 or (monthly and interval > MOST_MONTHS):
        raise _Odd
    return rrule(
        frequency,
        dtstart=begins.replace(microsecond=0),
        interval=interval,
        wkst=_weekday(str(_only(rule, "WKST") or "MO"), numbered=False),
        byweekday=[_weekday(str(day), numbered=monthly) for day in days] or None,
        bymonthday=list(month_days) or None,
        **ended,
    )


def _forward(begins: datetime, today: datetime, frequency: int, interval: int) -> datetime:
    """Where a rule that has run for years stands a little before today, on the same days as from its beginning."""
    back = (today - begins).days - 62
    if back <= 0:
        return begins
    if frequency == MONTHLY:
        months = back // 31 // interval * interval
        if begins.day > 28:
            return begins
        years, month = divmod(begins.month - 1 + months, 12)
        return begins.replace(year=begins.year + years, month=month + 1)
    step = interval * (7 if frequency == WEEKLY else 1)
    return begins + timedelta(days=back // step * step)


def _only(rule: Any, name: str) -> Any:
    values = rule.get(name)
    if isinstance(values, list):
        if len(values) != 1:
            raise _Odd
        return values[0]
    return values


def _whole(value: Any) -> int:
    if not isinstance(value, int) or not 1 <= value <= MOST_STEPS:
        raise _Odd
    return value


def _weekday(text: str, *, numbered: bool) -> weekday:
    fits = BY_DAY.fullmatch(text.upper())
    if fits is None or (fits[1] and not numbered):
        raise _Odd
    return WEEKDAYS[fits[2]](int(fits[1])) if fits[1] else WEEKDAYS[fits[2]]
