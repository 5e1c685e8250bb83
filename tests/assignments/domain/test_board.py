"""The order of the board, its reasons and its actions."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from assignments.domain.board import (
    ActionKind,
    BoardRow,
    CoupleFacts,
    Group,
    PartnerFacts,
    board,
    place,
    practice_reasons,
)

NGOZI, TOM = PartnerFacts("Ngozi"), PartnerFacts("Tom")


def couple(
    couple_id: str = "c1", first: PartnerFacts = NGOZI, second: PartnerFacts = TOM, **facts: Any
) -> CoupleFacts:
    return CoupleFacts(couple_id, f"Couple {couple_id}", (first, second), **facts)


def day(number: int) -> datetime:
    return datetime(2024, 5, number, 10, 0, tzinfo=UTC)


def test_a_couple_without_a_reason_is_on_track() -> None:
    row = place(couple())
    assert (row.group, row.reason, row.action.kind) == (
        Group.ON_TRACK,
        "Nothing needs you now.",
        ActionKind.OPEN,
    )


def test_a_plan_asks_for_a_look_after_what_stalls_and_before_what_is_new() -> None:
    row = place(couple(plan_check=(3, 6), unread_answers=2))
    assert (row.group, row.reason, row.action.kind) == (
        Group.PLAN_CHECK,
        "Week 3 of 6 is over. How is the plan going?",
        ActionKind.LOOK,
    )
    assert place(couple(plan_check=(3, 6), waiting_to_open_days=9)).group is Group.STALLED


@pytest.mark.parametrize(
    ("answers", "turns", "sentence"),
    [
        (1, 0, "1 new answer to read."),
        (3, 1, "3 new answers and 1 new listening turn to read."),
        (0, 2, "2 new listening turns to read."),
    ],
)
def test_listening_turns_are_news_like_answers(answers: int, turns: int, sentence: str) -> None:
    row = place(couple(unread_answers=answers, unread_turns=turns))
    assert (row.group, row.reason) == (Group.NEW_ANSWERS, sentence)


def test_a_watched_sign_leaves_a_couple_on_track_and_is_named() -> None:
    row = place(couple(watching=("withdrawal_persists",)))
    assert (row.group, row.reason) == (Group.ON_TRACK, "Watching: pulling back persists.")


def test_the_first_group_with_a_reason_is_the_one() -> None:
    everything: dict[str, Any] = {
        "decision_due": ("tension_rising",),
        "unread_answers": 2,
        "waiting_to_open_days": 9,
    }
    assert place(couple(asked_to_talk_days=0, **everything)).group is Group.ASKED_TO_TALK
    assert place(couple(**everything)).group is Group.DECISION_DUE
    assert place(couple(unread_answers=2, waiting_to_open_days=9)).group is Group.STALLED
    assert place(couple(unread_answers=2)).group is Group.NEW_ANSWERS


def test_a_decision_names_its_signs_and_never_counts_them() -> None:
    row = place(couple(week=8, decision_due=("no_movement", "tension_rising")))
    assert row.reason == "Week 8: no movement, with steady work; tension is rising."
    assert row.rule == "A sign that asks for a decision (T1, T2) is met and none has been recorded since."
    assert row.action.label == "Review signs"


@pytest.mark.parametrize(
    ("below", "at", "reason"),
    [
        ({"days_idle": 13}, {"days_idle": 14}, "Tom: nothing done for 14 days."),
        ({"put_off": 2}, {"put_off": 3}, "Tom put it off 3 times."),
        ({"felt_hard": 1}, {"felt_hard": 2}, "It felt hard to Tom 2 times."),
        ({"checkin_weeks_missed": 1}, {"checkin_weeks_missed": 2}, "Tom: no check-in for 2 weeks."),
        (
            {"assigned_3_weeks": 5, "done_3_weeks": 2},
            {"assigned_3_weeks": 6, "done_3_weeks": 2},
            "Tom did 2 of 6 in 3 weeks.",
        ),
        ({"assigned_3_weeks": 1, "done_3_weeks": 0}, {"assigned_3_weeks": 2}, "Tom did 0 of 2 in 3 weeks."),
        ({}, {"pause_days": 16, "days_idle": 20}, "Tom paused 16 days ago."),
    ],
)
def test_each_practice_rule_begins_at_its_own_number(
    below: dict[str, int], at: dict[str, int], reason: str
) -> None:
    assert place(couple(second=PartnerFacts("Tom", **below))).group is Group.ON_TRACK
    row = place(couple(second=PartnerFacts("Tom", **at)))
    assert (row.group, row.reason, row.more) == (Group.STALLED, reason, ())
    assert row.action.kind is ActionKind.ADJUST


def test_an_answer_may_wait_a_week_to_open() -> None:
    assert place(couple(waiting_to_open_days=7)).group is Group.ON_TRACK
    assert place(couple(waiting_to_open_days=8)).reason == "An answer has waited 8 days to open."


def test_further_reasons_are_kept_for_those_who_ask() -> None:
    facts = couple(first=PartnerFacts("Ngozi", put_off=4), second=PartnerFacts("Tom", days_idle=15))
    assert place(facts).reason == "Tom: nothing done for 15 days."
    assert [one.sentence for one in place(facts).more] == ["Ngozi put it off 4 times."]
    assert len(practice_reasons(facts)) == 2


def test_groups_stand_in_the_order_of_the_page_and_empty_ones_are_left_out() -> None:
    groups = board(
        [couple("c1"), couple("c2", unread_answers=1), couple("c3", decision_due=("no_movement",))]
    )
    assert [(one.label, [row.couple_id for row in one.rows]) for one in groups] == [
        ("Decision due", ["c3"]),
        ("New answers", ["c2"]),
        ("On track", ["c1"]),
    ]


def test_inside_a_group_only_the_appointment_decides_never_how_much_is_wrong() -> None:
    many = ("no_movement", "worse_or_slipped_back", "tension_rising")
    rows = board(
        [
            couple("none", decision_due=many),
            couple("late", decision_due=many, next_appointment=day(20)),
            couple("soon", decision_due=("no_movement",), next_appointment=day(14)),
        ]
    )[0].rows
    assert [row.couple_id for row in rows] == ["soon", "late", "none"]


def test_the_order_does_not_depend_on_the_order_given() -> None:
    facts = [couple(str(number), unread_answers=1) for number in range(5)]
    assert board(facts) == board(reversed(facts))


def test_a_row_holds_no_number_to_rank_by() -> None:
    assert {field.name for field in fields(BoardRow)}.isdisjoint(
        {"score", "total", "rank", "count", "weight"}
    )
