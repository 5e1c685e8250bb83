"""Couples as one line of `signs assess` tells them, put together week by week, for tests of the sign rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assignments.domain.history import from_json
from assignments.domain.signs import (
    assess,
)
from assignments.domain.stalls import SHIPPED_LIMITS, Limits

Record = dict[str, Any]


def week_of(partner: str, week: int, value: int, **answers: object) -> Record:
    """A check-in whose composite is the value; keyword answers replace or add to it."""
    return {
        "partner": partner,
        "week": week,
        "closeness": value,
        "understood": value,
        "tension": 10 - value,
        "pulled_back": 10 - value,
        "outside_pressure": 2,
        "same_disagreement": "none",
        **({"hope": 6, "my_part": "doing"} if week % 2 == 0 else {}),
        **answers,
    }


def couple(
    a: Sequence[int | None],
    b: Sequence[int | None] | None = None,
    week: int | None = None,
    tried: int = 1,
    **answers: Any,
) -> Record:
    """A couple with one value a week each, and two things set a week of which so many were tried."""
    sides = {"A": a, "B": a if b is None else b}
    last = max(len(side) for side in sides.values()) - 1 if week is None else week
    return {
        "couple": "c1",
        "week": last,
        "checkins": [
            week_of(partner, at, value, **answers)
            for partner, values in sides.items()
            for at, value in enumerate(values)
            if value is not None
        ],
        "instruments": [],
        "work": [
            {"partner": partner, "week": at, "assigned": 2, "tried": tried}
            for partner in "AB"
            for at in range(last + 1)
        ],
    }


STALLED = [5, 5, 5, 5, 5, 5, 5, 5, 5]
IMPROVING = [4, 4, 5, 6, 6, 7, 7, 7, 7]


def states(record: Record, limits: Limits = SHIPPED_LIMITS) -> dict[str, str]:
    return {sign.id: sign.state.value for sign in assess(from_json(record), limits).signs}


def met(record: Record) -> set[str]:
    return {sign_id for sign_id, state in states(record).items() if state == "met"}


def swapped(record: Record) -> Record:
    other = {"A": "B", "B": "A"}
    return {
        key: [{**one, "partner": other[one["partner"]]} for one in value]
        if isinstance(value, list)
        else value
        for key, value in record.items()
    }


def answered(record: Record, partner: str, week: int, **answers: object) -> Record:
    """The same record with some answers of one check-in replaced."""
    return {
        **record,
        "checkins": [
            {**one, **answers} if (one["partner"], one["week"]) == (partner, week) else one
            for one in record["checkins"]
        ],
    }
