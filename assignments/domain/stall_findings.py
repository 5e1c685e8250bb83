"""The findings of ``stalls``, read off the changes that the model works out.

This module imports numpy by way of the model, so ``stalls`` imports it where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from assignments.domain.checkins import composite
from assignments.domain.history import CoupleHistory
from assignments.domain.stall_filter import Floats, Noise
from assignments.domain.stall_model import (
    COMPOSITE,
    PULLED_BACK,
    TENSION,
    Answers,
    Change,
    Changes,
    Lines,
    changes,
    levels,
)
from assignments.domain.stalls import NOTHING_TO_SAY, Finding, Limits, Movement, Movements

Flags = npt.NDArray[np.bool_]
Told = TypeVar("Told", Movement, Finding)
Unsaid = TypeVar("Unsaid", Finding, None)
Found = Iterable[tuple[int, Finding]]

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
        asked = max(lengths[order[-1]], 1) if back is None else back
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
    # One column after the other, of the whole batch: a caseload has half a million check-ins.
    told = [one for history in histories for one in history.checkins]
    answers = [one.answers for one in told]
    row = np.repeat(np.arange(len(histories)), [len(history.checkins) for history in histories])
    side = np.array([one.partner == "B" for one in told], dtype=np.int64)
    week = np.array([one.week for one in told], dtype=np.int64)

    def of(values: Sequence[float | None]) -> Answers:
        column = np.array(values, dtype=np.float64)
        there = ~np.isnan(column)
        return Answers(len(histories), row[there], side[there], week[there], column[there])

    composites, tension, pulled_back = changes(
        Lines(
            of([composite(one) for one in answers]),
            noise,
            back,
            limits.slipped_points,
            (Change.COUPLE, Change.APART),
        ),
        Lines(of([one.tension for one in answers]), TENSION, back, asked=(Change.COUPLE,)),
        # A person may have left out weeks in which the other answered, so a few more are looked at.
        Lines(
            of([one.pulled_back for one in answers]),
            PULLED_BACK,
            back + MORE_WEEKS,
            asked=(Change.A, Change.B),
        ),
    )
    pairs = len(histories)
    return map(
        lambda of_couple, of_tension, of_a, of_b: Movements(of_couple, of_tension, {"A": of_a, "B": of_b}),
        _oldest_first(_movements(composites, limits), pairs),
        _oldest_first(_tension(tension, limits), pairs),
        *(_oldest_first(_pulled_back(pulled_back, side, limits), pairs) for side in (0, 1)),
    )


def _oldest_first(found: Sequence[Told | None], pairs: int) -> Iterator[tuple[Told, ...]]:
    """What was found in row after row, put together for each pair; a week nobody told is left out."""
    newest_last = [found[first : first + pairs] for first in range(len(found) - pairs, -1, -pairs)]
    for weeks in zip(*newest_last, strict=True):
        yield tuple([one for one in weeks if one is not None])


def _movements(up_to: Changes, limits: Limits) -> list[Movement | None]:
    given, there = up_to.given.min(axis=0), up_to.there.tolist()
    fresh = up_to.there & _fresh(up_to, limits)
    enough = fresh & (given >= limits.worse_checkins_each)
    for_worse = enough & (up_to.given.sum(axis=0) >= limits.worse_partner_weeks)
    for_apart = fresh & (given >= limits.checkins_each)
    no_gain = _Claim(up_to, Change.COUPLE, enough).no_gain(limits)
    worse = _Claim(up_to, Change.COUPLE, for_worse).reached(-1, 0.0, limits.worse_probability, limits)
    slipped = _Claim(up_to, Change.FROM_PEAK, for_worse).reached(
        -1, -limits.slipped_points, limits.slipped_probability, limits
    )
    apart = _Claim(up_to, Change.APART, for_apart).either_way(
        limits.diverging_points, limits.diverging_probability, limits
    )
    couple = up_to.moved[Change.COUPLE]
    strong = _normals(-(couple.mean + limits.strong_points) / couple.sd).tolist()
    first, second = up_to.by_side.tolist()
    return [
        Movement(week, of_gain, of_loss, of_slip, of_gap, sure, {"A": of_a, "B": of_b}) if here else None
        for here, week, of_gain, of_loss, of_slip, of_gap, sure, of_a, of_b in zip(
            there,
            up_to.week.tolist(),
            *(_each(claim, len(there), NOTHING_TO_SAY) for claim in (no_gain, worse, slipped, apart)),
            strong,
            first,
            second,
            strict=True,
        )
    ]


def _tension(up_to: Changes, limits: Limits) -> list[Finding | None]:
    enough = up_to.there & _fresh(up_to, limits) & (up_to.given.min(axis=0) >= limits.checkins_each)
    points, over = limits.tension_rise_points, limits.tension_rise_probability
    found = _Claim(up_to, Change.COUPLE, enough).reached(1, points, over, limits)
    return _each(found, len(enough), None)


def _pulled_back(up_to: Changes, side: int, limits: Limits) -> list[Finding | None]:
    # A week in which only the other answered is not one of this person's own.
    own = up_to.there & (up_to.latest[side] == up_to.week)
    enough = own & (up_to.given[side] >= limits.checkins_each)
    points, over = limits.withdrawal_rise_points, limits.withdrawal_rise_probability
    found = _Claim(up_to, (Change.A, Change.B)[side], enough).reached(1, points, over, limits)
    return _each(found, len(enough), None)


def _each(found: Iterable[tuple[int, Finding]], rows: int, otherwise: Unsaid) -> list[Finding | Unsaid]:
    """What is said in each row; most rows say something."""
    each: list[Finding | Unsaid] = [otherwise] * rows
    for row, finding in found:
        each[row] = finding
    return each


def _fresh(up_to: Changes, limits: Limits) -> Flags:
    """Whether both have given an answer lately."""
    fresh: Flags = np.all(up_to.latest > up_to.week - limits.fresh_weeks, axis=0)
    return fresh


class _Claim:
    """One kind of change in those rows that hold enough to speak of it, and the findings about it."""

    def __init__(self, up_to: Changes, change: Change, enough: Flags) -> None:
        self._rows = np.flatnonzero(enough)
        moved = up_to.moved[change]
        self._mean, self._sd = moved.mean[self._rows], moved.sd[self._rows]
        self._mean_without = moved.mean_without[:, self._rows]
        self._sd_without = moved.sd_without[:, self._rows]
        self._week = up_to.week[self._rows]
        self._since = up_to.peak_week[self._rows] if change is Change.FROM_PEAK else np.zeros_like(self._rows)

    def reached(self, way: int | Floats, points: float | Floats, over: float, limits: Limits) -> Found:
        """A claim that the change reached so many points upwards (1), or downwards (-1), made over some chance."""
        chances, least_sure = self._reaches(way, points)
        return self._said(_sure(chances, least_sure, over, limits), chances, least_sure)

    def no_gain(self, limits: Limits) -> Found:
        """A claim that there was no gain, made when the chance of one is under a limit."""
        points = limits.gain_points
        chances = _normals((self._mean - points) / self._sd)
        highest = _normals(((self._mean_without - points) / self._sd_without).max(axis=0))
        holds = (chances < limits.gain_probability) & (highest < limits.gain_probability_one_week_out)
        return self._said(holds, chances, highest, chances < limits.gain_watch_probability)

    def either_way(self, points: float, over: float, limits: Limits) -> Found:
        """A claim that the change reached so many points the way it leans."""
        way = np.where(self._mean >= 0, 1.0, -1.0)
        chances, least_sure = self._reaches(way, way * points)
        holds = _sure(chances, least_sure, over, limits)
        # Both ways count as apart, though the other one hardly ever adds anything.
        other = _normals(-way * (self._mean + way * points) / self._sd)
        both = np.minimum(1.0, np.round(chances + other, CHANCE_DIGITS))
        return self._said(holds, both, least_sure)

    def _reaches(self, way: int | Floats, points: float | Floats) -> tuple[Floats, Floats]:
        """The chance of having reached so many points, and the least of it with any one week left out."""
        least = (way * (self._mean_without - points) / self._sd_without).min(axis=0)
        return _normals(way * (self._mean - points) / self._sd), _normals(least)

    def _said(self, holds: Flags, chances: Floats, one_week_out: Floats, leans: Flags | None = None) -> Found:
        spread = FOUR_IN_FIVE * self._sd
        columns = (
            holds,
            self._week,
            self._since,
            np.zeros_like(holds) if leans is None else leans,
            self._mean,
            self._mean - spread,
            self._mean + spread,
            chances,
            one_week_out,
        )
        return zip(self._rows.tolist(), map(Finding, *(column.tolist() for column in columns)), strict=True)


def _sure(chances: Floats, least_sure: Floats, over: float, limits: Limits) -> Flags:
    return (chances > over) & (least_sure > over * limits.one_week_out_share)


def _normals(standing: Floats) -> Floats:
    """The chance of lying below, in as many digits as are compared and shown."""
    tails = np.array(list(map(math.erfc, (standing / -ROOT_TWO).tolist())), dtype=np.float64)
    chances: Floats = np.round(tails / 2, CHANCE_DIGITS)
    return chances
