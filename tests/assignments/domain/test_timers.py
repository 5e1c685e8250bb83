"""A timer lives in the address alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assignments.domain.timers import running_timer, start_mark

NOW = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)


def test_it_ends_when_its_minutes_have_passed() -> None:
    timer = running_timer(20, start_mark(NOW), NOW)
    assert timer is not None
    assert timer.ends_at == NOW + timedelta(minutes=20)
    assert not timer.is_over
    over = running_timer(20, start_mark(NOW), NOW + timedelta(minutes=20))
    assert over is not None
    assert over.is_over


@pytest.mark.parametrize("mark", [None, "", "soon", "-1", "1", "1e9", "²", "9" * 11, "9" * 40])
def test_an_unreadable_or_forgotten_mark_starts_nothing(mark: str | None) -> None:
    assert running_timer(20, mark, NOW) is None
