"""The one language of the pages, and how it writes days and times. A second language begins here.

Python would ask the operating system for the names of days, which a server may have in any language or none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

# As pages and files say it of themselves. An exercise may be written in another, and says so itself.
LANGUAGE = "en-GB"

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# A day so far from today is named with its year: "16 May" alone would be taken for the next or the last one.
NEEDS_NO_YEAR = timedelta(days=300)


def working_time(at: datetime | time) -> str:
    """As in "20:42", as the practice writes its day."""
    return f"{at:%H:%M}"


def moment(at: datetime, clock: Callable[[datetime], str] = working_time, *, year: str = "") -> str:
    """As in "Thu 16 May, 10:00", the hour as this clock writes it, with the `year` where it is given."""
    return f"{DAYS[at.weekday()][:3]} {at.day} {MONTHS[at.month - 1][:3]}{year and ' ' + year}, {clock(at)}"


def year_apart(on: date, today: date) -> str:
    """The year of a day that cannot be told without it, seen from today, and nothing for one that can."""
    return "" if abs(on - today) <= NEEDS_NO_YEAR else str(on.year)


def weekday(on: date) -> str:
    """As in "Thursday"."""
    return DAYS[on.weekday()]


def day(on: date, *, year: str = "") -> str:
    """As in "Thursday 16 May", with the `year` where it is given."""
    return f"{weekday(on)} {on.day} {MONTHS[on.month - 1]} {year}".rstrip()


def short_day(on: date, *, year: str = "") -> str:
    """As in "16 May", with the `year` where it is given."""
    return f"{on.day} {MONTHS[on.month - 1][:3]} {year}".rstrip()


def month_of_year(on: date) -> str:
    """As in "May 2026"."""
    return f"{MONTHS[on.month - 1]} {on.year}"


def day_of_year(on: date) -> str:
    """As in "16 May 2026", where it will be read long afterwards."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def clock_time(at: datetime | time) -> str:
    """As in "8:42 pm", as one says it at home. Noon and midnight are words, for hardly anybody is sure of 12:00 pm."""
    if at.minute == 0 and at.hour % 12 == 0:
        return "noon" if at.hour else "midnight"
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"
