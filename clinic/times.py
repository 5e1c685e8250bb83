"""How times read on a page: where the practice is, in the fewest words.

Whoever works here reads "20:42", as in their diary, and everybody else "8:42 pm". This is the one place that tells.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import g
from flask_login import current_user

from clinic import access, clock, language
from clinic.queries.people import practice_of


def _zone() -> ZoneInfo:
    if "zone" not in g:
        known = current_user.is_authenticated
        g.zone = ZoneInfo(practice_of(access.signed_in()).timezone if known else "UTC")
    zone: ZoneInfo = g.zone
    return zone


def _local(value: datetime) -> datetime:
    return value.astimezone(_zone())


def _clock() -> Callable[[datetime], str]:
    works_here = current_user.is_authenticated and access.signed_in().is_staff
    return language.working_time if works_here else language.clock_time


def local_time(value: datetime) -> str:
    """As in "Thu 16 May, 10:00", where the practice is; for clients, "Thu 16 May, 10:00 am"."""
    return language.moment(_local(value), _clock(), year=_year(_day(value)))


def local_day(value: datetime | date) -> str:
    """As in "Thursday 16 May"."""
    return language.day(_day(value), year=_year(_day(value)))


def short_day(value: datetime | date) -> str:
    """As in "16 May"."""
    return language.short_day(_day(value), year=_year(_day(value)))


def day_of_year(value: datetime | date) -> str:
    """As in "16 May 2026"."""
    return language.day_of_year(_day(value))


def clock_time(value: datetime) -> str:
    """As in "8:42 pm", on pages that clients read: their own, and those of the room, which both look at."""
    return language.clock_time(_local(value))


def _year(day: date) -> str:
    return language.year_apart(day, _local(clock.now()).date())


def _day(value: datetime | date) -> date:
    return _local(value).date() if isinstance(value, datetime) else value
