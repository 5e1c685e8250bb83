"""From a plan to days. Only the calendar and what the counsellor recorded move it, never what a partner did.

Every date is a day of the practice's own calendar, so a change of the clocks moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True)
class Pause:
    """From the day on which a plan was paused until the day it went on; None while it rests."""

    begins_on: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether that day is lost to the plan."""
        return self.begins_on <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Again:
    """A week that the counsellor gave once more, on a day of the week that then had to wait."""

    on: date
    week: int


@dataclass(frozen=True)
class Slot:
    """Seven days of the calendar with a week of the plan in them, or with a holiday in its place."""

    week: int | None
    begins_on: date
    ends_on: date | None
    """The last of its days, or None while a pause stands inside it and nobody can say."""

    def holds(self, day: date) -> bool:
        """Whether a day lies within it."""
        return self.begins_on <= day and (self.ends_on is None or day <= self.ends_on)


class Phase(StrEnum):
    """Where a couple stands in a plan on one day."""

    AHEAD = "ahead"
    ON = "on"
    HOLIDAY = "holiday"
    PAUSED = "paused"
    OVER = "over"


@dataclass(frozen=True)
class Standing:
    """Where a couple stands, and in which week of the plan; the week is None before, after and on holiday."""

    phase: Phase
    week: int | None = None
    slot: Slot | None = None


@dataclass(frozen=True)
class Timetable:
    """A start and everything that was recorded since; the days follow from these alone."""

    starts_on: date
    weeks: int
    skipped: Sequence[date] = ()
    """A day out of each holiday; the week of the plan that would hold it waits for the next."""
    pauses: Sequence[Pause] = ()
    again: Sequence[Again] = ()

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The weeks in the order of the calendar. What lies behind a pause that goes on has no days yet."""
        return tuple(self._slots())

    def _slots(self) -> Iterator[Slot]:
        week, begins_on = 1, self._next_day(self.starts_on)
        while week <= self.weeks and begins_on is not None:
            ends_on = self._last_day(begins_on)
            held = Slot(week, begins_on, ends_on)
            if any(held.holds(day) for day in self.skipped) and ends_on is not None:
                yield Slot(None, begins_on, ends_on)
            else:
                once_more = next((one.week for one in self.again if held.holds(one.on)), None)
                yield held if once_more is None else Slot(once_more, begins_on, ends_on)
                week += once_more is None
            begins_on = None if ends_on is None else self._next_day(ends_on + DAY)

    def _next_day(self, day: date) -> date | None:
        """The first day from `day` on that no pause takes; None while a pause goes on."""
        for pause in sorted(self.pauses, key=lambda pause: pause.begins_on):
            if pause.holds(day):
                if pause.until is None:
                    return None
                day = pause.until
        return day

    def _last_day(self, begins_on: date) -> date | None:
        """The seventh day that is not lost to a pause."""
        day: date | None = begins_on
        for _ in range(WEEK - 1):
            day = None if day is None else self._next_day(day + DAY)
        return day

    @property
    def is_paused(self) -> bool:
        """Whether a pause goes on."""
        return any(pause.until is None for pause in self.pauses)

    def slots_of(self, week: int) -> list[Slot]:
        """When a week of the plan is given: once, or as often as it was given again; empty while unknown."""
        return [slot for slot in self.slots if slot.week == week]

    def slot_on(self, day: date) -> Slot | None:
        """The seven days that hold a day."""
        return next((slot for slot in self.slots if slot.holds(day)), None)

    def last_before(self, day: date) -> Slot | None:
        """The last week of the plan that was over by a day, holidays left out."""
        over = [slot for slot in self.slots if slot.ends_on and slot.ends_on < day and slot.week]
        return over[-1] if over else None

    def has_begun(self, week: int, day: date) -> bool:
        """Whether a week of the plan is under way or over on a day. What has not begun may still change."""
        return any(slot.begins_on <= day for slot in self.slots_of(week))

    def standing(self, day: date) -> Standing:
        """Where a couple stands on a day."""
        if any(pause.holds(day) for pause in self.pauses):
            return Standing(Phase.PAUSED)
        if day < self.starts_on:
            return Standing(Phase.AHEAD)
        slot = self.slot_on(day)
        if slot is None:
            return Standing(Phase.OVER)
        return Standing(Phase.HOLIDAY if slot.week is None else Phase.ON, slot.week, slot)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """The day that it is at the practice."""
    return now.astimezone(zone).date()
