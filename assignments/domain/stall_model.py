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
(Durbin and Koopman, *Time Series Analysis by State Space Methods*, 2012, chapter 4). The cost grows with the weeks, not with
their third power. What every figure would be without any one week comes from the same way back, at almost no cost (the
block form of leave-one-out). The rules use it so that no claim rests on a single week.

This module imports numpy, which is slow to start: import it where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
# from the start until now.
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

    ``mean`` and ``sd`` are (change, pair). ``mean_without`` and ``sd_without`` are (change, slot, pair): the same
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

    Each week is judged by what was known then: later answers are not looked at. ``fall`` also asks for the
    change from the week that most surely stood so many points higher.
    """
    weeks, answers = _slots(pairs)
    ends = min(back, len(weeks))
    if ends <= 0:
        return []
    present = ~np.isnan(answers)
    known = _Filter(weeks, present, noise)
    at = weeks.astype(np.float64)
    now = at[::-1][:ends]
    # How strongly the changes of A and of B go together with each answer. No answer is later than the week itself,
    # so what an answer shares with a walk from week 0 until now is its own week.
    own = noise.shared_walk + noise.own_walk
    of_a = np.stack([own * at, noise.shared_walk * at], axis=1)
    of_b = of_a[:, ::-1]
    residual = np.where(present, answers - noise.mean, 0.0)
    solved = known.solve(np.stack([residual, of_a, of_b])[:, :, :, None], ends)
    pull = solved[0]
    reach, gain = (
        np.stack([(a + b) / 2, a, b, a - b]) for a, b in ((of_a[:, :, None], of_b[:, :, None]), solved[1:])
    )
    before = np.stack([noise.couple_walk * now, own * now, own * now, 2 * noise.own_walk * now])
    way_back = known.way_back(ends)
    parts = [_told(reach, gain, before, pull, way_back)]
    peaks = np.zeros((ends, len(pairs)), dtype=np.int64)
    if fall is not None:
        peaks, since = _peaks(at, present, pull, way_back, noise, fall)
        beyond = noise.couple_walk * np.maximum(at[:, None] - since, 0.0)
        from_peak = np.repeat(beyond[None, :, None], 2, axis=2)
        to_peak = known.solve(from_peak, ends)
        parts.append(_told(from_peak, to_peak, noise.couple_walk * (now - since)[None], pull, way_back))
    mean, sd, mean_without, sd_without = (np.concatenate(one) for one in zip(*parts, strict=True))
    return [
        Changes(
            week=weeks[-1 - end],
            there=present[-1 - end].any(axis=0),
            mean=mean[:, end],
            sd=sd[:, end],
            mean_without=mean_without[:, :, end],
            sd_without=sd_without[:, :, end],
            peak_week=peaks[end],
        )
        for end in range(ends)
    ]


def levels(pair: Pair, noise: Noise) -> tuple[tuple[int, float, float], ...]:
    """The couple's level in each week that holds an answer, from all of them: (week, mean, standard deviation)."""
    weeks, answers = _slots([pair])
    present = ~np.isnan(answers)
    if not present.any():
        return ()
    known = _Filter(weeks, present, noise)
    pull = known.solve(np.where(present, answers - noise.mean, 0.0)[None, :, :, None], 1)[0, :, :, 0, 0]
    at = weeks[:, 0]
    start = noise.couple_sd**2 + noise.person_sd**2 / 2
    shared = start + noise.couple_walk * np.minimum(at[:, None], at[None, :])
    mean = noise.mean + shared @ pull.sum(axis=1)
    sd = np.sqrt(known.way_back(1).variance[:, 0, 0])
    return tuple(
        (int(week), float(level), float(spread)) for week, level, spread in zip(at, mean, sd, strict=True)
    )


def _slots(pairs: Sequence[Pair]) -> tuple[Whole, Floats]:
    """The weeks that hold an answer, (slot, pair), and the answers, (slot, side, pair); the newest of every pair in one slot."""
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
    return at.T.copy(), answers.transpose(1, 2, 0).copy()


def _kept(weeks: list[int]) -> list[int]:
    if len(weeks) <= FIRST_WEEKS + LAST_WEEKS:
        return weeks
    return weeks[:FIRST_WEEKS] + weeks[-LAST_WEEKS:]


@dataclass(frozen=True)
class _WayBack:
    """What the way back from each end tells of every slot, given all answers up to that end; each (slot, end, pair).

    ``both`` are the three figures (A, A with B, B) by which the inverse covariance ties a week's two answers.
    ``variance`` is that of the couple's level in the slot, ``with_end`` its covariance with the level at the end.
    """

    both: tuple[Floats, Floats, Floats]
    variance: Floats
    with_end: Floats


class _Filter:
    """All the weeks of many pairs taken one by one: what each answer added to what was known before it.

    Four numbers describe a couple in a week: the levels of A and B, then their moods. An answer is the sum of a level,
    a mood and its own roughness. Arrays end with the pair, so that each step is one operation over all of them.
    """

    def __init__(self, weeks: Whole, present: npt.NDArray[np.bool_], noise: Noise) -> None:
        self._slots, self._pairs = weeks.shape
        since = np.diff(weeks, axis=0, prepend=0).astype(np.float64)
        self._fade = noise.carry_over**since
        # By how much each of the four moves with an answer; what is not there moves nothing.
        self._gain = np.empty((self._slots, 2, 4, self._pairs))
        self._sure = np.empty((self._slots, 2, self._pairs))
        # How each of the four goes together with the couple's level, once the slot is known.
        self._with_level = np.empty((self._slots, 4, self._pairs))
        one, both = np.eye(2)[:, :, None], np.ones((2, 2, 1))
        walk = noise.shared_walk * both + noise.own_walk * one
        mood = noise.weekly_sd**2 * (noise.alike * both + (1 - noise.alike) * one)
        spread = np.zeros((4, 4, self._pairs))
        spread[:2, :2] = noise.couple_sd**2 * both + noise.person_sd**2 * one
        spread[2:, 2:] = mood
        for slot, fade in enumerate(self._fade):
            spread[2:] *= fade
            spread[:, 2:] *= fade
            spread[:2, :2] += walk * since[slot]
            spread[2:, 2:] += mood * (1 - fade * fade)
            for side in (0, 1):
                # An answer is told of by the level and the mood of its side.
                tied = spread[side] + spread[side + 2]
                sure = present[slot, side] / (tied[side] + tied[side + 2] + noise.answer_sd**2)
                gain = tied * sure
                spread -= gain[:, None] * tied
                self._sure[slot, side], self._gain[slot, side] = sure, gain
            self._with_level[slot] = (spread[0] + spread[1]) / 2

    def solve(self, given: Floats, ends: int) -> Floats:
        """The inverse covariance of the answers up to each end times what is given: (what, slot, side, end, pair)."""
        count, _, _, wide, _ = given.shape
        state = np.zeros((count, wide, 4, self._pairs))
        news = np.empty((self._slots, 2, count, wide, self._pairs))
        for slot in range(self._slots):
            state[:, :, 2:] *= self._fade[slot]
            for side in (0, 1):
                new = given[:, slot, side] - state[:, :, side] - state[:, :, side + 2]
                state += new[:, :, None] * self._gain[slot, side]
                np.multiply(new, self._sure[slot, side], out=news[slot, side])
        found = np.zeros((count, self._slots, 2, ends, self._pairs))
        later = np.zeros((count, ends, 4, self._pairs))
        for slot, there in self._backwards(ends):
            so_far = later[:, :there]
            for side in (1, 0):
                one = news[slot, side, :, :there] - (so_far * self._gain[slot, side]).sum(axis=2)
                found[:, slot, side, :there] = one
                so_far[:, :, side::2] += one[:, :, None]
            so_far[:, :, 2:] *= self._fade[slot]
        return found

    def way_back(self, ends: int) -> _WayBack:
        """The spreads that the answers up to each end leave."""
        shape = (self._slots, ends, self._pairs)
        aa, ab, bb = np.ones(shape), np.zeros(shape), np.ones(shape)
        variance, with_end = np.zeros(shape), np.zeros(shape)
        taught = np.zeros((ends, 4, 4, self._pairs))
        onward = np.zeros((ends, 4, self._pairs))
        onward[:, :2] = 0.5
        for slot, there in self._backwards(ends):
            so_far, on = taught[:there], onward[:there]
            level = self._with_level[slot]
            with_end[slot, :there] = (on * level).sum(axis=1)
            known = ((so_far * level).sum(axis=2) * level).sum(axis=1)
            variance[slot, :there] = (level[0] + level[1]) / 2 - known
            first = self._gain[slot, 0]
            for side in (1, 0):
                gain, sure = self._gain[slot, side], self._sure[slot, side]
                moved = (so_far * gain).sum(axis=2)
                weight = sure + (moved * gain).sum(axis=1)
                if side:
                    ab[slot, :there] = (moved * first).sum(axis=1) - (first[1] + first[3]) * weight
                # An answer that is not there stands for itself.
                (aa, bb)[side][slot, :there] = weight + (sure == 0)
                moved[:, side::2] -= weight[:, None] / 2
                so_far[:, side::2] -= moved[:, None]
                so_far[:, :, side::2] -= moved[:, :, None]
                on[:, side::2] -= (on * gain).sum(axis=1)[:, None]
            fade = self._fade[slot]
            so_far[:, 2:] *= fade
            so_far[:, :, 2:] *= fade
            on[:, 2:] *= fade
        return _WayBack((aa, ab, bb), variance, with_end)

    def _backwards(self, ends: int) -> Iterator[tuple[int, int]]:
        """Each slot, the newest first, and how many of the ends it lies before or at."""
        return ((slot, min(ends, self._slots - slot)) for slot in reversed(range(self._slots)))


def _told(
    reach: Floats, gain: Floats, before: Floats, pull: Floats, way_back: _WayBack
) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean and standard deviation of changes, (change, end, pair), and with each week left out, (change, slot, end, pair).

    A change is known by how it goes together with the answers (``reach``), by that times their inverse covariance
    (``gain``), and by its variance before any answer.
    """
    mean = (reach * pull).sum(axis=(1, 2))
    variance = before - (reach * gain).sum(axis=(1, 2))
    aa, ab, bb = way_back.both
    area = aa * bb - ab * ab
    ga, gb = gain[:, :, 0], gain[:, :, 1]
    through_a, through_b = (ga * bb - gb * ab) / area, (gb * aa - ga * ab) / area
    carried = through_a * pull[:, 0] + through_b * pull[:, 1]
    more = through_a * ga + through_b * gb
    return (
        mean,
        np.sqrt(np.maximum(variance, 1e-12)),
        mean[:, None] - carried,
        np.sqrt(np.maximum(variance[:, None] + more, 1e-12)),
    )


def _peaks(
    at: Floats,
    present: npt.NDArray[np.bool_],
    pull: Floats,
    way_back: _WayBack,
    noise: Noise,
    fall: float,
) -> tuple[Whole, Floats]:
    """The week that most surely stood above the end, as (end, pair) in whole numbers and as figures.

    The chance of having fallen from the best week is at least the chance of having fallen from any one of them;
    so the week with the lowest standardised change is taken, and the figure errs on the quiet side.
    """
    ends = pull.shape[2]
    now = at[::-1][:ends]
    beyond = noise.couple_walk * np.maximum(at[None] - at[:, None], 0.0)
    mean = np.einsum("stn,ten->sen", beyond, pull.sum(axis=1))
    last = np.stack([way_back.variance[-1 - end, end] for end in range(ends)])
    variance = last + way_back.variance - 2 * way_back.with_end
    reported = present.any(axis=1)[:, None] & (at[:, None] < now)
    standing = np.where(reported, (mean + fall) / np.sqrt(np.maximum(variance, 1e-12)), np.inf)
    since = np.take_along_axis(at, np.argmin(standing, axis=0), axis=0)
    # Where there is no earlier answer, the week stands beside itself: nothing has been lost.
    since = np.where(reported.any(axis=0), since, now)
    return since.astype(np.int64), since
