"""The model and simpler detectors in one week, on identical couples: who finds more of those who do not gain.

Bad is a plateau or a deterioration, good is improving; the others are left out here. Every detector scores a couple,
lower for less gain, and is cut where 85 % of the good ones pass. This module imports numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import numpy as np
import numpy.typing as npt

from assignments.domain.history import PARTNERS
from assignments.domain.simulator.couples import Simulated
from assignments.domain.simulator.figures import Figure, share
from assignments.domain.simulator.worlds import Course
from assignments.domain.stall_filter import Noise
from assignments.domain.stall_findings import movements_of
from assignments.domain.stall_model import COMPOSITE
from assignments.domain.stalls import SHIPPED_LIMITS, Limits, Sufficiency, check_data

Series = Sequence[tuple[int, float]]
Scores = npt.NDArray[np.float64]
SPECIFICITY = 0.85
RESAMPLES = 1000
SMOOTHING = 0.3
MODEL = "this model"
# Jacobson and Truax for one composite: spread 1.78 at the start, of which .96 is the noise of a week.
RELIABLE_CHANGE = 1.96 * 0.96 * 2**0.5


def last_minus_first(line: Series) -> float:
    """The plainest of all."""
    return line[-1][1] - line[0][1]


def least_squares(line: Series) -> float:
    """The slope of the straight line with the least squared error."""
    middle = fmean(week for week, _ in line)
    across = sum((week - middle) ** 2 for week, _ in line)
    return sum((week - middle) * value for week, value in line) / across


def theil_sen(line: Series) -> float:
    """The median of the slopes between any two weeks."""
    return median(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for place, earlier in enumerate(line)
        for later in line[place + 1 :]
    )


def moving_average(line: Series) -> float:
    """The exponentially weighted moving average, against where it began."""
    level = line[0][1]
    for _, (_, value) in pairwise(line):
        level += SMOOTHING * (value - level)
    return level - line[0][1]


RIVALS: Mapping[str, Callable[[Series], float]] = {
    "last − first": last_minus_first,
    "OLS slope": least_squares,
    "Theil–Sen slope": theil_sen,
    "EWMA, weight .3": moving_average,
}


@dataclass(frozen=True)
class Detector:
    """One detector in one week: its sensitivity where 85 % of the good pass, and the area under its curve."""

    name: str
    sensitivity: Figure
    area: float


@dataclass(frozen=True)
class Rule:
    """A detector with a cut of its own: what it finds and what it spares there."""

    name: str
    sensitivity: Figure
    specificity: Figure


@dataclass(frozen=True)
class Comparison:
    """All detectors in one week on the same couples; ``gain`` is the model's lead over the best of the others."""

    week: int
    detectors: tuple[Detector, ...]
    rules: tuple[Rule, ...]
    gain: Figure
    best_rival: str


def compare(
    couples: Sequence[Simulated],
    week: int,
    target: float | None = None,
    limits: Limits = SHIPPED_LIMITS,
    noise: Noise = COMPOSITE,
) -> Comparison:
    """Judge every couple that has enough data in this week, and fresh answers from both, by every detector."""
    until = [
        (one.course is Course.IMPROVING, one.history.up_to(week))
        for one in couples
        if one.course in (Course.PLATEAU, Course.DETERIORATING, Course.IMPROVING)
    ]
    enough = [one for one in until if check_data(one[1], limits).sufficiency is Sufficiency.ENOUGH]
    found = movements_of([history for _, history in enough], limits, 1, noise)
    chances = [movements.couple[-1].no_gain.probability for movements in found]
    kept = [(*one, chance) for one, chance in zip(enough, chances, strict=True) if chance is not None]
    good = np.array([is_good for is_good, _, _ in kept])
    lines = [[history.composites(partner) for partner in PARTNERS] for _, history, _ in kept]
    scores: dict[str, Scores] = {
        MODEL: np.array([chance for _, _, chance in kept]),
        **{name: np.array([fmean(map(read, both)) for both in lines]) for name, read in RIVALS.items()},
    }
    first = {name: _sensitivity(values, good) for name, values in scores.items()}
    rival = max(RIVALS, key=first.__getitem__)
    spread = _resampled(scores, good)
    leads = spread[MODEL] - spread[rival]
    change = scores["last − first"]
    by_4 = np.array([fmean(_change_by_4(line) for line in both) for both in lines])
    return Comparison(
        week,
        tuple(
            Detector(
                name,
                Figure(name, first[name], *_bounds(spread[name]), int((~good).sum())),
                _area(values, good),
            )
            for name, values in scores.items()
        ),
        (
            _rule("no reliable change (RCI, 95 %)", change < RELIABLE_CHANGE, good),
            _rule("no gain by week 4", by_4 <= 0, good),
        ),
        Figure("gain over the best of them", first[MODEL] - first[rival], *_bounds(leads), len(good), target),
        rival,
    )


def _change_by_4(line: Series) -> float:
    early = [value for week, value in line if week <= 4]
    return early[-1] - early[0] if early else 0.0


def _rule(name: str, flagged: npt.NDArray[np.bool_], good: npt.NDArray[np.bool_]) -> Rule:
    return Rule(
        name,
        share(name, [bool(one) for one in flagged[~good]]),
        share(name, [not one for one in flagged[good]]),
    )


def _sensitivity(scores: Scores, good: npt.NDArray[np.bool_]) -> float:
    cut = np.quantile(scores[good], 1 - SPECIFICITY)
    return float(np.mean(scores[~good] < cut))


def _area(scores: Scores, good: npt.NDArray[np.bool_]) -> float:
    """The chance that a good couple scores higher than a bad one."""
    order = np.sort(scores[~good])
    below = np.searchsorted(order, scores[good], side="left")
    up_to = np.searchsorted(order, scores[good], side="right")
    return float(np.mean((below + up_to) / 2) / len(order))


def _resampled(scores: Mapping[str, Scores], good: npt.NDArray[np.bool_]) -> dict[str, Scores]:
    """Sensitivities of couples drawn again with replacement, the same draw for every detector."""
    source = np.random.default_rng(1)
    which_good, which_bad = np.flatnonzero(good), np.flatnonzero(~good)
    found: dict[str, list[float]] = {name: [] for name in scores}
    for _ in range(RESAMPLES):
        drawn_good = source.choice(which_good, len(which_good))
        drawn_bad = source.choice(which_bad, len(which_bad))
        for name, values in scores.items():
            cut = np.quantile(values[drawn_good], 1 - SPECIFICITY)
            found[name].append(float(np.mean(values[drawn_bad] < cut)))
    return {name: np.array(values) for name, values in found.items()}


def _bounds(values: Scores) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
