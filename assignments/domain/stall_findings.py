"""The findings of ``stalls``, read off the changes that the model works out.

This module imports numpy by way of the model, so ``stalls`` imports it where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from assignments.domain.history import PARTNERS, CoupleHistory, Partner
from assignments.domain.stall_model import (
    COMPOSITE,
    PULLED_BACK,
    TENSION,
    Change,
    Changes,
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


def movements_of(histories: Sequence[CoupleHistory], limits: Limits, back: int | None) -> list[Movements]:
    """See ``stalls.movements_of``.

    Couples with about as many weeks are worked out together, for the cost of a batch is that of its longest.
    """
    lengths = [len({one.week for one in history.checkins}) for history in histories]
    order = sorted(range(len(histories)), key=lengths.__getitem__)
    found: dict[int, Movements] = {}
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        batch = [histories[at] for at in chosen]
        weeks = max(lengths[at] for at in chosen)
        found.update(zip(chosen, _batch(batch, limits, weeks if back is None else back), strict=True))
    return [found[at] for at in range(len(histories))]


def course_of(history: CoupleHistory) -> tuple[tuple[int, float, float, float], ...]:
    """See ``stalls.course_of``."""
    pair = history.composites("A"), history.composites("B")
    return tuple(
        (week, level, level - FOUR_IN_FIVE * spread, level + FOUR_IN_FIVE * spread)
        for week, level, spread in levels(pair, COMPOSITE)
    )


def _batch(histories: Sequence[CoupleHistory], limits: Limits, back: int) -> Iterator[Movements]:
    def pairs(read: Callable[[CoupleHistory, Partner], Series]) -> list[Pair]:
        return [(read(history, "A"), read(history, "B")) for history in histories]

    composites = pairs(lambda history, partner: history.composites(partner))
    tension = pairs(lambda history, partner: history.numbers(partner, "tension"))
    pulled_back = pairs(lambda history, partner: history.numbers(partner, "pulled_back"))
    of_composites = changes(composites, COMPOSITE, back, fall=limits.slipped_points)
    of_tension = changes(tension, TENSION, back)
    # A person may have left out weeks in which the other answered, so a few more are looked at.
    of_pulled_back = changes(pulled_back, PULLED_BACK, back + MORE_WEEKS)
    for row in range(len(histories)):
        yield Movements(
            couple=tuple(_couple(composites[row], of_composites, row, limits)),
            tension_rise=tuple(_tension(tension[row], of_tension, row, limits)),
            pulled_back_rise={
                partner: tuple(_pulled_back(pulled_back[row][side], of_pulled_back, row, side, limits))
                for side, partner in enumerate(PARTNERS)
            },
        )


def _couple(pair: Pair, found: Sequence[Changes], row: int, limits: Limits) -> Iterator[Movement]:
    for week, up_to in _weeks(found, row):
        counts = [sum(at <= week for at, _ in series) for series in pair]
        fresh = all(any(week - limits.fresh_weeks < at <= week for at, _ in series) for series in pair)
        enough = fresh and min(counts) >= limits.worse_checkins_each
        for_worse = enough and sum(counts) >= limits.worse_partner_weeks
        couple = _Change(up_to, row, Change.COUPLE)
        fall = _Change(up_to, row, Change.FROM_PEAK)
        yield Movement(
            week=week,
            no_gain=_no_gain(couple, limits) if enough else NOTHING_TO_SAY,
            worse=couple.finding(-1, 0.0, limits.worse_probability, limits) if for_worse else NOTHING_TO_SAY,
            slipped=fall.finding(-1, -limits.slipped_points, limits.slipped_probability, limits)
            if for_worse
            else NOTHING_TO_SAY,
            diverging=_apart(_Change(up_to, row, Change.APART), limits)
            if fresh and min(counts) >= limits.checkins_each
            else NOTHING_TO_SAY,
            strong_probability=couple.chance(-1, -limits.strong_points),
            by_partner={"A": _Change(up_to, row, Change.A).mean, "B": _Change(up_to, row, Change.B).mean},
        )


def _tension(pair: Pair, found: Sequence[Changes], row: int, limits: Limits) -> Iterator[Finding]:
    for week, up_to in _weeks(found, row):
        fresh = all(any(week - limits.fresh_weeks < at <= week for at, _ in series) for series in pair)
        if fresh and min(sum(at <= week for at, _ in series) for series in pair) >= limits.checkins_each:
            rise = _Change(up_to, row, Change.COUPLE)
            yield rise.finding(1, limits.tension_rise_points, limits.tension_rise_probability, limits)


def _pulled_back(
    series: Series, found: Sequence[Changes], row: int, side: int, limits: Limits
) -> Iterator[Finding]:
    own = [at for at, _ in series]
    for week, up_to in _weeks(found, row):
        # A week in which only the other answered is not one of this person's own.
        if week in own and own.index(week) + 1 >= limits.checkins_each:
            rise = _Change(up_to, row, (Change.A, Change.B)[side])
            yield rise.finding(1, limits.withdrawal_rise_points, limits.withdrawal_rise_probability, limits)


def _weeks(found: Sequence[Changes], row: int) -> Iterator[tuple[int, Changes]]:
    for up_to in reversed(found):
        if up_to.there[row]:
            yield int(up_to.week[row]), up_to


class _Change:
    """One change of one couple up to one week, and what it would be with any one week left out."""

    def __init__(self, up_to: Changes, row: int, change: Change) -> None:
        self.week = int(up_to.week[row])
        self.mean, self.sd = float(up_to.mean[row, change]), float(up_to.sd[row, change])
        self._without = up_to.mean_without[row, change], up_to.sd_without[row, change]

    def chance(self, way: int, points: float) -> float:
        """The chance that the change reached so many points upwards (1), or downwards (-1)."""
        return _normal(way * (self.mean - points) / self.sd)

    def one_week_out(self, way: int, points: float) -> tuple[float, float]:
        """The lowest and the highest such chance with any one week left out."""
        means, sds = self._without
        standing = way * (means - points) / sds
        return _normal(float(standing.min())), _normal(float(standing.max()))

    def finding(self, way: int, points: float, over: float, limits: Limits) -> Finding:
        """A claim that the change reached so many points, made when its chance is over a limit."""
        chance, (least_sure, _) = self.chance(way, points), self.one_week_out(way, points)
        holds = chance > over and least_sure > over * limits.one_week_out_share
        return self.said(holds, chance, least_sure)

    def said(self, holds: bool, chance: float, one_week_out: float, leans: bool = False) -> Finding:
        """The finding in its own shape."""
        return Finding(
            holds=holds,
            week=self.week,
            leans=leans,
            change=self.mean,
            least=self.mean - FOUR_IN_FIVE * self.sd,
            most=self.mean + FOUR_IN_FIVE * self.sd,
            probability=chance,
            one_week_out=one_week_out,
        )


def _no_gain(change: _Change, limits: Limits) -> Finding:
    chance = change.chance(1, limits.gain_points)
    _, highest = change.one_week_out(1, limits.gain_points)
    holds = chance < limits.gain_probability and highest < limits.gain_probability_one_week_out
    return change.said(holds, chance, highest, leans=chance < limits.gain_watch_probability)


def _apart(change: _Change, limits: Limits) -> Finding:
    way = 1 if change.mean >= 0 else -1
    points = way * limits.diverging_points
    claim = change.finding(way, points, limits.diverging_probability, limits)
    # Both ways count as apart, though the other one hardly ever adds anything.
    either = min(1.0, change.chance(way, points) + change.chance(-way, -points))
    return change.said(
        bool(claim.holds),
        round(either, CHANCE_DIGITS),
        claim.one_week_out if claim.one_week_out is not None else 0.0,
    )


def _normal(standing: float) -> float:
    return round(math.erfc(-standing / math.sqrt(2)) / 2, CHANCE_DIGITS)
