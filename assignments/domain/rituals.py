"""A ritual's days, time and place, read from what the couple agreed, and said in one line.

A ritual's agreement names its boxes `day` or `days`, `time`, `place` and `backup`. The keys of the days are those
below. The time is in the couple's own words: it is repeated as it stands, and only read where it can mean one thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

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
_MORNING = re.compile(r"\bmorning|\bbreakfast")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})(?:[:.]([0-5]\d))?(?: ?([ap])\.?m\b)?(?!\d)")


@dataclass(frozen=True)
class Schedule:
    """What was agreed, ready to be read out: “Tonight 8:30, 15 minutes. Kitchen.”"""

    line: str
    backup: str
    is_today: bool
    """Whether today is among its days. Where no day was named it never is."""
    starts: time | None = None
    """The time of day, where the couple's words can be read as one."""


def schedule_of(step: AgreementStep, value: AnswerValue, *, minutes: int, today: date) -> Schedule:
    """The schedule in words, as far as it was filled in."""
    day, at = _day(step, value, today), value.get("time", "").strip()
    when = f"{day} {at[:1].lower()}{at[1:]}".strip() if day else at
    length = "1 minute" if minutes == 1 else f"{minutes} minutes"
    parts = [f"{when}, {length}" if when else f"About {length}", value.get("place", "").strip()]
    line = " ".join(_sentence(part) for part in parts if part)
    return Schedule(
        line,
        value.get("backup", "").strip(),
        is_today=_is_today(value, today),
        starts=time_in(f"{_label(step, value)} {at}"),
    )


def time_in(words: str) -> time | None:
    """The one time of day that these words name, or None: "20:30", "8.30 pm", "tonight at 8:30"; never "after tea"."""
    plain = words.casefold().replace("evenings", "evening").replace("mornings", "morning")
    found = [one for one in _CLOCK.finditer(plain) if one[2] or one[3]]
    if len(found) != 1:
        return None
    hour, minute, half = int(found[0][1]), int(found[0][2] or 0), found[0][3]
    if half or hour <= 12:
        after_noon = half == "p" or (half is None and bool(_EVENING.search(plain)))
        before_noon = half == "a" or (half is None and bool(_MORNING.search(plain)))
        if not 1 <= hour <= 12 or after_noon == before_noon:
            return None
        hour = hour % 12 + (12 if after_noon else 0)
    return time(hour, minute) if hour < 24 else None


def _is_today(value: AnswerValue, today: date) -> bool:
    chosen = value.get("day") or value.get("days")
    return WEEK[today.weekday()] in SEVERAL_DAYS.get(str(chosen), (chosen,))


def _label(step: AgreementStep, value: AnswerValue) -> str:
    """The day or days as they were chosen, or nothing."""
    for field in step.fields:
        if field.key in ("day", "days") and field.key in value:
            return next((option.label for option in field.options if option.key == value[field.key]), "")
    return ""


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
