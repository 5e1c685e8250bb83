"""A couple's plan: what is open on which day, and what the counsellor may do with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from assignments.actions.assigning import withdraw_assignment
from assignments.actions.plans import (
    answer_checkpoint,
    change_week,
    end_plan,
    give_again,
    keep_week,
    pause_plan,
    resume_plan,
    skip_week,
    undo_start,
)
from assignments.domain.plans import PlanItem
from assignments.domain.visibility import Level
from assignments.queries.plans import RunningPlan, assignments_in, plan_for_staff
from assignments.queries.today import Today, today_for
from clinic import clock as real_clock
from clinic.errors import Conflict, Expired, NotFound
from clinic.extensions import db
from clinic.models import Couple, Person
from clinic.queries.couples import own_place
from tests import builders
from tests.assignments.given import answered, drafted, exercise
from tests.assignments.planned import planned
from tests.cast import Cast
from tests.conftest import Clock

OPENS_STEP = exercise("what-helps-me-feel-safe").steps[0].key


def seen(person: Person) -> Today:
    """What one partner finds on Today."""
    return today_for(own_place(person), real_clock.now())


def names(today: Today) -> set[str]:
    """The slugs of what is open."""
    tasks = [*([today.first] if today.first else []), *today.others]
    return {task.exercise.slug for task in tasks}


def line(person: Person) -> str:
    """The plan's line on Today, or nothing."""
    plan = seen(person).plan
    return f"Week {plan.week} of {plan.weeks}: {plan.title}" if plan else ""


def running(cast: Cast, couple: Couple | None = None) -> RunningPlan:
    """Sam and Jo's plan as Priya meets it."""
    found = plan_for_staff(cast.priya, (couple or cast.sam_and_jo).id, real_clock.now())[1]
    assert found is not None
    return found


@pytest.fixture
def cast_in(app: Flask, cast: Cast) -> Iterator[Cast]:
    """The cast with an app context around the whole test; nothing here goes through a page."""
    with app.app_context():
        yield cast


def test_a_week_is_open_on_its_own_days_and_leaves_quietly(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    assert (names(seen(cast_in.sam)), line(cast_in.sam)) == ({"withdrawal-journal"}, "Week 1 of 6: Notice")
    clock.move(days=6)
    assert names(seen(cast_in.jo)) == {"withdrawal-journal"}
    clock.move(days=1)
    assert names(seen(cast_in.jo)) == {"i-statements", "gentle-questions"}
    assert line(cast_in.jo) == line(cast_in.sam) == "Week 2 of 6: Say it as I"
    clock.move(days=35)
    assert (names(seen(cast_in.sam)), line(cast_in.sam)) == (set(), "")


def test_what_was_begun_stays_with_whoever_began_it(cast_in: Cast, clock: Clock) -> None:
    row = planned(cast_in.priya, cast_in.sam_and_jo)
    third = next(one for one in assignments_in(row) if one.plan_week == 3)
    clock.move(days=14)
    drafted(cast_in.sam, third.id, "Half a thought", step=OPENS_STEP)
    clock.move(days=7)
    assert names(seen(cast_in.sam)) == {"what-helps-me-feel-safe", "weekly-sit-down"}
    assert names(seen(cast_in.jo)) == {"weekly-sit-down"}


def test_something_that_stays_comes_again_in_each_week(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(days=28)
    assert names(seen(cast_in.sam)) == {"validate-first", "weekly-sit-down"}


def test_a_pause_empties_today_and_going_on_moves_the_rest(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(days=9)
    pause_plan(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id)
    assert (names(seen(cast_in.sam)), line(cast_in.sam)) == (set(), "")
    clock.move(days=20)
    assert (names(seen(cast_in.jo)), line(cast_in.jo)) == (set(), "")
    with pytest.raises(Conflict):
        pause_plan(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id)
    resume_plan(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id)
    assert line(cast_in.sam) == "Week 2 of 6: Say it as I"
    assert names(seen(cast_in.sam)) == {"i-statements", "gentle-questions"}
    clock.move(days=4)
    assert line(cast_in.sam) == "Week 2 of 6: Say it as I"
    clock.move(days=1)
    assert line(cast_in.sam) == "Week 3 of 6: Ask kindly"
    with pytest.raises(Conflict):
        resume_plan(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id)


def test_what_was_withdrawn_by_hand_does_not_come_back_with_the_rest(cast_in: Cast, clock: Clock) -> None:
    row = planned(cast_in.priya, cast_in.sam_and_jo)
    now_open = assignments_in(row)[0]
    couple_id = cast_in.sam_and_jo.id
    withdraw_assignment(actor=cast_in.priya, couple_id=couple_id, assignment_id=now_open.id)
    clock.move(days=1)
    pause_plan(actor=cast_in.priya, couple_id=couple_id)
    clock.move(days=1)
    resume_plan(actor=cast_in.priya, couple_id=couple_id)
    assert names(seen(cast_in.sam)) == set()
    assert line(cast_in.sam) == "Week 1 of 6: Notice"


def test_a_week_to_come_is_changed_in_the_plan_and_nowhere_else(cast_in: Cast) -> None:
    row = planned(cast_in.priya, cast_in.sam_and_jo)
    coming = assignments_in(row)[-1]
    with pytest.raises(Conflict, match="week of their plan"):
        withdraw_assignment(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, assignment_id=coming.id)


def test_a_holiday_is_left_out_before_starting_and_after(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo, skipped=(date(2026, 9, 24),))
    skip_week(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, day=date(2026, 10, 8))
    clock.move(days=8)
    assert (names(seen(cast_in.sam)), line(cast_in.sam)) == (set(), "")
    clock.move(days=7)
    assert line(cast_in.sam) == "Week 2 of 6: Say it as I"
    clock.move(days=7)
    assert line(cast_in.jo) == ""
    with pytest.raises(Conflict, match="begun"):
        keep_week(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, day=date(2026, 10, 8))
    clock.move(days=7)
    assert line(cast_in.jo) == "Week 3 of 6: Ask kindly"


def test_a_holiday_can_be_taken_out_again_before_it_begins(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo, skipped=(date(2026, 9, 24),))
    keep_week(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, day=date(2026, 9, 24))
    clock.move(days=8)
    assert line(cast_in.sam) == "Week 2 of 6: Say it as I"
    assert names(seen(cast_in.sam)) == {"i-statements", "gentle-questions"}


@pytest.mark.parametrize("day", [date(2026, 9, 16), date(2026, 8, 1), date(2027, 8, 1)])
def test_a_day_that_no_coming_week_holds_is_refused(cast_in: Cast, clock: Clock, day: date) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(minutes=11)
    with pytest.raises(Conflict):
        skip_week(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, day=day)


def test_the_week_before_given_again_puts_the_one_that_is_on_back(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(days=8)
    give_again(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, week=1)
    assert (names(seen(cast_in.sam)), line(cast_in.jo)) == ({"withdrawal-journal"}, "Week 1 of 6: Notice")
    clock.move(days=6)
    assert names(seen(cast_in.sam)) == {"i-statements", "gentle-questions"}
    clock.move(days=7)
    assert names(seen(cast_in.sam)) == {"what-helps-me-feel-safe"}


def test_the_week_that_is_on_given_again_stays_on(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    give_again(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, week=1)
    with pytest.raises(Conflict):
        give_again(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, week=1)
    clock.move(days=8)
    assert (names(seen(cast_in.sam)), line(cast_in.sam)) == ({"withdrawal-journal"}, "Week 1 of 6: Notice")
    clock.move(days=6)
    assert line(cast_in.sam) == "Week 2 of 6: Say it as I"


@pytest.mark.parametrize("week", [0, 3, 6, 99])
def test_only_the_last_two_weeks_can_be_given_again(cast_in: Cast, clock: Clock, week: int) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(days=8)
    with pytest.raises(Conflict):
        give_again(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, week=week)


def test_a_changed_week_brings_other_things(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    change_week(
        actor=cast_in.priya,
        couple_id=cast_in.sam_and_jo.id,
        week=2,
        items=[PlanItem(exercise="midday-message", who="A"), PlanItem(exercise="i-statements", size="small")],
    )
    clock.move(days=7)
    assert names(seen(cast_in.sam)) == {"midday-message", "i-statements"}
    today = seen(cast_in.jo)
    assert names(today) == {"i-statements"}
    assert today.first is not None
    assert today.first.minutes == today.first.exercise.sizes.small.minutes


def test_a_week_that_has_begun_is_not_changed(cast_in: Cast) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    with pytest.raises(Conflict, match="begun"):
        change_week(
            actor=cast_in.priya,
            couple_id=cast_in.sam_and_jo.id,
            week=1,
            items=[PlanItem(exercise="midday-message")],
        )
    with pytest.raises(NotFound):
        change_week(
            actor=cast_in.priya,
            couple_id=cast_in.sam_and_jo.id,
            week=7,
            items=[PlanItem(exercise="midday-message")],
        )


def test_an_exercise_that_nobody_has_is_refused_and_nothing_changes(cast_in: Cast) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    with pytest.raises(Conflict, match="no longer in the library"):
        change_week(
            actor=cast_in.priya,
            couple_id=cast_in.sam_and_jo.id,
            week=2,
            items=[PlanItem(exercise="juggling")],
        )
    assert [item.exercise for item in running(cast_in).plan.week(2).items] == [
        "i-statements",
        "gentle-questions",
    ]


def test_the_question_comes_after_its_week_and_is_answered_once(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(days=20)
    assert not running(cast_in).checkpoint_due
    clock.move(days=1)
    assert running(cast_in).checkpoint_due
    answer = answer_checkpoint(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, branch="smaller")
    assert (answer.by_id, answer.at, answer.choice) == (cast_in.priya.id, clock.now, "smaller")
    plan = running(cast_in).plan
    assert [plan.week(number).items[0].size for number in (3, 4, 5)] == ["usual", "usual", "small"]
    with pytest.raises(Conflict):
        answer_checkpoint(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id, branch="carry_on")
    clock.move(days=7)
    assert {task.assignment.size for task in seen(cast_in.sam).others} <= {"small", "usual"}


def test_a_plan_can_be_taken_back_for_ten_minutes(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(minutes=10)
    undo_start(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id)
    assert (names(seen(cast_in.sam)), line(cast_in.sam)) == (set(), "")
    clock.move(days=7)
    assert names(seen(cast_in.sam)) == set()
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(minutes=11)
    with pytest.raises(Expired):
        undo_start(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id)


def test_an_ended_plan_leaves_and_another_may_start(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    with pytest.raises(Conflict, match="plan already"):
        planned(cast_in.priya, cast_in.sam_and_jo)
    end_plan(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id)
    with pytest.raises(Conflict):
        end_plan(actor=cast_in.priya, couple_id=cast_in.sam_and_jo.id)
    clock.move(days=7)
    assert names(seen(cast_in.sam)) == set()
    planned(cast_in.priya, cast_in.sam_and_jo)
    assert line(cast_in.sam) == "Week 1 of 6: Notice"


def test_a_plan_that_has_run_its_course_makes_room_for_the_next(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    clock.move(days=60)
    planned(cast_in.priya, cast_in.sam_and_jo, starts_in=3)
    assert line(cast_in.sam) == ""
    clock.move(days=3)
    assert line(cast_in.sam) == "Week 1 of 6: Notice"


def test_a_plan_waits_for_the_safety_conversations(cast_in: Cast) -> None:
    couple = builders.couple(cast_in.priya, first="Kit Moor", second="Bo Hart", safety=False)
    with pytest.raises(Conflict, match="safety conversation"):
        planned(cast_in.priya, couple)


def test_a_plan_opens_nothing_further_than_its_tightest_limit(cast_in: Cast) -> None:
    cast_in.sam_and_jo.sharing_limit = Level.BOTH
    db.session.merge(cast_in.sam_and_jo)
    db.session.commit()
    row = planned(cast_in.priya, cast_in.sam_and_jo)
    limits = {one.plan_week: Level(one.sharing_limit) for one in assignments_in(row)}
    assert not any(limit.is_looser_than(Level.BOTH) for limit in limits.values())


def test_other_counsellors_and_partners_cannot_start_one(cast_in: Cast) -> None:
    for actor in (cast_in.marcus, cast_in.hana, cast_in.sofia, cast_in.sam, cast_in.ada):
        with pytest.raises(NotFound):
            planned(actor, cast_in.sam_and_jo)


def test_on_hold_the_plan_shows_nothing(cast_in: Cast, clock: Clock) -> None:
    planned(cast_in.priya, cast_in.sam_and_jo)
    cast_in.sam_and_jo.held_at = datetime(2026, 9, 16, 19, 0, tzinfo=UTC)
    db.session.merge(cast_in.sam_and_jo)
    db.session.commit()
    db.session.expire_all()
    assert (names(seen(cast_in.sam)), line(cast_in.sam)) == (set(), "")


def test_what_a_partner_did_moves_no_week(cast_in: Cast, clock: Clock) -> None:
    """One couple does everything at once and in private, the other nothing; their plans stay day for day alike."""
    for couple in (cast_in.sam_and_jo, cast_in.ade_and_ruth):
        planned(cast_in.priya, couple)
    for _ in range(6):
        for task in [seen(cast_in.sam).first, *seen(cast_in.sam).others]:
            if task is not None and task.exercise.slug == "what-helps-me-feel-safe":
                answered(
                    cast_in.sam, task.assignment.id, "Mine", Level.PRIVATE, step=task.exercise.steps[0].key
                )
        clock.move(days=7)
        assert line(cast_in.jo) == line(cast_in.ruth)
        assert running(cast_in).timetable.slots == running(cast_in, cast_in.ade_and_ruth).timetable.slots
