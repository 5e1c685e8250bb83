"""A ritual's days, time and place, read from what the couple agreed, and said in one line.

A ritual's agreement names its boxes `day` or `days`, `time`, `place` and `backup`. The keys of the days are those
below. The time is in the couple's own words, so it is repeated and never reckoned with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assignments.domain.exercises.answers import AnswerValue
from assignments.domain.exercises.steps import AgreementStep

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEVERAL_DAYS: dict[str, tuple[str, ...]] = {
    "every-day": WEEK,
    "weekdays": WEEK[:5],
    "mon-wed-fri": ("monday", "wednesday", "friday"),
    "tue-thu-sun": ("tuesday", "thursday", "sunday"),
    "weekend": WEEK[5:],
}

_EVENING = re.compile(
    r"\b(?:evening|night|supper|bed(?:time)?|(?:[5-9]|1[01])(?:[:.][0-5]\d)? ?pm)\b|\b(?:1[7-9]|2[0-3])[:.]"
)


@dataclass(frozen=True)
class Schedule:
    """What was agreed, ready to be read out: “Tonight 8:30, 15 minutes. Kitchen.”"""

    line: str
    backup: str
    is_today: bool
    """Whether today is among its days. Where no day was named it never is."""


def schedule_of(step: AgreementStep, value: AnswerValue, *, minutes: int, today: date) -> Schedule:
    """The schedule in words, as far as it was filled in."""
    day, time = _day(step, value, today), value.get("time", "").strip()
    when = f"{day} {time[:1].lower()}{time[1:]}".strip() if day else time
    length = "1 minute" if minutes == 1 else f"{minutes} minutes"
    parts = [f"{when}, {length}" if when else f"About {length}", value.get("place", "").strip()]
    line = " ".join(_sentence(part) for part in parts if part)
    return Schedule(line, value.get("backup", "").strip(), is_today=_is_today(value, today))


def _is_today(value: AnswerValue, today: date) -> bool:
    chosen = value.get("day") or value.get("days")
    return WEEK[today.weekday()] in SEVERAL_DAYS.get(str(chosen), (chosen,))


def _day(step: AgreementStep, value: AnswerValue, today: date) -> str:
    for field in step.fields:
        if field.key in ("day", "days") and field.key in value:
            chosen = value[field.key]
            if not _is_today(value, today):
                return next((option.label for option in field.options if option.key == chosen), "")
            words = f"{field.label} {value.get('time', '')}".casefold().replace("evenings", "evening")
            return "Tonight" if _EVENING.search(words) else "Today"
    return ""


def _sentence(part: str) -> str:
    return f"{part[0].upper()}{part[1:]}{'' if part.endswith(('.', '?', '…')) else '.'}"
