"""The referral signs: states, evidence, the clinical must-haves, decisions and the JSON contract."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from assignments.domain.history import CoupleHistory, HistoryError, from_json
from assignments.domain.signs import (
    SIGN_IDS,
    LineError,
    State,
    assess,
    assess_lines,
    decision_due,
    signs_cleared_since,
    to_json,
)
from assignments.domain.stalls import SHIPPED_LIMITS, Finding, Limits, Movement, Names, estimate

Record = dict[str, Any]


def week_of(partner: str, week: int, value: int, **answers: object) -> Record:
    """A check-in whose composite is the value; keyword answers replace or add to it."""
    return {
        "partner": partner,
        "week": week,
        "closeness": value,
        "understood": value,
        "tension": 10 - value,
        "pulled_back": 10 - value,
        "outside_pressure": 2,
        "same_disagreement": "none",
        **({"hope": 6, "my_part": "doing"} if week % 2 == 0 else {}),
        **answers,
    }


def couple(
    a: Sequence[int | None],
    b: Sequence[int | None] | None = None,
    week: int | None = None,
    tried: int = 1,
    **answers: Any,
) -> Record:
    """A couple with one value a week each, and two things set a week of which so many were tried."""
    sides = {"A": a, "B": a if b is None else b}
    last = max(len(side) for side in sides.values()) - 1 if week is None else week
    return {
        "couple": "c1",
        "week": last,
        "checkins": [
            week_of(partner, at, value, **answers)
            for partner, values in sides.items()
            for at, value in enumerate(values)
            if value is not None
        ],
        "instruments": [],
        "work": [
            {"partner": partner, "week": at, "assigned": 2, "tried": tried}
            for partner in "AB"
            for at in range(last + 1)
        ],
    }


STALLED = [5, 5, 5, 5, 5, 5, 5, 5, 5]
IMPROVING = [4, 4, 5, 6, 6, 7, 7, 7, 7]


def states(record: Record, limits: Limits = SHIPPED_LIMITS) -> dict[str, str]:
    return {sign.id: sign.state.value for sign in assess(from_json(record), limits).signs}


def met(record: Record) -> set[str]:
    return {sign_id for sign_id, state in states(record).items() if state == "met"}


def swapped(record: Record) -> Record:
    other = {"A": "B", "B": "A"}
    return {
        key: [{**one, "partner": other[one["partner"]]} for one in value]
        if isinstance(value, list)
        else value
        for key, value in record.items()
    }


def answered(record: Record, partner: str, week: int, **answers: object) -> Record:
    """The same record with some answers of one check-in replaced."""
    return {
        **record,
        "checkins": [
            {**one, **answers} if (one["partner"], one["week"]) == (partner, week) else one
            for one in record["checkins"]
        ],
    }


# R1, R1b and the plateau.


def test_no_movement_with_steady_work_is_met() -> None:
    sign = assess(from_json(couple(STALLED))).sign("no_movement")
    assert sign.state is State.MET
    assert sign.sentence == (
        "The check-in composite moved 0.0 points since the first check-ins."
        " 8 of 16 things tried in the last 4 weeks."
    )
    assert sign.clears == "A gain of 0.8 points would clear this."
    assert sign.asks_for_decision
    assert sign.probability is None
    assert sign.validated is False
    assert sign.rule_label == "Unvalidated rule"
    assert "Unvalidated rule" in sign.rule


def test_a_couple_that_gains_has_no_sign() -> None:
    assert met(couple(IMPROVING)) == set()


def test_no_stall_is_judged_before_week_six_nor_in_the_first_week_judged() -> None:
    assert states(couple(STALLED[:6]))["no_movement"] == "not_enough"
    assert states(couple(STALLED[:7]))["no_movement"] == "watch"
    assert states(couple(STALLED[:8]))["no_movement"] == "met"


def test_little_tried_is_a_barriers_card_and_never_a_row() -> None:
    found = assess(from_json(couple(STALLED, tried=0)))
    assert found.sign("no_movement").state is State.NOT_MET
    assert found.barriers_card is not None
    assert "0 of 16 things tried" in found.barriers_card.sentence
    assert not found.barriers_card.asks_for_decision
    assert found.barriers_card not in found.rows
    assert decision_due(found) == ()


def test_work_that_was_never_set_is_not_held_against_anybody() -> None:
    found = states({**couple(STALLED), "work": []})
    assert found["no_movement"] == found["no_movement_low_effort"] == "not_enough"


def test_a_constant_good_enough_series_never_stalls() -> None:
    for value in (7, 8, 9, 10):
        assert met(couple([value] * 13)) == set()


def test_a_good_enough_questionnaire_suppresses_the_stall_and_a_low_one_brings_it_back() -> None:
    def scored(a: int, b: int) -> Record:
        scores = [{"partner": "A", "week": 8, "name": "csi-4", "score": a}]
        return {**couple(STALLED), "instruments": [*scores, {**scores[0], "partner": "B", "score": b}]}

    assert states(scored(14, 16))["no_movement"] == "not_met"
    assert states(scored(14, 13))["no_movement"] == "met"


def test_without_a_questionnaire_only_the_range_gate_and_its_own_row_differ() -> None:
    for line in (STALLED, IMPROVING, [7, 7, 6, 5, 4, 3, 3, 3, 3]):
        bare = couple(line)
        scores = [
            {"partner": partner, "week": week, "name": "csi-4", "score": 10}
            for partner in "AB"
            for week in (0, 8)
        ]
        without, with_it = states(bare), states({**bare, "instruments": scores})
        assert {one for one in without if without[one] != with_it[one]} == {"instrument_drop"}


# R2 to R10, and the note.


def test_worsening_is_met_and_names_the_fall() -> None:
    sign = assess(from_json(couple([6, 6, 6, 5, 5, 4, 4, 4, 3]))).sign("worse_or_slipped_back")
    assert sign.state is State.MET
    assert "moved \N{MINUS SIGN}2.3 points" in sign.sentence


def test_slipping_back_after_gains_is_met() -> None:
    assert "worse_or_slipped_back" in met(couple([4, 4, 6, 7, 7, 7, 5, 4, 4, 4]))


def test_worsening_can_be_seen_before_a_stall_can_be_judged() -> None:
    found = states(couple([7, 7, 4, 3, 2, 2]))
    assert found["worse_or_slipped_back"] == "met"
    assert found["no_movement"] == "not_enough"


def test_high_tension_twice_in_three_reports_asks_for_a_talk_alone_and_never_a_joint_exercise() -> None:
    record = answered(answered(couple(IMPROVING), "B", 7, tension=8), "B", 8, tension=9)
    sign = assess(from_json(record), names=Names("Ade", "Ruth")).sign("tension_rising")
    assert sign.state is State.MET
    assert sign.sentence == "Ruth: tension at 8 or more in 2 of the last 3 reports: 3, 8, 9."
    assert sign.next_step == "Talk to each partner alone first."


def test_tension_that_rises_without_being_high_is_met_too() -> None:
    record = couple(STALLED)
    for week in range(9):
        for partner in "AB":
            record = answered(record, partner, week, tension=2 if week < 3 else 6)
    assert "tension_rising" in met(record)


@pytest.mark.parametrize(("stuck", "state"), [(1, "not_met"), (2, "watch"), (3, "met")])
def test_the_same_disagreement_stuck_in_three_of_five(stuck: int, state: str) -> None:
    record = couple(IMPROVING)
    for week in range(9 - stuck, 9):
        record = answered(record, "A", week, same_disagreement="worse" if week % 2 else "stuck")
    assert states(record)["recurring_conflict"] == state


def test_a_disagreement_that_eased_is_not_a_sign() -> None:
    assert states(couple(IMPROVING, same_disagreement="eased"))["recurring_conflict"] == "not_met"


def test_pulling_back_counts_for_one_person_and_never_across_two() -> None:
    one = two = couple(IMPROVING)
    for week in (5, 6, 7, 8):
        one = answered(one, "A", week, pulled_back=6)
        two = answered(two, "A" if week % 2 else "B", week, pulled_back=6)
    assert states(one)["withdrawal_persists"] == "met"
    assert states(two)["withdrawal_persists"] == "not_met"


def test_pulling_back_more_and_more_is_a_sign_of_its_own() -> None:
    record = couple(IMPROVING)
    for week, value in enumerate((1, 1, 2, 4, 5, 5, 5, 5, 5)):
        record = answered(record, "B", week, pulled_back=value)
    found = assess(from_json(record)).sign("withdrawal_intensifies")
    assert found.state is State.MET
    assert "Partner B" in found.sentence
    assert "Partner A" not in found.sentence


def test_wanting_to_help_without_a_way_in() -> None:
    record = answered(
        answered(couple(IMPROVING), "A", 4, my_part="dont_know_how"), "A", 8, my_part="dont_know_how"
    )
    assert states(record)["wants_help_no_way_in"] == "met"
    assert states(couple(IMPROVING, my_part="unsaid"))["wants_help_no_way_in"] == "not_met"


def test_hope_low_in_one_or_far_apart_in_two() -> None:
    low = answered(answered(couple(IMPROVING), "A", 6, hope=3), "A", 8, hope=2)
    apart = couple(IMPROVING)
    for week in (6, 8):
        apart = answered(answered(apart, "A", week, hope=4), "B", week, hope=8)
    assert states(low)["hope_low_or_split"] == "met"
    assert "4 or more apart in 2 of the last 3" in assess(from_json(apart)).sign("hope_low_or_split").sentence
    assert states(couple(IMPROVING))["hope_low_or_split"] == "not_met"


def test_two_lines_that_part_are_diverging() -> None:
    assert "diverging" in met(couple(IMPROVING, [5, 5, 5, 4, 4, 4, 4, 4, 4]))


@pytest.mark.parametrize(("score", "state"), [(10, "not_met"), (9, "watch"), (8, "watch"), (7, "met")])
def test_a_questionnaire_drop_of_five_is_met_and_of_three_watched(score: int, state: str) -> None:
    scores = [
        {"partner": "A", "week": week, "name": "csi-4", "score": one}
        for week, one in ((0, 9), (4, 12), (8, score))
    ]
    assert states({**couple(IMPROVING), "instruments": scores})["instrument_drop"] == state


def test_silence_after_checking_in_is_an_attendance_question() -> None:
    record = couple([4, 5, 5, 6, 6, 6, 7, 7, 7], [4, 5, 5, 6, 6, 6, None, None, None])
    sign = assess(from_json(record)).sign("disengaging")
    assert sign.state is State.MET
    assert sign.sentence == "Partner B: no check-in for 3 weeks, after 6."
    assert not sign.asks_for_decision
    assert states(couple([4, 5, 5, 6, 6, 6, 7, 7, None]))["disengaging"] == "not_met"


def test_half_as_many_check_ins_as_before_is_met() -> None:
    record = couple([4, 5, 5, 6, 6, 7, 7, 7], [4, 5, 5, 6, None, None, 7, 7])
    assert "disengaging" in met(record)


def test_one_partner_doing_the_work_twice_running_is_one_sided() -> None:
    record = couple(IMPROVING)
    record["work"] = [{**one, "tried": 2 if one["partner"] == "A" else 0} for one in record["work"]]
    sign = assess(from_json(record)).sign("one_sided")
    assert sign.state is State.MET
    assert sign.sentence == "In the last 2 weeks Partner A tried 4 of 4 and Partner B tried 0 of 4."
    record["work"] = [{**one, "tried": 0} if one["week"] < 7 else one for one in record["work"]]
    assert states(record)["one_sided"] == "not_met"


def test_one_partner_alone_gets_no_couple_level_claim() -> None:
    found = assess(from_json(couple(STALLED, [])))
    assert found.sufficiency.value == "one_sided"
    for sign_id in ("no_movement", "no_movement_low_effort", "worse_or_slipped_back", "diverging"):
        assert found.sign(sign_id).state is State.NOT_ENOUGH
    assert found.sign("one_sided").state is State.MET


def test_outside_pressure_adds_its_note_and_changes_no_state() -> None:
    for line in (STALLED, IMPROVING, [6, 6, 6, 5, 5, 4, 4, 4, 3]):
        calm, pressed = couple(line), couple(line, outside_pressure=9)
        before, after = states(calm), states(pressed)
        assert {one for one in before if before[one] != after[one]} == {"outside_pressure"}
        assert assess(from_json(calm)).note is None
        note = assess(from_json(pressed)).note
        assert note is not None
        assert note.next_step == "Read T1 to T5 beside it. Hold before referring."
    readings = assess(from_json(couple(STALLED, outside_pressure=9))).sign("no_movement").other_readings
    assert "Hold before referring." in readings[0]


def test_what_only_a_counsellor_can_judge_is_never_worked_out() -> None:
    scores = [{"partner": "B", "week": 8, "name": "phq-2", "score": 5}]
    for record in (couple([], week=0), couple(STALLED), {**couple(IMPROVING), "instruments": scores}):
        found = states(record)
        assert {found[one] for one in ("trauma_in_the_way", "mood_or_anxiety_beneath", "sole_outlet")} == {
            "you_judge"
        }
    beside = assess(from_json({**couple(IMPROVING), "instruments": scores})).sign("mood_or_anxiety_beneath")
    assert "Partner B: PHQ-2 5, at or above 3." in beside.sentence


# The must-haves.

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


def test_a_model_in_the_seam_gives_its_probability_to_sentence_and_rule() -> None:
    def model(history: CoupleHistory, limits: Limits) -> Movement:
        chance = Finding(holds=True, change=0.1, least=-0.4, most=0.6, probability=0.11)
        return replace(estimate(history, limits), no_gain=chance, validated=True)

    sign = assess(from_json(couple(STALLED)), estimate_movement=model).sign("no_movement")
    assert sign.state is State.MET
    assert sign.probability == 0.11
    assert sign.sentence.startswith(
        "11% chance of a gain of 0.8 points since the first check-ins. 8 of 16 things"
    )
    assert sign.rule.startswith("Model:")
    assert sign.rule_label == ""


# The page and decisions.


def test_the_page_shows_fifteen_rows_in_its_order_without_the_card_and_the_note() -> None:
    rows = [sign.id for sign in assess(from_json(couple(STALLED))).rows]
    assert rows[:3] == ["no_movement", "worse_or_slipped_back", "tension_rising"]
    assert rows[-1] == "sole_outlet"
    assert set(SIGN_IDS) - set(rows) == {"no_movement_low_effort", "outside_pressure"}
    assert len(rows) == 15


def test_rows_of_t1_to_t5_ask_for_a_decision_and_no_other() -> None:
    asking = {sign.id for sign in assess(from_json(couple(STALLED))).signs if sign.asks_for_decision}
    assert asking == {
        "no_movement",
        "worse_or_slipped_back",
        "tension_rising",
        "recurring_conflict",
        "withdrawal_persists",
        "withdrawal_intensifies",
        "instrument_drop",
    }


def test_a_decision_is_due_until_one_is_recorded_and_again_when_a_sign_returns() -> None:
    history = from_json(couple(STALLED))
    found = assess(history)
    assert decision_due(found) == ("no_movement",)
    assert decision_due(found, met_when_decided={"no_movement"}) == ()
    assert decision_due(found, met_when_decided={"tension_rising"}) == ("no_movement",)
    assert decision_due(found, {"no_movement"}, cleared_since={"no_movement"}) == ("no_movement",)
    assert "no_movement" not in signs_cleared_since(history, 7, {"no_movement"})


def test_a_sign_that_cleared_after_the_decision_is_found_from_the_record() -> None:
    line = [5, 5, 5, 5, 5, 5, 5, 5, 7, 7, 7, 7, 5, 5, 5, 5]
    history = from_json(couple(line))
    assert "no_movement" in met(couple(line[:8]))
    assert "no_movement" in signs_cleared_since(history, 7, {"no_movement", "tension_rising"})
    assert signs_cleared_since(history, 7, set()) == frozenset()


# The contract.


def test_the_output_is_the_contract_with_all_seventeen_signs() -> None:
    result = json.loads(next(assess_lines([json.dumps(couple(STALLED))])))
    assert list(result) == ["couple", "week", "sufficiency", "why", "signs"]
    assert [sign["id"] for sign in result["signs"]] == list(SIGN_IDS)
    for sign in result["signs"]:
        assert list(sign) == ["id", "source", "state", "probability", "sentence", "rule", "evidence"]
        assert sign["sentence"]
        assert sign["rule"]


def test_lines_are_answered_one_by_one_and_empty_ones_passed_over() -> None:
    lines = iter([json.dumps(couple(STALLED)) + "\n", "\n", '{"couple":"Zoë"}\n'])
    results = assess_lines(lines)
    assert json.loads(next(results))["couple"] == "c1"
    assert "Zoë" in next(results)
    assert next(results, None) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "this is not JSON"),
        ("[1]", "must be a JSON object"),
        ("{}", "couple must be"),
        ('{"couple":"c","week":-1}', "week must be a whole number"),
        ('{"couple":"c","week":1e3}', "week must be a whole number"),
        ('{"couple":"c","week":true}', "week must be a whole number"),
        ('{"couple":"c","week":' + "9" * 5000 + "}", "not JSON that can be read"),
        ("[" * 100_000, "not JSON that can be read"),
        ('{"couple":"c","checkins":{}}', "checkins must be a list"),
        ('{"couple":"c","checkins":[{"partner":"C","week":0}]}', 'checkins[0].partner must be "A" or "B"'),
        ('{"couple":"c","checkins":[{"partner":"A"}]}', "checkins[0].week must be"),
        ('{"couple":"c","checkins":[{"partner":"A","week":0,"tension":11}]}', "checkins[0].tension must be"),
        ('{"couple":"c","checkins":[{"partner":"A","week":0,"tension":NaN}]}', "checkins[0].tension must be"),
        ('{"couple":"c","checkins":[{"partner":"A","week":0,"tention":1}]}', "unknown key “tention”"),
        (
            '{"couple":"c","checkins":[{"partner":"A","week":0,"my_part":"no"}]}',
            "checkins[0].my_part must be one of",
        ),
        ('{"couple":"c","week":1,"checkins":[{"partner":"A","week":2,"hope":1}]}', "the couple is in week 1"),
        (
            '{"couple":"c","checkins":[{"partner":"A","week":0,"hope":1},{"partner":"A","week":0,"hope":2}]}',
            "two check-ins of partner A for week 0",
        ),
        (
            '{"couple":"c","instruments":[{"partner":"A","week":0,"name":"csi-4","score":22}]}',
            "CSI-4 runs from 0 to 21",
        ),
        (
            '{"couple":"c","instruments":[{"partner":"A","week":0,"name":"phq-9","score":2}]}',
            "no questionnaire",
        ),
        ('{"couple":"c","work":[{"partner":"A","week":0,"tried":-1}]}', "work[0].tried must be"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_its_reason(line: str, reason: str) -> None:
    with pytest.raises(LineError) as error:
        list(assess_lines(['{"couple":"good"}', line]))
    assert str(error.value).startswith("Line 2: ")
    assert reason in str(error.value)
    assert error.value.number == 2


def test_week_may_be_left_out_and_is_then_the_last_one_recorded() -> None:
    record = couple(STALLED)
    del record["week"]
    assert from_json(record).week == 8


def test_a_record_is_refused_as_a_history_error_with_a_sentence() -> None:
    with pytest.raises(HistoryError, match="JSON object"):
        from_json(None)
