"""What must hold of every record that can be written, and what is said of records that cannot be right."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.domain.history import from_json
from assignments.domain.signs import LineError, State, assess, assess_lines, assess_many, to_json
from assignments.domain.signs.assessing import assess_weeks
from tests.assignments.records import (
    IMPROVING,
    STALLED,
    Record,
    answered,
    couple,
    met,
    states,
    swapped,
    week_of,
)

SCALES = ("closeness", "understood", "tension", "pulled_back", "outside_pressure", "hope")
MOVEMENT_ROWS = (
    "no_movement",
    "worse_or_slipped_back",
    "diverging",
    "tension_rising",
    "withdrawal_intensifies",
)
ORDINARY = {"not_met", "not_enough", "you_judge"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_week_of_a_long_record_is_judged_as_it_was_judged_then(seed: int) -> None:
    """The model reads a year back, counted from the week that is asked about and not from the last one there is."""
    chance = Random(seed)
    a, b = ([min(10, max(0, round(chance.gauss(4, 1.5)))) for _ in range(70)] for _ in "AB")
    history = from_json(couple(a, b))
    for week, then in zip(range(60, 70), assess_weeks(history, range(60, 70)), strict=True):
        now = assess(history.up_to(week))
        assert [(sign.id, sign.state, sign.probability) for sign in then.signs] == [
            (sign.id, sign.state, sign.probability) for sign in now.signs
        ], week


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A couple with any answers in any weeks, in part or in full, with any work and scores."""
    week = draw(st.integers(0, 13))
    cells = [(side, at) for side in "AB" for at in range(week + 1)]
    answered_cells = draw(st.lists(st.sampled_from(cells), unique=True))
    answer = st.one_of(st.none(), st.integers(0, 10))
    scored_cells = draw(st.lists(st.sampled_from(cells), unique=True, max_size=4))
    return {
        "couple": "c1",
        "week": week,
        "checkins": [
            {
                "partner": side,
                "week": at,
                **{key: draw(answer) for key in SCALES},
                "same_disagreement": draw(st.sampled_from([None, "none", "eased", "stuck", "worse"])),
                "my_part": draw(st.sampled_from([None, "doing", "dont_know_how", "not_now", "unsaid"])),
            }
            for side, at in answered_cells
        ],
        "instruments": [
            {"partner": side, "week": at, "name": "csi-4", "score": draw(st.integers(0, 21))}
            for side, at in scored_cells
        ],
        "work": [
            {"partner": side, "week": at, "assigned": 2, "tried": draw(st.integers(0, 2))}
            for side, at in cells
        ],
    }


@settings(max_examples=60, deadline=None)
@given(records())
def test_no_record_breaks_a_rule_and_every_row_says_something(record: Record) -> None:
    found = assess(from_json(record))
    json.dumps(to_json(found), allow_nan=False)
    for sign in found.signs:
        assert sign.sentence
        assert sign.rule
        assert sign.probability is None or 0 <= sign.probability <= 1
        if sign.state is State.MET:
            assert sign.clears


@settings(max_examples=40, deadline=None)
@given(records())
def test_naming_the_partners_the_other_way_round_changes_no_state(record: Record) -> None:
    assert states(record) == states(swapped(record))


@settings(max_examples=40, deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_a_missing_week_and_the_order_add_nothing(record: Record, dice: Any) -> None:
    taken = {(one["partner"], one["week"]) for one in record["checkins"]}
    empty = [
        {"partner": side, "week": at}
        for side in "AB"
        for at in range(record["week"] + 1)
        if (side, at) not in taken
    ]
    longer = [*record["checkins"], *empty]
    dice.shuffle(longer)
    assert to_json(assess(from_json({**record, "checkins": longer}))) == to_json(assess(from_json(record)))


@settings(max_examples=40, deadline=None)
@given(records(), records())
def test_a_couple_is_assessed_alike_alone_and_in_a_caseload(one: Record, other: Record) -> None:
    together = list(assess_many([from_json(one), from_json(other)]))
    assert [sign.state for sign in together[0].signs] == [sign.state for sign in assess(from_json(one)).signs]
    assert [sign.state for sign in together[1].signs] == [
        sign.state for sign in assess(from_json(other)).signs
    ]


lines = st.lists(st.integers(0, 10), min_size=6, max_size=12)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_more_of_the_same_within_a_week_never_takes_a_state_there_and_back(line: list[int]) -> None:
    """In an open week: before it, when one has answered, when both have: no row is met, then not, then met, nor the reverse.

    The same is what both said the week before. News is another matter: a week that one of two has told may look
    otherwise than a week that both have.
    """
    week, value = len(line), line[-1]
    before = couple(line, week=week)
    one = {**before, "checkins": [*before["checkins"], week_of("A", week, value)]}
    both = {**one, "checkins": [*one["checkins"], week_of("B", week, value)]}
    seen = [
        {sign.id: sign.state.value for sign in assess(replace(from_json(record), week_is_open=True)).signs}
        for record in (before, one, both)
    ]
    for sign in MOVEMENT_ROWS:
        first, middle, last = (found[sign] == "met" for found in seen)
        assert not (first == last != middle), (sign, [found[sign] for found in seen])


@pytest.mark.parametrize("value", [0, 4, 9])
def test_half_of_an_open_week_judges_no_movement_and_a_closed_one_does(value: int) -> None:
    record = couple([1, 0, 0, 0, 0, 0, 0], week=7)
    record["checkins"].append(week_of("A", 7, value))
    half = from_json(record)
    without = from_json({**record, "checkins": record["checkins"][:-1]})
    for sign in MOVEMENT_ROWS:
        as_if_untold = assess(replace(half, week_is_open=True)).sign(sign)
        assert as_if_untold.probability == assess(without).sign(sign).probability
    assert assess(half).sign("no_movement").probability != assess(without).sign("no_movement").probability
    assert not replace(half, week_is_open=True).is_told(7)
    assert half.is_told(7)
    assert replace(half, week_is_open=True).up_to(6).is_told(6)


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(0, 11), st.integers(0, 10))
def test_one_week_alone_never_brings_a_movement_row(line: list[int], place: int, value: int) -> None:
    """A steady line with one week of anything at all."""
    steady = [7] * len(line)
    steady[place % len(line)] = value
    assert not met(couple(steady)) & {
        "no_movement",
        "worse_or_slipped_back",
        "diverging",
        "tension_rising",
        "withdrawal_intensifies",
        "withdrawal_persists",
    }


@settings(max_examples=30, deadline=None)
@given(st.integers(7, 10), st.integers(7, 40))
def test_a_constant_good_enough_line_never_stalls(value: int, weeks: int) -> None:
    assert met(couple([value] * weeks)) == set()


def test_all_alike_in_any_number_is_an_honest_state() -> None:
    for value in range(11):
        record = couple(
            [5] * 10,
            closeness=value,
            understood=value,
            tension=value,
            pulled_back=value,
            outside_pressure=value,
        )
        found = states(record)
        # Fives can all be meant; nines and ones throughout contradict themselves.
        if value not in range(3, 8):
            assert found["no_movement"] in {"watch", "not_met"}
        assert found["worse_or_slipped_back"] == "not_met"
        assert found["diverging"] == "not_met"


def test_one_partner_only_and_nobody_at_all_are_ordinary() -> None:
    alone = states(couple(STALLED, []))
    assert alone["no_movement"] == alone["worse_or_slipped_back"] == alone["diverging"] == "not_enough"
    assert set(states({"couple": "c", "week": 30}).values()) <= ORDINARY
    assert set(states({"couple": "c"}).values()) <= ORDINARY


def test_only_bad_weeks_missing_is_judged_by_what_is_there() -> None:
    kept = couple([4, None, 5, None, 6, 6, None, 7, 7], [4, 5, None, 6, None, 6, 7, None, 7])
    assert states(kept)["no_movement"] == "not_met"
    assert met(kept) == set()


def test_a_week_beyond_twenty_years_and_a_first_answer_long_after_the_start_are_no_matter() -> None:
    late = couple([None] * 1030 + [5] * 10)
    assert states(late)["no_movement"] == "not_enough"
    assert "No starting point" in assess(from_json(late)).why
    years = couple([5] * 200)
    assert states(years)["no_movement"] == "met"


@pytest.mark.parametrize(
    "wrong",
    [
        {"week": -1},
        {"week": 1041},
        {"week": 2.5},
        {"week": "8"},
        {"week": 3},
        {"checkins": [week_of("C", 0, 5)]},
        {"checkins": [week_of("A", 0, 5), week_of("A", 0, 6)]},
        {"checkins": [{**week_of("A", 0, 5), "tension": 10.5}]},
        {"checkins": [{**week_of("A", 0, 5), "hope": -1}]},
        {"checkins": [{**week_of("A", 0, 5), "week": -2}]},
        {"checkins": [{**week_of("A", 0, 5), "week": 10**30}]},
        {"checkins": "none"},
        {"work": [{"partner": "A", "week": 40, "tried": 1}]},
        {"instruments": [{"partner": "B", "week": 0, "name": "csi-4", "score": 22}]},
        {"couple": "half \ud800 a character"},
        {"couple": 7},
        {"coupel": "c"},
        {"half \ud800": 1},
    ],
)
def test_what_cannot_be_right_is_refused_with_a_sentence_and_after_what_came_before(wrong: Record) -> None:
    good = json.dumps(couple(IMPROVING))
    answers: list[str] = []
    with pytest.raises(LineError) as refused:
        answers.extend(assess_lines([good, json.dumps({**couple(IMPROVING), **wrong}), good]))
    assert str(refused.value).startswith("Line 2: ")
    str(refused.value).encode()


def test_a_caseload_longer_than_a_batch_keeps_its_order() -> None:
    given_lines = [json.dumps({**couple([4, 5]), "couple": f"c{number}"}) for number in range(600)]
    assert [json.loads(one)["couple"] for one in assess_lines(given_lines)] == [f"c{n}" for n in range(600)]


def test_tension_up_is_never_read_as_better_nor_closeness_up_as_worse() -> None:
    def moved(key: str, values: list[int]) -> Record:
        record = couple([5] * 10)
        for week, value in enumerate(values):
            for side in "AB":
                record = answered(record, side, week, **{key: value})
        return record

    up, down = [*range(1, 11)], [*range(10, 0, -1)]
    for key in ("closeness", "understood"):
        assert "worse_or_slipped_back" in met(moved(key, down))
        assert "worse_or_slipped_back" not in met(moved(key, up))
    for key in ("tension", "pulled_back"):
        assert "worse_or_slipped_back" in met(moved(key, up))
        assert "worse_or_slipped_back" not in met(moved(key, down))
    assert "tension_rising" in met(moved("tension", up))
    assert "tension_rising" not in met(moved("tension", [min(one, 7) for one in down]))
    assert "withdrawal_intensifies" in met(moved("pulled_back", up))
    assert "withdrawal_intensifies" not in met(moved("pulled_back", down))
