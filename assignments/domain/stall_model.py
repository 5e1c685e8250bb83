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

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

add = np.add
Floats = npt.NDArray[np.floating[Any]]
Whole = npt.NDArray[np.int64]
Series = Sequence[tuple[int, float]]
Pair = tuple[Series, Series]

# Longer records keep their first and their last weeks; what lies between says next to nothing about a change
# from the start until now.
FIRST_WEEKS, LAST_WEEKS = 12, 40
# No record reaches so many weeks.
WEEKS_APART = 10_000


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

    ``fall`` also asks for the change from the week that most surely stood so many points higher.
    """

    answers: Answers
    noise: Noise
    back: int = 1
    fall: float | None = None


@dataclass(frozen=True)
class Changes:
    """All changes of many pairs of lines, each up to one of its own weeks.

    ``mean`` and ``sd`` are (change, pair). ``mean_without`` and ``sd_without`` are (change, slot, pair): the same
    with the week in that slot left out, the newest in the last. ``there`` says which pairs have such a week at all,
    ``given`` and ``latest`` how many answers each side has until then, and the week of its last: (side, pair).
    """

    week: Whole
    there: npt.NDArray[np.bool_]
    given: Whole
    latest: Whole
    mean: Floats
    sd: Floats
    mean_without: Floats
    sd_without: Floats
    peak_week: Whole


def changes(*asked: Lines) -> list[list[Changes]]:
    """For each kind of line, what has changed up to each of its last weeks that hold an answer, newest first.

    Each week is judged by what was known then. So every line stands beside itself once for each week asked about, with
    its later answers left out, and all of that goes through the filter at once.
    """
    told = [_slots(lines.answers) for lines in asked]
    width = max(len(weeks) for weeks, _ in told)
    blocks = [
        _pushed(found, width, later)
        for lines, found in zip(asked, told, strict=True)
        for later in range(lines.back)
    ]
    if not width or not blocks:
        return [[] for _ in asked]
    weeks = np.concatenate([one for one, _ in blocks], axis=1)
    answers = np.concatenate([one for _, one in blocks], axis=2)
    counts = [lines.back * lines.answers.pairs for lines in asked]
    of_row = np.repeat(np.arange(len(asked)), counts)
    solved = _Solved(weeks, answers, _Figures([lines.noise for lines in asked], of_row))
    since_start = solved.since_start()
    found: list[list[Changes]] = []
    first = 0
    for lines, count in zip(asked, counts, strict=True):
        found.append([])
        rows = slice(first, first + count)
        parts = [tuple(one[..., rows] for one in since_start)]
        peak = np.zeros(count, dtype=np.int64)
        if lines.fall is not None:
            peak, from_peak = solved.from_peak(rows, lines.noise, lines.fall)
            parts.append(from_peak)
        mean, sd, mean_without, sd_without = (np.concatenate(one) for one in zip(*parts, strict=True))
        size = lines.answers.pairs
        for later in range(lines.back):
            at = slice(later * size, (later + 1) * size)
            those = slice(first + at.start, first + at.stop)
            present = ~np.isnan(answers[..., those])
            found[-1].append(
                Changes(
                    week=weeks[-1, those],
                    there=present[-1].any(axis=0),
                    given=present.sum(axis=0),
                    latest=np.where(present, weeks[:, None, those], -1).max(axis=0),
                    mean=mean[:, at],
                    sd=sd[:, at],
                    mean_without=mean_without[:, :, at],
                    sd_without=sd_without[:, :, at],
                    peak_week=peak[at],
                )
            )
        first += count
    return found


def levels(pair: Pair, noise: Noise) -> tuple[tuple[int, float, float], ...]:
    """The couple's level in each week that holds an answer, from all of them: (week, mean, standard deviation)."""
    weeks, answers = _slots(Answers.of([pair]))
    if not len(weeks):
        return ()
    solved = _Solved(weeks, answers, _Figures([noise], np.zeros(1, dtype=np.int64)))
    return tuple(
        (int(week), float(level), float(spread))
        for week, level, spread in zip(weeks[:, 0], *solved.levels(noise), strict=True)
    )


def _slots(given: Answers) -> tuple[Whole, Floats]:
    """The weeks that hold an answer, (slot, pair), and the answers, (slot, side, pair); every newest week in one slot."""
    keys, cell = np.unique(given.pair * WEEKS_APART + given.week, return_inverse=True)
    pair, week = np.divmod(keys, WEEKS_APART)
    count = np.bincount(pair, minlength=given.pairs)
    place = np.arange(len(keys)) - (np.cumsum(count) - count)[pair]
    count = count[pair]
    late = place >= count - LAST_WEEKS
    kept = late | (place < FIRST_WEEKS)
    before_newest = np.where(late, count, np.minimum(count, FIRST_WEEKS + LAST_WEEKS)) - 1 - place
    width = min(int(count.max(initial=0)), FIRST_WEEKS + LAST_WEEKS)
    slot = width - 1 - before_newest
    at = np.zeros((width, given.pairs), dtype=np.int64)
    at[slot[kept], pair[kept]] = week[kept]
    answers = np.full((width, 2, given.pairs), np.nan)
    those = kept[cell]
    answers[slot[cell][those], given.side[those], given.pair[those]] = given.value[those]
    return at, answers


def _pushed(told: tuple[Whole, Floats], width: int, later: int) -> tuple[Whole, Floats]:
    """The same weeks without the last few, set flush right in so many slots."""
    weeks, answers = told
    kept = max(len(weeks) - later, 0)
    at = np.zeros((width, weeks.shape[1]), dtype=np.int64)
    values = np.full((width, 2, weeks.shape[1]), np.nan)
    at[width - kept :], values[width - kept :] = weeks[:kept], answers[:kept]
    return at, values


class _Figures:
    """The figures of the model, one for each row."""

    def __init__(self, noises: Sequence[Noise], of_row: Whole) -> None:
        def each(read: Callable[[Noise], float]) -> Floats:
            return np.array([read(noise) for noise in noises])[of_row]

        self.mean = each(lambda noise: noise.mean)
        self.shared_start = each(lambda noise: noise.couple_sd**2)
        self.own_start = each(lambda noise: noise.person_sd**2)
        self.shared_walk = each(lambda noise: noise.shared_walk)
        self.own_walk = each(lambda noise: noise.own_walk)
        self.mood = each(lambda noise: noise.weekly_sd**2)
        self.shared_mood = each(lambda noise: noise.weekly_sd**2 * noise.alike)
        self.carry_over = each(lambda noise: noise.carry_over)
        self.answer = each(lambda noise: noise.answer_sd**2)


class _Solved:
    """All the answers of many rows, taken one by one: what each added to what was known before it.

    Four numbers describe a couple in a week: the levels of A and B, then their moods. An answer is the sum of a level,
    a mood and its own roughness. Arrays end with the row, so that each step is one operation over all of them.
    """

    def __init__(self, weeks: Whole, answers: Floats, figures: _Figures) -> None:
        self._slots, self._rows = weeks.shape
        self._at = weeks.astype(np.float64)
        self._figures = figures
        self._present = ~np.isnan(answers)
        self._filter(np.diff(weeks, axis=0, prepend=0).astype(np.float64))
        residual = np.where(self._present, answers - figures.mean, 0.0)
        # How strongly the changes of A and of B go together with each answer. No answer is later than the newest week,
        # so what an answer shares with a walk from week 0 until then is its own week.
        own = (figures.shared_walk + figures.own_walk) * self._at
        self._of_a = np.stack([own, figures.shared_walk * self._at], axis=1)
        given = np.stack([residual, self._of_a, self._of_a[:, ::-1]], axis=2)
        self._pull, self._by_a, self._by_b = self._times_inverse(given).transpose(2, 0, 1, 3)
        self._go_back()

    def since_start(self) -> tuple[Floats, ...]:
        """The changes since week 0 of the couple, of A, of B, and of A against B; see ``_told``."""
        figures, now = self._figures, self._at[-1]
        own = (figures.shared_walk + figures.own_walk) * now
        couple = (figures.shared_walk + figures.own_walk / 2) * now
        reach, gain = (
            np.stack([(a + b) / 2, a, b, a - b])
            for a, b in ((self._of_a, self._of_a[:, ::-1]), (self._by_a, self._by_b))
        )
        return self._told(reach, gain, np.stack([couple, own, own, 2 * figures.own_walk * now]), slice(None))

    def from_peak(self, rows: slice, noise: Noise, fall: float) -> tuple[Whole, tuple[Floats, ...]]:
        """The week that most surely stood so much higher than the newest, and the change since then.

        The chance of having fallen from the best week is at least the chance of having fallen from any one of them;
        so the week with the lowest standardised change is taken, and the figure errs on the quiet side.
        """
        at, pull = self._at[:, rows], self._pull[..., rows].sum(axis=1)
        now = at[-1]
        beyond = noise.couple_walk * np.maximum(at[None] - at[:, None], 0.0)
        mean = np.einsum("str,tr->sr", beyond, pull)
        variance = self._variance(rows)
        with_now = (self._onward[..., rows] * self._with_level[..., rows]).sum(axis=1)
        variance = variance[-1] + variance - 2 * with_now
        reported = self._present[..., rows].any(axis=1) & (at < now)
        standing = np.where(reported, (mean + fall) / np.sqrt(np.maximum(variance, 1e-12)), np.inf)
        peak = np.take_along_axis(at, np.argmin(standing, axis=0)[None], axis=0)[0]
        # Where there is no earlier answer, the week stands beside itself: nothing has been lost.
        peak = np.where(reported.any(axis=0), peak, now)
        reach = np.repeat(noise.couple_walk * np.maximum(at - peak, 0.0)[:, None], 2, axis=1)
        gain = self._times_inverse(reach[:, :, None], rows)[:, :, 0]
        return peak.astype(np.int64), self._told(
            reach[None], gain[None], noise.couple_walk * (now - peak)[None], rows
        )

    def levels(self, noise: Noise) -> tuple[Floats, Floats]:
        """The couple's level in every slot of the first row, and its standard deviation."""
        at = self._at[:, 0]
        start = noise.couple_sd**2 + noise.person_sd**2 / 2
        shared = start + noise.couple_walk * np.minimum(at[:, None], at[None, :])
        mean = noise.mean + shared @ self._pull[:, :, 0].sum(axis=1)
        return mean, np.sqrt(self._variance(slice(None))[:, 0])

    def _filter(self, since: Floats) -> None:
        """Go forward: by how much each of the four moves with an answer, and how sure that answer was beforehand."""
        figures, shape = self._figures, (self._slots, 2, 4, self._rows)
        self._fade = np.ones((self._slots, 4, self._rows))
        self._fade[:, 2:] = (figures.carry_over**since)[:, None]
        self._gain, self._sure = np.empty(shape), np.empty((self._slots, 2, self._rows))
        # How each of the four goes together with the couple's level, once the slot is known.
        self._with_level = np.empty((self._slots, 4, self._rows))
        walk, mood, spread = (
            np.empty((2, 2, self._rows)),
            np.empty((2, 2, self._rows)),
            np.zeros((4, 4, self._rows)),
        )
        walk[:], mood[:], spread[:2, :2] = figures.shared_walk, figures.shared_mood, figures.shared_start
        for side in (0, 1):
            walk[side, side] += figures.own_walk
            mood[side, side] = figures.mood
            spread[side, side] += figures.own_start
        spread[2:, 2:] = mood
        for slot, fade in enumerate(self._fade):
            spread *= fade[:, None]
            spread *= fade
            spread[:2, :2] += walk * since[slot]
            spread[2:, 2:] += mood * (1 - fade[2] * fade[2])
            for side in (0, 1):
                # An answer is told of by the level and the mood of its side; what is not there moves nothing.
                tied = spread[side] + spread[side + 2]
                sure = self._present[slot, side] / (tied[side] + tied[side + 2] + figures.answer)
                gain = tied * sure
                spread -= gain[:, None] * tied
                self._sure[slot, side], self._gain[slot, side] = sure, gain
            self._with_level[slot] = (spread[0] + spread[1]) / 2

    def _times_inverse(self, given: Floats, rows: slice = slice(None)) -> Floats:
        """The inverse covariance of all answers times what is given: (slot, side, what, row)."""
        gain, sure, fade = self._gain[..., rows], self._sure[..., rows], self._fade[..., rows]
        count, wide = given.shape[2:]
        state = np.zeros((count, 4, wide))
        found = given.copy()
        for slot in range(self._slots):
            state *= fade[slot]
            for side in (0, 1):
                new = found[slot, side]
                new -= state[:, side]
                new -= state[:, side + 2]
                state += new[:, None] * gain[slot, side]
        found *= sure[:, :, None]
        later = np.zeros((count, 4, wide))
        for slot in reversed(range(self._slots)):
            for side in (1, 0):
                one = found[slot, side]
                one -= add.reduce(later * gain[slot, side], axis=1)
                later[:, side::2] += one[:, None]
            later *= fade[slot]
        return found

    def _go_back(self) -> None:
        """Go back: what the later answers teach about each slot, and the blocks of the inverse covariance."""
        shape = (self._slots, self._rows)
        weights, self._crossed = np.empty((self._slots, 2, self._rows)), np.empty(shape)
        # What later answers teach about each of the four, and how each goes together with the newest level.
        self._taught, self._onward = (
            np.empty((self._slots, 4, 4, self._rows)),
            np.empty((self._slots, 4, self._rows)),
        )
        taught, onward = np.zeros((4, 4, self._rows)), np.zeros((4, self._rows))
        onward[:2] = 0.5
        for slot in reversed(range(self._slots)):
            self._taught[slot], self._onward[slot] = taught, onward
            for side in (1, 0):
                gain = self._gain[slot, side]
                moved = add.reduce(taught * gain, axis=1)
                weight = self._sure[slot, side] + add.reduce(moved * gain)
                if side:
                    first = self._gain[slot, 0]
                    self._crossed[slot] = add.reduce(moved * first) - (first[1] + first[3]) * weight
                weights[slot, side] = weight
                moved[side::2] -= weight / 2
                taught[side::2] -= moved
                taught[:, side::2] -= moved[:, None]
                onward[side::2] -= add.reduce(onward * gain)
            fade = self._fade[slot]
            taught *= fade[:, None]
            taught *= fade
            onward *= fade
        # An answer that is not there stands for itself.
        self._weights = weights + ~self._present

    def _variance(self, rows: slice) -> Floats:
        """The variance of the couple's level in every slot, given all answers."""
        level = self._with_level[..., rows]
        taught: Floats = np.einsum("sir,sijr,sjr->sr", level, self._taught[..., rows], level)
        before: Floats = (level[:, 0] + level[:, 1]) / 2
        return before - taught

    def _told(self, reach: Floats, gain: Floats, before: Floats, rows: slice) -> tuple[Floats, ...]:
        """Mean and standard deviation of changes, (change, row), and with each week left out, (change, slot, row).

        A change is known by how it goes together with the answers (``reach``), by that times their inverse covariance
        (``gain``), and by its variance before any answer.
        """
        pull = self._pull[..., rows]
        mean = (reach * pull).sum(axis=(1, 2))
        variance = before - (reach * gain).sum(axis=(1, 2))
        aa, bb, ab = self._weights[:, 0, rows], self._weights[:, 1, rows], self._crossed[:, rows]
        area = aa * bb - ab * ab
        ga, gb = gain[:, :, 0], gain[:, :, 1]
        through_a, through_b = (ga * bb - gb * ab) / area, (gb * aa - ga * ab) / area
        return (
            mean,
            np.sqrt(np.maximum(variance, 1e-12)),
            mean[:, None] - through_a * pull[:, 0] - through_b * pull[:, 1],
            np.sqrt(np.maximum(variance[:, None] + through_a * ga + through_b * gb, 1e-12)),
        )
