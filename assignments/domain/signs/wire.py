"""The ``signs assess`` contract: one couple as a JSON line in, one result as a JSON line out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from assignments.domain.history import CoupleHistory, HistoryError, from_json
from assignments.domain.signs.assessing import assess_many
from assignments.domain.signs.rows import Assessment
from assignments.domain.stalls import SHIPPED_LIMITS, Limits


class LineError(ValueError):
    """A line cannot be read; the message begins with its number, counted from 1."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"Line {number}: {reason}")
        self.number = number


def to_json(assessment: Assessment) -> dict[str, object]:
    """The fixed output: all seventeen signs, in the order of the contract."""
    return {
        "couple": assessment.couple,
        "week": assessment.week,
        "sufficiency": assessment.sufficiency.value,
        "why": assessment.why,
        "signs": [
            {
                "id": sign.id,
                "source": list(sign.sources),
                "state": sign.state.value,
                "probability": sign.probability,
                "sentence": sign.sentence,
                "rule": sign.rule,
                "evidence": dict(sign.evidence),
            }
            for sign in assessment.signs
        ],
    }


def assess_lines(lines: Iterable[str], limits: Limits = SHIPPED_LIMITS) -> Iterator[str]:
    """Assess couple after couple, some hundreds at a time; empty lines are passed over, a bad one raises.

    What came before a bad line is answered first.
    """
    waiting: list[CoupleHistory] = []
    try:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                waiting.append(_history(number, line))
            if len(waiting) == AT_A_TIME:
                yield from _results(waiting, limits)
                waiting = []
    except LineError:
        yield from _results(waiting, limits)
        raise
    yield from _results(waiting, limits)


AT_A_TIME = 256


def _results(waiting: list[CoupleHistory], limits: Limits) -> Iterator[str]:
    for assessment in assess_many(waiting, limits):
        yield json.dumps(to_json(assessment), ensure_ascii=False, allow_nan=False)


def _history(number: int, line: str) -> CoupleHistory:
    try:
        return from_json(json.loads(line))
    except HistoryError as error:
        raise LineError(number, str(error)) from None
    except json.JSONDecodeError as error:
        raise LineError(number, f"this is not JSON ({error.msg}, character {error.pos + 1}).") from None
    except (ValueError, RecursionError):
        raise LineError(number, "this is not JSON that can be read.") from None
