"""The seam of the stall model: enough data, and the findings that the rules read."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence

import pytest

from assignments.domain.checkins import CheckinAnswers
from assignments.domain.history import Checkin, CoupleHistory, Partner, couple_history
from assignments.domain.stalls import (
    SHIPPED_LIMITS,
    Movement,
    Names,
    Sufficiency,
    check_data,
    course_of,
    movements_of,
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
    movement = movement_of(record)
    assert movement.no_gain.holds is None
    assert movement.worse.holds is None
    assert movement.diverging.holds is None


def movement_of(record: CoupleHistory) -> Movement:
    """The newest one."""
    return movements_of([record])[0].couple[-1]


def both(line: Sequence[int | None]) -> CoupleHistory:
    return history(line, line)


def test_a_gain_counts_as_a_gain_and_a_fall_as_a_fall() -> None:
    up, down = both([3, 4, 5, 6, 7, 7, 7]), both([7, 7, 6, 5, 4, 3, 3])
    rising, falling = movement_of(up), movement_of(down)
    assert not rising.no_gain.holds
    assert not rising.worse.holds
    assert not movements_of([up])[0].tension_rise[-1].holds
    assert falling.no_gain.holds
    assert falling.worse.holds
    assert movements_of([down])[0].tension_rise[-1].holds


def test_every_finding_has_a_chance_and_bounds_around_the_likeliest_change() -> None:
    movement = movement_of(both([4, 5, 4, 5, 4, 5, 4, 4]))
    for finding in (movement.no_gain, movement.worse, movement.slipped, movement.diverging):
        assert finding.probability is not None
        assert 0 <= finding.probability <= 1
        assert finding.change is not None
        assert finding.least is not None
        assert finding.most is not None
        assert finding.least < finding.change < finding.most


def test_the_chance_of_a_gain_grows_with_the_gain() -> None:
    chances = [movement_of(both([4, 4, 4, *[4 + more] * 5])).no_gain.probability for more in range(5)]
    assert chances == sorted(chances, key=lambda one: one or 0.0)
    assert len(set(chances)) == len(chances)


def test_gains_that_are_lost_again_are_found() -> None:
    movement = movement_of(both([4, 4, 6, 7, 7, 7, 4, 4, 4]))
    assert movement.slipped.holds
    assert not movement.worse.holds


def test_a_silent_partner_is_not_carried_on_from_old_reports() -> None:
    assert movement_of(history([4, 4, 4, None, None, None, None, None], [4] * 8)).no_gain.holds is None


def test_one_odd_week_makes_no_claim_hold() -> None:
    for week in range(9):
        for value in (0, 10):
            line = [5, 5, 5, 5, 6, 6, 6, 6, 6]
            line[week] = value
            found = movements_of([both(line)])[0]
            for movement in found.couple:
                assert not movement.worse.holds, (week, value)
                assert not movement.slipped.holds, (week, value)
            assert not any(one.holds for one in found.tension_rise), (week, value)


def test_a_claim_that_rests_on_one_week_does_not_hold_however_sure_it_looks() -> None:
    finding = movement_of(both([7, 7, 7, 7, 7, 7, 7, 7, 0])).worse
    assert finding.probability is not None
    assert finding.probability > SHIPPED_LIMITS.worse_probability
    assert finding.holds is False


def test_each_week_is_judged_by_what_was_known_in_it() -> None:
    record = history([4, None, 5, 3, 6, 5, 7, 6], [5, 5, None, 4, 4, 6, 6, 8])
    as_it_went = movements_of([record])[0].couple
    for movement in as_it_went:
        then = movements_of([record.up_to(movement.week)])[0].couple[-1]
        assert movement.no_gain.probability == pytest.approx(then.no_gain.probability)
        assert movement.worse.change == pytest.approx(then.worse.change)


def test_a_caseload_gives_what_each_couple_gives_alone() -> None:
    records = [
        history([dice.choice([None, *range(11)]) for _ in range(size)], [4] * size)
        for size in (1, 3, 7, 12, 20)
        for dice in [random.Random(size)]
    ]
    together = movements_of(records)
    for record, found in zip(records, together, strict=True):
        (alone,) = movements_of([record])
        assert [one.week for one in found.couple] == [one.week for one in alone.couple]
        for one, other in zip(found.couple, alone.couple, strict=True):
            assert one.no_gain.probability == other.no_gain.probability
            assert one.slipped.probability == other.slipped.probability


def test_a_week_without_a_check_in_is_not_evaluated() -> None:
    found = movements_of([history([4, 4, None, 4, None], [4, 4, None, None, None])])[0]
    assert [one.week for one in found.couple] == [0, 1, 3]


def test_nobody_and_nothing_give_no_finding() -> None:
    assert movements_of([]) == []
    (found,) = movements_of([history([], [], week=0)])
    assert found.couple == ()
    assert course_of(history([], [], week=0)) == ()


def test_the_course_for_a_chart_keeps_its_level_inside_its_band() -> None:
    course = course_of(history([4, None, 6, 7], [2, 3, 4, 8]))
    assert [week for week, *_ in course] == [0, 1, 2, 3]
    for _, level, least, most in course:
        assert least < level < most
    assert course[0][1] < course[-1][1]


def test_a_page_that_asks_for_no_model_does_not_wait_for_numpy() -> None:
    asked = "import sys, wsgi, assignments.domain.signs; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
