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

**With one week left out.** The same solution gives, at almost no cost, what every answer would have been without
any one week (the block form of leave-one-out). The rules use it so that no claim rests on a single week.

This module imports numpy, which is slow to start: import it where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Whole = npt.NDArray[np.int64]
Series = Sequence[tuple[int, float]]
Pair = tuple[Series, Series]

# Longer records keep their first and their last weeks; what lies between says next to nothing about a change
# from the start until now, and the cost grows with the third power.
FIRST_WEEKS, LAST_WEEKS = 12, 40


@dataclass(frozen=True)
class Noise:
    """The figures of the model, described and sourced in the module's own words."""

    mean: float = 4.5
    couple_sd: float = 1.06
    person_sd: float = 1.06
    shared_walk: float = 0.10
    own_walk: float = 0.04
    weekly_sd: float = 0.85
    carry_over: float = 0.3
    alike: float = 0.35
    answer_sd: float = 0.45

    @property
    def couple_walk(self) -> float:
        """The variance that one week adds to the couple's level, the mean of both partners'."""
        return self.shared_walk + self.own_walk / 2


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


@dataclass(frozen=True)
class Changes:
    """All changes of many pairs of lines, each up to one of its own weeks.

    ``mean`` and ``sd`` are (pair, change). ``mean_without`` and ``sd_without`` are (pair, change, slot): the same
    with the week in that slot left out. ``there`` says which pairs have such a week at all.
    """

    week: Whole
    there: npt.NDArray[np.bool_]
    mean: Floats
    sd: Floats
    mean_without: Floats
    sd_without: Floats
    peak_week: Whole


def changes(pairs: Sequence[Pair], noise: Noise, back: int, *, fall: float | None = None) -> list[Changes]:
    """What has changed up to each of the last ``back`` weeks that hold an answer, newest first.

    Each week is judged by what was known then: later answers are taken out again. ``fall`` also asks for the
    change from the week that most surely stood so many points higher.
    """
    weeks, answers = _slots(pairs)
    present = ~np.isnan(answers)
    inverse = np.linalg.inv(_covariance(weeks, present, noise))
    residual = np.where(present, answers - noise.mean, 0.0).reshape(len(pairs), -1)
    weighted = (inverse @ residual[:, :, None])[:, :, 0]
    found = []
    for last in range(weeks.shape[1] - 1, max(weeks.shape[1] - 1 - back, -1), -1):
        found.append(_changes_up_to(last, weeks, present, inverse, weighted, noise, fall))
        inverse, weighted = _without_last_slot(inverse, weighted)
    return found


def levels(pair: Pair, noise: Noise) -> tuple[tuple[int, float, float], ...]:
    """The couple's level in each week that holds an answer, from all of them: (week, mean, standard deviation)."""
    weeks, answers = _slots([pair])
    present = ~np.isnan(answers)
    if not present.any():
        return ()
    inverse = np.linalg.inv(_covariance(weeks, present, noise))[0]
    start = noise.couple_sd**2 + noise.person_sd**2 / 2
    at = weeks[0]
    shared = start + noise.couple_walk * np.minimum(at[:, None], at[None, :])
    reach = np.repeat(shared, 2, axis=1) * present[0].reshape(-1)
    gain = reach @ inverse
    residual = np.where(present[0], answers[0] - noise.mean, 0.0).reshape(-1)
    mean = noise.mean + gain @ residual
    sd = np.sqrt(np.diag(shared) - np.sum(gain * reach, axis=1))
    return tuple(
        (int(week), float(level), float(spread)) for week, level, spread in zip(at, mean, sd, strict=True)
    )


def _slots(pairs: Sequence[Pair]) -> tuple[Whole, Floats]:
    """The weeks that hold an answer, set flush right, so that the newest of every pair stands in one column."""
    lines = [(dict(first), dict(second)) for first, second in pairs]
    kept = [_kept(sorted(first.keys() | second.keys())) for first, second in lines]
    width = max((len(weeks) for weeks in kept), default=0)
    at = np.zeros((len(pairs), width), dtype=np.int64)
    answers = np.full((len(pairs), width, 2), np.nan)
    for row, (weeks, sides) in enumerate(zip(kept, lines, strict=True)):
        if weeks:
            at[row, -len(weeks) :] = weeks
            for side, values in enumerate(sides):
                answers[row, -len(weeks) :, side] = [values.get(week, np.nan) for week in weeks]
    return at, answers


def _kept(weeks: list[int]) -> list[int]:
    if len(weeks) <= FIRST_WEEKS + LAST_WEEKS:
        return weeks
    return weeks[:FIRST_WEEKS] + weeks[-LAST_WEEKS:]


def _covariance(weeks: Whole, present: npt.NDArray[np.bool_], noise: Noise) -> Floats:
    """The covariance of all answers, (pair, cell, cell); an absent cell stands for itself and touches nothing."""
    pairs, slots = weeks.shape
    earlier = np.minimum(weeks[:, :, None], weeks[:, None, :])
    lag = np.abs(weeks[:, :, None] - weeks[:, None, :])
    carried = (noise.weekly_sd**2 * noise.carry_over ** np.arange(lag.max(initial=0) + 1.0))[lag]
    shared = noise.couple_sd**2 + noise.shared_walk * earlier
    cells = np.empty((pairs, slots, 2, slots, 2))
    cells[:, :, 0, :, 0] = shared + noise.person_sd**2 + noise.own_walk * earlier + carried
    cells[:, :, 1, :, 1] = cells[:, :, 0, :, 0]
    cells[:, :, 0, :, 1] = shared + noise.alike * carried
    cells[:, :, 1, :, 0] = cells[:, :, 0, :, 1]
    here = present.astype(np.float64)
    cells *= here[:, :, :, None, None]
    cells *= here[:, None, None, :, :]
    flat = cells.reshape(pairs, 2 * slots, 2 * slots)
    diagonal = np.arange(2 * slots)
    flat[:, diagonal, diagonal] += np.where(present, noise.answer_sd**2, 1.0).reshape(pairs, -1)
    return flat


def _changes_up_to(
    last: int,
    weeks: Whole,
    present: npt.NDArray[np.bool_],
    inverse: Floats,
    weighted: Floats,
    noise: Noise,
    fall: float | None,
) -> Changes:
    """The changes up to the week in one slot, with the solution for everything up to that slot."""
    pairs, slots = len(weeks), last + 1
    at = weeks[:, :slots].astype(np.float64)
    now = at[:, -1]
    here = present[:, :slots].astype(np.float64)
    # How strongly each change goes together with each answer. No answer is later than the week itself, so what
    # an answer shares with a walk from week 0 until now is its own week.
    reach = np.empty((pairs, 4, slots, 2))
    reach[:, Change.COUPLE] = (noise.couple_walk * at)[:, :, None]
    for side, change in enumerate((Change.A, Change.B)):
        reach[:, change] = (noise.shared_walk * at)[:, :, None]
        reach[:, change, :, side] += noise.own_walk * at
    reach[:, Change.APART] = reach[:, Change.A] - reach[:, Change.B]
    own = noise.shared_walk + noise.own_walk
    before = np.stack([noise.couple_walk * now, own * now, own * now, 2 * noise.own_walk * now], axis=1)
    peak_week = np.zeros(pairs, dtype=np.int64)
    reach *= here[:, None]
    if fall is not None:
        from_peak, from_peak_before, peak_week = _from_peak(at, here, inverse, weighted, noise, fall)
        reach = np.concatenate([reach, from_peak[:, None]], axis=1)
        before = np.concatenate([before, from_peak_before[:, None]], axis=1)
    flat = reach.reshape(pairs, -1, 2 * slots)
    gain = flat @ inverse
    mean = (flat @ weighted[:, :, None])[:, :, 0]
    variance = before - np.sum(gain * flat, axis=2)
    less_mean, more_variance = _one_week_out(gain.reshape(*flat.shape[:2], slots, 2), inverse, weighted)
    return Changes(
        week=weeks[:, last],
        there=np.logical_or(present[:, last, 0], present[:, last, 1]),
        mean=mean,
        sd=np.sqrt(np.maximum(variance, 1e-12)),
        mean_without=mean[:, :, None] - less_mean,
        sd_without=np.sqrt(np.maximum(variance[:, :, None] + more_variance, 1e-12)),
        peak_week=peak_week,
    )


def _from_peak(
    at: Floats, here: Floats, inverse: Floats, weighted: Floats, noise: Noise, fall: float
) -> tuple[Floats, Floats, Whole]:
    """The change since the week that most surely stood above this one.

    The chance of having fallen from the best week is at least the chance of having fallen from any one of them;
    so the week with the lowest standardised change is taken, and the figure errs on the quiet side.
    """
    pairs, slots = at.shape
    beyond = noise.couple_walk * np.maximum(at[:, None, :] - at[:, :, None], 0.0)
    reach = beyond[:, :, :, None] * here[:, None]
    flat = reach.reshape(pairs, slots, 2 * slots)
    mean = (flat @ weighted[:, :, None])[:, :, 0]
    before = noise.couple_walk * (at[:, -1:] - at)
    variance = before - np.sum((flat @ inverse) * flat, axis=2)
    reported = here.any(axis=2) & (at < at[:, -1:])
    standing = np.where(reported, (mean + fall) / np.sqrt(np.maximum(variance, 1e-12)), np.inf)
    # Where there is no earlier answer, the week stands beside itself: nothing has been lost.
    peak = np.where(reported.any(axis=1), np.argmin(standing, axis=1), slots - 1)
    row = np.arange(pairs)
    return reach[row, peak], before[row, peak], at[row, peak].astype(np.int64)


def _one_week_out(gain: Floats, inverse: Floats, weighted: Floats) -> tuple[Floats, Floats]:
    """How much of each mean a week carries, and how much its absence would add to the variance."""
    pairs, _, slots, _ = gain.shape
    rows = np.arange(slots)
    blocks = inverse.reshape(pairs, slots, 2, slots, 2)[:, rows, :, rows, :].transpose(1, 0, 2, 3)
    aa, ab, bb = blocks[:, :, 0, 0], blocks[:, :, 0, 1], blocks[:, :, 1, 1]
    area = aa * bb - ab * ab
    aa, ab, bb = (bb / area)[:, None], (-ab / area)[:, None], (aa / area)[:, None]
    ga, gb = gain[..., 0], gain[..., 1]
    through_a, through_b = ga * aa + gb * ab, ga * ab + gb * bb
    pull = weighted.reshape(pairs, 1, slots, 2)
    return through_a * pull[..., 0] + through_b * pull[..., 1], through_a * ga + through_b * gb


def _without_last_slot(inverse: Floats, weighted: Floats) -> tuple[Floats, Floats]:
    """The solution for everything before the newest week, from the one that had it."""
    edge = inverse[:, :-2, -2:]
    part = edge @ np.linalg.inv(inverse[:, -2:, -2:])
    return (
        inverse[:, :-2, :-2] - part @ edge.transpose(0, 2, 1),
        weighted[:, :-2] - (part @ weighted[:, -2:, None])[:, :, 0],
    )
