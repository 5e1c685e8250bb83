"""How times read on a page: where the practice is, in the fewest words."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import g
from flask_login import current_user

from clinic import access
from clinic.queries.people import practice_of


def _zone() -> ZoneInfo:
    if "zone" not in g:
        known = current_user.is_authenticated
        g.zone = ZoneInfo(practice_of(access.signed_in()).timezone if known else "UTC")
    zone: ZoneInfo = g.zone
    return zone


def _local(value: datetime) -> datetime:
    return value.astimezone(_zone())


def local_time(value: datetime) -> str:
    """As in "Thu 16 May, 10:00", where the practice is."""
    local = _local(value)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def local_day(value: datetime | date) -> str:
    """As in "Thursday 16 May"."""
    day = _local(value).date() if isinstance(value, datetime) else value
    return f"{day:%A} {day.day} {day:%B}"


def short_day(value: datetime | date) -> str:
    """As in "16 May"."""
    day = _local(value).date() if isinstance(value, datetime) else value
    return f"{day.day} {day:%b}"


def clock_time(value: datetime) -> str:
    """As in "8:42 pm"."""
    local = _local(value)
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
