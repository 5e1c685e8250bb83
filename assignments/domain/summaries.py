"""What a couple's row on the board is told from: the few numbers that a whole history comes down to.

A summary follows from the couple's own record, the day and the practice's rules, and from nothing else. What anybody's
account, an appointment or a hold says is asked anew for each board, so that nothing here may be kept that others decide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from assignments.domain.checkins import CheckinAnswers
from assignments.domain.history import Checkin, CoupleHistory, Partner, couple_history

WEEKS_DRAWN = 6


class Told(NamedTuple):
    """One check-in as the small charts of the board draw it."""

    partner: Partner
    week: int
    closeness: int | None
    tension: int | None


@dataclass(frozen=True)
class PartnerSummary:
    """Where one partner is with practice."""

    done: tuple[int, int] | None = None
    """Things done of things set in two weeks; None for who was given nothing."""
    idle_since: date | None = None
    """The last day something was done, or the day the first open thing began; None while nothing is open."""
    done_last: datetime | None = None
    put_off: int = 0
    felt_hard: int = 0
    assigned_3_weeks: int = 0
    done_3_weeks: int = 0
    checked_in: int | None = None
    """The week of the last check-in."""


@dataclass(frozen=True)
class Summary:
    """What a couple's record comes down to on one day."""

    week_0: date | None
    last_week: int
    decision_due: tuple[str, ...]
    watching: tuple[str, ...]
    waits_since: datetime | None
    """When the answer was sent that has waited longest for the other's, never whose."""
    unread: int
    unread_turns: int
    read_first: UUID | None
    """The newest answer that has not been marked read."""
    a: PartnerSummary
    b: PartnerSummary
    recent: tuple[Told, ...]

    def of(self, slot: str) -> PartnerSummary:
        """One partner's part."""
        return self.b if slot == "B" else self.a

    @property
    def week(self) -> int:
        """The week the couple is in."""
        return max(self.last_week, 0)

    @property
    def weeks_drawn(self) -> tuple[int, int]:
        """The first and the last week of the small charts."""
        return max(0, self.week - WEEKS_DRAWN + 1), self.week

    def history(self, couple: str) -> CoupleHistory:
        """What the small charts are drawn from."""
        return couple_history(
            couple,
            self.week,
            [
                Checkin(one.partner, one.week, CheckinAnswers(closeness=one.closeness, tension=one.tension))
                for one in self.recent
            ],
        )


UNTOLD = Summary(None, -1, (), (), None, 0, 0, None, PartnerSummary(), PartnerSummary(), ())
"""Stands where no summary can be made of a couple. It tells nothing, which is not that there was nothing to tell."""


def recent_of(history: CoupleHistory, first: int) -> tuple[Told, ...]:
    """The check-ins of the weeks that are drawn."""
    return tuple(
        Told(one.partner, one.week, one.answers.closeness, one.answers.tension)
        for one in history.checkins
        if one.week >= first
    )


def to_json(summary: Summary) -> str:
    """As it is kept."""
    return json.dumps({**vars(summary), "a": vars(summary.a), "b": vars(summary.b)}, default=_as_text)


def from_json(kept: str) -> Summary:
    """What was kept, as it was."""
    value: dict[str, Any] = json.loads(kept)
    return Summary(
        week_0=_day(value["week_0"]),
        last_week=value["last_week"],
        decision_due=tuple(value["decision_due"]),
        watching=tuple(value["watching"]),
        waits_since=_moment(value["waits_since"]),
        unread=value["unread"],
        unread_turns=value["unread_turns"],
        read_first=UUID(value["read_first"]) if value["read_first"] else None,
        a=_partner(value["a"]),
        b=_partner(value["b"]),
        recent=tuple(Told(*one) for one in value["recent"]),
    )


def _partner(value: dict[str, Any]) -> PartnerSummary:
    done: Sequence[int] | None = value["done"]
    return PartnerSummary(
        **{
            **value,
            "done": None if done is None else (done[0], done[1]),
            "idle_since": _day(value["idle_since"]),
            "done_last": _moment(value["done_last"]),
        }
    )


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _day(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)


def _moment(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)
