"""Plans without a database: reading them, bending them, and the days they fall on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assignments.domain.plans import (
    Again,
    Pause,
    Phase,
    PlanError,
    PlanItem,
    Timetable,
    at_pace,
    for_anyone,
    local_day,
    parse_plan,
    plan_from_json,
    plan_to_json,
    smaller,
    unknown_exercises,
    with_weeks,
)
from tests.assignments.planned import TEXT, small_plan

MONDAY = date(2026, 10, 5)
LONDON = ZoneInfo("Europe/London")


def days(table: Timetable) -> list[tuple[int | None, date, date | None]]:
    """Week, first and last day of every slot."""
    return [(slot.week, slot.begins_on, slot.ends_on) for slot in table.slots]


def test_a_plan_reads_back_as_it_was_kept() -> None:
    plan = small_plan()
    assert plan_from_json(plan_to_json(plan)) == plan


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("version = 1", 'version = "1"', "plans/x.toml: version: expected a whole number from 1"),
        ('title = "Notice"', 'title = ""', "plans/x.toml: weeks 1 › title: expected what the week is about"),
        ('size = "small"', 'size = "tiny"', "plans/x.toml: weeks 6 › items 1 › size: expected one of"),
        ('size = "small"', 'sice = "small"', "items 1 › sice: there is no such field; did you mean “size”?"),
        ("after_week = 3", "after_week = 6", "checkpoint: ask before the last week"),
        ("after_week = 3", "after_week = true", "checkpoint › after_week: expected the number of the week"),
        ('exercise = "gentle-questions"', 'exercise = "i-statements"', "“i-statements” stands there twice"),
        ('sources = ["PL1"]', 'sources = ["V1"]', "sources: there is no plan “V1” in the material"),
        ('title = "Notice"', 'title = "{partner}"', "weeks 1 › title: a plan fills in no names"),
        (
            'title = "Notice"',
            'title = "A\\u0007b"',
            "weeks 1 › title: it holds a character that cannot be seen",
        ),
        ("[[weeks]]", "[[week", "this cannot be read as TOML"),
        ('why = "One', 'who = "One', "plans/x.toml: why: this is missing"),
    ],
)
def test_what_is_wrong_is_told_with_file_week_and_field(old: str, new: str, sentence: str) -> None:
    assert old in TEXT
    with pytest.raises(PlanError) as told:
        parse_plan(TEXT.replace(old, new, 1), "plans/x.toml")
    assert sentence in str(told.value)


def test_a_plan_says_which_exercise_nobody_has() -> None:
    known = frozenset(small_plan().exercises) - {"i-statements"}
    assert unknown_exercises(small_plan(), known) == (
        "weeks 2 › items 1 › exercise: there is no exercise “i-statements”.",
    )


def test_each_week_follows_the_one_before() -> None:
    table = Timetable(MONDAY, 3)
    assert days(table) == [
        (1, date(2026, 10, 5), date(2026, 10, 11)),
        (2, date(2026, 10, 12), date(2026, 10, 18)),
        (3, date(2026, 10, 19), date(2026, 10, 25)),
    ]


def test_a_holiday_takes_a_whole_week_and_the_rest_waits() -> None:
    table = Timetable(MONDAY, 2, skipped=[date(2026, 10, 14)])
    assert [slot.week for slot in table.slots] == [1, None, 2]
    assert table.slots[2].begins_on == date(2026, 10, 19)
    assert table.standing(date(2026, 10, 14)).phase is Phase.HOLIDAY


def test_a_holiday_before_the_first_week_moves_the_start() -> None:
    assert days(Timetable(MONDAY, 1, skipped=[MONDAY]))[1] == (1, date(2026, 10, 12), date(2026, 10, 18))


@pytest.mark.parametrize("length", [0, 1, 6, 7, 30])
def test_a_pause_moves_what_is_left_by_as_many_days_as_it_took(length: int) -> None:
    begins = date(2026, 10, 14)
    paused = Timetable(MONDAY, 3, pauses=[Pause(begins, begins + timedelta(days=length))])
    plain = Timetable(MONDAY, 3)
    assert paused.slots[0] == plain.slots[0]
    assert paused.slots[1].begins_on == plain.slots[1].begins_on
    for moved, still in zip(paused.slots[1:], plain.slots[1:], strict=True):
        assert moved.ends_on == (still.ends_on or MONDAY) + timedelta(days=length)


def test_behind_a_pause_that_goes_on_nothing_has_days() -> None:
    table = Timetable(MONDAY, 3, pauses=[Pause(date(2026, 10, 14))])
    assert days(table) == [(1, MONDAY, date(2026, 10, 11)), (2, date(2026, 10, 12), None)]
    assert table.standing(date(2027, 10, 14)).phase is Phase.PAUSED
    assert table.standing(date(2026, 10, 13)).week == 2


def test_a_pause_before_the_start_moves_nothing_once_it_is_over() -> None:
    assert days(Timetable(MONDAY, 1, pauses=[Pause(date(2026, 9, 1), date(2026, 9, 9))])) == days(
        Timetable(MONDAY, 1)
    )


def test_the_week_before_given_again_takes_the_place_of_the_one_that_is_on() -> None:
    table = Timetable(MONDAY, 3, again=[Again(date(2026, 10, 14), 1)])
    assert [slot.week for slot in table.slots] == [1, 1, 2, 3]
    assert table.standing(date(2026, 10, 18)).week == 1


def test_the_week_that_is_on_given_again_goes_on_for_seven_more_days() -> None:
    table = Timetable(MONDAY, 3, again=[Again(date(2026, 10, 14), 2)])
    assert [slot.week for slot in table.slots] == [1, 2, 2, 3]


def test_weeks_never_overlap_whatever_was_recorded() -> None:
    table = Timetable(
        MONDAY,
        5,
        skipped=[date(2026, 10, 13), date(2026, 11, 20)],
        pauses=[Pause(date(2026, 10, 7), date(2026, 10, 9)), Pause(date(2026, 11, 2), date(2026, 11, 17))],
        again=[Again(date(2026, 10, 23), 1), Again(date(2026, 12, 1), 3)],
    )
    ends = [slot.ends_on for slot in table.slots if slot.ends_on is not None]
    assert len(ends) == len(table.slots)
    assert all(slot.begins_on > end for slot, end in zip(table.slots[1:], ends, strict=False))
    assert {slot.week for slot in table.slots if slot.week} == {1, 2, 3, 4, 5}


def test_before_the_first_day_and_after_the_last_there_is_no_week() -> None:
    table = Timetable(MONDAY, 1)
    assert table.standing(date(2026, 10, 4)).phase is Phase.AHEAD
    assert table.standing(date(2026, 10, 12)).phase is Phase.OVER
    assert [table.has_begun(1, day) for day in (date(2026, 10, 4), date(2026, 10, 12))] == [False, True]


@pytest.mark.parametrize("starts_on", [date(2026, 10, 19), date(2027, 3, 22)])
def test_a_change_of_the_clocks_moves_no_week(starts_on: date) -> None:
    """The last Sunday of October has 25 hours in London and that of March 23; both are one day."""
    table = Timetable(starts_on, 2)
    midnight = datetime(starts_on.year, starts_on.month, starts_on.day, tzinfo=LONDON)
    for hour in range(14 * 24):
        wall = (midnight.replace(tzinfo=None) + timedelta(hours=hour)).replace(tzinfo=LONDON)
        day = local_day(wall.astimezone(UTC), LONDON)
        expected = 1 if wall.date() < starts_on + timedelta(days=7) else 2
        if day == wall.date():  # The hour that is left out in March does not exist.
            assert table.standing(day).week == expected


def test_a_slower_pace_makes_two_weeks_of_a_full_one_and_moves_the_question() -> None:
    slow = at_pace(small_plan(), 1)
    assert [week.title for week in slow.weeks[1:3]] == ["Say it as I", "Say it as I"]
    assert [len(week.items) for week in slow.weeks] == [1] * 7
    assert slow.checkpoint is not None
    assert slow.checkpoint.after_week == 4
    assert at_pace(small_plan(), small_plan().pace) == small_plan()


def test_what_stays_is_given_in_every_week_after_its_own() -> None:
    plan = small_plan()
    assert "weekly-sit-down" not in [item.exercise for item in plan.items_in(3)]
    for number in (4, 5, 6):
        assert "weekly-sit-down" in [item.exercise for item in plan.items_in(number)]


def test_an_edited_week_stands_in_the_place_of_the_old_one() -> None:
    edited = with_weeks(small_plan(), {2: [PlanItem(exercise="midday-message", who="A")]})
    assert [item.exercise for item in edited.week(2).items] == ["midday-message"]
    assert edited.week(1) == small_plan().week(1)


def test_smaller_is_the_same_in_the_small_size() -> None:
    before = small_plan().week(2).items
    after = smaller(before)
    assert [item.exercise for item in after] == [item.exercise for item in before]
    assert {item.size for item in after} == {"small"}


def test_a_plan_for_anyone_names_no_partner() -> None:
    one_each = [
        PlanItem(exercise="midday-message", who="A"),
        PlanItem(exercise="midday-message", who="B", size="small"),
    ]
    kept = for_anyone(with_weeks(small_plan(), {1: one_each}))
    assert [(item.exercise, item.who) for item in kept.week(1).items] == [("midday-message", "both")]
