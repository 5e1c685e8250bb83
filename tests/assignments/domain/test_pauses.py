"""When a pause is told of, when its way back is due, and what the counsellor is told."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from assignments.domain.pauses import Back, Pause, back_line, until
from clinic.language import clock_time, working_time

LONDON = ZoneInfo("Europe/London")
ASKED = datetime(2026, 9, 16, 19, 0, tzinfo=UTC)  # Eight in the evening in London.
BACK = ASKED + timedelta(minutes=30)


def test_each_way_back_is_a_moment_and_the_session_is_none() -> None:
    ways = [until(one, ASKED, at=time(19), zone=LONDON) for one in Back]
    assert ways == [BACK, ASKED + timedelta(hours=1), datetime(2026, 9, 17, 18, 0, tzinfo=UTC), None]
    with pytest.raises(ValueError, match="Enter a time"):
        until(Back.TOMORROW, ASKED, at=None, zone=LONDON)


def test_an_hour_that_the_clocks_leave_out_becomes_one_that_exists() -> None:
    night = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
    assert until(Back.TOMORROW, night, at=time(1, 30), zone=LONDON) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("moment", "line"),
    [
        (BACK, "Back at 8:30 pm."),
        (ASKED + timedelta(hours=23), "Back tomorrow at 7:00 pm."),
        (ASKED + timedelta(days=2), "Back on Friday at 8:00 pm."),
        (None, "Back in our session."),
    ],
)
def test_the_line_names_the_day_where_it_is_another(moment: datetime | None, line: str) -> None:
    assert back_line(moment, ASKED, LONDON, clock_time) == line


def test_the_counsellor_reads_it_by_her_own_clock() -> None:
    assert back_line(BACK, ASKED, LONDON, working_time) == "Back at 20:30."


def test_what_the_other_reads_goes_by_the_clock_and_not_by_coming_back() -> None:
    for returned in (None, ASKED + timedelta(minutes=5), BACK + timedelta(days=3)):
        pause = Pause(ASKED, BACK, returned_at=returned)
        assert pause.is_told(BACK - timedelta(seconds=1))
        assert not pause.is_told(BACK)


def test_a_pause_until_the_session_is_told_until_it_has_been_or_for_a_week() -> None:
    session = ASKED + timedelta(days=9)
    assert Pause(ASKED, None, session).is_told(session - timedelta(minutes=1))
    assert not Pause(ASKED, None, session).is_told(session)
    assert Pause(ASKED, None).is_told(ASKED + timedelta(days=6))
    assert not Pause(ASKED, None).is_told(ASKED + timedelta(days=7))


def test_the_way_back_is_due_for_a_day_and_never_after_coming_back() -> None:
    pause = Pause(ASKED, BACK)
    assert not pause.is_due(BACK - timedelta(seconds=1))
    assert pause.is_due(BACK)
    assert not pause.is_due(BACK + timedelta(hours=24))
    assert not Pause(ASKED, BACK, returned_at=BACK).is_due(BACK)
    assert not Pause(ASKED, None).is_due(BACK)


@pytest.mark.parametrize(
    ("pause", "done_last", "days"),
    [
        (Pause(ASKED, BACK), None, 5),
        (Pause(ASKED, None), None, 5),
        (Pause(ASKED, None, ASKED + timedelta(days=2)), None, 5),
        (Pause(ASKED, None, ASKED + timedelta(days=7)), None, None),
        (Pause(ASKED, BACK, returned_at=BACK), None, None),
        (Pause(ASKED, BACK), ASKED + timedelta(days=1), None),
        (Pause(ASKED, BACK), ASKED - timedelta(days=1), 5),
    ],
)
def test_the_counsellor_is_told_of_a_pause_that_nothing_came_after(
    pause: Pause, done_last: datetime | None, days: int | None
) -> None:
    later = ASKED + timedelta(days=5)
    assert pause.days_without_a_return(later, done_last=done_last, zone=LONDON) == days


def test_on_its_own_day_a_pause_is_no_reason_yet() -> None:
    now = BACK + timedelta(hours=1)
    assert Pause(ASKED, BACK).days_without_a_return(now, done_last=None, zone=LONDON) is None
