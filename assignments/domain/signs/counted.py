"""The rules that count reports: R3 (high tension), R4, R5 (persists), R6, R7, and the note T11.

Each takes the case and gives a verdict. A "report" is a check-in that answered the item; an item left out
is a missing report, never a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from assignments.domain.checkins import CheckinAnswers, Disagreement, MyPart
from assignments.domain.history import PARTNERS, Partner
from assignments.domain.signs.rows import Case, State, Verdict, Words
from assignments.domain.stalls import Limits

# A number or the value of a choice; each count knows which of them it reads.
Value = Any


class Tally(NamedTuple):
    """The last reports of one person on one item, and how many of them count."""

    partner: Partner
    reports: tuple[tuple[int, Value], ...]
    counted: tuple[bool, ...]
    hits: int

    def records(self, item: str) -> list[dict[str, object]]:
        """The reports looked at, as evidence."""
        return [
            {"partner": self.partner, "week": week, "item": item, "value": value, "counted": counted}
            for (week, value), counted in zip(self.reports, self.counted, strict=True)
        ]


@dataclass(frozen=True)
class Count:
    """The shape of a rule "so many of the last so many reports of one person".

    ``read`` gives what somebody reported, and ``counts`` says whether that counts under some limits. ``times`` and
    ``of`` find in the limits how many of how many; the words may name a limit too.
    """

    item: str
    read: Callable[[CheckinAnswers], Value | None]
    counts: Callable[[Limits, Value], bool]
    times: Callable[[Limits], int]
    of: Callable[[Limits], int]
    words: Callable[[Limits], str]
    clears: Callable[[Limits], str]
    nothing: str
    remark: str = ""

    def needed(self, limits: Limits) -> int:
        """Fewer reports than this are too few to call the sign not met."""
        return max(self.times(limits), 3)

    def rule(self, limits: Limits) -> str:
        """The rule in words."""
        rule = (
            f"Plain count: {self.words(limits)} in {self.times(limits)} of the last {self.of(limits)} reports of one"
            f" person, none older than {limits.recent_weeks} weeks."
        )
        return f"{rule} {self.remark}" if self.remark else rule


OWN_REPORTS = "Own reports only; what you see in the room counts as well."
STUCK = (Disagreement.STUCK.value, Disagreement.WORSE.value)


def _high(
    item: str, limit: str, how_often: str, said: str, clears: str, nothing: str, remark: str = ""
) -> Count:
    """A count of an item from 0 to 10 at some number or more, with the names of its limits."""
    high = attrgetter(limit)
    return Count(
        item=item,
        read=attrgetter(item),
        counts=lambda limits, value: value >= high(limits),
        times=attrgetter(f"{how_often}_times"),
        of=attrgetter(f"{how_often}_of"),
        words=lambda limits: f"{said} at {high(limits)} or more",
        clears=lambda limits: f"{clears} below {high(limits)}",
        nothing=nothing,
        remark=remark,
    )


RECURRING_CONFLICT = Count(
    item="same_disagreement",
    read=lambda answers: None if answers.same_disagreement is None else answers.same_disagreement.value,
    counts=lambda _, value: value in STUCK,
    times=lambda limits: limits.conflict_times,
    of=lambda limits: limits.conflict_of,
    words=lambda _: "the same disagreement stuck or worse",
    clears=lambda _: "weeks without it, or in which it eased,",
    nothing="The same disagreement does not keep coming back stuck",
    remark=OWN_REPORTS,
)
NO_WAY_IN = Count(
    item="my_part",
    read=lambda answers: None if answers.my_part is None else answers.my_part.value,
    counts=lambda _, value: value == MyPart.DONT_KNOW_HOW.value,
    times=lambda limits: limits.no_way_in_times,
    of=lambda limits: limits.no_way_in_of,
    words=lambda _: "“want to, but don't know how to begin”",
    clears=lambda _: "another answer",
    nothing="Neither says that they don't know how to begin",
    remark="Asked every second week.",
)
LOW_HOPE = Count(
    item="hope",
    read=attrgetter("hope"),
    counts=lambda limits, value: value <= limits.hope_low,
    times=lambda limits: limits.hope_times,
    of=lambda limits: limits.hope_of,
    words=lambda limits: f"hope at {limits.hope_low} or less",
    clears=lambda limits: f"hope above {limits.hope_low}",
    nothing="Hope is not low",
)
# R3, the part that counts reports.
HIGH_TENSION = _high("tension", "tension_high", "tension_high", "tension", "tension", "Tension is not high")
WITHDRAWAL = _high(
    "pulled_back",
    "withdrawal_high",
    "withdrawal",
    "pulled back",
    "pulling back",
    "Neither reports pulling back most weeks",
    OWN_REPORTS,
)
PRESSURE = _high(
    "outside_pressure",
    "pressure_high",
    "pressure",
    "outside pressure",
    "outside pressure",
    "Outside pressure is not high",
    "A note only: it changes no other row.",
)


def recurring_conflict(case: Case) -> Verdict:
    """R4: the same disagreement came back and stayed stuck, or came back worse."""
    return count_rule(case, RECURRING_CONFLICT)


def withdrawal_persists(case: Case) -> Verdict:
    """R5: one person reports pulling back, most weeks."""
    return count_rule(case, WITHDRAWAL)


def wants_help_no_way_in(case: Case) -> Verdict:
    """R6: somebody wants to do their part and does not know how to begin."""
    return count_rule(case, NO_WAY_IN)


def outside_pressure(case: Case) -> Verdict:
    """T11: a note to read beside the rows; it changes no state of any."""
    return count_rule(case, PRESSURE)


def hope_low_or_split(case: Case) -> Verdict:
    """R7: one person's hope is low, or the two hopes are far apart."""
    limits = case.limits
    low = count_rule(case, LOW_HOPE)

    def lonely() -> Words:
        words = low.words()
        split = (
            f" Or both apart by {limits.hope_gap} or more in {limits.hope_times} of the last {limits.hope_of} weeks"
            " that both answered. Asked every second week."
        )
        return words._replace(rule=words.rule + split)

    if low.state is State.MET:
        return low._replace(words=lonely)
    first, second = (dict(_recent(case, LOW_HOPE, partner)) for partner in PARTNERS)
    both = sorted(first.keys() & second.keys())[-limits.hope_of :]
    wide = [week for week in both if abs(first[week] - second[week]) >= limits.hope_gap]
    if len(wide) >= limits.hope_times:

        def split() -> Words:
            records = [
                {
                    "partner": partner,
                    "week": week,
                    "item": "hope",
                    "value": hopes[week],
                    "counted": week in wide,
                }
                for week in both
                for partner, hopes in zip(PARTNERS, (first, second), strict=True)
            ]
            return Words(
                f"Hope was {limits.hope_gap} or more apart in {len(wide)} of the last {len(both)} weeks both answered:"
                f" {case.names.a} {_listed(first[week] for week in both)},"
                f" {case.names.b} {_listed(second[week] for week in both)}.",
                lonely().rule,
                {"records": records},
                f"A gap under {limits.hope_gap} in the next answers would clear this.",
            )

        return Verdict(State.MET, split)
    if low.state is State.NOT_MET:
        return low._replace(words=lambda: lonely()._replace(sentence="Hope is neither low nor far apart."))
    return low._replace(words=lonely)


def count_rule(case: Case, count: Count) -> Verdict:
    """So many of the last so many reports of the same person."""
    tallies = [tally(case, count, partner) for partner in PARTNERS]
    times = count.times(case.limits)
    most = max(one.hits for one in tallies)
    if most >= times:
        state = State.MET
    elif most >= 2 and most == times - 1:
        # One report short is worth watching, but never on the strength of a single week.
        state = State.WATCH
    elif min(len(one.reports) for one in tallies) < count.needed(case.limits):
        state = State.NOT_ENOUGH
    else:
        state = State.NOT_MET
    return Verdict(state, lambda: _words(case, count, state, tallies))


def _words(case: Case, count: Count, state: State, tallies: Sequence[Tally]) -> Words:
    times, needed = count.times(case.limits), count.needed(case.limits)
    if state in (State.MET, State.WATCH):
        least = times if state is State.MET else times - 1
        sentence = " ".join(_said(case, count, one) for one in tallies if one.hits >= least)
    elif state is State.NOT_ENOUGH:
        have = " and ".join(
            f"{len(one.reports)} of {needed} reports from {case.names.of(one.partner)}"
            for one in tallies
            if len(one.reports) < needed
        )
        sentence = f"Not enough yet: {have}."
    else:
        counts = "; ".join(
            f"{case.names.of(one.partner)} {one.hits} of the last {len(one.reports)}" for one in tallies
        )
        sentence = f"{count.nothing}: {counts}."
    return Words(
        sentence,
        count.rule(case.limits),
        {"records": [record for one in tallies for record in one.records(count.item)]},
        f"It clears with {count.clears(case.limits)} in the next reports, until fewer than {times} of the last"
        f" {count.of(case.limits)} count.",
    )


def tally(case: Case, count: Count, partner: Partner) -> Tally:
    """Look at one person's last reports."""
    limits = case.limits
    reports = _recent(case, count, partner, count.of(limits))
    counted = tuple([count.counts(limits, value) for _, value in reports])
    return Tally(partner, reports, counted, sum(counted))


def _recent(
    case: Case, count: Count, partner: Partner, most: int | None = None
) -> tuple[tuple[int, Value], ...]:
    """One person's reports on an item that are not too old, oldest first; only the last so many of them."""
    found: list[tuple[int, Value]] = []
    read = count.read
    for week, answers in case.recent[partner]:
        value = read(answers)
        if value is not None:
            found.append((week, value))
            if len(found) == most:
                break
    found.reverse()
    return tuple(found)


def _said(case: Case, count: Count, one: Tally) -> str:
    values = [value for _, value in one.reports]
    numbers = "" if any(isinstance(value, str) for value in values) else f": {_listed(values)}"
    name = case.names.of(one.partner)
    return (
        f"{name}: {count.words(case.limits)} in {one.hits} of the last {len(one.reports)} reports{numbers}."
    )


def _listed(values: Iterable[Value]) -> str:
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
