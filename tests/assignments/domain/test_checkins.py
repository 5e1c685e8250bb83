"""The weekly check-in: items, answers, composite and opening hours."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from assignments.domain.checkins import (
    ITEMS,
    CheckinAnswers,
    CheckinError,
    CheckinHours,
    Disagreement,
    MyPart,
    check_in_window,
    composite,
    items_for,
    parse_answers,
    week_number,
)

FULL = {
    "closeness": "0",
    "understood": "10",
    "tension": "3",
    "pulled_back": "4",
    "outside_pressure": "5",
    "same_disagreement": "eased",
    "hope": "6",
    "my_part": "dont_know_how",
}


def test_six_items_are_asked_every_week_and_eight_every_second_week() -> None:
    assert [len(items_for(week)) for week in range(4)] == [8, 6, 8, 6]
    assert {item.key for item in items_for(0)} - {item.key for item in items_for(1)} == {"hope", "my_part"}


def test_every_scale_item_has_both_end_labels_and_every_other_has_choices() -> None:
    for item in ITEMS:
        assert item.choices or (item.low_end and item.high_end)
        assert len(item.label.split()) <= 19


def test_a_label_names_the_other_partner() -> None:
    assert ITEMS[0].label_for("Jo") == "How close did you feel to Jo?"


def test_a_full_check_in_is_read() -> None:
    answers = parse_answers(FULL, week=0)
    assert answers.closeness == 0
    assert answers.understood == 10
    assert answers.same_disagreement is Disagreement.EASED
    assert answers.my_part is MyPart.DONT_KNOW_HOW


def test_every_item_can_be_left_out() -> None:
    assert parse_answers({}, week=0) == CheckinAnswers()
    assert parse_answers(dict.fromkeys(FULL, ""), week=0).is_empty


@pytest.mark.parametrize(
    "text",
    ["11", "-1", "+3", " 3", "3 ", "03", "3.0", "٣", "³", "１", "1_0", "x", "9" * 5000, "\x00", "\ud800"],
)
def test_only_the_eleven_plain_numbers_are_numbers(text: str) -> None:
    with pytest.raises(CheckinError) as error:
        parse_answers({"tension": text}, week=0)
    assert list(error.value.by_item) == ["tension"]
    assert text not in str(error.value) or text == "x"


@pytest.mark.parametrize(("key", "text"), [("same_disagreement", "often"), ("my_part", "DOING")])
def test_an_unknown_choice_is_refused(key: str, text: str) -> None:
    with pytest.raises(CheckinError):
        parse_answers({key: text}, week=0)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(CheckinError) as error:
        parse_answers({"tension": "x", "hope": "99", "my_part": "?"}, week=0)
    assert list(error.value.by_item) == ["tension", "hope", "my_part"]


def test_an_answer_to_an_item_not_asked_this_week_is_refused() -> None:
    with pytest.raises(CheckinError) as error:
        parse_answers({"hope": "6"}, week=1)
    assert list(error.value.by_item) == ["hope"]


def test_the_composite_turns_tension_and_pulling_back_round() -> None:
    assert composite(CheckinAnswers(closeness=10, understood=10, tension=0, pulled_back=0)) == 10
    assert composite(CheckinAnswers(closeness=0, understood=0, tension=10, pulled_back=10)) == 0
    assert composite(CheckinAnswers(closeness=10, understood=10, tension=10, pulled_back=10)) == 5


def test_the_composite_needs_three_of_its_four_items_and_no_other_item_counts() -> None:
    assert composite(CheckinAnswers(closeness=4, understood=6, outside_pressure=9, hope=9)) is None
    assert composite(CheckinAnswers(closeness=4, understood=6, tension=5)) == 5


LONDON = ZoneInfo("Europe/London")
WEEK = date(2024, 5, 13)


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime(2024, 5, 17, 17, 59, 59, tzinfo=LONDON), None),
        (datetime(2024, 5, 17, 18, 0, tzinfo=LONDON), WEEK),
        (datetime(2024, 5, 19, 23, 59, tzinfo=LONDON), WEEK),
        (datetime(2024, 5, 20, 11, 59, 59, tzinfo=LONDON), WEEK),
        (datetime(2024, 5, 20, 12, 0, tzinfo=LONDON), None),
        (datetime(2024, 5, 22, 9, 0, tzinfo=LONDON), None),
    ],
)
def test_it_is_open_from_friday_evening_to_monday_noon_for_the_week_just_ended(
    moment: datetime, week: date | None
) -> None:
    assert check_in_window(moment) == week


def test_summer_time_moves_nothing() -> None:
    assert check_in_window(datetime(2024, 3, 31, 1, 30, tzinfo=LONDON)) == date(2024, 3, 25)
    assert check_in_window(datetime(2024, 4, 1, 11, 59, tzinfo=LONDON)) == date(2024, 3, 25)


def test_a_practice_can_keep_it_open_all_week() -> None:
    hours = CheckinHours(
        opens_day=4, closes_day=4, opens_at=datetime.min.time(), closes_at=datetime.min.time()
    )
    assert check_in_window(datetime(2024, 5, 23, 9, 0, tzinfo=LONDON), hours) == WEEK
    assert check_in_window(datetime(2024, 5, 24, 0, 0, tzinfo=LONDON), hours) == date(2024, 5, 20)


def test_weeks_are_counted_from_the_first_check_in_week() -> None:
    assert week_number(date(2024, 5, 13), date(2024, 5, 13)) == 0
    assert week_number(date(2025, 1, 6), date(2024, 12, 30)) == 1
