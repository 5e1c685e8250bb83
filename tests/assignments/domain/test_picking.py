"""The order of Today, step by step, and the times that rituals' own words can be read as."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from assignments.domain.picking import Rank, is_soon, rank
from assignments.domain.rituals import time_in

NOW = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)


def test_the_order_is_that_of_the_design() -> None:
    assert [one.name for one in sorted(Rank)] == [
        "RETURN_DUE",
        "STARTED",
        "YOUR_TURN",
        "RITUAL_SOON",
        "CHECK_IN",
        "NEW",
    ]


@pytest.mark.parametrize(
    ("started", "reply", "soon", "found"),
    [
        (True, True, True, Rank.STARTED),
        (False, True, True, Rank.YOUR_TURN),
        (False, False, True, Rank.RITUAL_SOON),
        (False, False, False, Rank.NEW),
    ],
)
def test_each_step_of_the_order_comes_before_the_next(
    started: bool, reply: bool, soon: bool, found: Rank
) -> None:
    assert rank(is_started=started, is_reply=reply, is_ritual_soon=soon) is found


def test_a_ritual_is_near_for_two_hours_before_and_while_it_lasts() -> None:
    starts = NOW + timedelta(hours=2)
    assert is_soon(starts, 15, NOW)
    assert not is_soon(starts, 15, NOW - timedelta(seconds=1))
    assert is_soon(starts, 15, starts + timedelta(minutes=14))
    assert not is_soon(starts, 15, starts + timedelta(minutes=15))
    assert not is_soon(None, 15, NOW)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("20:30", time(20, 30)),
        ("Sunday 8.30 pm", time(20, 30)),
        ("8pm", time(20)),
        ("12 am", time(0)),
        ("Sunday evening 8:30", time(20, 30)),
        ("7.15 in the morning", time(7, 15)),
        ("09:00", None),
        ("8:30", None),
        ("8", None),
        ("after tea", None),
        ("25:10", None),
        ("13 pm", None),
        ("7:00 or 8:00 pm", None),
        ("", None),
    ],
)
def test_a_time_is_read_only_where_it_can_mean_one_thing(words: str, found: time | None) -> None:
    assert time_in(words) == found
