"""Everything that docs/stall-method.md publishes, measured on couples that no limit was ever set on.

The seeds here are for the report alone. Limits are tried out on other seeds; whoever changes a limit measures again
and commits what comes out, better or worse.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assignments.domain.simulator.couples import Simulated, simulate
from assignments.domain.simulator.figures import (
    NOMINAL_TARGETS,
    STRESS_TARGETS,
    Figure,
    Row,
    composition,
    figures_of,
    flagged_by_week,
    rows_of,
)
from assignments.domain.simulator.pictures import Line, LineChart, Whiskers, line_chart, whiskers
from assignments.domain.simulator.rivals import Comparison, compare
from assignments.domain.simulator.watching import Watched, watch
from assignments.domain.simulator.worlds import COURSE_LABELS, NOMINAL, STRESS, SWEEP, Course, World
from assignments.domain.stall_model import COMPOSITE

NOMINAL_SEED, RIVAL_SEED = 606_001, 606_002
STRESS_SEEDS: Mapping[str, int] = {name: 606_100 + place for place, name in enumerate(STRESS)}
SWEEP_SEEDS: Mapping[str, int] = {name: 606_200 + place for place, name in enumerate(SWEEP)}
NOISY_SEED = 606_003
# A gain over the best rival that was asked for, by week, in the nominal and in the noisy world.
LEADS: Mapping[int, tuple[float, float]] = {6: (0.02, 0.0), 8: (0.04, 0.03)}


@dataclass(frozen=True)
class Sizes:
    """How many couples of each kind of world are simulated."""

    nominal: int = 4000
    stress: int = 2000
    sweep: int = 1000
    # The lead over the best rival is a difference of two shares; with 6,000 couples it was known to three points only.
    rivals: int = 18_000

    @property
    def all(self) -> int:
        """Of all worlds together."""
        return self.nominal + self.stress * len(STRESS) + self.sweep * len(SWEEP) + 2 * self.rivals


@dataclass(frozen=True)
class Comparisons:
    """The comparisons in one world: which, what the model was told of it, and each week's."""

    world: str
    weeks: tuple[Comparison, ...]


@dataclass(frozen=True)
class Report:
    """All the figures, and the pictures drawn from them."""

    sizes: Sizes
    nominal: tuple[Figure, ...]
    stress: Mapping[str, tuple[Figure, ...]]
    sweep: Mapping[str, tuple[Figure, ...]]
    composition: tuple[Figure, ...]
    rows: tuple[Row, ...]
    comparisons: tuple[Comparisons, ...]
    by_week: LineChart
    worlds: Whiskers
    milliseconds_a_week: float

    @property
    def short(self) -> tuple[tuple[str, Figure], ...]:
        """Every figure that misses its target, with the world it was measured in."""
        found = [("nominal", one) for one in self.nominal]
        found += [(name, one) for name, figures in self.stress.items() for one in figures]
        found += [
            (f"{among.world}, week {week.week}", week.gain)
            for among in self.comparisons
            for week in among.weeks
        ]
        return tuple((name, one) for name, one in found if one.reached is False)


def measure(sizes: Sizes, after_each: Callable[[int], None] = lambda count: None) -> Report:
    """Simulate, watch and count; the same sizes give the same report but for the time it took."""

    def watched(name: str, couples: int, seed: int, world: World) -> list[Watched]:
        return [_slim(one) for one in watch(simulate(couples, seed, world, after_each))]

    began = time.perf_counter()
    nominal = watched("nominal", sizes.nominal, NOMINAL_SEED, NOMINAL)
    took = time.perf_counter() - began
    stress = {
        name: figures_of(watched(name, sizes.stress, STRESS_SEEDS[name], world), STRESS_TARGETS)
        for name, world in STRESS.items()
    }
    sweep = {
        name: figures_of(watched(name, sizes.sweep, SWEEP_SEEDS[name], world))
        for name, world in SWEEP.items()
    }
    figures = figures_of(nominal, NOMINAL_TARGETS)
    noisy = STRESS["noisy"]
    matched = replace(
        COMPOSITE, weekly_sd=noisy.weekly_sd, carry_over=noisy.carry_over, answer_sd=noisy.answer_sd / 2
    )
    plain = list(simulate(sizes.rivals, RIVAL_SEED, NOMINAL, after_each))
    strained = list(simulate(sizes.rivals, NOISY_SEED, noisy, after_each))
    return Report(
        sizes=sizes,
        nominal=figures,
        stress=stress,
        sweep=sweep,
        composition=composition(nominal),
        rows=rows_of(nominal),
        comparisons=(
            _compared("nominal", plain, lambda week: compare(plain, week, LEADS[week][0])),
            _compared(
                "noisy, the model told of the noise",
                strained,
                lambda week: compare(strained, week, LEADS[week][1], noise=matched),
            ),
            _compared("noisy, the model left as it ships", strained, lambda week: compare(strained, week)),
        ),
        by_week=line_chart(
            [Line(COURSE_LABELS[course], flagged_by_week(nominal, course)) for course in Course]
        ),
        worlds=whiskers({"nominal": figures, **stress}),
        milliseconds_a_week=1000 * took / (sizes.nominal * (NOMINAL.weeks - 2)),
    )


def _compared(world: str, couples: Sequence[Simulated], at: Callable[[int], Comparison]) -> Comparisons:
    return Comparisons(world, tuple(at(week) for week in LEADS))


def _slim(one: Watched) -> Watched:
    """Without the check-ins, which are done with and would fill the memory."""
    bare = replace(one.couple.history, checkins=(), instruments=(), work=())
    return replace(one, couple=replace(one.couple, history=bare))
