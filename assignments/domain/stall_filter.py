"""The filter of the model of movement: what each answer adds to what was known before it, and the way back.

Four numbers describe a couple in a week: the levels of A and B, then their moods. An answer is the sum of a level, a
mood and its own roughness. Forwards, each answer is compared with what all earlier ones led to expect; that does not
hang on later answers, so it is worked out once for every week asked about. Each of those weeks then has a way back of
its own, which turns the covariance of its answers over.

Arrays end with the row, so that each step is one operation over all of them. A row is one line of one couple. What goes
through the filter together stands in one array, for with few rows a step costs the same whatever it carries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

add = np.add
Floats = npt.NDArray[np.floating[Any]]
Whole = npt.NDArray[np.int64]
# Below this a variance is nothing but the rounding of a sum.
NO_VARIANCE = 1e-12


@dataclass(frozen=True)
class Noise:
    """The figures of the model, described and sourced in the words of ``stall_model``."""

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


class Figures:
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


# What goes through the filter beside the covariance of the four numbers: the answers themselves, and how strongly the
# changes of A and of B go together with each of them.
PULL, OF_A, OF_B = range(3)
CARRIED = 3


class Forwards:
    """Every line taken forwards: by how much each of the four moves with an answer, and how sure that answer was.

    ``weeks`` is (slot, row) and ``answers`` (slot, side, row); an answer that is not there is not a number.
    """

    def __init__(self, weeks: Whole, answers: Floats, figures: Figures) -> None:
        slots, rows = weeks.shape
        self.weeks, self.present = weeks, ~np.isnan(answers)
        self.figures = figures
        at = weeks.astype(np.float64)
        since = np.diff(at, axis=0, prepend=0.0)
        self.fade = figures.carry_over**since
        # No answer is later than the newest week, so what it shares with a walk from week 0 until then is its own week.
        self.reach = np.empty((slots, 2, 2, rows))
        self.reach[:, 0, 0] = self.reach[:, 1, 1] = (figures.shared_walk + figures.own_walk) * at
        self.reach[:, 0, 1] = self.reach[:, 1, 0] = figures.shared_walk * at
        self.gain = np.zeros((slots, 2, 4, rows))
        self.sure = np.zeros((slots, 2, rows))
        # How each of the four goes together with the couple's level, once the slot is known.
        self.with_level = np.empty((slots, 4, rows))
        # What is carried along, less what earlier answers led to expect, over how sure the answer was.
        self.new = np.empty((slots, 2, CARRIED, rows))
        self.new[:, :, PULL] = np.where(self.present, answers - figures.mean, 0.0)
        self.new[:, :, OF_A], self.new[:, :, OF_B] = self.reach[:, :, 0], self.reach[:, :, 1]
        self._go(since)
        self.new *= -self.sure[:, :, None]

    def _go(self, since: Floats) -> None:
        figures, rows = self.figures, self.weeks.shape[1]
        walk, mood, state = np.empty((2, 2, rows)), np.empty((2, 2, rows)), np.zeros((4 + CARRIED, 4, rows))
        walk[:], mood[:], state[:2, :2] = figures.shared_walk, figures.shared_mood, figures.shared_start
        for side in (0, 1):
            walk[side, side] += figures.own_walk
            mood[side, side] = figures.mood
            state[side, side] += figures.own_start
        state[2:4, 2:] = mood
        levels, moods, mood_rows, mood_columns = state[:2, :2], state[2:4, 2:], state[2:4], state[:, 2:]
        first, second = state[0], state[1]
        # An answer is told of by the level and the mood of its side.
        told_of = [(state[:, side], state[:, side + 2]) for side in (0, 1)]
        unfaded = 1 - self.fade * self.fade
        somebody, present = _somebody(self.present), self.present.astype(np.float64)
        for slot, fade in enumerate(self.fade):
            mood_columns *= fade
            mood_rows *= fade
            levels += walk * since[slot]
            moods += mood * unfaded[slot]
            for side, (level, own_mood) in enumerate(told_of):
                # What is not there moves nothing.
                if not somebody[slot][side]:
                    continue
                tied = level + own_mood
                among = tied[side] + tied[side + 2]
                among += figures.answer
                sure = np.divide(present[slot, side], among, out=self.sure[slot, side])
                gain = np.multiply(tied[:4], sure, out=self.gain[slot, side])
                less = tied[4:]
                less -= self.new[slot, side]
                self.new[slot, side] = less
                state -= tied[:, None] * gain
            np.add(first, second, out=self.with_level[slot])
        self.with_level /= 2


@dataclass(frozen=True)
class Ending:
    """Some rows of the filter with so many of their last slots left out."""

    rows: slice
    later: int = 0


class WayBack:
    """Rows of the filter, each up to one of its weeks, flush right in their slots, taken backwards from there.

    The first ``keeping`` rows keep what a peak and a chart need: what the answers say of every earlier week.
    """

    def __init__(self, forwards: Forwards, endings: Sequence[Ending], keeping: int) -> None:
        self._slots = len(forwards.weeks)
        ends: list[tuple[int, Ending, slice]] = []
        for ending in endings:
            begins = ends[-1][2].stop if ends else 0
            size = ending.rows.stop - ending.rows.start
            ends.append((min(ending.later, self._slots), ending, slice(begins, begins + size)))
        self._rows = ends[-1][2].stop if ends else 0

        def ended(of: npt.NDArray[Any], keeping: int = self._rows) -> npt.NDArray[Any]:
            pushed = np.zeros((*of.shape[:-1], keeping), of.dtype)
            for later, ending, rows in ends:
                if rows.stop <= keeping:
                    pushed[later:, ..., rows] = of[: self._slots - later, ..., ending.rows]
            return pushed

        self.weeks, self.present = ended(forwards.weeks), ended(forwards.present)
        self.reach = ended(forwards.reach)
        self._gain, self._sure, self._fade = ended(forwards.gain), ended(forwards.sure), ended(forwards.fade)
        self._with_level = ended(forwards.with_level, keeping)
        self._somebody = _somebody(self.present)
        # The inverse covariance of all answers times the answers, and times how A and B go together with them.
        self.solved = ended(forwards.new)
        self._go(keeping)

    def _go(self, keeping: int) -> None:
        """Go back: what the later answers teach about each slot, and the blocks of the inverse covariance."""
        slots, rows = self._slots, self._rows
        # An answer that is not there stands for itself.
        self.weights, self.crossed = (~self.present).astype(np.float64), np.zeros((slots, rows))
        # What later answers teach about each of the four, and how each goes together with the newest level.
        self._taught, self._onward = np.empty((slots, 4, 4, keeping)), np.empty((slots, 4, keeping))
        state = np.zeros((CARRIED + 5, 4, rows))
        taught, onward = state[CARRIED : CARRIED + 4], state[CARRIED + 4]
        onward[:2] = 0.5
        mood_columns, mood_rows = state[:, 2:], taught[2:]
        kept_taught, kept_onward = taught[..., :keeping], onward[..., :keeping]
        columns, own_rows = ([of[side::2] for side in (0, 1)] for of in (state.transpose(1, 0, 2), taught))
        for slot in range(slots - 1, -1, -1):
            self._taught[slot], self._onward[slot] = kept_taught, kept_onward
            for side in (1, 0):
                if not self._somebody[slot][side]:
                    continue
                gain, solved = self._gain[slot, side], self.solved[slot, side]
                moved = add.reduce(state * gain, axis=1)
                learnt = moved[CARRIED : CARRIED + 4]
                weight = self._sure[slot, side] + add.reduce(learnt * gain)
                if side:
                    first = self._gain[slot, 0]
                    self.crossed[slot] = add.reduce(learnt * first) - (first[1] + first[3]) * weight
                self.weights[slot, side] += weight
                learnt[side::2] -= weight / 2
                solved -= moved[:CARRIED]
                moved[:CARRIED] = -solved
                own_rows[side] -= learnt
                columns[side] -= moved
            fade = self._fade[slot]
            mood_columns *= fade
            mood_rows *= fade

    def times_inverse(self, given: Floats, rows: slice) -> Floats:
        """The inverse covariance of all answers of some rows times what is given: (slot, side, row)."""
        gain, fade = self._gain[..., rows], self._fade[..., rows]
        state = np.zeros((4, given.shape[2]))
        found, moods = given.copy(), state[2:]
        of_side = [(state[side], state[side + 2]) for side in (0, 1)]
        # Before anything is given, nothing moves.
        begins = int(given.any(axis=(1, 2)).argmax())
        for slot in range(begins, self._slots):
            moods *= fade[slot]
            for side in (0, 1):
                if self._somebody[slot][side]:
                    new = found[slot, side]
                    for part in of_side[side]:
                        new -= part
                    state += new * gain[slot, side]
        found *= self._sure[..., rows]
        state[:] = 0.0
        for slot in range(self._slots - 1, -1, -1):
            for side in (1, 0):
                if self._somebody[slot][side]:
                    one = found[slot, side]
                    one -= add.reduce(state * gain[slot, side])
                    for part in of_side[side]:
                        part += one
            moods *= fade[slot]
        return found

    def from_newest(self, rows: slice) -> Floats:
        """The variance of the difference between the couple's level in every slot and in the newest."""
        variance = self.variance(rows)
        with_now = (self._onward[..., rows] * self._with_level[..., rows]).sum(axis=1)
        difference: Floats = variance[-1] + variance - 2 * with_now
        return difference

    def variance(self, rows: slice) -> Floats:
        """The variance of the couple's level in every slot, given all answers."""
        level = self._with_level[..., rows]
        taught: Floats = np.einsum("sir,sijr,sjr->sr", level, self._taught[..., rows], level)
        before: Floats = (level[:, 0] + level[:, 1]) / 2
        return before - taught


def _somebody(present: npt.NDArray[np.bool_]) -> list[list[bool]]:
    """Whether anybody answered, for each slot and side."""
    found: list[list[bool]] = np.any(present, axis=2).tolist()
    return found
