"""How a course looks in numbers: one level per week, and what a check-in says at that level.

The shapes follow the classes of the simulator's description (gain early and then level, late, none, falling,
gained and lost); they are stories for a demo and no model of anybody.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

Level = Callable[[float], float]


@dataclass(frozen=True)
class Shape:
    """One kind of course. `level` maps a week to the 0-10 level; the rest bends single answers."""

    name: str
    level: Level
    answers: float = 0.92  # how often a partner checks in
    tries: float = 0.7  # how often a given turn is done
    tension: Level | None = None
    disagreement: tuple[str, ...] = ("none", "none", "eased", "none", "eased")
    hope: float = 6.5
    my_part: tuple[str, ...] = ("doing", "doing", "doing", "unsaid")
    stops_after: int | None = None  # nothing from either partner after this week
    second_stops_after: int | None = None  # nothing from the second partner after this week
    pressure: float = 4.0


def _rise(start: float, gain: float, pace: float, begins: float = 0) -> Level:
    return lambda week: start + gain * (1 - math.exp(-max(0.0, week - begins) / pace))


def _flat(at: float) -> Level:
    return lambda week: at


def _fall(start: float, per_week: float, floor: float, begins: float) -> Level:
    return lambda week: max(floor, start - per_week * max(0.0, week - begins))


def _slip(start: float, gain: float, turns: float) -> Level:
    def level(week: float) -> float:
        if week <= turns:
            return start + gain * (1 - math.exp(-week / 2.5))
        return start + gain - (gain + 0.5) * (1 - math.exp(-(week - turns) / 1.5))

    return level


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("improving", _rise(4.2, 2.9, 3.5), answers=0.95, tries=0.93, hope=7.5),
        Shape("late", _rise(4.0, 2.8, 2.2, begins=6), tries=0.85, hope=6),
        Shape(
            "plateau",
            _flat(4.3),
            tries=0.4,
            hope=5,
            disagreement=("stuck", "none", "eased", "stuck"),
            my_part=("doing", "dont_know_how"),
        ),
        Shape("worsening", _fall(5.2, 0.35, 2.4, 2), tries=0.5, hope=4, disagreement=("stuck", "worse")),
        Shape("slipped", _slip(4.2, 2.4, 6), hope=5, disagreement=("none", "eased", "stuck")),
        Shape("dropped", _flat(4.4), stops_after=5, tries=0.5),
        Shape("one_sided", _flat(4.6), second_stops_after=3, hope=5),
        Shape(
            "stalled",
            _flat(3.7),
            answers=1.0,
            tries=0.75,
            tension=_rise(5.5, 2.8, 3.0, begins=3),
            disagreement=("stuck", "stuck", "worse", "stuck", "none"),
            hope=4,
            my_part=("doing", "dont_know_how"),
            pressure=6.0,
        ),
        Shape("good", _flat(7.4), answers=0.95, tries=0.92, hope=8),
        Shape("paused", _flat(4.0), stops_after=6, tries=0.5, hope=4),
        Shape("finished", _rise(4.4, 3.0, 3.0), answers=0.95, tries=0.8, hope=8),
    )
}


@dataclass(frozen=True)
class CheckinNumbers:
    """One partner's answers for one week, as the check-in stores them."""

    closeness: int
    understood: int
    tension: int
    pulled_back: int
    outside_pressure: int
    same_disagreement: str
    hope: int | None
    my_part: str | None


def is_present(shape: Shape, week: int, *, second: bool) -> bool:
    """Whether this partner still takes part in this week."""
    last = shape.stops_after if shape.stops_after is not None else 10_000
    if second and shape.second_stops_after is not None:
        last = min(last, shape.second_stops_after)
    return week <= last


def numbers(shape: Shape, week: int, lean: float, chance: Random) -> CheckinNumbers:
    """A check-in at this week of this shape. `lean` is how far this partner sits from the couple's level."""
    level = shape.level(week) + lean

    def near(value: float, spread: float = 0.7) -> int:
        return max(0, min(10, round(chance.gauss(value, spread))))

    fortnight = week % 2 == 0
    return CheckinNumbers(
        closeness=near(level),
        understood=near(level - 0.2),
        tension=near(shape.tension(week) if shape.tension else 10 - level),
        pulled_back=near(9.4 - level),
        outside_pressure=near(shape.pressure, 1.2),
        same_disagreement=shape.disagreement[(week + chance.randrange(2)) % len(shape.disagreement)],
        hope=near(shape.hope, 0.6) if fortnight else None,
        my_part=shape.my_part[chance.randrange(len(shape.my_part))] if fortnight else None,
    )
