"""How often the rules were right and wrong about simulated couples, each figure with its 95 % interval and target.

A share has Wilson's interval, a rate the usual one for counts, a median the one from its order statistics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assignments.domain.simulator.watching import Watched
from assignments.domain.simulator.worlds import COURSE_LABELS, Course

CAVEAT = (
    "These couples are simulated. How a rule does among them is not clinical accuracy, and no figure here says how it"
    " does among people."
)
STALL, WORSE = "no_movement", "worse_or_slipped_back"
Z = 1.96
# R1 needs two weeks running, so a couple for whom its other conditions held in fewer could never have been flagged.
GATED_WEEKS = 2
WEEKS_A_YEAR = 52


class Unit(StrEnum):
    """How a figure is written."""

    SHARE = "share"
    A_YEAR = "a year"
    WEEKS = "weeks"


@dataclass(frozen=True)
class Figure:
    """One measured quantity; ``target`` is the least or, with ``at_most``, the most it should be."""

    name: str
    value: float
    low: float
    high: float
    of: int
    target: float | None = None
    at_most: bool = False
    unit: Unit = Unit.SHARE

    @property
    def reached(self) -> bool | None:
        """Whether the figure itself meets its target; None without a target or without couples."""
        if self.target is None or math.isnan(self.value):
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target


@dataclass(frozen=True)
class Targets:
    """What the clinical method asks for (B.4, with the refinements that won), in one kind of world."""

    sensitivity: tuple[float, float]
    specificity: tuple[float, float]
    balanced: float
    false_stalls: float
    false_worse: float
    weeks: float
    worse: float
    relapse: float
    late: float


NOMINAL_TARGETS = Targets((0.75, 0.85), (0.87, 0.83), 0.80, 0.70, 0.05, 5, 0.75, 0.75, 0.40)
STRESS_TARGETS = Targets((0.65, 0.77), (0.80, 0.75), 0.76, 1.0, 0.12, 6, 0.60, 0.55, 0.50)
WEEKS = (8, 12)


def figures_of(watched: Sequence[Watched], targets: Targets | None = None) -> tuple[Figure, ...]:
    """Every figure of the clinical method's table for the couples of one world."""
    found: list[Figure] = []
    failing = _of(watched, Course.PLATEAU, Course.DETERIORATING)
    improving = _of(watched, Course.IMPROVING)
    for place, week in enumerate(WEEKS):
        sensitive = share(
            f"Sensitivity by week {week}: R1 or R2, plateau and deteriorating",
            [one.met_by(week, STALL, WORSE) for one in failing if _gated(one, week)],
            targets.sensitivity[place] if targets else None,
        )
        specific = share(
            f"Specificity by week {week}: neither, improving",
            [not one.met_by(week, STALL, WORSE) for one in improving if _enough(one, week)],
            targets.specificity[place] if targets else None,
        )
        found += [
            sensitive,
            share(
                f"The same without R1's gates, by week {week}",
                [one.met_by(week, STALL, WORSE) for one in failing if _enough(one, week)],
            ),
            share(
                f"The same of all, those who left early with them, by week {week}",
                [one.met_by(week, STALL, WORSE) for one in failing],
            ),
            specific,
            _balanced(week, sensitive, specific, targets.balanced if targets and week == WEEKS[0] else None),
        ]
    years = sum(min(one.couple.leaves_in, one.couple.history.week + 1) for one in improving) / WEEKS_A_YEAR
    late = [one for one in _of(watched, Course.LATE) if _enough(one, WEEKS[0])]
    worse = [one for one in _of(watched, Course.DETERIORATING) if _gated(one, WEEKS[1])]
    relapsed = [one for one in _of(watched, Course.RELAPSE) if _gated(one, WEEKS[1])]
    return (
        *found,
        rate(
            "False stall flags in a year of an improving couple",
            sum(one.episodes(STALL) for one in improving),
            years,
            targets.false_stalls if targets else None,
        ),
        rate(
            "False worsening flags in a year of an improving couple",
            sum(one.episodes(WORSE) for one in improving),
            years,
            targets.false_worse if targets else None,
        ),
        _weeks_to_flag(worse, targets.weeks if targets else None),
        share(
            "Deteriorating: R2 itself by week 12",
            [one.met_by(WEEKS[1], WORSE) for one in worse],
            targets.worse if targets else None,
        ),
        share(
            "Relapse: R1 or R2 by week 12",
            [one.met_by(WEEKS[1], STALL, WORSE) for one in relapsed],
            targets.relapse if targets else None,
        ),
        share(
            "Late responders flagged by week 8",
            [one.met_by(WEEKS[0], STALL, WORSE) for one in late],
            targets.late if targets else None,
            at_most=True,
        ),
    )


def composition(watched: Sequence[Watched], week: int = WEEKS[0]) -> tuple[Figure, ...]:
    """Who the flagged couples truly are."""
    flagged = [one.couple.course for one in watched if one.met_by(week, STALL, WORSE)]
    return (
        share(f"All couples flagged by week {week}", [one.met_by(week, STALL, WORSE) for one in watched]),
        *(
            share(f"of these, {COURSE_LABELS[course]}", [one is course for one in flagged])
            for course in Course
        ),
    )


def flagged_by_week(watched: Sequence[Watched], course: Course) -> tuple[float, ...]:
    """The share of couples of one course that R1 or R2 has flagged up to each week."""
    those = _of(watched, course)
    weeks = range(max((one.couple.history.week for one in those), default=-1) + 1)
    return tuple(sum(one.met_by(week, STALL, WORSE) for one in those) / len(those) for week in weeks)


def share(name: str, yes: Iterable[bool], target: float | None = None, *, at_most: bool = False) -> Figure:
    """A share of couples, with Wilson's interval."""
    counted = list(yes)
    hits, of = sum(counted), len(counted)
    if not of:
        return Figure(name, math.nan, math.nan, math.nan, 0, target, at_most)
    middle = (hits + Z * Z / 2) / (of + Z * Z)
    reach = Z / (of + Z * Z) * math.sqrt(hits * (of - hits) / of + Z * Z / 4)
    return Figure(name, hits / of, max(0.0, middle - reach), min(1.0, middle + reach), of, target, at_most)


def rate(name: str, count: int, years: float, target: float | None = None) -> Figure:
    """So many a year, with the usual interval for a count."""
    if not years:
        return Figure(name, math.nan, math.nan, math.nan, 0, target, at_most=True, unit=Unit.A_YEAR)
    middle, reach = count + Z * Z / 2, Z * math.sqrt(count + Z * Z / 4)
    return Figure(
        name,
        count / years,
        (middle - reach) / years,
        (middle + reach) / years,
        round(years),
        target,
        at_most=True,
        unit=Unit.A_YEAR,
    )


def _balanced(week: int, sensitive: Figure, specific: Figure, target: float | None) -> Figure:
    value = (sensitive.value + specific.value) / 2
    reach = math.hypot(sensitive.high - sensitive.low, specific.high - specific.low) / 4
    return Figure(
        f"Balanced accuracy by week {week}",
        value,
        max(0.0, value - reach),
        min(1.0, value + reach),
        sensitive.of + specific.of,
        target,
    )


def _weeks_to_flag(worse: Sequence[Watched], target: float | None) -> Figure:
    """The median, those never flagged counted as later than all."""
    name = "Deteriorating: weeks from the onset until R1 or R2, median"
    firsts = [(one.first_met(STALL, WORSE), one.couple.turns_in) for one in worse]
    weeks = sorted(math.inf if first is None else float(first - onset) for first, onset in firsts)
    if not weeks:
        return Figure(name, math.nan, math.nan, math.nan, 0, target, at_most=True, unit=Unit.WEEKS)
    half, reach = len(weeks) / 2, Z * math.sqrt(len(weeks)) / 2
    low, high = max(0, math.floor(half - reach)), min(len(weeks) - 1, math.ceil(half + reach))
    return Figure(
        name,
        weeks[len(weeks) // 2],
        weeks[low],
        weeks[high],
        len(weeks),
        target,
        at_most=True,
        unit=Unit.WEEKS,
    )


def _of(watched: Sequence[Watched], *courses: Course) -> list[Watched]:
    return [one for one in watched if one.couple.course in courses]


def _enough(one: Watched, week: int) -> bool:
    return any(at <= week for at in one.enough)


def _gated(one: Watched, week: int) -> bool:
    return sum(at <= week for at in one.gated) >= GATED_WEEKS


@dataclass(frozen=True)
class Row:
    """What one rule did among couples of whom one thing is true: met at some time, and met in the last week."""

    sign: str
    truth: str
    ever: Figure
    at_last: Figure


def rows_of(watched: Sequence[Watched]) -> tuple[Row, ...]:
    """The operating characteristics of every rule but R1 and R2, by what is true of the couple."""
    return tuple(
        Row(
            sign,
            truth,
            share(sign, [bool(one.met[sign]) for one in those]),
            share(sign, [_looked_at(sign, one) in one.met[sign] for one in those]),
        )
        for sign, groups in GROUPS.items()
        for truth, belongs in groups
        for those in [[one for one in watched if one.judged[sign] and belongs(one)]]
    )


def _last(one: Watched) -> int:
    """The last week that somebody could have answered in."""
    return min(one.couple.leaves_in, one.couple.history.week + 1) - 1


def _looked_at(sign: str, one: Watched) -> int:
    """The rule about silence is looked at when those who left have been silent, the others while there were answers."""
    return one.couple.history.week if sign == "disengaging" else _last(one)


def _moved(one: Watched) -> tuple[float, float]:
    change = one.couple.levels[_last(one)] - one.couple.levels[0]
    return float(change[0]), float(change[1])


def _rose(one: Watched) -> float:
    """Tension counts the other way round."""
    return -sum(_moved(one)) / 2


def _high(one: Watched) -> float:
    """The higher of the two true levels of tension or pulling back, at the end."""
    return 10 - float(min(one.couple.levels[_last(one)]))


def _apart(one: Watched) -> float:
    first, second = _moved(one)
    return abs(first - second)


def _between(read: Callable[[Watched], float], low: float, high: float) -> Callable[[Watched], bool]:
    return lambda one: low <= read(one) < high


GROUPS: dict[str, tuple[tuple[str, Callable[[Watched], bool]], ...]] = {
    "no_movement_low_effort": (
        ("plateau or deteriorating", lambda one: one.couple.course in (Course.PLATEAU, Course.DETERIORATING)),
        ("improving", lambda one: one.couple.course is Course.IMPROVING),
    ),
    "tension_rising": (
        ("tension rose by 1 or more", lambda one: _rose(one) >= 1),
        ("did not rise, one partner's true level above 7", lambda one: _rose(one) <= 0.25 and _high(one) > 7),
        ("did not rise, both below 5", lambda one: _rose(one) <= 0.25 and _high(one) < 5),
    ),
    "recurring_conflict": tuple(
        (
            f"stuck or worse in {rate_:.0%} of weeks",
            _between(lambda one: one.couple.stuck_rate, rate_ - 0.01, rate_ + 0.01),
        )
        for rate_ in (0.1, 0.3, 0.5, 0.7, 0.9)
    ),
    "withdrawal_persists": (
        ("one partner's true level below 4", _between(_high, 0, 4)),
        ("4 to 6", _between(_high, 4, 6)),
        ("6 to 7", _between(_high, 6, 7)),
        ("7 or more", _between(_high, 7, 11)),
    ),
    "withdrawal_intensifies": (
        ("one partner's rose by 2 or more", lambda one: -min(_moved(one)) >= 2),
        ("by 1 to 2", lambda one: 1 <= -min(_moved(one)) < 2),
        ("neither rose by more than a quarter", lambda one: -min(_moved(one)) <= 0.25),
    ),
    "wants_help_no_way_in": tuple(
        (
            f"said in {rate_:.0%} of reports by one partner",
            _between(lambda one: max(one.couple.no_way_in_rates), rate_ - 0.01, rate_ + 0.01),
        )
        for rate_ in (0.05, 0.25, 0.5, 0.75)
    ),
    "hope_low_or_split": (
        ("lower true level 2", lambda one: min(one.couple.hope) == 2),
        ("both 4 to 6", lambda one: min(one.couple.hope) >= 4 and max(one.couple.hope) <= 6),
        ("4 and 8", lambda one: sorted(one.couple.hope) == [4, 8]),
        ("both 8", lambda one: min(one.couple.hope) == 8),
    ),
    "diverging": (
        ("true changes 2 or more apart", _between(_apart, 2, 21)),
        ("1 to 2 apart", _between(_apart, 1, 2)),
        ("less than a half apart", _between(_apart, 0, 0.5)),
    ),
    "instrument_drop": (
        ("one partner's level fell by 2 points (5 of the CSI-4)", lambda one: -min(_moved(one)) >= 2),
        ("by 1 to 2", lambda one: 1 <= -min(_moved(one)) < 2),
        ("neither fell by more than a quarter", lambda one: -min(_moved(one)) <= 0.25),
    ),
    "disengaging": (
        ("left by week 9", lambda one: one.couple.leaves_in <= 9),
        ("stayed to the end", lambda one: one.couple.leaves_in > one.couple.history.week),
    ),
    "one_sided": (
        ("one partner tries 15 %", lambda one: one.couple.one_sided),
        ("both try alike", lambda one: not one.couple.one_sided),
    ),
    "outside_pressure": (
        ("higher true level 2 or 4", lambda one: max(one.couple.pressure) <= 4),
        ("6", lambda one: max(one.couple.pressure) == 6),
        ("8", lambda one: max(one.couple.pressure) == 8),
    ),
}


def to_json(one: Figure) -> dict[str, object]:
    """A figure as JSON; what cannot be said is null."""

    def sayable(value: float) -> float | None:
        return round(value, 4) if math.isfinite(value) else None

    return {
        "name": one.name,
        "unit": one.unit.value,
        "value": sayable(one.value),
        "low": sayable(one.low),
        "high": sayable(one.high),
        "of": one.of,
        "target": one.target,
        "reached": one.reached,
    }


def to_text(one: Figure) -> str:
    """A figure as one line for a terminal."""
    shown = [
        f"{100 * value:.0f} %" if one.unit is Unit.SHARE else f"{value:.2f}"
        for value in (one.value, one.low, one.high)
    ]
    asked = (
        "" if one.target is None else f", asked for {'at most' if one.at_most else 'at least'} {one.target:g}"
    )
    return f"{one.name}: {shown[0]} ({shown[1]} to {shown[2]}) of {one.of}{asked}"
