"""The diary: a week of appointments as a list, and today's with what comes next for each."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from assignments.queries.board import board_for
from assignments.queries.diary import diary_for
from assignments.views.board import action_of
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.forms import EARLIEST, LATEST
from clinic.queries.people import practice_of

blueprint = Blueprint("diary", __name__)


@blueprint.get("/c/diary")
@needs(Permission.COUPLE_LIST)
def diary() -> ResponseReturnValue:
    """This week, or the one that the day in `week` falls in."""
    now, today = clock.now(), clock.today(practice_of(signed_in()).timezone)
    found = diary_for(signed_in(), _day_asked_for() or today, now)
    return render_template(
        "assignments/diary/diary.html",
        diary=found,
        next_step=_next_steps() if found.has_today else {},
        earlier=found.monday - timedelta(days=7),
        later=found.monday + timedelta(days=7),
    )


def _day_asked_for() -> date | None:
    """The day in the address; anything that is no day we can show is this week."""
    try:
        day = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return None
    return day if EARLIEST + timedelta(days=14) < day < LATEST - timedelta(days=14) else None


def _next_steps() -> dict[UUID, tuple[str, tuple[str, str]]]:
    """Why each couple is on the board, and its one action there: label and address."""
    everything = board_for(signed_in(), clock.now())
    lines = everything.lines
    return {
        lines[row.couple_id].couple.id: (row.reason, action_of(row, lines[row.couple_id]))
        for row in everything.rows()
    }
