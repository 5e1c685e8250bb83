"""The seam of the stall model: enough data, and the plain rule that stands in for the model."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assignments.domain.checkins import CheckinAnswers
from assignments.domain.history import Checkin, CoupleHistory, Partner, couple_history
from assignments.domain.stalls import (
    SHIPPED_LIMITS,
    Names,
    Sufficiency,
    check_data,
    estimate,
    evaluated_weeks,
)


def level(value: int) -> CheckinAnswers:
    """Answers whose composite is exactly the value."""
    return CheckinAnswers(closeness=value, understood=value, tension=10 - value, pulled_back=10 - value)


def history(a: Sequence[int | None], b: Sequence[int | None], week: int | None = None) -> CoupleHistory:
    """One value a week for each partner; ``None`` is a week without a check-in."""
    sides: tuple[tuple[Partner, Sequence[int | None]], ...] = (("A", a), ("B", b))
    checkins = [
        Checkin(partner, at, level(value))
        for partner, values in sides
        for at, value in enumerate(values)
        if value is not None
    ]
    return couple_history("c1", max(len(a), len(b)) - 1 if week is None else week, checkins)


def test_enough_data_says_how_much() -> None:
    data = check_data(history([4] * 8, [None, *[4] * 7]), names=Names("Ade", "Ruth"))
    assert data.sufficiency is Sufficiency.ENOUGH
    assert data.why == "Ade 8 and Ruth 7 check-ins in 8 weeks."


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (history([4] * 8, [4, 4]), "2 of 3 check-ins from Partner B"),
        (history([4, 4], [4], week=7), "2 of 3 check-ins from Partner A and 1 of 3 check-ins from Partner B"),
        (history([4, None, None, None, None, 4, 4], [4, None, None, None, None, 4, 4]), "6 of 7 check-ins"),
        (history([4] * 7, [4] * 7, week=8), "No check-in for 2 weeks"),
        (history([None, None, None, None, 4, 4, 4, 4], [4] * 8), "No starting point for Partner A"),
        (history([4] * 5, [4] * 5), "not judged before week 6"),
        (history([], [], week=0), "0 of 3 check-ins"),
    ],
)
def test_too_little_data_always_says_why(record: CoupleHistory, why: str) -> None:
    data = check_data(record)
    assert data.sufficiency is Sufficiency.NOT_ENOUGH
    assert why in data.why


@pytest.mark.parametrize("flip", [False, True])
def test_one_partner_only_is_one_sided_and_nothing_is_said_about_the_couple(flip: bool) -> None:
    record = history([], [4] * 8) if flip else history([4] * 8, [])
    assert check_data(record).sufficiency is Sufficiency.ONE_SIDED
    movement = estimate(record, SHIPPED_LIMITS)
    assert movement.no_gain.holds is None
    assert movement.worse.holds is None
    assert movement.diverging.holds is None


def test_change_is_the_last_three_reports_minus_the_first_two() -> None:
    movement = estimate(history([4, 4, 9, 9, 6, 6, 6], [3, 3, 0, 0, 4, 4, 4]), SHIPPED_LIMITS)
    assert movement.by_partner == {"A": 2.0, "B": 1.0}
    assert movement.no_gain.change == 1.5


def test_no_report_stands_on_both_sides() -> None:
    assert estimate(history([4, 6, 8], [4, 6, 8]), SHIPPED_LIMITS).by_partner["A"] == 3.0


def test_the_plain_rule_gives_no_probability_and_claims_no_validation() -> None:
    movement = estimate(history([4] * 8, [4] * 8), SHIPPED_LIMITS)
    findings = [movement.no_gain, movement.worse, movement.slipped, movement.tension_rise, movement.diverging]
    assert {finding.probability for finding in findings} == {None}
    assert movement.validated is False


def test_a_gain_counts_as_a_gain_and_a_fall_as_a_fall() -> None:
    up = estimate(history([3, 4, 5, 6, 7, 7, 7], [3, 4, 5, 6, 7, 7, 7]), SHIPPED_LIMITS)
    down = estimate(history([7, 7, 6, 5, 4, 3, 3], [7, 7, 6, 5, 4, 3, 3]), SHIPPED_LIMITS)
    assert not up.no_gain.holds
    assert not up.worse.holds
    assert not up.tension_rise.holds
    assert down.no_gain.holds
    assert down.worse.holds
    assert down.tension_rise.holds


def test_gains_that_are_lost_again_are_found() -> None:
    back = [4, 4, 6, 7, 7, 7, 4, 4, 4]
    movement = estimate(history(back, back), SHIPPED_LIMITS)
    assert movement.slipped.holds
    assert not movement.worse.holds


def test_a_silent_partner_is_not_carried_on_from_old_reports() -> None:
    movement = estimate(history([4, 4, 4, None, None, None, None, None], [4] * 8), SHIPPED_LIMITS)
    assert movement.no_gain.holds is None


def test_one_odd_week_makes_no_claim_hold() -> None:
    for week in range(9):
        for value in (0, 10):
            line = [5, 5, 5, 5, 6, 6, 6, 6, 6]
            line[week] = value
            movement = estimate(history(line, line), SHIPPED_LIMITS)
            assert not movement.worse.holds, (week, value)
            assert not movement.slipped.holds, (week, value)
            assert not movement.tension_rise.holds, (week, value)
            assert not movement.no_gain.holds, (week, value)


def test_a_week_without_a_check_in_is_not_evaluated() -> None:
    assert evaluated_weeks(history([4, 4, None, 4, None], [4, 4, None, None, None]), 2) == (1, 3)


def test_the_line_keeps_only_weeks_of_both() -> None:
    assert estimate(history([4, None, 6], [2, 3, 4]), SHIPPED_LIMITS).line == ((0, 3.0), (2, 5.0))
