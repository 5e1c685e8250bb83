"""The model is exact: the same figures as conditioning the whole Gaussian by hand, cell by cell, the slow way."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.domain.stall_filter import Noise
from assignments.domain.stall_model import (
    COMPOSITE,
    FIRST_WEEKS,
    LAST_WEEKS,
    PULLED_BACK,
    TENSION,
    Answers,
    Change,
    Lines,
    Pair,
    changes,
    levels,
)

Weights = list[tuple[int, int, float]]


def level_covariance(noise: Noise, one: tuple[int, int], other: tuple[int, int]) -> float:
    """Of two true levels, each of a partner in a week, straight from the words of the model."""
    same = one[0] == other[0]
    walk = noise.shared_walk + (noise.own_walk if same else 0.0)
    return noise.couple_sd**2 + (noise.person_sd**2 if same else 0.0) + walk * min(one[1], other[1])


def answer_covariance(noise: Noise, one: tuple[int, int], other: tuple[int, int]) -> float:
    mood = noise.weekly_sd**2 * noise.carry_over ** abs(one[1] - other[1])
    mood *= 1.0 if one[0] == other[0] else noise.alike
    return level_covariance(noise, one, other) + mood + (noise.answer_sd**2 if one == other else 0.0)


def by_hand(pair: Pair, noise: Noise, weights: Weights, until: int, without: int = -1) -> tuple[float, float]:
    """Mean and standard deviation of a weighted sum of true levels, given the answers until a week."""
    answers = [
        ((side, week), value)
        for side in (0, 1)
        for week, value in pair[side]
        if week <= until and week != without
    ]
    cells = [cell for cell, _ in answers]
    among = np.array([[answer_covariance(noise, one, other) for other in cells] for one in cells])
    reach = np.array(
        [
            sum(weight * level_covariance(noise, (side, week), cell) for side, week, weight in weights)
            for cell in cells
        ]
    )
    before = sum(
        weight * other_weight * level_covariance(noise, (side, week), (other_side, other_week))
        for side, week, weight in weights
        for other_side, other_week, other_weight in weights
    )
    centre = noise.mean * sum(weight for *_, weight in weights)
    solved = np.linalg.solve(among, reach)
    mean = centre + float(solved @ np.array([value - noise.mean for _, value in answers]))
    # What is certain may come out a hair under nothing.
    return mean, float(np.sqrt(max(before - solved @ reach, 0.0)))


def of_couple(week: int, since: int = 0) -> Weights:
    return [(0, week, 0.5), (1, week, 0.5), (0, since, -0.5), (1, since, -0.5)]


def some_pair(seed: int, weeks: int = 9) -> Pair:
    dice = random.Random(seed)
    first, second = (
        [(week, dice.randint(0, 40) / 4) for week in range(weeks) if dice.random() < 0.7] for _ in "AB"
    )
    return first or [(0, 4.0)], second


def all_changes(week: int, peak: int) -> dict[Change, Weights]:
    return {
        Change.COUPLE: of_couple(week),
        Change.A: [(0, week, 1.0), (0, 0, -1.0)],
        Change.B: [(1, week, 1.0), (1, 0, -1.0)],
        Change.APART: [(0, week, 1.0), (0, 0, -1.0), (1, week, -1.0), (1, 0, 1.0)],
        Change.FROM_PEAK: of_couple(week, peak),
    }


NOISES = pytest.mark.parametrize(
    "noise", [COMPOSITE, TENSION, PULLED_BACK], ids=["composite", "tension", "pulled back"]
)


@NOISES
def test_mean_and_spread_are_those_of_the_whole_gaussian(noise: Noise) -> None:
    pairs = [some_pair(seed, weeks=7 + seed % 3) for seed in range(4)]
    (found,) = changes(Lines(Answers.of(pairs), noise, 3, fall=0.5))
    for row, pair in enumerate(pairs * 3):
        week = int(found.week[row])
        for change, wanted in all_changes(week, int(found.peak_week[row])).items():
            mean, sd = by_hand(pair, noise, wanted, week)
            assert found.moved[change].mean[row] == pytest.approx(mean, abs=1e-9)
            assert found.moved[change].sd[row] == pytest.approx(sd, abs=1e-9)


@NOISES
def test_one_week_out_is_what_the_model_says_without_that_week(noise: Noise) -> None:
    # The second record skips weeks altogether and begins late; both are worked out beside each other.
    gaps: Pair = ([(2, 4.0), (3, 8.0), (9, 5.5)], [(3, 6.0), (8, 2.0), (9, 7.0), (15, 7.5)])
    pairs = [some_pair(5), gaps]
    (found,) = changes(Lines(Answers.of(pairs), noise, 2, fall=0.5))
    for row, pair in enumerate(pairs * 2):
        now = int(found.week[row])
        weeks = [week for week in sorted({week for side in pair for week, _ in side}) if week <= now]
        first = len(found.moved[Change.COUPLE].mean_without) - len(weeks)
        for slot, week in enumerate(weeks, start=first):
            for change, wanted in all_changes(now, int(found.peak_week[row])).items():
                mean, sd = by_hand(pair, noise, wanted, now, without=week)
                assert found.moved[change].mean_without[slot, row] == pytest.approx(mean, abs=1e-9)
                assert found.moved[change].sd_without[slot, row] == pytest.approx(sd, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from("AB"), st.integers(0, 40)), min_size=2, max_size=24
    )
)
def test_any_record_whatever_its_gaps_is_the_whole_gaussian(cells: list[tuple[int, str, int]]) -> None:
    told = {(week, side): value / 4 for week, side, value in cells}
    a, b = ([(week, value) for (week, who), value in sorted(told.items()) if who == side] for side in "AB")
    (found,) = changes(Lines(Answers.of([(a, b)]), COMPOSITE, fall=0.5))
    week = int(found.week[0])
    for change, wanted in all_changes(week, int(found.peak_week[0])).items():
        mean, sd = by_hand((a, b), COMPOSITE, wanted, week)
        assert found.moved[change].mean[0] == pytest.approx(mean, abs=1e-8)
        assert found.moved[change].sd[0] == pytest.approx(sd, abs=2e-6)


def test_the_levels_of_a_chart_are_those_of_the_whole_gaussian() -> None:
    pair = some_pair(6)
    for week, level, sd in levels(pair, COMPOSITE):
        mean, spread = by_hand(pair, COMPOSITE, [(0, week, 0.5), (1, week, 0.5)], 99)
        assert level == pytest.approx(mean)
        assert sd == pytest.approx(spread)


def test_the_peak_is_the_week_that_most_surely_stood_higher() -> None:
    line = [(0, 4.0), (1, 4.0), (2, 8.0), (3, 8.0), (4, 8.0), (5, 4.0), (6, 4.0)]
    (found,) = changes(Lines(Answers.of([(line, line)]), COMPOSITE, fall=0.5))
    assert found.peak_week[0] in (2, 3, 4)


lines = st.lists(
    st.one_of(st.none(), st.integers(0, 40).map(lambda value: value / 4)), min_size=1, max_size=10
)


def pair_of(first: list[float | None], second: list[float | None]) -> Pair:
    a, b = (
        [(week, value) for week, value in enumerate(line) if value is not None] for line in (first, second)
    )
    return a, b


@settings(max_examples=40, deadline=None)
@given(lines, lines)
def test_naming_the_partners_the_other_way_round_changes_nothing(
    first: list[float | None], second: list[float | None]
) -> None:
    (here,) = changes(Lines(Answers.of([pair_of(first, second)]), COMPOSITE, 2, fall=0.5))
    (there,) = changes(Lines(Answers.of([pair_of(second, first)]), COMPOSITE, 2, fall=0.5))
    for change, swapped in (
        (Change.COUPLE, Change.COUPLE),
        (Change.A, Change.B),
        (Change.B, Change.A),
        (Change.FROM_PEAK, Change.FROM_PEAK),
    ):
        assert here.moved[change].mean == pytest.approx(there.moved[swapped].mean, abs=1e-8)
        assert here.moved[change].sd == pytest.approx(there.moved[swapped].sd, abs=1e-8)
    apart, other_way = (one.moved[Change.APART].mean for one in (here, there))
    assert apart == pytest.approx(-other_way, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(lines, lines, st.integers(1, 5))
def test_shorter_and_longer_records_beside_it_change_nothing(
    first: list[float | None], second: list[float | None], more: int
) -> None:
    pair = pair_of(first, second)
    longer: Pair = ([(week, 5.0) for week in range(10 + more)], [])
    (here,) = changes(Lines(Answers.of([pair]), COMPOSITE, 2, fall=0.5))
    (there,) = changes(Lines(Answers.of([longer, pair, ([], [])]), COMPOSITE, 2, fall=0.5))
    for row, beside in ((0, 1), (1, 4)):
        assert here.there[row] == there.there[beside]
        if here.there[row]:
            for change in Change:
                alone, among = here.moved[change], there.moved[change]
                assert alone.mean[row] == pytest.approx(among.mean[beside], abs=1e-8)
                assert alone.sd[row] == pytest.approx(among.sd[beside], abs=1e-8)


def test_a_record_of_twenty_years_keeps_its_first_and_its_last_weeks() -> None:
    line = [(week, 4.0 if week < 500 else 7.0) for week in range(1041)]
    (found,) = changes(Lines(Answers.of([(line, line)]), COMPOSITE, fall=0.5))
    assert len(found.moved[Change.COUPLE].mean_without) == FIRST_WEEKS + LAST_WEEKS
    assert found.week[0] == 1040
    assert found.moved[Change.COUPLE].mean[0] > 2


def test_a_first_answer_has_lost_nothing_whatever_stands_beside_it() -> None:
    only: Pair = ([], [(1, 0.0)])
    longer: Pair = ([(week, 5.0) for week in range(12)], [])
    (found,) = changes(Lines(Answers.of([longer, only]), COMPOSITE, fall=0.5))
    assert found.moved[Change.FROM_PEAK].mean[1] == 0
    assert found.peak_week[1] == 1
