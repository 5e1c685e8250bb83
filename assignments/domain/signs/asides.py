"""Setting a row aside: for how long, and when it comes back by itself.

A row that was set aside asks for no decision. It comes back as soon as its state is another one, and after four weeks
at the latest, so that nothing is ever put out of sight for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assignments.domain.history import CoupleHistory
from assignments.domain.signs.assessing import assess_weeks
from assignments.domain.signs.rows import Assessment, State
from assignments.domain.stalls import Limits

AWAY_FOR = timedelta(weeks=4)
MAY_BE_SET_ASIDE = frozenset({State.MET, State.WATCH})


@dataclass(frozen=True)
class Aside:
    """A row somebody has set aside: in which state it was, from which week on that is watched, and until when."""

    sign: str
    state: State
    from_week: int
    returns_on: date


def returns_on(today: date) -> date:
    """The day on which a row set aside today is back, if its state has not brought it back before."""
    return today + AWAY_FOR


def still_aside(
    asides: Sequence[Aside], assessment: Assessment, history: CoupleHistory, limits: Limits, today: date
) -> frozenset[str]:
    """Which of these rows are still out of the way.

    A state that changed and changed back has brought its row back all the same, so the weeks in between are worked out
    again, as far as any row is left to ask about.
    """
    left = {
        one.sign: one
        for one in asides
        if today < one.returns_on and assessment.sign(one.sign).state is one.state
    }
    first = min((one.from_week for one in left.values()), default=history.week)
    for then in assess_weeks(history, range(max(first, 0), history.week), limits):
        asked = [one for one in left.values() if one.from_week <= then.week]
        _drop_changed(left, asked, then)
        if not left:
            break
    return frozenset(left)


def _drop_changed(left: dict[str, Aside], asked: Iterable[Aside], then: Assessment) -> None:
    for one in asked:
        if then.sign(one.sign).state is not one.state:
            del left[one.sign]
