"""The findings of ``stalls``, read off the changes that the model works out.

This module imports numpy by way of the model, so ``stalls`` imports it where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from assignments.domain.checkins import composite
from assignments.domain.history import CoupleHistory
from assignments.domain.stall_model import (
    COMPOSITE,
    PULLED_BACK,
    TENSION,
    Answers,
    Change,
    Changes,
    Floats,
    Lines,
    Noise,
    changes,
    levels,
)
from assignments.domain.stalls import NOTHING_TO_SAY, Finding, Limits, Movement, Movements

Flags = npt.NDArray[np.bool_]
Told = TypeVar("Told", Movement, Finding)

# So many lines at a time, each counted once for every week asked about, keep the memory small whatever the caseload.
LINES_AT_A_TIME = 2048
# Four times in five a Gaussian lies within so many standard deviations.
FOUR_IN_FIVE = 1.2816
MORE_WEEKS = 2
# Chances are compared and shown with so many digits, so that no state hangs on the last bit of a sum.
CHANCE_DIGITS = 4
ROOT_TWO = math.sqrt(2)


def movements_of(
    histories: Sequence[CoupleHistory], limits: Limits, back: int | None, noise: Noise = COMPOSITE
) -> list[Movements]:
    """See ``stalls.movements_of``; the simulator may tell the model of another noise than it assumes.

    Couples with about as many weeks are worked out together, for the cost of a batch is that of its longest.
    """
    lengths = [len({one.week for one in history.checkins}) for history in histories]
    order = sorted(range(len(histories)), key=lengths.__getitem__)
    found: dict[int, Movements] = {}
    while order:
        asked = lengths[order[-1]] if back is None else back
        size = max(LINES_AT_A_TIME // (3 * asked + MORE_WEEKS), 1)
        order, chosen = order[:-size], order[-size:]
        found.update(zip(chosen, _batch([histories[at] for at in chosen], limits, asked, noise), strict=True))
    return [found[at] for at in range(len(histories))]


def course_of(history: CoupleHistory) -> tuple[tuple[int, float, float, float], ...]:
    """See ``stalls.course_of``."""
    pair = history.composites("A"), history.composites("B")
    return tuple(
        (week, level, level - FOUR_IN_FIVE * spread, level + FOUR_IN_FIVE * spread)
        for week, level, spread in levels(pair, COMPOSITE)
    )


def _batch(
    histories: Sequence[CoupleHistory], limits: Limits, back: int, noise: Noise
) -> Iterator[Movements]:
    # One table of the whole batch, and three columns of it: a caseload has half a million check-ins.
    table = np.array(
        [
            (
                row,
                one.partner == "B",
                one.week,
                composite(one.answers),
                one.answers.tension,
                one.answers.pulled_back,
            )
            for row, history in enumerate(histories)
            for one in history.checkins
        ],
        dtype=np.float64,
    ).reshape(-1, 6)

    def answers(column: int) -> Answers:
        there = table[~np.isnan(table[:, column])]
        pair, side, week = there[:, :3].T.astype(np.int64)
        return Answers(len(histories), pair, side, week, there[:, column])

    of_composites, of_tension, of_pulled_back = changes(
        Lines(answers(3), noise, back, limits.slipped_points, (Change.COUPLE, Change.APART)),
        Lines(answers(4), TENSION, back, asked=(Change.COUPLE,)),
        # A person may have left out weeks in which the other answered, so a few more are looked at.
        Lines(answers(5), PULLED_BACK, back + MORE_WEEKS, asked=(Change.A, Change.B)),
    )
    couple = _oldest_first(of_composites, partial(_movements, limits=limits), len(histories))
    tension = _oldest_first(of_tension, partial(_tension, limits=limits), len(histories))
    first, second = (
        _oldest_first(of_pulled_back, partial(_pulled_back, side=side, limits=limits), len(histories))
        for side in (0, 1)
    )
    for movements, rises, of_a, of_b in zip(couple, tension, first, second, strict=True):
        yield Movements(movements, rises, {"A": of_a, "B": of_b})


def _oldest_first(
    ends: Sequence[Changes], read: Callable[[Changes], Sequence[Told | None]], pairs: int
) -> list[tuple[Told, ...]]:
    """What is read off the changes up to each week, put together for each pair; a week nobody told is left out."""
    columns = [read(one) for one in reversed(ends)]
    if not columns:
        return [()] * pairs
    return [tuple([one for one in row if one is not None]) for row in zip(*columns, strict=True)]


def _movements(up_to: Changes, limits: Limits) -> list[Movement | None]:
    given, there = up_to.given.min(axis=0), up_to.there.tolist()
    fresh = _fresh(up_to, limits)
    enough = fresh & (given >= limits.worse_checkins_each)
    for_worse = enough & (up_to.given.sum(axis=0) >= limits.worse_partner_weeks)
    for_apart = fresh & (given >= limits.checkins_each)
    couple, lost, apart = (_Claim(up_to, one) for one in (Change.COUPLE, Change.FROM_PEAK, Change.APART))
    strong = couple.chances(-1, -limits.strong_points)
    by_partner = zip(*up_to.by_side.tolist(), strict=True)
    return [
        Movement(week, no_gain, worse, slipped, diverging, sure, {"A": of_a, "B": of_b}) if here else None
        for here, week, no_gain, worse, slipped, diverging, sure, (of_a, of_b) in zip(
            there,
            up_to.week.tolist(),
            couple.no_gain(limits, enough),
            couple.reached(-1, 0.0, limits.worse_probability, limits, for_worse),
            lost.reached(-1, -limits.slipped_points, limits.slipped_probability, limits, for_worse),
            apart.either_way(limits.diverging_points, limits.diverging_probability, limits, for_apart),
            strong,
            by_partner,
            strict=True,
        )
    ]


def _tension(up_to: Changes, limits: Limits) -> list[Finding | None]:
    enough = up_to.there & _fresh(up_to, limits) & (up_to.given.min(axis=0) >= limits.checkins_each)
    points, over = limits.tension_rise_points, limits.tension_rise_probability
    found = _Claim(up_to, Change.COUPLE).reached(1, points, over, limits, enough)
    return [one if said else None for one, said in zip(found, enough.tolist(), strict=True)]


def _pulled_back(up_to: Changes, side: int, limits: Limits) -> list[Finding | None]:
    # A week in which only the other answered is not one of this person's own.
    own = up_to.there & (up_to.latest[side] == up_to.week)
    enough = own & (up_to.given[side] >= limits.checkins_each)
    points, over = limits.withdrawal_rise_points, limits.withdrawal_rise_probability
    found = _Claim(up_to, (Change.A, Change.B)[side]).reached(1, points, over, limits, enough)
    return [one if said else None for one, said in zip(found, enough.tolist(), strict=True)]


def _fresh(up_to: Changes, limits: Limits) -> Flags:
    """Whether both have given an answer lately."""
    fresh: Flags = np.all(up_to.latest > up_to.week - limits.fresh_weeks, axis=0)
    return fresh


class _Claim:
    """One kind of change of a whole batch up to one week each, and the findings about it."""

    def __init__(self, up_to: Changes, change: Change) -> None:
        moved = up_to.moved[change]
        self._mean, self._sd = moved.mean, moved.sd
        self._mean_without, self._sd_without = moved.mean_without, moved.sd_without
        self._week = up_to.week.tolist()
        self._since = up_to.peak_week.tolist() if change is Change.FROM_PEAK else [0] * len(self._week)

    def chances(self, way: int | Floats, points: float | Floats) -> list[float]:
        """The chance that the change reached so many points upwards (1), or downwards (-1)."""
        return _normals(way * (self._mean - points) / self._sd)

    def reached(
        self, way: int | Floats, points: float | Floats, over: float, limits: Limits, enough: Flags
    ) -> list[Finding]:
        """A claim that the change reached so many points, made when its chance is over a limit."""
        chances = self.chances(way, points)
        least_sure = _normals((way * (self._mean_without - points) / self._sd_without).min(axis=0))
        least = over * limits.one_week_out_share
        holds = [chance > over and sure > least for chance, sure in zip(chances, least_sure, strict=True)]
        return self._said(holds, [False] * len(holds), chances, least_sure, enough)

    def no_gain(self, limits: Limits, enough: Flags) -> list[Finding]:
        """A claim that there was no gain, made when the chance of one is under a limit."""
        points = limits.gain_points
        chances = self.chances(1, points)
        highest = _normals(((self._mean_without - points) / self._sd_without).max(axis=0))
        holds = [
            chance < limits.gain_probability and most < limits.gain_probability_one_week_out
            for chance, most in zip(chances, highest, strict=True)
        ]
        leans = [chance < limits.gain_watch_probability for chance in chances]
        return self._said(holds, leans, chances, highest, enough)

    def either_way(self, points: float, over: float, limits: Limits, enough: Flags) -> list[Finding]:
        """A claim that the change reached so many points the way it leans."""
        way = np.where(self._mean >= 0, 1.0, -1.0)
        found = self.reached(way, way * points, over, limits, enough)
        # Both ways count as apart, though the other one hardly ever adds anything.
        other = self.chances(-way, -way * points)
        return [
            one._replace(probability=min(1.0, round((one.probability or 0.0) + more, CHANCE_DIGITS)))
            if one.holds is not None
            else one
            for one, more in zip(found, other, strict=True)
        ]

    def _said(
        self,
        holds: Sequence[bool],
        leans: Sequence[bool],
        chances: Sequence[float],
        one_week_out: Sequence[float],
        enough: Flags,
    ) -> list[Finding]:
        spread = FOUR_IN_FIVE * self._sd
        return [
            Finding(*told) if said else NOTHING_TO_SAY
            for said, *told in zip(
                enough.tolist(),
                holds,
                self._week,
                self._since,
                leans,
                self._mean.tolist(),
                (self._mean - spread).tolist(),
                (self._mean + spread).tolist(),
                chances,
                one_week_out,
                strict=True,
            )
        ]


def _normals(standing: Floats) -> list[float]:
    return [round(math.erfc(one) / 2, CHANCE_DIGITS) for one in (standing / -ROOT_TWO).tolist()]
