"""The model of movement: two partners' weekly lines as one Gaussian, and what follows for a change.

**The model.** What partner ``p`` reports in week ``t`` is ``y(p,t) = L(p,t) + e(p,t) + m``.

- ``L`` is how things are. At the start it lies around ``mean`` with a standard deviation of ``couple_sd`` that
  both partners share and ``person_sd`` that each has alone; every week it takes a step of variance
  ``shared_walk`` that both share and one of ``own_walk`` of their own.
- ``e`` is the mood of the week: standard deviation ``weekly_sd``, of which the part ``carry_over`` goes on into
  the next week, with a correlation of ``alike`` between the two partners in the same week.
- ``m`` is the roughness of one answer, standard deviation ``answer_sd``.

The couple's level is the mean of both partners' ``L``, and what the rules ask about are differences of levels
between two weeks. Everything is Gaussian, so these have an exact mean and variance given the answers that are
there. A missing answer is absent: it has no row and no column. Nothing is drawn at random and nothing is fitted.

**Where the figures come from.** ``couple_sd`` and ``person_sd`` 1.06 each give two partners a correlation of .5,
lower than the .48–.79 of six open community data sets, because couples in care are less alike. ``weekly_sd`` .85
is the 7-day-mean spread of .73 in an open diary data set, with recall added. ``answer_sd`` .45 for the composite
and 1.2 for one question are assumptions, and so are both steps. ``carry_over`` .3 and ``alike`` .35 lie between
the momentary figures of 94 couples (.45 and .18) and what is not known about weeks. ``mean`` 4.5 is that of a
distressed couple; in the difference of two weeks it all but cancels. None was fitted to couples in care.

**How it is worked out.** Only the last week's levels and moods bear on the next, so the covariance of all answers is
never written down: a filter takes the weeks one by one, forwards, and its way back gives that covariance turned over
(``stall_filter``; Durbin and Koopman, *Time Series Analysis by State Space Methods*, 2012, chapter 4). The cost grows with the weeks, not with
their third power. What every figure would be without any one week comes from the same way back, at almost no cost (the
block form of leave-one-out). The rules use it so that no claim rests on a single week.

This module imports numpy, which is slow to start: import it where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from assignments.domain.stall_filter import (
    NO_VARIANCE,
    OF_A,
    OF_B,
    PULL,
    Ending,
    Figures,
    Floats,
    Forwards,
    Noise,
    WayBack,
    Whole,
)

Series = Sequence[tuple[int, float]]
Pair = tuple[Series, Series]

# Longer records keep their first and their last weeks; what lies between says next to nothing about a change
# from the start until now.
FIRST_WEEKS, LAST_WEEKS = 12, 40
# No record reaches so many weeks.
WEEKS_APART = 10_000

COMPOSITE = Noise()
# One question alone is rougher than four, and these two count the other way round. Pulling back is one person's own
# act as much as the couple's, so the two steps are alike; their sum stays.
TENSION = replace(COMPOSITE, mean=5.5, answer_sd=1.2)
PULLED_BACK = replace(TENSION, shared_walk=0.07, own_walk=0.07)


class Change(IntEnum):
    """What may have changed up to a week; the first four since week 0."""

    COUPLE = 0
    A = 1
    B = 2
    APART = 3
    FROM_PEAK = 4


# How much of the change of A and of B is in each change since week 0.
SHARES: Mapping[Change, tuple[float, float]] = {
    Change.COUPLE: (0.5, 0.5),
    Change.A: (1.0, 0.0),
    Change.B: (0.0, 1.0),
    Change.APART: (1.0, -1.0),
}


@dataclass(frozen=True)
class Answers:
    """The answers of one kind of many pairs of lines, one beside the other: whose, of which side and week, and what."""

    pairs: int
    pair: Whole
    side: Whole
    week: Whole
    value: Floats

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> Answers:
        """The same from a line of (week, value) for each side of each pair."""
        told = [
            (row, side, week, value)
            for row, pair in enumerate(pairs)
            for side, line in enumerate(pair)
            for week, value in line
        ]
        table = np.array(told, dtype=np.float64).reshape(-1, 4).T
        row_of, side_of, week_of = table[:3].astype(np.int64)
        return cls(len(pairs), row_of, side_of, week_of, table[3])


@dataclass(frozen=True)
class Lines:
    """The same kind of line of many couples: how rough it is, and how many of its last weeks are asked about.

    ``asked`` are the changes that rules read; the others need not be worked out. ``fall`` also asks for the change from
    the week that most surely stood so many points higher.
    """

    answers: Answers
    noise: Noise
    back: int = 1
    fall: float | None = None
    asked: tuple[Change, ...] = tuple(SHARES)


@dataclass(frozen=True)
class Moved:
    """One change in many rows: (row), and with the week in a slot left out: (slot, row), the newest last."""

    mean: Floats
    sd: Floats
    mean_without: Floats
    sd_without: Floats


@dataclass(frozen=True)
class Changes:
    """What was asked about many pairs of lines: a row for each pair up to its newest week, then up to the one before …

    ``there`` says which rows have such a week at all, ``given`` and ``latest`` how many answers each side has until
    then, and the week of its last: (side, row). ``by_side`` is the likeliest change of A and of B: (side, row).
    """

    week: Whole
    there: npt.NDArray[np.bool_]
    given: Whole
    latest: Whole
    by_side: Floats
    moved: Mapping[Change, Moved]
    peak_week: Whole


def changes(*asked: Lines) -> list[Changes]:
    """For each kind of line, what has changed up to each of its last weeks that hold an answer.

    Each week is judged by what was known then. So every line stands beside itself once for each week asked about, with
    its later answers left out, and all of that takes the way back at once.
    """
    weeks, answers = _slots([lines.answers for lines in asked])
    pairs = [lines.answers.pairs for lines in asked]
    of_row = np.repeat(np.arange(len(asked)), pairs)
    firsts = np.cumsum([0, *pairs])
    endings = [
        [Ending(slice(first, first + lines.answers.pairs), later) for later in range(lines.back)]
        for lines, first in zip(asked, firsts.tolist(), strict=False)
    ]
    # Those with a fall stand first, for they are asked about every earlier week.
    order = sorted(range(len(asked)), key=lambda kind: asked[kind].fall is None)
    keeping = sum(lines.back * lines.answers.pairs for lines in asked if lines.fall is not None)
    forwards = Forwards(weeks, answers, Figures([lines.noise for lines in asked], of_row))
    back = WayBack(forwards, [one for kind in order for one in endings[kind]], keeping)
    found: dict[int, Changes] = {}
    first = 0
    for kind in order:
        rows = slice(first, first + asked[kind].back * pairs[kind])
        found[kind] = _changed(back, rows, asked[kind])
        first = rows.stop
    return [found[kind] for kind in range(len(asked))]


def _changed(back: WayBack, rows: slice, lines: Lines) -> Changes:
    weeks, present = back.weeks[:, rows], back.present[..., rows]
    told = _Told(back, rows)
    moved = {change: told.since_start(*SHARES[change], lines.noise) for change in lines.asked}
    peak = weeks[-1]
    if lines.fall is not None:
        peak, moved[Change.FROM_PEAK] = told.from_peak(lines.noise, lines.fall)
    return Changes(
        week=weeks[-1],
        there=present[-1].any(axis=0),
        given=present.sum(axis=0),
        latest=np.where(present, weeks[:, None], -1).max(axis=0),
        by_side=told.by_side,
        moved=moved,
        peak_week=peak,
    )


def levels(pair: Pair, noise: Noise) -> tuple[tuple[int, float, float], ...]:
    """The couple's level in each week that holds an answer, from all of them: (week, mean, standard deviation)."""
    weeks, answers = _slots([Answers.of([pair])])
    if np.isnan(answers).all():
        return ()
    forwards = Forwards(weeks, answers, Figures([noise], np.zeros(1, dtype=np.int64)))
    back = WayBack(forwards, [Ending(slice(0, 1))], 1)
    at = weeks[:, 0].astype(np.float64)
    start = noise.couple_sd**2 + noise.person_sd**2 / 2
    shared = start + noise.couple_walk * np.minimum(at[:, None], at[None, :])
    mean = noise.mean + shared @ back.solved[:, :, PULL, 0].sum(axis=1)
    spread = np.sqrt(back.variance(slice(0, 1))[:, 0])
    return tuple(zip(weeks[:, 0].tolist(), mean.tolist(), spread.tolist(), strict=True))


def _slots(given: Sequence[Answers]) -> tuple[Whole, Floats]:
    """The weeks that hold an answer, (slot, row), and the answers, (slot, side, row); every newest week in one slot.

    A row is a pair of lines, those of one kind after those of another.
    """
    firsts = np.cumsum([0, *(one.pairs for one in given)])
    rows = int(firsts[-1])
    row = np.concatenate([one.pair + first for one, first in zip(given, firsts[:-1], strict=True)])
    side, week, value = (
        np.concatenate(of) for of in zip(*((one.side, one.week, one.value) for one in given), strict=True)
    )
    keys, cell = np.unique(row * WEEKS_APART + week, return_inverse=True)
    row_of, week_of = np.divmod(keys, WEEKS_APART)
    count = np.bincount(row_of, minlength=rows)
    place = np.arange(len(keys)) - (np.cumsum(count) - count)[row_of]
    count = count[row_of]
    late = place >= count - LAST_WEEKS
    kept = late | (place < FIRST_WEEKS)
    before_newest = np.where(late, count, np.minimum(count, FIRST_WEEKS + LAST_WEEKS)) - 1 - place
    # Where nobody answered at all there is one slot, and nothing in it.
    width = min(int(count.max(initial=1)), FIRST_WEEKS + LAST_WEEKS)
    slot = width - 1 - before_newest
    at = np.zeros((width, rows), dtype=np.int64)
    at[slot[kept], row_of[kept]] = week_of[kept]
    answers = np.full((width, 2, rows), np.nan)
    those = kept[cell]
    answers[slot[cell][those], side[those], row[those]] = value[those]
    return at, answers


class _Told:
    """What the answers of some rows tell of their changes.

    A change is known by how it goes together with the answers (``reach``), by that times their inverse covariance
    (``gain``), and by its variance before any answer.
    """

    def __init__(self, back: WayBack, rows: slice) -> None:
        self._back, self._rows = back, rows
        self._at, self._present = back.weeks[:, rows].astype(np.float64), back.present[..., rows]
        self._reach = back.reach[..., rows]
        self._pull, *self._by = (back.solved[:, :, what, rows] for what in (PULL, OF_A, OF_B))
        aa, bb, ab = back.weights[:, 0, rows], back.weights[:, 1, rows], back.crossed[:, rows]
        area = aa * bb - ab * ab
        self._aa, self._bb, self._ab = aa / area, bb / area, ab / area
        self.by_side: Floats = np.stack(
            [(self._reach[:, :, side] * self._pull).sum(axis=(0, 1)) for side in (0, 1)]
        )

    def since_start(self, of_a: float, of_b: float, noise: Noise) -> Moved:
        """The change since week 0 of so much of A and so much of B."""
        now = self._at[-1]
        before = (noise.shared_walk * (of_a + of_b) ** 2 + noise.own_walk * (of_a**2 + of_b**2)) * now
        reach = _mix(of_a, self._reach[:, :, 0], of_b, self._reach[:, :, 1])
        return self._moved(reach, _mix(of_a, self._by[0], of_b, self._by[1]), before)

    def from_peak(self, noise: Noise, fall: float) -> tuple[Whole, Moved]:
        """The week that most surely stood so much higher than the newest, and the change since then.

        The chance of having fallen from the best week is at least the chance of having fallen from any one of them;
        so the week with the lowest standardised change is taken, and the figure errs on the quiet side.
        """
        at, now = self._at, self._at[-1]
        pull = self._pull.sum(axis=1)
        # How far the level of a slot lies below the newest: the pull of each later answer for the weeks between.
        after = np.cumsum(pull[::-1], axis=0)[::-1]
        mean = np.zeros_like(at)
        mean[:-1] = np.cumsum((np.diff(at, axis=0) * after[1:])[::-1], axis=0)[::-1]
        mean *= noise.couple_walk
        variance = self._back.from_newest(self._rows)
        reported = self._present.any(axis=1) & (at < now)
        standing = np.where(reported, (mean + fall) / np.sqrt(np.maximum(variance, NO_VARIANCE)), np.inf)
        peak = np.take_along_axis(at, np.argmin(standing, axis=0)[None], axis=0)[0]
        # Where there is no earlier answer, the week stands beside itself: nothing has been lost.
        peak = np.where(reported.any(axis=0), peak, now)
        reach = np.repeat(noise.couple_walk * np.maximum(at - peak, 0.0)[:, None], 2, axis=1)
        gain = self._back.times_inverse(reach, self._rows)
        return peak.astype(np.int64), self._moved(reach, gain, noise.couple_walk * (now - peak))

    def _moved(self, reach: Floats, gain: Floats, before: Floats) -> Moved:
        """Mean and standard deviation of a change, and both with each week left out."""
        pull = self._pull
        mean = (reach * pull).sum(axis=(0, 1))
        variance = before - (reach * gain).sum(axis=(0, 1))
        of_a, of_b = gain[:, 0], gain[:, 1]
        through_a, through_b = of_a * self._bb - of_b * self._ab, of_b * self._aa - of_a * self._ab
        return Moved(
            mean,
            np.sqrt(np.maximum(variance, NO_VARIANCE)),
            mean - through_a * pull[:, 0] - through_b * pull[:, 1],
            np.sqrt(np.maximum(variance + through_a * of_a + through_b * of_b, NO_VARIANCE)),
        )


def _mix(of_a: float, a: Floats, of_b: float, b: Floats) -> Floats:
    """So much of one and so much of the other; what is wholly one of them need not be copied."""
    if (of_a, of_b) == (1.0, 0.0):
        return a
    if (of_a, of_b) == (0.0, 1.0):
        return b
    return of_a * a + of_b * b
