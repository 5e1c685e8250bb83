"""When a reminder is due: on the wall clock of the practice, in both weeks of the year when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.domain.reminders import (
    Slot,
    Timetable,
    days_mask,
    days_of,
    due_slot,
    others_may_read_inbox,
    slot_moment,
)

LONDON = "Europe/London"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def due(
    timetable: Timetable, now: datetime, *, changed_at: datetime = LONG_AGO, zone: str = LONDON
) -> Slot | None:
    return due_slot(timetable, zone=zone, changed_at=changed_at, now=now)


@pytest.mark.parametrize(
    ("day", "minute", "zone", "expected"),
    [
        (date(2026, 9, 16), 18 * 60, LONDON, at(2026, 9, 16, 17)),
        (date(2026, 12, 16), 18 * 60, LONDON, at(2026, 12, 16, 18)),
        # 01:00 to 02:00 does not exist that night; the next there is, is 02:00 in summer time.
        (date(2026, 3, 29), 60, LONDON, at(2026, 3, 29, 1)),
        (date(2026, 3, 29), 90, LONDON, at(2026, 3, 29, 1)),
        (date(2026, 3, 29), 120, LONDON, at(2026, 3, 29, 1)),
        (date(2026, 3, 29), 2 * 60 + 30, "Europe/Berlin", at(2026, 3, 29, 1)),
        # 01:30 comes twice that night; the first is meant.
        (date(2026, 10, 25), 90, LONDON, at(2026, 10, 25, 0, 30)),
        # A whole day was left out where the date line was moved.
        (date(2011, 12, 30), 12 * 60, "Pacific/Apia", at(2011, 12, 30, 10)),
    ],
)
def test_a_slot_is_a_time_on_the_wall(day: date, minute: int, zone: str, expected: datetime) -> None:
    assert slot_moment(day, minute, zone) == expected


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_every_minute_of_a_day_on_which_the_clocks_change_sends_once(day: date) -> None:
    """Looked at every ten minutes from the day before to the day after, one slot comes up and it is of that day."""
    for minute in range(0, 24 * 60, 30):
        timetable = Timetable(days=frozenset({day.weekday()}), minute=minute, on=True)
        start = slot_moment(day, 0, LONDON) - timedelta(hours=20)
        found = [due(timetable, start + timedelta(minutes=10 * step)) for step in range(6 * 70)]
        slots = {slot for slot in found if slot}
        assert slots == {Slot(day, slot_moment(day, minute, LONDON))}, minute


def test_it_is_due_from_its_moment_on_and_no_longer_after_a_day() -> None:
    timetable = Timetable(days=frozenset({2}), minute=18 * 60, on=True)
    slot = Slot(date(2026, 9, 16), at(2026, 9, 16, 17))
    assert due(timetable, at(2026, 9, 16, 16, 59)) is None
    assert due(timetable, at(2026, 9, 16, 17)) == slot
    assert due(timetable, at(2026, 9, 17, 16, 59)) == slot
    assert due(timetable, at(2026, 9, 17, 17)) is None


def test_off_is_never_due_and_is_how_everybody_begins() -> None:
    assert due(Timetable(days=EVERY_DAY, minute=0, on=False), at(2026, 9, 16, 18, 30)) is None
    assert not Timetable().on


def test_turning_them_on_sends_nothing_for_an_hour_that_has_gone() -> None:
    timetable = Timetable(days=EVERY_DAY, minute=18 * 60, on=True)
    assert due(timetable, at(2026, 9, 16, 18, 30), changed_at=at(2026, 9, 16, 18, 29)) is None
    assert due(timetable, at(2026, 9, 17, 17), changed_at=at(2026, 9, 16, 18, 29)) is not None


def test_after_a_silence_only_the_latest_is_due() -> None:
    timetable = Timetable(days=EVERY_DAY, minute=18 * 60, on=True)
    assert due(timetable, at(2026, 9, 16, 17, 5)) == Slot(date(2026, 9, 16), at(2026, 9, 16, 17))


def test_days_go_into_a_number_and_come_out() -> None:
    assert days_of(days_mask({0, 6})) == {0, 6}
    assert days_of(days_mask(EVERY_DAY)) == EVERY_DAY
    assert days_mask(()) == 0
    with pytest.raises(ValueError, match="seven days"):
        days_mask({7})


@pytest.mark.parametrize(
    ("said", "partners", "expected"),
    [
        ("no", "jo@mail.example", False),
        ("yes", "jo@mail.example", True),
        ("unsure", "jo@mail.example", True),
        ("no", "Sam@mail.example ", True),
    ],
)
def test_others_may_read_an_inbox_that_is_said_to_be_shared_or_is(
    said: str, partners: str, expected: bool
) -> None:
    assert others_may_read_inbox(said=said, own="sam@mail.example", partners=partners) is expected
