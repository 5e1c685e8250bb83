"""The one language of the pages, and how it writes days and times. A second language begins here.

Python would ask the operating system for the names of days, which a server may have in any language or none.
"""

from __future__ import annotations

from datetime import date, datetime

# As pages and files say it of themselves. An exercise may be written in another, and says so itself.
LANGUAGE = "en-GB"

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def moment(at: datetime) -> str:
    """As in "Thu 16 May, 10:00"."""
    return f"{DAYS[at.weekday()][:3]} {at.day} {MONTHS[at.month - 1][:3]}, {at:%H:%M}"


def day(on: date) -> str:
    """As in "Thursday 16 May"."""
    return f"{DAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]}"


def short_day(on: date) -> str:
    """As in "16 May"."""
    return f"{on.day} {MONTHS[on.month - 1][:3]}"


def day_of_year(on: date) -> str:
    """As in "16 May 2026", where it will be read long afterwards."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def clock_time(at: datetime) -> str:
    """As in "8:42 pm"."""
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"
