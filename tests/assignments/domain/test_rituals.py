"""What a couple agreed about a ritual, in one line."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.domain.exercises import AgreementStep, Exercise
from assignments.domain.rituals import SEVERAL_DAYS, WEEK, schedule_of
from assignments.library.loader import load_library

WEDNESDAY, THURSDAY = date(2026, 9, 16), date(2026, 9, 17)
RITUALS = [one for one in load_library().all() if one.family == "rituals" and one.who == "together"]


def step_of(slug: str) -> AgreementStep:
    exercise = load_library().get(slug)
    assert exercise is not None
    return next(step for step in exercise.steps if isinstance(step, AgreementStep))


def test_on_its_day_it_says_today_and_on_another_it_names_the_day() -> None:
    value = {"day": "wednesday", "time": "8:30", "place": "kitchen", "backup": "Friday"}
    step = step_of("weekly-sit-down")
    schedule = schedule_of(step, value, minutes=15, today=WEDNESDAY)
    assert (schedule.line, schedule.backup) == ("Today 8:30, 15 minutes. Kitchen.", "Friday")
    assert schedule_of(step, value, minutes=15, today=THURSDAY).line == "Wednesday 8:30, 15 minutes. Kitchen."


@pytest.mark.parametrize("time", ["8:30 pm", "20:30", "8:30, after supper", "in the evening"])
def test_an_evening_is_tonight(time: str) -> None:
    schedule = schedule_of(
        step_of("weekly-sit-down"), {"day": "wednesday", "time": time}, minutes=5, today=WEDNESDAY
    )
    assert schedule.line.startswith(f"Tonight {time}")


def test_where_the_box_itself_asks_for_evenings_it_is_tonight() -> None:
    value = {"days": "mon-wed-fri", "time": "9:30"}
    step = step_of("evening-check-in")
    assert schedule_of(step, value, minutes=5, today=WEDNESDAY).line == "Tonight 9:30, 5 minutes."
    assert (
        schedule_of(step, value, minutes=5, today=THURSDAY).line
        == "Monday, Wednesday, Friday 9:30, 5 minutes."
    )


def test_what_was_left_out_is_left_out() -> None:
    assert schedule_of(
        step_of("weekly-sit-down"), {"place": "The sofa."}, minutes=1, today=WEDNESDAY
    ).line == ("About 1 minute. The sofa.")


@pytest.mark.parametrize("exercise", RITUALS, ids=lambda one: one.slug)
def test_every_ritual_asks_for_day_time_place_and_backup(exercise: Exercise) -> None:
    step = next(s for s in exercise.steps if isinstance(s, AgreementStep))
    fields = {field.key: field for field in step.fields}
    assert {"time", "place", "backup"} <= set(fields)
    days = fields.get("day") or fields["days"]
    assert {option.key for option in days.options} <= {*WEEK, *SEVERAL_DAYS}


def test_there_are_rituals_to_check() -> None:
    assert len(RITUALS) >= 6
