"""The replay: every old week is judged as its own page judged it, by what was known then."""

from __future__ import annotations

from random import Random

import pytest

from assignments.domain.checkins import CheckinAnswers
from assignments.domain.history import Checkin, CoupleHistory, couple_history
from assignments.domain.signs import State, assess
from assignments.domain.signs.tuning import Alert, alerts, tried
from assignments.domain.stall_model import FIRST_WEEKS, LAST_WEEKS
from assignments.domain.stalls import SHIPPED_LIMITS, Limits

LONGER_THAN_THE_MODEL_READS = FIRST_WEEKS + LAST_WEEKS + 30


def rough_couple(seed: int, weeks: int) -> CoupleHistory:
    """Two who have good spells and bad ones, so that signs come and go."""
    dice = Random(seed)

    def answers(week: int) -> CheckinAnswers:
        good = 5 + 3 * (1 if week // 9 % 2 else -1) + dice.gauss(0, 1)
        high, low = (max(0, min(10, round(value))) for value in (good, 10 - good))
        return CheckinAnswers(closeness=high, understood=high, tension=low, pulled_back=low, hope=high)

    told = [Checkin(partner, week, answers(week)) for week in range(weeks) for partner in ("A", "B")]
    return couple_history(str(seed), weeks - 1, [one for one in told if dice.random() < 0.85])


def met_then(history: CoupleHistory, week: int, limits: Limits) -> set[str]:
    """What the page of that week said was met, from the record as it was."""
    assessment = assess(history.up_to(week), limits)
    return {sign.id for sign in assessment.rows if sign.state is State.MET and sign.asks_for_decision}


@pytest.mark.parametrize("weeks", [10, 30, LONGER_THAN_THE_MODEL_READS])
def test_a_replay_says_what_the_page_of_each_week_said(weeks: int) -> None:
    limits = tried(SHIPPED_LIMITS, "weeks_in_a_row", 1)
    couples = [rough_couple(seed, weeks) for seed in range(4)]
    told = 0
    for history, found in zip(couples, alerts(couples, limits, 12), strict=True):
        expected: list[Alert] = []
        for week in range(max(0, history.week - 11), history.week + 1):
            before = met_then(history, week - 1, limits) if week else set()
            expected += [Alert(sign, week) for sign in sorted(met_then(history, week, limits) - before)]
        assert list(found) == expected
        told += len(expected)
    assert told


def test_what_came_later_changes_no_old_week_of_a_long_record() -> None:
    history = rough_couple(3, LONGER_THAN_THE_MODEL_READS)
    (long,) = alerts([history], SHIPPED_LIMITS, 40)
    until = history.week - 20
    (then,) = alerts([history.up_to(until)], SHIPPED_LIMITS, 20)
    assert then
    assert [one for one in long if until - 20 < one.week <= until] == list(then)
