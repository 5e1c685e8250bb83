"""The weekly check-in: what is asked, in which week, when it is open, and what counts as an answer.

Every item can be left out, and an item left out is absent: it is never a zero. The wording is our own.
Only the author and the counsellor may ever see an answer; nothing in here is shown to the other partner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final


class Disagreement(StrEnum):
    """Whether the same disagreement came back in the past seven days, and how it went."""

    NONE = "none"
    EASED = "eased"
    STUCK = "stuck"
    WORSE = "worse"


class MyPart(StrEnum):
    """Where somebody is with doing their own part."""

    DOING = "doing"
    DONT_KNOW_HOW = "dont_know_how"
    NOT_NOW = "not_now"
    UNSAID = "unsaid"


@dataclass(frozen=True)
class Choice:
    """One answer of an item that is chosen from a short list."""

    value: str
    label: str


@dataclass(frozen=True)
class Item:
    """One question of the check-in.

    ``{partner}`` in a label is replaced by the other partner's first name. An item without choices is
    answered from 0 to 10, with the two end labels beside the scale.
    """

    key: str
    label: str
    short: str
    low_end: str = ""
    high_end: str = ""
    choices: tuple[Choice, ...] = ()
    every_second_week: bool = False

    def label_for(self, partner_name: str) -> str:
        """The question as one person reads it."""
        return self.label.replace("{partner}", partner_name)

    def says(self, answer: str) -> str:
        """An answer as people read it: the words of a choice, a number as it is."""
        return next((choice.label for choice in self.choices if choice.value == answer), answer)


LEAD_IN = "Think of the past 7 days."
LEAVE_OUT_LABEL = "I'd rather not say"
LEAVE_OUT_VALUE = ""

ITEMS: tuple[Item, ...] = (
    Item(
        key="closeness",
        label="How close did you feel to {partner}?",
        short="Closeness",
        low_end="Not at all",
        high_end="Very close",
    ),
    Item(
        key="understood",
        label="How well did you feel {partner} understood what mattered to you?",
        short="Felt understood",
        low_end="Not at all",
        high_end="Very well",
    ),
    Item(
        key="tension",
        label="How much tension was there between you?",
        short="Tension",
        low_end="None",
        high_end="Very high",
    ),
    Item(
        key="pulled_back",
        label="How much did you pull back or shut down from {partner}?",
        short="Pulled back",
        low_end="Not at all",
        high_end="A great deal",
    ),
    Item(
        key="outside_pressure",
        label="How much did things outside the two of you weigh on you? Work, health, family or money, say.",
        short="Outside pressures",
        low_end="Not at all",
        high_end="A great deal",
    ),
    Item(
        key="same_disagreement",
        label="Did the same disagreement come back?",
        short="The same disagreement",
        choices=(
            Choice(Disagreement.NONE.value, "No"),
            Choice(Disagreement.EASED.value, "It came back and we eased it"),
            Choice(Disagreement.STUCK.value, "It came back and stayed stuck"),
            Choice(Disagreement.WORSE.value, "It came back worse"),
        ),
    ),
    Item(
        key="hope",
        label="How hopeful are you that working on this can help?",
        short="Hope",
        low_end="Not at all",
        high_end="Very hopeful",
        every_second_week=True,
    ),
    Item(
        key="my_part",
        label="Where are you with doing your part?",
        short="My part",
        choices=(
            Choice(MyPart.DOING.value, "I'm doing it"),
            Choice(MyPart.DONT_KNOW_HOW.value, "I want to, but I don't know how to begin"),
            Choice(MyPart.NOT_NOW.value, "Not right now"),
            Choice(MyPart.UNSAID.value, "I'd rather not say"),
        ),
        every_second_week=True,
    ),
)

ITEM_BY_KEY: Mapping[str, Item] = {item.key: item for item in ITEMS}
SCALE = range(11)
SCALE_KEYS: tuple[str, ...] = tuple(item.key for item in ITEMS if not item.choices)
_SCALE_TEXTS: Mapping[str, int] = {str(number): number for number in SCALE}


@dataclass(frozen=True)
class CheckinAnswers:
    """What one partner answered in one week; ``None`` is an item that was left out or not asked."""

    closeness: int | None = None
    understood: int | None = None
    tension: int | None = None
    pulled_back: int | None = None
    outside_pressure: int | None = None
    same_disagreement: Disagreement | None = None
    hope: int | None = None
    my_part: MyPart | None = None

    @property
    def is_empty(self) -> bool:
        """True when every item was left out: such a check-in says nothing and counts as none."""
        return self == _EMPTY

    def number(self, key: str) -> int | None:
        """The answer to a 0–10 item, by its key."""
        if key not in SCALE_KEYS:
            raise KeyError(key)
        value: int | None = getattr(self, key)
        return value


_EMPTY: Final = CheckinAnswers()


class CheckinError(ValueError):
    """Some answers cannot be read; ``by_item`` holds one sentence for each item that has to change."""

    def __init__(self, by_item: Mapping[str, str]) -> None:
        super().__init__(" ".join(by_item.values()))
        self.by_item: dict[str, str] = dict(by_item)


def asks_every_second_week_items(week: int) -> bool:
    """Whether hope and my part are asked: weeks 0, 2, 4 … counted from the couple's first check-in week."""
    return week % 2 == 0


def items_for(week: int) -> tuple[Item, ...]:
    """The items asked in a week, counted from the couple's first check-in week (0), in the order shown."""
    if week < 0:
        raise ValueError("A week is counted from the couple's first check-in week and cannot be negative.")
    return tuple(item for item in ITEMS if asks_every_second_week_items(week) or not item.every_second_week)


def parse_answers(raw: Mapping[str, str], week: int) -> CheckinAnswers:
    """Read submitted values for one week.

    Only the eleven texts "0" to "10" are numbers here, so that no other script's digits, sign, space or
    five-thousand-digit number gets through. An empty or absent value is an item left out. An answer to an
    item that is not asked this week is refused: the page never offers it.
    """
    asked = items_for(week)
    errors: dict[str, str] = {}
    numbers: dict[str, int | None] = {}
    disagreement: Disagreement | None = None
    my_part: MyPart | None = None
    for item in asked:
        text = raw.get(item.key, LEAVE_OUT_VALUE)
        if text == LEAVE_OUT_VALUE:
            continue
        if not item.choices:
            if text in _SCALE_TEXTS:
                numbers[item.key] = _SCALE_TEXTS[text]
            else:
                errors[item.key] = f"{item.short}: choose a number from 0 to 10, or “{LEAVE_OUT_LABEL}”."
        elif text not in {choice.value for choice in item.choices}:
            errors[item.key] = f"{item.short}: choose one of the answers, or “{LEAVE_OUT_LABEL}”."
        elif item.key == "same_disagreement":
            disagreement = Disagreement(text)
        else:
            my_part = MyPart(text)
    asked_keys = {item.key for item in asked}
    for item in ITEMS:
        if item.key not in asked_keys and raw.get(item.key, LEAVE_OUT_VALUE) != LEAVE_OUT_VALUE:
            errors[item.key] = f"{item.short}: this is not asked this week."
    if errors:
        raise CheckinError(errors)
    return CheckinAnswers(
        closeness=numbers.get("closeness"),
        understood=numbers.get("understood"),
        tension=numbers.get("tension"),
        pulled_back=numbers.get("pulled_back"),
        outside_pressure=numbers.get("outside_pressure"),
        same_disagreement=disagreement,
        hope=numbers.get("hope"),
        my_part=my_part,
    )


COMPOSITE_NEEDS = 3


def composite(answers: CheckinAnswers) -> float | None:
    """The check-in composite, 0–10, higher is better, or ``None`` with fewer than three of its four items.

    It is the mean of closeness, feeling understood, and the reverse (10 − x) of tension and pulling back.
    It is our own and not a validated scale: call it "check-in composite" wherever it is shown.
    """
    close, understood, tense, pulled = (
        answers.closeness,
        answers.understood,
        answers.tension,
        answers.pulled_back,
    )
    # Nearly every check-in has all four, and a caseload has half a million of them.
    if close is not None and understood is not None and tense is not None and pulled is not None:
        return (close + understood + (10 - tense) + (10 - pulled)) / 4
    parts = [
        part
        for part in (
            close,
            understood,
            None if tense is None else 10 - tense,
            None if pulled is None else 10 - pulled,
        )
        if part is not None
    ]
    if len(parts) < COMPOSITE_NEEDS:
        return None
    return sum(parts) / len(parts)


def same_number_throughout(answers: CheckinAnswers) -> bool:
    """True when all four composite items hold one number, though two of them point the other way."""
    four = (answers.closeness, answers.understood, answers.tension, answers.pulled_back)
    return None not in four and len(set(four)) == 1


@dataclass(frozen=True)
class CheckinHours:
    """When the week's check-in is open, on the couple's own wall clock; weekdays as in ``date.weekday()``.

    It opens in the week it asks about and may close in the next one, never more than a week later.
    """

    opens_day: int = 4
    opens_at: time = time(18, 0)
    closes_day: int = 0
    closes_at: time = time(12, 0)

    def opens(self, monday: date) -> datetime:
        """The wall-clock moment at which the check-in about the week of that Monday opens."""
        return datetime.combine(monday + timedelta(days=self.opens_day), self.opens_at)

    def closes(self, monday: date) -> datetime:
        """The wall-clock moment from which it is closed again."""
        closes = datetime.combine(monday + timedelta(days=self.closes_day), self.closes_at)
        return closes if closes > self.opens(monday) else closes + timedelta(days=7)


SHIPPED_HOURS = CheckinHours()


def check_in_window(now_local: datetime, hours: CheckinHours = SHIPPED_HOURS) -> date | None:
    """The week whose check-in is open at this local time, named by its Monday, or ``None`` when closed.

    Saved on Monday morning, a check-in belongs to the week that has just ended. Only the wall clock is
    read, so a change to or from summer time moves nothing.
    """
    wall = now_local.replace(tzinfo=None)
    this_monday = monday_of(wall.date())
    for monday in (this_monday - timedelta(days=7), this_monday):
        if hours.opens(monday) <= wall < hours.closes(monday):
            return monday
    return None


def monday_of(day: date) -> date:
    """The Monday that starts the week of a day."""
    return day - timedelta(days=day.weekday())


def week_number(monday: date, first_monday: date) -> int:
    """Weeks from the couple's first check-in week (0) to the week starting on this Monday."""
    # The first day of the calendar was a Monday, and a caseload asks this thousands of times.
    return (monday.toordinal() - 1) // 7 - (first_monday.toordinal() - 1) // 7
