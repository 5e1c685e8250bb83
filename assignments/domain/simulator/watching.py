"""What the sign rules say about a simulated couple, week by week, by the very rules that the signs page uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from assignments.domain.signs.assessing import RULES, case_of
from assignments.domain.signs.rows import State
from assignments.domain.signs.stalled import effort_of, range_of
from assignments.domain.simulator.couples import Simulated
from assignments.domain.stalls import NO_NAMES, SHIPPED_LIMITS, Limits, Sufficiency, movements_of

FIRST_WEEK = 2
BATCH = 250


@dataclass(frozen=True)
class Watched:
    """One couple and the weeks in which each sign was met.

    ``enough`` are the weeks in which a lack of movement could be judged, ``gated`` those of them in which the other
    conditions of R1 held too: still in range, and enough tried. ``judged`` are, for each sign, the weeks in which its
    rule could say yes or no at all.
    """

    couple: Simulated
    met: Mapping[str, frozenset[int]]
    judged: Mapping[str, frozenset[int]]
    enough: frozenset[int]
    gated: frozenset[int]

    def met_by(self, week: int, *signs: str) -> bool:
        """Whether any of these signs was met in some week up to this one."""
        return any(at <= week for sign in signs for at in self.met[sign])

    def first_met(self, *signs: str) -> int | None:
        """The first week in which any of these signs was met."""
        return min((at for sign in signs for at in self.met[sign]), default=None)

    def episodes(self, *signs: str) -> int:
        """How often any of these signs came up: a run of weeks counts once."""
        weeks = {at for sign in signs for at in self.met[sign]}
        return sum(at - 1 not in weeks for at in weeks)


def watch(couples: Iterable[Simulated], limits: Limits = SHIPPED_LIMITS) -> Iterator[Watched]:
    """Every week of every couple, each judged by what was known in it."""
    waiting = iter(couples)
    while batch := list(islice(waiting, BATCH)):
        for couple, movements in zip(
            batch, movements_of([one.history for one in batch], limits), strict=True
        ):
            met: dict[str, set[int]] = {sign: set() for sign in RULES}
            judged: dict[str, set[int]] = {sign: set() for sign in RULES}
            enough, gated = set(), set()
            for week in range(FIRST_WEEK, couple.history.week + 1):
                case = case_of(couple.history.up_to(week), limits, NO_NAMES, movements)
                for sign, rule in RULES.items():
                    state = rule(case).state
                    if state is State.MET:
                        met[sign].add(week)
                    if state in (State.MET, State.WATCH, State.NOT_MET):
                        judged[sign].add(week)
                if week >= limits.stall_from_week and case.sufficiency is Sufficiency.ENOUGH:
                    enough.add(week)
                    if range_of(case).still_in and effort_of(case).enough:
                        gated.add(week)
            yield Watched(
                couple,
                {sign: frozenset(weeks) for sign, weeks in met.items()},
                {sign: frozenset(weeks) for sign, weeks in judged.items()},
                frozenset(enough),
                frozenset(gated),
            )
