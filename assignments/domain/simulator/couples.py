"""Simulated couples: a true course, and what would have been answered, tried and left out along it.

The same seed gives the same couples. The four questions of the composite, the work and the CSI-4 follow the couple's
course. The same disagreement, hope, one's own part and outside pressure have no published course to follow: each
person or couple has a true rate or level of it that is drawn evenly, so that a rule can be measured by what it does at
each.

This module imports numpy: import it where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assignments.domain.checkins import CheckinAnswers, Disagreement, MyPart, asks_every_second_week_items
from assignments.domain.history import PARTNERS, Checkin, CoupleHistory, InstrumentScore, Work, couple_history
from assignments.domain.simulator.worlds import Course, World

Floats = npt.NDArray[np.floating[Any]]

STUCK_RATES = (0.1, 0.3, 0.5, 0.7, 0.9)
NO_WAY_IN_RATES = (0.05, 0.25, 0.5, 0.75)
LEVELS = (2.0, 4.0, 6.0, 8.0)
# How far one answer about hope or pressure strays from its true level.
LEVEL_SD = 1.5
BATCH = 500


@dataclass(frozen=True)
class Simulated:
    """One couple: what the rules see, and what is true of it.

    ``levels`` is (week, partner). ``turns_in`` is the week in which a deterioration or a relapse began, -1 without
    one. ``leaves_in`` is the first week after a drop-out, or one past the last. The rates and levels are those of A
    and B in turn, as drawn.
    """

    history: CoupleHistory
    course: Course
    levels: Floats
    turns_in: int
    leaves_in: int
    stuck_rate: float
    no_way_in_rates: tuple[float, float]
    hope: tuple[float, float]
    pressure: tuple[float, float]
    one_sided: bool


def simulate(
    couples: int, seed: int, world: World, after_each: Callable[[int], None] = lambda count: None
) -> Iterator[Simulated]:
    """So many couples of one world, the same ones for the same seed."""
    source = np.random.default_rng(seed)
    for start in range(0, couples, BATCH):
        size = min(BATCH, couples - start)
        yield from _Batch(size, start, source, world).couples()
        after_each(size)


class _Batch:
    """Some couples drawn together, as arrays of (couple, week, partner)."""

    def __init__(self, size: int, first: int, source: np.random.Generator, world: World) -> None:
        self.size, self.first, self.source, self.world = size, first, source, world
        self.course = source.choice(
            len(Course), size=size, p=[world.mix[one] / sum(world.mix.values()) for one in Course]
        )
        self.turns_in = np.full(size, -1)
        self.levels = self._levels()
        self.mood = self._mood()
        self.leaves_in = self._leaves_in()
        self.answered = self._answered()

    def _levels(self) -> Floats:
        world, source, size = self.world, self.source, self.size
        start = (
            world.start
            + source.normal(0, world.couple_sd, size)[:, None]
            + source.normal(0, world.person_sd, (size, 2))
        )
        self.moved = self._moved()
        share = source.normal(1, world.own_share_sd, (size, 1, 2))
        levels: Floats = np.clip(start[:, None, :] + self.moved[:, :, None] * share, 0, 10)
        return levels

    def _moved(self) -> Floats:
        """The couple's true change since week 0, (couple, week)."""
        world, source, size = self.world, self.source, self.size
        at = np.arange(world.weeks, dtype=np.float64)[None, :]
        gain = np.maximum(np.abs(source.normal(world.gain, world.gain_sd, size)), world.least_gain)[:, None]
        early = 1 - np.exp(-at / world.gain_weeks)
        late = 1 - np.exp(-np.maximum(at - world.late_from, 0) / world.late_weeks)
        worse_from = source.integers(*world.worse_from, size, endpoint=True)[:, None]
        worse_by = source.uniform(*world.worse_a_week, size)[:, None]
        relapse_from = source.integers(*world.relapse_from, size, endpoint=True)[:, None]
        at_relapse = gain * (1 - np.exp(-relapse_from / world.gain_weeks))
        back = np.exp(-np.maximum(at - relapse_from, 0) / world.relapse_weeks)
        by_course = {
            Course.IMPROVING: gain * early,
            Course.LATE: gain * late,
            Course.SMALL_GAIN: world.small_gain * early * np.ones((size, 1)),
            Course.PLATEAU: source.normal(0, world.plateau_sd, size)[:, None] * early,
            Course.DETERIORATING: -np.minimum(np.maximum(at - worse_from, 0) * worse_by, world.worse_at_most),
            Course.RELAPSE: np.where(
                at <= relapse_from,
                gain * early,
                -world.relapse_below + (at_relapse + world.relapse_below) * back,
            ),
        }
        moved = np.zeros((size, world.weeks))
        for course, change in by_course.items():
            moved[self.course == course] = change[self.course == course]
        for course, turn in ((Course.DETERIORATING, worse_from), (Course.RELAPSE, relapse_from)):
            self.turns_in[self.course == course] = turn[self.course == course, 0]
        return moved

    def _mood(self) -> Floats:
        """What a week adds to a person's line: carried over in part, and alike in part between the two."""
        world = self.world
        both = np.sqrt(world.alike) * self.source.normal(0, 1, (self.size, world.weeks, 1))
        own = np.sqrt(1 - world.alike) * self.source.normal(0, 1, (self.size, world.weeks, 2))
        fresh = world.weekly_sd * (both + own)
        mood: Floats = np.empty_like(fresh)
        mood[:, 0] = fresh[:, 0]
        for week in range(1, world.weeks):
            mood[:, week] = (
                world.carry_over * mood[:, week - 1] + np.sqrt(1 - world.carry_over**2) * fresh[:, week]
            )
        return mood

    def _leaves_in(self) -> npt.NDArray[np.int64]:
        world = self.world
        hazard = np.array([world.drop_out[one] for one in Course])[self.course] * world.drop_out_times
        leaves = self.source.random((self.size, world.weeks)) < np.minimum(hazard, 1)[:, None]
        leaves[:, 0] = False
        return np.where(leaves.any(axis=1), leaves.argmax(axis=1), world.weeks)

    def _answered(self) -> npt.NDArray[np.bool_]:
        world, source, size = self.world, self.source, self.size
        chance = source.normal(world.response, world.response_sd, (size, 2))
        falling = np.isin(self.course, (Course.DETERIORATING, Course.RELAPSE))
        chance -= np.where(falling, world.response_less, 0.0)[:, None]
        chance = np.clip(chance, 0.05, 0.99)
        silent = source.integers(0, 2, size)
        chance[np.arange(size), silent] *= world.silent_partner_response
        by_week = np.repeat(chance[:, None, :], world.weeks, axis=1)
        bad = self.mood < world.bad_week_below * world.weekly_sd
        by_week = np.where(bad, by_week * world.bad_week_response, by_week)
        answered = source.random((size, world.weeks, 2)) < by_week
        # Week 0 is the week of the first check-in, so somebody answered in it.
        nobody = ~answered[:, 0].any(axis=1)
        answered[nobody, 0, source.integers(0, 2, size)[nobody]] = True
        return answered & (np.arange(world.weeks)[None, :] < self.leaves_in[:, None])[:, :, None]

    def couples(self) -> Iterator[Simulated]:
        """The couples as records of check-ins, scores and work."""
        world, source, size = self.world, self.source, self.size
        felt = (self.levels + self.mood)[..., None] + source.normal(
            0, world.answer_sd, (size, world.weeks, 2, 4)
        )
        felt[..., 2:] = 10 - felt[..., 2:]
        lined = source.random((size, 2)) < world.straight_lining
        felt = np.where(lined[:, None, :, None], felt[:, :1], felt)
        self.four = np.clip(np.rint(felt), 0, 10).astype(int)
        self.stuck_rate = source.choice(STUCK_RATES, size)
        self.stuck = source.random((size, world.weeks, 2)) < self.stuck_rate[:, None, None]
        self.no_way_rate = source.choice(NO_WAY_IN_RATES, (size, 2))
        self.no_way = source.random((size, world.weeks, 2)) < self.no_way_rate[:, None, :]
        self.hope, self.hopes = self._around_levels()
        self.pressure, self.pressures = self._around_levels()
        self.csi = np.clip(
            np.rint(world.csi_a_point * self.levels + source.normal(0, world.csi_sd, self.levels.shape)),
            0,
            21,
        ).astype(int)
        self.one_sided = source.random(size) < world.one_sided
        self.tried = self._tried()
        for row in range(size):
            yield self._couple(row)

    def _around_levels(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        level = self.source.choice(LEVELS, (self.size, 2))
        strayed = level[:, None, :] + self.source.normal(0, LEVEL_SD, (self.size, self.world.weeks, 2))
        return level, np.clip(np.rint(strayed), 0, 10).astype(np.int64)

    def _tried(self) -> npt.NDArray[np.int64]:
        world, source, size = self.world, self.source, self.size
        gained = self.moved[:, -1]
        standard = (gained - gained.mean()) / max(float(gained.std()), 1e-9)
        with_gain = world.tried_with_gain
        strayed = with_gain * standard + np.sqrt(1 - with_gain**2) * source.normal(0, 1, size)
        rate = np.repeat((world.tried + world.tried_sd * strayed)[:, None], 2, axis=1)
        hardly = source.integers(0, 2, size)
        rate[np.arange(size), hardly] = np.where(
            self.one_sided, world.one_sided_tried, rate[np.arange(size), hardly]
        )
        rate = np.clip(rate, 0.05, 1.0)
        return source.binomial(world.set_a_week, np.repeat(rate[:, None, :], world.weeks, axis=1))

    def _couple(self, row: int) -> Simulated:
        world = self.world
        last = world.weeks - 1
        stays = range(min(int(self.leaves_in[row]), world.weeks))
        answered = self.answered[row]
        history = couple_history(
            f"s{self.first + row}",
            last,
            [
                Checkin(partner, week, self._answers(row, week, side))
                for week in stays
                for side, partner in enumerate(PARTNERS)
                if answered[week, side]
            ],
            [
                InstrumentScore(partner, week, "csi-4", int(self.csi[row, week, side]))
                for week in stays
                if world.csi_in_use and week % world.csi_every == 0
                for side, partner in enumerate(PARTNERS)
                if answered[week, side]
            ],
            [
                Work(partner, week, world.set_a_week, int(self.tried[row, week, side]))
                for week in stays
                for side, partner in enumerate(PARTNERS)
            ],
        )
        return Simulated(
            history=history,
            course=Course(int(self.course[row])),
            levels=self.levels[row],
            turns_in=int(self.turns_in[row]),
            leaves_in=int(self.leaves_in[row]),
            stuck_rate=float(self.stuck_rate[row]),
            no_way_in_rates=(float(self.no_way_rate[row, 0]), float(self.no_way_rate[row, 1])),
            hope=(float(self.hope[row, 0]), float(self.hope[row, 1])),
            pressure=(float(self.pressure[row, 0]), float(self.pressure[row, 1])),
            one_sided=bool(self.one_sided[row]),
        )

    def _answers(self, row: int, week: int, side: int) -> CheckinAnswers:
        four = self.four[row, week, side]
        every_second = asks_every_second_week_items(week)
        return CheckinAnswers(
            closeness=int(four[0]),
            understood=int(four[1]),
            tension=int(four[2]),
            pulled_back=int(four[3]),
            outside_pressure=int(self.pressures[row, week, side]),
            same_disagreement=Disagreement.STUCK if self.stuck[row, week, side] else Disagreement.EASED,
            hope=int(self.hopes[row, week, side]) if every_second else None,
            my_part=(MyPart.DONT_KNOW_HOW if self.no_way[row, week, side] else MyPart.DOING)
            if every_second
            else None,
        )
