"""The seam of the stall model: what the sign rules may ask about movement, and the plain answer to it.

:func:`estimate` answers five questions about a couple in one week: is there no gain, is it worse or slipped
back, is tension rising, is one person pulling back more, are the two drifting apart. Each answer is a
:class:`Finding`. The rules in ``signs`` read findings only, so a statistical model can take the place of
:func:`estimate` (same signature, ``probability`` filled in) and nothing else changes.

**The plain rule, until the model lands.** One person's change is the mean of the last three reports minus
the mean of the first two, never using a report twice. The couple's change is the mean of the two persons'
changes. Nothing is claimed unless it stays true when any one week is left out, so a single odd week never
raises a sign. No probability is given, because none is worked out; the rule is plain arithmetic that has
not been simulated, and every sign built on it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from assignments.domain.history import PARTNERS, CoupleHistory, Partner

RULES_VERSION = "plain-1"

Series = Sequence[tuple[int, float]]
BySide = Mapping[Partner, Series]


@dataclass(frozen=True)
class Names:
    """How the two partners are called in sentences."""

    a: str = "Partner A"
    b: str = "Partner B"

    def of(self, partner: Partner) -> str:
        """The name of one partner."""
        return self.a if partner == "A" else self.b


NO_NAMES = Names()


@dataclass(frozen=True)
class Limits:
    """Every number a rule uses; a practice may change them, and a kept decision stores those it saw.

    The probabilities are there for the model. The plain rules read the points that stand beside them.
    """

    version: str = RULES_VERSION
    # Enough data (clinical method, B.2).
    checkins_each: int = 3
    partner_weeks: int = 7
    stall_from_week: int = 6
    silent_weeks: int = 2
    baseline_weeks: int = 4
    fresh_weeks: int = 4
    # Movement of the composite: R1, R2.
    weeks_in_a_row: int = 2
    first_reports: int = 2
    last_reports: int = 3
    gain_points: float = 0.8
    gain_probability: float = 0.20
    gain_watch_probability: float = 0.40
    range_composite: float = 6.5
    range_instrument_weeks: int = 5
    effort_weeks: int = 4
    effort_share: float = 0.5
    effort_tried: int = 3
    worse_checkins_each: int = 2
    worse_partner_weeks: int = 5
    worse_points: float = 0.8
    worse_probability: float = 0.85
    slipped_points: float = 1.2
    slipped_probability: float = 0.80
    # Tension: R3.
    tension_rise_points: float = 2.0
    tension_rise_probability: float = 0.85
    tension_high: int = 8
    tension_high_times: int = 2
    tension_high_of: int = 3
    # The same disagreement: R4.
    conflict_times: int = 3
    conflict_of: int = 5
    # Pulling back: R5.
    withdrawal_high: int = 6
    withdrawal_times: int = 4
    withdrawal_of: int = 5
    withdrawal_rise_points: float = 2.0
    withdrawal_rise_probability: float = 0.80
    # No way in, hope, drifting apart: R6, R7, R8.
    no_way_in_times: int = 2
    no_way_in_of: int = 3
    hope_low: int = 3
    hope_gap: int = 4
    hope_times: int = 2
    hope_of: int = 3
    diverging_points: float = 2.0
    diverging_probability: float = 0.80
    # Silence and one-sided work: R10 and the one-sided rule.
    disengaged_weeks: int = 3
    disengaged_after: int = 3
    disengaged_window: int = 4
    one_sided_share: float = 0.5
    one_sided_window: int = 2
    one_sided_assigned: int = 2
    # Outside pressure: the note T11.
    pressure_high: int = 7
    pressure_times: int = 2
    pressure_of: int = 3
    # A report older than this is no longer counted as one of the last.
    recent_weeks: int = 8
    # Rows of these sources ask the counsellor for a decision.
    decision_sources: frozenset[str] = frozenset({"T1", "T2", "T3", "T4", "T5"})


SHIPPED_LIMITS = Limits()


class Sufficiency(StrEnum):
    """Whether a couple-level claim can be made at all."""

    ENOUGH = "enough"
    NOT_ENOUGH = "not_enough"
    ONE_SIDED = "one_sided"


@dataclass(frozen=True)
class DataCheck:
    """How much there is to go on, and the reason in one sentence."""

    sufficiency: Sufficiency
    why: str


@dataclass(frozen=True)
class Finding:
    """The answer to one question about movement.

    ``holds`` is ``None`` when there is too little to say. ``leans`` means that the question is near to being
    answered yes. ``least`` and ``most`` bound the change: here, the lowest and highest value when any one
    week is left out; with the model, its interval.
    """

    holds: bool | None
    leans: bool = False
    change: float | None = None
    least: float | None = None
    most: float | None = None
    probability: float | None = None


NOTHING_TO_SAY = Finding(holds=None)


@dataclass(frozen=True)
class Movement:
    """All findings about one couple in one week, and the line that can be drawn beside them."""

    week: int
    no_gain: Finding
    worse: Finding
    slipped: Finding
    tension_rise: Finding
    pulled_back_rise: Mapping[Partner, Finding]
    diverging: Finding
    by_partner: Mapping[Partner, float | None]
    line: tuple[tuple[int, float], ...]
    validated: bool = False


Estimator = Callable[[CoupleHistory, Limits], Movement]


def check_data(history: CoupleHistory, limits: Limits = SHIPPED_LIMITS, names: Names = NO_NAMES) -> DataCheck:
    """Say whether there is enough for a couple-level claim; the reason is always given."""
    counts = {partner: len(history.checkins_of(partner)) for partner in PARTNERS}
    needed = limits.checkins_each
    silent = [partner for partner in PARTNERS if counts[partner] == 0]
    speaking = [partner for partner in PARTNERS if counts[partner] >= needed]
    if silent and speaking:
        return DataCheck(
            Sufficiency.ONE_SIDED,
            f"Only {names.of(speaking[0])} has checked in, {counts[speaking[0]]} times."
            " Nothing is said about the couple.",
        )
    short = [partner for partner in PARTNERS if counts[partner] < needed]
    if short:
        parts = " and ".join(f"{counts[one]} of {needed} check-ins from {names.of(one)}" for one in short)
        return _not_enough(f"Not enough yet: {parts}.")
    if sum(counts.values()) < limits.partner_weeks:
        return _not_enough(
            f"Not enough yet: {sum(counts.values())} of {limits.partner_weeks} check-ins, both together."
        )
    last = max(one.week for one in history.checkins)
    if last <= history.week - limits.silent_weeks:
        return _not_enough(
            f"No check-in for {history.week - last} weeks; the last was in week {last}. What it"
            f" showed is out of date."
        )
    for partner in PARTNERS:
        weeks = [week for week, _ in history.composites(partner)]
        if not weeks or weeks[0] >= limits.baseline_weeks:
            return _not_enough(
                f"No starting point for {names.of(partner)}: no full check-in in weeks 0 to"
                f" {limits.baseline_weeks - 1}."
            )
    if history.week < limits.stall_from_week:
        return _not_enough(
            f"This is week {history.week}. A lack of movement is not judged before week"
            f" {limits.stall_from_week}."
        )
    return DataCheck(
        Sufficiency.ENOUGH,
        f"{names.a} {counts['A']} and {names.b} {counts['B']} check-ins in {history.week + 1} weeks.",
    )


def _not_enough(why: str) -> DataCheck:
    return DataCheck(Sufficiency.NOT_ENOUGH, why)


def evaluated_weeks(history: CoupleHistory, count: int, first_week: int = 0) -> tuple[int, ...]:
    """The last so many weeks in which somebody gave a full check-in, oldest first.

    A week without one is not evaluated, so a missing week neither makes nor breaks "in a row".
    """
    weeks = {week for partner in PARTNERS for week, _ in history.composites(partner)}
    return tuple(sorted(week for week in weeks if week >= first_week))[-count:]


def estimate(history: CoupleHistory, limits: Limits) -> Movement:
    """The plain rule: see the module's own words. It fills in no probability."""
    composites = {partner: _fresh(history, history.composites(partner), limits) for partner in PARTNERS}
    tension = {partner: _fresh(history, history.numbers(partner, "tension"), limits) for partner in PARTNERS}
    enough_for_worse = _enough_for_worse(composites, limits)
    gain = _finding(composites, lambda sides: _couple_change(sides, limits))
    drop = _finding(composites, lambda sides: _couple_drop(sides, limits))
    rise = _finding(tension, lambda sides: _couple_change(sides, limits))
    apart = _finding(composites, lambda sides: _gap(sides, limits))
    return Movement(
        week=history.week,
        no_gain=_below(gain, limits.gain_points),
        worse=_at_most(gain, -limits.worse_points) if enough_for_worse else NOTHING_TO_SAY,
        slipped=_at_most(drop, -limits.slipped_points) if enough_for_worse else NOTHING_TO_SAY,
        tension_rise=_at_least(rise, limits.tension_rise_points),
        pulled_back_rise={
            partner: _at_least(
                _finding(
                    {partner: _fresh(history, history.numbers(partner, "pulled_back"), limits)},
                    lambda sides: _couple_change(sides, limits),
                ),
                limits.withdrawal_rise_points,
            )
            for partner in PARTNERS
        },
        diverging=_either_way(apart, limits.diverging_points),
        by_partner={partner: _change(composites[partner], limits) for partner in PARTNERS},
        line=_couple_line(history),
    )


def _fresh(history: CoupleHistory, series: Series, limits: Limits) -> Series:
    """A line that ended weeks ago says nothing about now, so it is not used at all."""
    if not series or series[-1][0] <= history.week - limits.fresh_weeks:
        return ()
    return series


def _enough_for_worse(composites: BySide, limits: Limits) -> bool:
    counts = [len(series) for series in composites.values()]
    return min(counts) >= limits.worse_checkins_each and sum(counts) >= limits.worse_partner_weeks


def _change(series: Series, limits: Limits) -> float | None:
    """Mean of the last reports minus mean of the first; no report stands on both sides."""
    first = min(limits.first_reports, len(series) // 2)
    last = min(limits.last_reports, len(series) - first)
    if not first:
        return None
    values = [value for _, value in series]
    return fmean(values[-last:]) - fmean(values[:first])


def counted_weeks(series: Series, limits: Limits) -> frozenset[int]:
    """The weeks whose reports stand on either side of a person's change."""
    first = min(limits.first_reports, len(series) // 2)
    last = min(limits.last_reports, len(series) - first)
    if not first:
        return frozenset()
    return frozenset(week for week, _ in (*series[:first], *series[-last:]))


def _couple_change(sides: BySide, limits: Limits) -> float | None:
    changes = [_change(series, limits) for series in sides.values()]
    known = [change for change in changes if change is not None]
    return fmean(known) if known and len(known) == len(changes) else None


def _drop(series: Series, limits: Limits) -> float | None:
    """Mean of the last reports minus the best mean of as many successive ones before them."""
    run = limits.last_reports
    values = [value for _, value in series]
    before = values[:-run]
    if len(before) < run:
        return None
    best = max(fmean(before[start : start + run]) for start in range(len(before) - run + 1))
    return fmean(values[-run:]) - best


def _couple_drop(sides: BySide, limits: Limits) -> float | None:
    drops = [_drop(series, limits) for series in sides.values()]
    known = [drop for drop in drops if drop is not None]
    return fmean(known) if known and len(known) == len(drops) else None


def _gap(sides: BySide, limits: Limits) -> float | None:
    first, second = (_change(sides[partner], limits) for partner in PARTNERS)
    return None if first is None or second is None else first - second


def _finding(sides: BySide, measure: Callable[[BySide], float | None]) -> Finding:
    """Measure once with everything, and once for each week with that week left out."""
    change = measure(sides)
    if change is None:
        return NOTHING_TO_SAY
    weeks = {week for series in sides.values() for week, _ in series}
    without = [
        measure({partner: [one for one in series if one[0] != week] for partner, series in sides.items()})
        for week in weeks
    ]
    bounds = [value for value in without if value is not None]
    if len(bounds) < len(without):
        return Finding(holds=False, change=change)
    return Finding(holds=False, change=change, least=min(*bounds, change), most=max(*bounds, change))


def _judged(finding: Finding, holds: bool, leans: bool) -> Finding:
    return Finding(holds, leans, finding.change, finding.least, finding.most, finding.probability)


def _below(finding: Finding, points: float) -> Finding:
    if finding.change is None:
        return NOTHING_TO_SAY
    holds = finding.most is not None and finding.most < points
    return _judged(finding, holds, finding.change < points)


def _at_most(finding: Finding, points: float) -> Finding:
    if finding.change is None:
        return NOTHING_TO_SAY
    return _judged(finding, finding.most is not None and finding.most <= points, False)


def _at_least(finding: Finding, points: float) -> Finding:
    if finding.change is None:
        return NOTHING_TO_SAY
    return _judged(finding, finding.least is not None and finding.least >= points, False)


def _either_way(finding: Finding, points: float) -> Finding:
    if finding.change is None or finding.least is None or finding.most is None:
        return finding if finding.change is not None else NOTHING_TO_SAY
    return _judged(finding, finding.least >= points or finding.most <= -points, False)


def _couple_line(history: CoupleHistory) -> tuple[tuple[int, float], ...]:
    """The mean of both partners for each week that both reported; a week of one alone is left as a gap."""
    first, second = (dict(history.composites(partner)) for partner in PARTNERS)
    return tuple((week, (first[week] + second[week]) / 2) for week in sorted(first.keys() & second.keys()))
