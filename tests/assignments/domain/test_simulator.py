"""The simulator keeps to its assumptions, and the figures count what they say they count."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev

import pytest

from assignments.domain.history import PARTNERS, couple_history, from_json, to_json
from assignments.domain.signs import KINDS
from assignments.domain.signs.kinds import MEASURED
from assignments.domain.signs.published import PUBLISHED
from assignments.domain.simulator import figures, rivals
from assignments.domain.simulator.couples import Simulated, simulate
from assignments.domain.simulator.figures import Unit, figures_of, rate, rows_of, share
from assignments.domain.simulator.pictures import Line, line_chart, whiskers
from assignments.domain.simulator.watching import Watched, watch
from assignments.domain.simulator.worlds import NOMINAL, STRESS, STRESS_LABELS, SWEEP, Course, World, world
from assignments.domain.stalls import movements_of

METHOD = Path(__file__).parents[3] / "docs" / "stall-method.md"


@pytest.fixture(scope="module")
def couples() -> list[Simulated]:
    return list(simulate(400, 3, NOMINAL))


@pytest.fixture(scope="module")
def watched(couples: list[Simulated]) -> list[Watched]:
    return list(watch(couples[:120]))


def weekly_answers(one: Simulated) -> float:
    """The share of weeks answered by one person until the couple left."""
    weeks = min(one.leaves_in, NOMINAL.weeks)
    return len(one.history.checkins) / (2 * weeks)


def test_the_same_seed_tells_the_same_couples_and_another_one_others(couples: list[Simulated]) -> None:
    again = list(simulate(400, 3, NOMINAL))
    assert [one.history for one in again[:50]] == [one.history for one in couples[:50]]
    assert next(simulate(1, 4, NOMINAL)).history != couples[0].history


def test_the_mix_the_start_and_the_answers_are_those_assumed(couples: list[Simulated]) -> None:
    for course, wanted in NOMINAL.mix.items():
        assert fmean(one.course is course for one in couples) == pytest.approx(wanted, abs=0.07)
    levels = [float(level) for one in couples for level in one.levels[0]]
    assert fmean(levels) == pytest.approx(NOMINAL.start, abs=0.2)
    assert stdev(levels) == pytest.approx(1.5, abs=0.15)
    assert fmean(weekly_answers(one) for one in couples) == pytest.approx(0.77, abs=0.04)
    scores = [one.score for couple in couples for one in couple.history.instruments if one.week == 0]
    assert fmean(scores) == pytest.approx(10.8, abs=0.7)


def test_each_course_goes_where_it_should(couples: list[Simulated]) -> None:
    moved: dict[Course, list[float]] = {course: [] for course in Course}
    for one in couples:
        moved[one.course].append(float((one.levels[-1] - one.levels[0]).mean()))
    assert fmean(moved[Course.IMPROVING]) > 1.5
    assert fmean(moved[Course.LATE]) > 1.5
    assert fmean(moved[Course.SMALL_GAIN]) == pytest.approx(0.5, abs=0.2)
    assert fmean(moved[Course.PLATEAU]) == pytest.approx(0, abs=0.2)
    assert fmean(moved[Course.DETERIORATING]) < -1.5
    assert fmean(moved[Course.RELAPSE]) < 0.3
    late = next(one for one in couples if one.course is Course.LATE)
    assert float(abs(late.levels[5] - late.levels[0]).max()) == pytest.approx(0, abs=1e-9)


def test_week_0_holds_an_answer_and_nobody_answers_after_leaving(couples: list[Simulated]) -> None:
    for one in couples:
        weeks = [checkin.week for checkin in one.history.checkins]
        assert min(weeks) == 0
        assert max(weeks) < one.leaves_in


def test_every_world_strains_what_its_words_say() -> None:
    def of(name: str) -> list[Simulated]:
        return list(simulate(150, 5, world(name)))

    assert set(STRESS) == set(STRESS_LABELS)
    plain = of("nominal")
    assert fmean(map(weekly_answers, of("sparse"))) < fmean(map(weekly_answers, plain)) - 0.15
    assert fmean(one.leaves_in < 13 for one in of("drop-out")) > fmean(one.leaves_in < 13 for one in plain)
    quieter = [min(len(one.history.checkins_of(side)) for side in PARTNERS) for one in of("one-silent")]
    assert (
        fmean(quieter)
        < fmean(min(len(one.history.checkins_of(side)) for side in PARTNERS) for one in plain) - 2
    )

    def lined(one: Simulated) -> bool:
        lines = [one.history.composites(side) for side in PARTNERS]
        return any(len(line) > 4 and len({value for _, value in line}) == 1 for line in lines)

    assert sum(map(lined, of("straight-lining"))) > 20 > 3 > sum(map(lined, plain))


def test_a_simulated_couple_goes_through_the_lines_of_assess_unchanged(couples: list[Simulated]) -> None:
    for one in couples[:20]:
        assert from_json(to_json(one.history)) == one.history


def test_shares_and_rates_have_their_known_intervals() -> None:
    half = share("x", [True] * 50 + [False] * 50)
    assert (half.value, round(half.low, 3), round(half.high, 3), half.of) == (0.5, 0.404, 0.596, 100)
    assert share("x", [False] * 20).low == 0
    none = share("x", [])
    assert math.isnan(none.value)
    assert none.reached is None
    often = rate("x", 4, 10)
    assert often.value == 0.4
    assert often.low < 0.4 < often.high
    assert math.isnan(rate("x", 0, 0).value)
    assert share("x", [True], 0.5).reached is True
    assert share("x", [True], 0.5, at_most=True).reached is False


def test_a_flag_that_stays_counts_once_and_one_that_comes_back_twice(watched: list[Watched]) -> None:
    one = replace(
        watched[0], met={"no_movement": frozenset({6, 7, 8, 10}), "worse_or_slipped_back": frozenset({9})}
    )
    assert one.episodes("no_movement") == 2
    assert one.episodes("no_movement", "worse_or_slipped_back") == 1
    assert one.first_met("no_movement", "worse_or_slipped_back") == 6
    assert one.met_by(6, "no_movement")
    assert not one.met_by(5, "no_movement")


def test_each_week_is_watched_as_the_page_would_have_shown_it(
    watched: list[Watched], couples: list[Simulated]
) -> None:
    from assignments.domain.signs import State, assess

    for one, couple in zip(watched[:6], couples, strict=False):
        for week in (6, 9, 12):
            shown = assess(couple.history.up_to(week))
            for sign in shown.signs:
                assert (week in one.met[sign.id]) == (sign.state is State.MET), (sign.id, week)


def test_the_figures_of_few_couples_stand_in_their_table_with_targets(watched: list[Watched]) -> None:
    found = figures_of(watched, figures.NOMINAL_TARGETS)
    assert sum(one.target is not None for one in found) == 11
    assert {one.unit for one in found} == set(Unit)
    for one in found:
        assert math.isnan(one.value) or one.low <= one.value <= one.high
    assert {row.sign for row in rows_of(watched)} | {"no_movement", "worse_or_slipped_back"} == MEASURED
    assert [one.name for one in figures.composition(watched)][1] == "of these, improving"


def test_nobody_at_all_gives_figures_that_say_nothing() -> None:
    for one in figures_of([], figures.NOMINAL_TARGETS):
        assert one.of == 0
        assert figures.to_json(one)["value"] is None


def test_the_rivals_read_a_line_as_their_names_say() -> None:
    line = [(0, 4.0), (1, 5.0), (3, 7.0)]
    assert rivals.last_minus_first(line) == 3
    assert rivals.least_squares(line) == pytest.approx(1)
    assert rivals.theil_sen(line) == pytest.approx(1)
    assert rivals.moving_average(line) == pytest.approx(0.3 + 0.3 * (3 - 0.3))


@pytest.mark.slow
def test_the_model_finds_more_than_chance_on_the_same_couples_as_its_rivals() -> None:
    found = rivals.compare(list(simulate(400, 6, NOMINAL)), 8)
    assert len({one.sensitivity.of for one in found.detectors}) == 1
    areas = {one.name: one.area for one in found.detectors}
    assert areas[rivals.MODEL] > 0.8
    assert found.best_rival in rivals.RIVALS
    assert found.gain.low <= found.gain.value <= found.gain.high


@pytest.mark.slow
def test_more_are_flagged_who_do_not_gain_than_who_do() -> None:
    found = {one.name: one for one in figures_of(list(watch(simulate(300, 8, NOMINAL))))}
    assert found["Sensitivity by week 12: R1 or R2, plateau and deteriorating"].low > 0.6
    assert found["Specificity by week 12: neither, improving"].low > 0.65


def test_pictures_keep_inside_their_frame(watched: list[Watched]) -> None:
    chart = line_chart([Line("one", (0.0, 0.5, 1.0)), Line("other", (0.0, 0.5, 1.0)), Line("none", ())])
    for line in chart.lines:
        for point in line.points.split():
            x, y = map(float, point.split(","))
            assert chart.left <= x <= chart.right
            assert 0 <= y <= chart.bottom
    assert len({line.label_y for line in chart.lines}) == 3
    drawn = whiskers({"nominal": figures_of(watched)})
    for row in drawn.rows:
        for dot in row.dots:
            assert drawn.left <= dot.low <= dot.value <= dot.high <= drawn.right


def test_every_measured_rule_has_its_line_in_the_published_method() -> None:
    page = METHOD.read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) | {"no_movement", "worse_or_slipped_back"}
    assert named == MEASURED
    assert set(KINDS) - MEASURED == {"trauma_in_the_way", "mood_or_anxiety_beneath", "sole_outlet"}


def test_the_sentence_about_simulation_stands_with_every_table() -> None:
    page = METHOD.read_text(encoding="utf-8")
    for section in page.split("\n## ")[1:]:
        if "| " in section:
            assert "not clinical accuracy" in section, section[:60]
    assert "Rules version model-1" in page


def test_a_worse_world_can_be_told_and_no_couple_at_all_too() -> None:
    assert list(simulate(0, 1, NOMINAL)) == []
    (one,) = simulate(1, 1, replace(NOMINAL, response=0.0, response_sd=0.0))
    assert movements_of([one.history])[0].couple
    assert {type(each) for each in SWEEP.values()} == {World}
    assert couple_history("x", 0).checkins == ()


def test_the_figures_beside_the_signs_are_those_of_the_method_page() -> None:
    page = METHOD.read_text(encoding="utf-8")

    def per_cent(row: str) -> int:
        found = re.search(rf"^\| {re.escape(row)} \| (\d+) % \|", page, re.MULTILINE)
        assert found, row
        return int(found[1])

    assert PUBLISHED.found == per_cent("Sensitivity by week 8: R1 or R2, plateau and deteriorating")
    assert PUBLISHED.spared == per_cent("Specificity by week 8: neither, improving")
    rows = {
        "standing still": "plateau",
        "getting worse": "deteriorating",
        "improving": "improving",
        "gaining a little": "small gain",
        "gaining late": "late responders",
        "slipping back": "relapse",
    }
    assert PUBLISHED.flagged == {course: per_cent(f"of these, {row}") for course, row in rows.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", STRESS)
def test_a_world_the_model_was_not_told_of_bends_it_and_does_not_break_it(name: str) -> None:
    """Its figures stay those of couples in care: noise, unreported bad weeks, a silent partner, one answer throughout."""
    found = {one.name: one for one in figures_of(list(watch(simulate(250, 31, world(name)))))}
    caught = found["Sensitivity by week 12: R1 or R2, plateau and deteriorating"].value
    spared = found["Specificity by week 12: neither, improving"].value
    assert caught > 0.5
    assert spared > 0.6
    assert (caught + spared) / 2 > 0.66
