"""What more than one journey begins with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from assignments.domain.visibility import Level
from tests.assignments.given import (
    FRIDAY_EVENING,
    OPENS_TOGETHER,
    OUR_TIME,
    SIT_DOWN,
    agreed,
    answered,
    given,
)
from tests.cast import Cast
from tests.conftest import Clock


@pytest.fixture
def pages(app: Flask, cast: Cast, clock: Clock) -> list[str]:
    """One of every kind of page a partner has, on the evening when all of them are open."""
    clock.set(FRIDAY_EVENING + timedelta(minutes=1))
    with app.app_context():
        couple = cast.sam_and_jo
        questions = given(cast.priya, couple, "gentle-questions")
        turns = given(cast.priya, couple, "reflect-and-check")
        safe = given(cast.priya, couple, "my-part")
        ritual = given(cast.priya, couple, SIT_DOWN)
        agreed(cast.sam, cast.jo, ritual, OUR_TIME)
        word = given(cast.priya, couple, "find-the-word")
        done = given(cast.priya, couple, OPENS_TOGETHER)
        answered(cast.sam, done, "A line", Level.COUNSELLOR, step="at-ease")
    return [
        "/today", "/check-in", "/thanks", "/thanks/new", "/pause", "/together", "/me", "/me/history",
        "/me/reminders", "/me/sign-in", "/me/sign-in/passkeys", "/me/talk-alone", "/me/data", "/me/leave-couple",
        "/help", "/help/urgent",
        f"/do/{questions}", f"/do/{questions}/question", f"/do/{safe}", f"/do/{safe}/check", f"/do/{ritual}",
        f"/do/{word}", f"/do/{turns}", f"/turns/{turns}/one-phone", f"/turns/{turns}/1/A/thought/1",
        f"/do/{done}/done", f"/do/{done}/later", f"/do/{done}/hard",
    ]  # fmt: skip
