"""The geometry of the charts: a fixed scale, gaps kept, and the same numbers in words."""

from __future__ import annotations

import pytest

from assignments.domain.charts import CHART, draw, spark
from assignments.domain.stalls import Names

NAMES = Names("Ngozi", "Tom")


def test_the_scale_is_always_zero_to_ten() -> None:
    chart = draw("Closeness", {"A": [(0, 0), (1, 10)], "B": [(0, 5)]}, NAMES)
    low, high = (point.split(",") for point in chart.lines[0].segments[0].split())
    assert float(low[1]) == CHART.height - CHART.bottom
    assert float(high[1]) == CHART.top
    assert [tick.label for tick in chart.value_ticks] == ["0", "5", "10"]


def test_a_missing_week_is_a_gap_and_is_never_joined() -> None:
    line = draw("Tension", {"A": [(0, 4), (1, 5), (3, 6), (4, 6), (6, 2)]}, NAMES).lines[0]
    assert [len(segment.split()) for segment in line.segments] == [2, 2]
    assert [dot.week for dot in line.dots] == [6]
    assert line.end is not None
    assert line.end.week == 6


def test_both_partners_share_one_time_axis() -> None:
    chart = draw("Closeness", {"A": [(0, 4), (1, 5)], "B": [(3, 4), (4, 5)]}, NAMES, weeks=(0, 8))
    assert chart.lines[0].segments[0].startswith(f"{CHART.left:g},")
    assert chart.lines[1].end is not None
    assert chart.lines[1].end.x == 166.0
    assert [tick.label for tick in chart.week_ticks] == ["0", "2", "4", "6", "8"]


def test_first_and_last_stand_in_the_cell_and_in_the_label() -> None:
    chart = spark("Closeness", {"A": [(0, 4), (1, 5), (3, 6)], "B": [(2, 5.25)]}, NAMES)
    assert [line.first_to_last for line in chart.lines] == ["4→6", "5.2"]
    assert chart.label == (
        "Closeness, 0 to 10. Ngozi: 4 in week 0, 6 in week 3, 1 week without an answer between."
        " Tom: 5.2 in week 2."
    )


def test_the_table_has_every_week_and_says_where_nothing_was_answered() -> None:
    chart = draw("Closeness", {"A": [(0, 4), (2, 6)], "B": [(0, 3), (1, 3)]}, NAMES)
    assert [(row.week, row.a, row.b) for row in chart.rows] == [
        (0, "4", "3"),
        (1, "\N{EN DASH}", "3"),
        (2, "6", "\N{EN DASH}"),
    ]


def test_nothing_answered_draws_nothing_and_says_so() -> None:
    chart = draw("Closeness", {}, NAMES, weeks=(0, 6))
    assert chart.is_empty
    assert chart.lines[0].end is None
    assert chart.lines[0].segments == ()
    assert chart.label == "Closeness, 0 to 10. Ngozi: no answers yet. Tom: no answers yet."


def test_only_the_weeks_asked_for_are_drawn_and_told() -> None:
    chart = draw("Closeness", {"A": [(0, 1), (5, 4), (6, 6)]}, NAMES, weeks=(5, 6), appointments=(2, 6))
    assert chart.lines[0].first_to_last == "4→6"
    assert [row.week for row in chart.rows] == [5, 6]
    assert [tick.label for tick in chart.appointment_ticks] == ["Appointment in week 6"]


def test_a_band_runs_there_and_back_and_stays_on_the_scale() -> None:
    band = draw("Composite", {"A": [(0, 5), (1, 5)]}, NAMES, band=[(1, 4, 12), (0, 3, 6)]).band
    points = [tuple(map(float, point.split(","))) for point in band.split()]
    assert len(points) == 4
    assert points[1][1] == CHART.top
    assert points[0][0] == points[3][0]
    assert points[1][0] == points[2][0]


def test_a_single_week_and_swapped_spans_are_handled() -> None:
    assert draw("Closeness", {"A": [(3, 5)]}, NAMES).lines[0].dots[0].x == CHART.left
    with pytest.raises(ValueError, match="cannot come before"):
        draw("Closeness", {}, NAMES, weeks=(3, 1))


def test_a_value_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="outside 0 to 10"):
        draw("Closeness", {"A": [(0, 11)]}, NAMES)
