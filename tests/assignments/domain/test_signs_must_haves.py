"""What must hold of the signs whatever the record: no outlier flags, no side is favoured, no one is labelled."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from assignments.domain.history import from_json
from assignments.domain.signs import (
    State,
    assess,
    to_json,
)
from assignments.domain.stalls import SHIPPED_LIMITS
from tests.assignments.records import (
    IMPROVING,
    STALLED,
    Record,
    answered,
    couple,
    met,
    states,
    swapped,
)

WORST = {"closeness": 0, "understood": 0, "tension": 10, "pulled_back": 10, "same_disagreement": "worse"}
WORST_ALL = {**WORST, "outside_pressure": 10}


@pytest.mark.parametrize("week", range(9))
@pytest.mark.parametrize("both", [False, True])
def test_a_single_outlier_week_never_flags(week: int, both: bool) -> None:
    for line in (IMPROVING, [7] * 9):
        record = answered(couple(line), "A", week, **WORST_ALL)
        if both:
            record = answered(record, "B", week, **WORST_ALL)
        if week % 2 == 0:
            record = answered(record, "A", week, hope=0, my_part="dont_know_how")
        assert met(record) == set()


@pytest.mark.parametrize("week", range(9))
def test_a_single_brilliant_week_never_flags_either(week: int) -> None:
    best = {"closeness": 10, "understood": 10, "tension": 0, "pulled_back": 0}
    for partner in "AB":
        assert met(answered(couple([5, 5, 6, 6, 7, 7, 7, 7, 7]), partner, week, **best)) == set()


def test_swapping_the_partners_changes_nothing() -> None:
    for a, b in (
        (STALLED, IMPROVING),
        (IMPROVING, [6, 6, 6, 5, 5, 4, 4, 4, 3]),
        (STALLED, []),
        ([4, 4], STALLED),
    ):
        record = answered(couple(list(a), list(b)), "A", len(a) - 1, **WORST)
        one, two = assess(from_json(record)), assess(from_json(swapped(record)))
        assert one.sufficiency is two.sufficiency
        assert [sign.state for sign in one.signs] == [sign.state for sign in two.signs]
        assert [sign.probability for sign in one.signs] == [sign.probability for sign in two.signs]


@pytest.mark.parametrize("seed", range(40))
def test_swapping_changes_nothing_in_records_of_any_shape(seed: int) -> None:
    dice = random.Random(seed)
    sides = [[dice.choice([None, *range(11)]) for _ in range(dice.randint(1, 14))] for _ in "AB"]
    record = couple(sides[0], sides[1], tried=dice.randint(0, 2))
    for one in record["checkins"]:
        one.update(
            tension=dice.choice([None, *range(11)]), same_disagreement=dice.choice(["stuck", "eased", None])
        )
    one, two = (json.loads(json.dumps(to_json(assess(from_json(r))))) for r in (record, swapped(record)))
    assert one["sufficiency"] == two["sufficiency"]
    assert [(sign["id"], sign["state"]) for sign in one["signs"]] == [
        (sign["id"], sign["state"]) for sign in two["signs"]
    ]


def test_a_missing_week_and_the_order_of_records_change_nothing() -> None:
    record = couple([4, 4, 5, None, 6, 7, 7, None, 7], STALLED)
    empty = [{"partner": "A", "week": 3}, {"partner": "A", "week": 7, "closeness": None, "my_part": None}]
    longer = {**record, "checkins": [*empty, *reversed(record["checkins"])]}
    assert to_json(assess(from_json(longer))) == to_json(assess(from_json(record)))


def test_higher_is_better_for_closeness_and_worse_for_tension_and_pulling_back() -> None:
    def rising(key: str) -> Record:
        record = couple([5] * 9)
        for week in range(9):
            for partner in "AB":
                record = answered(record, partner, week, **{key: min(10, 1 + week)})
        return record

    assert "worse_or_slipped_back" not in met(rising("closeness")) | met(rising("understood"))
    for key in ("tension", "pulled_back"):
        assert "worse_or_slipped_back" in met(rising(key))


def test_tens_throughout_contradict_themselves_and_are_watched_not_met() -> None:
    tens: dict[str, Any] = {"closeness": 10, "understood": 10, "tension": 10, "pulled_back": 10}
    found = assess(from_json(couple([10] * 9, **tens))).sign("no_movement")
    assert found.state is State.WATCH
    assert "one number to all four questions in 9 of 9 check-ins" in found.sentence
    assert any("the same answers in all 9 shared weeks" in reading for reading in found.other_readings)


def test_the_same_middle_answers_every_week_are_a_flat_line_like_any_other() -> None:
    assert "no_movement" in met(couple([5] * 9))


def test_a_partner_who_falls_silent_leaves_the_couple_rows_open() -> None:
    found = states(couple(STALLED, [5, 5, 5, 5, None, None, None, None, None]))
    assert found["no_movement"] == "not_enough"
    assert found["disengaging"] == "met"


def test_nothing_recent_is_not_enough() -> None:
    found = assess(from_json(couple(STALLED, week=14)))
    assert found.sufficiency.value == "not_enough"
    assert "No check-in for 6 weeks" in found.why
    assert found.sign("no_movement").state is State.NOT_ENOUGH
    assert found.sign("worse_or_slipped_back").state is State.NOT_ENOUGH


def test_a_brand_new_couple_has_only_ordinary_states() -> None:
    assert set(states({"couple": "new"}).values()) == {"not_enough", "you_judge"}


def test_evidence_holds_the_very_records_counted() -> None:
    record = answered(answered(couple(IMPROVING), "B", 7, tension=8), "B", 8, tension=9)
    records = assess(from_json(record)).sign("tension_rising").evidence["records"]
    assert isinstance(records, list)
    assert {"partner": "B", "week": 8, "item": "tension", "value": 9, "counted": True} in records
    assert {"partner": "B", "week": 6, "item": "tension", "value": 3, "counted": False} in records


def test_no_sentence_says_safe_or_scores_or_labels_a_person() -> None:
    records = [
        couple(STALLED),
        couple(IMPROVING),
        couple([9, 8, 6, 5, 3, 2, 1, 1, 1], tried=0),
        couple(STALLED, []),
    ]
    for record in records:
        for sign in assess(from_json(record)).signs:
            text = " ".join(
                [sign.title, sign.sentence, sign.rule, sign.clears, sign.next_step, *sign.other_readings]
            )
            for word in ("safe", "risk", "total", "diagnos", "avoidant", "refuses", "fail to"):
                assert word not in text.lower(), (sign.id, word)


def test_limits_are_the_practice_s_own() -> None:
    assert states(couple(STALLED), replace(SHIPPED_LIMITS, stall_from_week=9))["no_movement"] == "not_enough"
    assert states(couple(STALLED), replace(SHIPPED_LIMITS, range_composite=4.0))["no_movement"] == "not_met"


def test_a_rule_is_called_tried_only_as_it_ships() -> None:
    history = from_json(couple(STALLED))
    shipped = assess(history).sign("no_movement")
    changed = assess(history, replace(SHIPPED_LIMITS, conflict_times=4)).sign("no_movement")
    assert shipped.validated
    assert shipped.rule_label == ""
    assert "Tried on simulated couples only, which is not clinical accuracy." in shipped.rule
    assert not changed.validated
    assert changed.rule_label == "Unvalidated rule"
    assert "the figures published for them do not hold" in changed.rule
    assert assess(history).sign("sole_outlet").rule_label == ""
