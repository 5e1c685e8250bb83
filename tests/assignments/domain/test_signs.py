"""The referral signs: states, evidence, the clinical must-haves, decisions and the JSON contract."""

from __future__ import annotations

import pytest

from assignments.domain.history import from_json
from assignments.domain.signs import (
    State,
    assess,
    decision_due,
)
from assignments.domain.stalls import Names
from tests.assignments.records import (
    IMPROVING,
    STALLED,
    Record,
    answered,
    couple,
    met,
    states,
)

# R1, R1b and the plateau.


def test_no_movement_with_steady_work_is_met() -> None:
    sign = assess(from_json(couple(STALLED))).sign("no_movement")
    assert sign.state is State.MET
    assert sign.sentence == (
        "Unlikely (13%) that the check-in composite (0–10) gained 0.8 points since the first check-ins; it moved about"
        " 0.1 points,"
        " four times in five between \N{MINUS SIGN}0.8 and 0.9. 8 of 16 things tried in the last 4 weeks."
    )
    assert sign.clears == "A gain of 0.8 points would clear this."
    assert sign.asks_for_decision
    assert sign.probability == 0.1312


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
    assert sign.sentence.startswith(
        "Very likely (99%) that the check-in composite (0–10) is below the first check-ins"
    )
    assert sign.sentence.endswith("Strong evidence: 0.5 points or more below the start.")


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
    record = couple(STALLED)
    for week, value in enumerate((1, 1, 2, 4, 6, 6, 5, 6, 6)):
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
    assert "Partner B: 5 on the PHQ-2, at or above 3." in beside.sentence
