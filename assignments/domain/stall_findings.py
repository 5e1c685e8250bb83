"""The findings of ``stalls``, read off the changes that the model works out.

This module imports numpy by way of the model, so ``stalls`` imports it where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assignments.domain.history import PARTNERS, CoupleHistory, Partner
from assignments.domain.stall_model import (
    COMPOSITE,
    PULLED_BACK,
    TENSION,
    Change,
    Changes,
    Lines,
    Noise,
    Pair,
    Series,
    changes,
    levels,
)
from assignments.domain.stalls import NOTHING_TO_SAY, Finding, Limits, Movement, Movements

# So many couples at a time keep the memory small, whatever the caseload.
BATCH = 256
# Four times in five a Gaussian lies within so many standard deviations.
FOUR_IN_FIVE = 1.2816
MORE_WEEKS = 2
# Chances are compared and shown with so many digits, so that no state hangs on the last bit of a sum.
CHANCE_DIGITS = 4
ROOT_TWO = math.sqrt(2)


def movements_of(
    histories: Sequence[CoupleHistory], limits: Limits, back: int | None, composite: Noise = COMPOSITE
) -> list[Movements]:
    """See ``stalls.movements_of``; the simulator may tell the model of another noise than it assumes.

    Couples with about as many weeks are worked out together, for the cost of a batch is that of its longest.
    """
    lengths = [len({one.week for one in history.checkins}) for history in histories]
    order = sorted(range(len(histories)), key=lengths.__getitem__)
    found: dict[int, Movements] = {}
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        batch = [histories[at] for at in chosen]
        weeks = max(lengths[at] for at in chosen)
        found.update(
            zip(chosen, _batch(batch, limits, weeks if back is None else back, composite), strict=True)
        )
    return [found[at] for at in range(len(histories))]


def course_of(history: CoupleHistory) -> tuple[tuple[int, float, float, float], ...]:
    """See ``stalls.course_of``."""
    pair = history.composites("A"), history.composites("B")
    return tuple(
        (week, level, level - FOUR_IN_FIVE * spread, level + FOUR_IN_FIVE * spread)
        for week, level, spread in levels(pair, COMPOSITE)
    )


def _batch(
    histories: Sequence[CoupleHistory], limits: Limits, back: int, composite: Noise
) -> Iterator[Movements]:
    def pairs(read: Callable[[CoupleHistory, Partner], Series]) -> list[Pair]:
        return [(read(history, "A"), read(history, "B")) for history in histories]

    composites = pairs(lambda history, partner: history.composites(partner))
    tension = pairs(lambda history, partner: history.numbers(partner, "tension"))
    pulled_back = pairs(lambda history, partner: history.numbers(partner, "pulled_back"))
    of_composites, of_tension, of_pulled_back = changes(
        Lines(composites, composite, back, fall=limits.slipped_points),
        Lines(tension, TENSION, back),
        # A person may have left out weeks in which the other answered, so a few more are looked at.
        Lines(pulled_back, PULLED_BACK, back + MORE_WEEKS),
    )
    of_couple = [_Week(one) for one in reversed(of_composites)]
    tense = [_Week(one) for one in reversed(of_tension)]
    pulled = [_Week(one) for one in reversed(of_pulled_back)]
    for row in range(len(histories)):
        yield Movements(
            couple=tuple(_couple(composites[row], _those(of_couple, row), row, limits)),
            tension_rise=tuple(_tension(tension[row], _those(tense, row), row, limits)),
            pulled_back_rise={
                partner: tuple(_pulled_back(pulled_back[row][side], _those(pulled, row), row, side, limits))
                for side, partner in enumerate(PARTNERS)
            },
        )


class _Week:
    """All changes of a batch up to one week each, as plain lists, and the claims about them worked out at once."""

    def __init__(self, up_to: Changes) -> None:
        self._up_to = up_to
        self.week: list[int] = up_to.week.tolist()
        self.there: list[bool] = up_to.there.tolist()
        self._peak: list[int] = up_to.peak_week.tolist()
        self._mean: list[list[float]] = up_to.mean.tolist()
        self._sd: list[list[float]] = up_to.sd.tolist()
        self._claims: dict[tuple[Change, int, float], tuple[list[float], list[float], list[float]]] = {}

    def mean(self, row: int, change: Change) -> float:
        """The likeliest change."""
        return self._mean[change][row]

    def chance(self, row: int, change: Change, way: int, points: float) -> float:
        """The chance that the change reached so many points upwards (1), or downwards (-1)."""
        return _normal(self._claim(change, way, points)[0][row])

    def lowest_without_a_week(self, row: int, change: Change, way: int, points: float) -> float:
        """The lowest such chance with any one week left out."""
        return _normal(self._claim(change, way, points)[1][row])

    def highest_without_a_week(self, row: int, change: Change, way: int, points: float) -> float:
        """The highest such chance with any one week left out."""
        return _normal(self._claim(change, way, points)[2][row])

    def finding(
        self, row: int, change: Change, way: int, points: float, over: float, limits: Limits
    ) -> Finding:
        """A claim that the change reached so many points, made when its chance is over a limit."""
        chance = self.chance(row, change, way, points)
        least_sure = self.lowest_without_a_week(row, change, way, points)
        holds = chance > over and least_sure > over * limits.one_week_out_share
        return self.said(row, change, holds, chance, least_sure)

    def said(
        self, row: int, change: Change, holds: bool, chance: float, one_week_out: float, leans: bool = False
    ) -> Finding:
        """The finding in its own shape."""
        mean, sd = self._mean[change][row], self._sd[change][row]
        return Finding(
            holds=holds,
            week=self.week[row],
            since=self._peak[row] if change is Change.FROM_PEAK else 0,
            leans=leans,
            change=mean,
            least=mean - FOUR_IN_FIVE * sd,
            most=mean + FOUR_IN_FIVE * sd,
            probability=chance,
            one_week_out=one_week_out,
        )

    def _claim(self, change: Change, way: int, points: float) -> tuple[list[float], list[float], list[float]]:
        known = self._claims.get((change, way, points))
        if known is None:
            all_of = self._up_to
            standing = way * (all_of.mean[change] - points) / all_of.sd[change]
            without = way * (all_of.mean_without[change] - points) / all_of.sd_without[change]
            known = standing.tolist(), without.min(axis=0).tolist(), without.max(axis=0).tolist()
            self._claims[change, way, points] = known
        return known


def _those(weeks: Sequence[_Week], row: int) -> list[_Week]:
    """The evaluated weeks of one couple."""
    return [one for one in weeks if one.there[row]]


def _couple(pair: Pair, weeks: Sequence[_Week], row: int, limits: Limits) -> Iterator[Movement]:
    for one in weeks:
        week = one.week[row]
        counts, fresh = _counts(pair, week, limits)
        enough = fresh and min(counts) >= limits.worse_checkins_each
        for_worse = enough and sum(counts) >= limits.worse_partner_weeks
        yield Movement(
            week=week,
            no_gain=_no_gain(one, row, limits) if enough else NOTHING_TO_SAY,
            worse=one.finding(row, Change.COUPLE, -1, 0.0, limits.worse_probability, limits)
            if for_worse
            else NOTHING_TO_SAY,
            slipped=one.finding(
                row, Change.FROM_PEAK, -1, -limits.slipped_points, limits.slipped_probability, limits
            )
            if for_worse
            else NOTHING_TO_SAY,
            diverging=_apart(one, row, limits)
            if fresh and min(counts) >= limits.checkins_each
            else NOTHING_TO_SAY,
            strong_probability=one.chance(row, Change.COUPLE, -1, -limits.strong_points),
            by_partner={"A": one.mean(row, Change.A), "B": one.mean(row, Change.B)},
        )


def _tension(pair: Pair, weeks: Sequence[_Week], row: int, limits: Limits) -> Iterator[Finding]:
    for one in weeks:
        counts, fresh = _counts(pair, one.week[row], limits)
        if fresh and min(counts) >= limits.checkins_each:
            points, over = limits.tension_rise_points, limits.tension_rise_probability
            yield one.finding(row, Change.COUPLE, 1, points, over, limits)


def _pulled_back(
    series: Series, weeks: Sequence[_Week], row: int, side: int, limits: Limits
) -> Iterator[Finding]:
    place = {week: number for number, (week, _) in enumerate(series, start=1)}
    for one in weeks:
        # A week in which only the other answered is not one of this person's own.
        if place.get(one.week[row], 0) >= limits.checkins_each:
            points, over = limits.withdrawal_rise_points, limits.withdrawal_rise_probability
            yield one.finding(row, (Change.A, Change.B)[side], 1, points, over, limits)


def _counts(pair: Pair, week: int, limits: Limits) -> tuple[list[int], bool]:
    """How many answers each has given up to a week, and whether both have given one lately."""
    given = [[at for at, _ in series if at <= week] for series in pair]
    fresh = all(weeks and weeks[-1] > week - limits.fresh_weeks for weeks in given)
    return [len(weeks) for weeks in given], fresh


def _no_gain(one: _Week, row: int, limits: Limits) -> Finding:
    chance = one.chance(row, Change.COUPLE, 1, limits.gain_points)
    highest = one.highest_without_a_week(row, Change.COUPLE, 1, limits.gain_points)
    holds = chance < limits.gain_probability and highest < limits.gain_probability_one_week_out
    leans = chance < limits.gain_watch_probability
    return one.said(row, Change.COUPLE, holds, chance, highest, leans)


def _apart(one: _Week, row: int, limits: Limits) -> Finding:
    way = 1 if one.mean(row, Change.APART) >= 0 else -1
    points, over = way * limits.diverging_points, limits.diverging_probability
    claim = one.finding(row, Change.APART, way, points, over, limits)
    # Both ways count as apart, though the other one hardly ever adds anything.
    other = one.chance(row, Change.APART, -way, -points)
    return replace(claim, probability=min(1.0, round((claim.probability or 0.0) + other, CHANCE_DIGITS)))


def _normal(standing: float) -> float:
    return round(math.erfc(-standing / ROOT_TWO) / 2, CHANCE_DIGITS)
