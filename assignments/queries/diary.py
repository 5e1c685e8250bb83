"""A week of appointments, day by day, as the practice's wall clock has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.domain.appointments import moment
from clinic.language import working_time
from clinic.models import Appointment, Couple, Person
from clinic.queries.appointments import appointments_between
from clinic.queries.couples import couples_for
from clinic.queries.people import practice_of

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Booked:
    """One appointment in the diary; `with_whom` names the one partner it is with, where it is with one alone."""

    appointment: Appointment
    couple: Couple
    at: str
    until: str
    with_whom: str
    is_over: bool


@dataclass(frozen=True)
class DiaryDay:
    """One day with what is booked on it, and whether the clocks change in its night."""

    day: date
    is_today: bool
    booked: tuple[Booked, ...]
    clocks: str


@dataclass(frozen=True)
class Diary:
    """A week, from Monday."""

    monday: date
    days: tuple[DiaryDay, ...]

    @property
    def has_today(self) -> bool:
        """Whether this is the week we are in."""
        return any(day.is_today for day in self.days)

    @property
    def count(self) -> int:
        """How many appointments there are in all."""
        return sum(len(day.booked) for day in self.days)


def diary_for(reader: Person, day: date, now: datetime) -> Diary:
    """The week a day falls in, of every couple the reader may see. Raises NotFound for a partner."""
    zone = ZoneInfo(practice_of(reader).timezone)
    monday = day - timedelta(days=day.weekday())
    start, end = (moment(one, time(), zone.key) for one in (monday, monday + WEEK))
    couples = {couple.id: couple for couple in couples_for(reader)}
    booked: dict[date, list[Booked]] = {}
    for one in appointments_between(reader, start, end):
        local = one.starts_at.astimezone(zone)
        booked.setdefault(local.date(), []).append(_booked(one, couples[one.couple_id], zone, now))
    today = now.astimezone(zone).date()
    return Diary(
        monday,
        tuple(
            DiaryDay(one, one == today, tuple(booked.get(one, ())), clocks_change(one, zone))
            for one in _week(monday)
        ),
    )


def _week(monday: date) -> Iterator[date]:
    return (monday + DAY * number for number in range(7))


def _booked(one: Appointment, couple: Couple, zone: ZoneInfo, now: datetime) -> Booked:
    ends_at = one.starts_at + timedelta(minutes=one.minutes)
    return Booked(
        appointment=one,
        couple=couple,
        at=working_time(one.starts_at.astimezone(zone)),
        until=working_time(ends_at.astimezone(zone)),
        with_whom="" if one.is_joint else couple.partner(one.for_whom).name,
        is_over=ends_at <= now,
    )


def clocks_change(day: date, zone: ZoneInfo) -> str:
    """As in "The clocks go back on this day.", or nothing on any other day."""
    before, after = (datetime.combine(one, time(), zone).utcoffset() for one in (day, day + DAY))
    if before is None or after is None or before == after:
        return ""
    return "The clocks go forward on this day." if after > before else "The clocks go back on this day."
