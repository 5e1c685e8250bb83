"""When a decision is due, which rows the page shows, and the contract of `signs assess`."""

from __future__ import annotations

import json

import pytest

from assignments.domain.history import HistoryError, from_json
from assignments.domain.signs import (
    SIGN_IDS,
    LineError,
    assess,
    assess_lines,
    decision_due,
    signs_cleared_since,
)
from tests.assignments.records import (
    STALLED,
    couple,
    met,
)

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
