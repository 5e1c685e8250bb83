"""The rules that count reports: R3 (high tension), R4, R5 (persists), R6, R7, and the note T11.

Each takes the case and gives a verdict. A "report" is a check-in that answered the item; an item left out
is a missing report, never a zero. All of them are reasoned rules that have not been simulated yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assignments.domain.checkins import CheckinAnswers, Disagreement, MyPart
from assignments.domain.history import PARTNERS, Partner
from assignments.domain.signs.rows import Case, State, Verdict

Value = int | float | str


@dataclass(frozen=True)
class Tally:
    """The last reports of one person on one item, and how many of them count."""

    partner: Partner
    reports: tuple[tuple[int, Value], ...]
    counted: tuple[bool, ...]

    @property
    def hits(self) -> int:
        """How many of the last reports count."""
        return sum(self.counted)

    def records(self, item: str) -> list[dict[str, object]]:
        """The reports looked at, as evidence."""
        return [
            {"partner": self.partner, "week": week, "item": item, "value": value, "counted": counted}
            for (week, value), counted in zip(self.reports, self.counted, strict=True)
        ]


@dataclass(frozen=True)
class Count:
    """The shape of a rule "so many of the last so many reports of one person"."""

    item: str
    read: Callable[[CheckinAnswers], Value | None]
    counts: Callable[[Value], bool]
    times: int
    of: int
    words: str
    clears: str
    nothing: str

    @property
    def needed(self) -> int:
        """Fewer reports than this are too few to call the sign not met."""
        return max(self.times, 3)


def high_tension(case: Case) -> Count:
    """R3, the part that counts reports."""
    limits = case.limits
    return Count(
        item="tension",
        read=lambda answers: answers.tension,
        counts=lambda value: float(value) >= limits.tension_high,
        times=limits.tension_high_times,
        of=limits.tension_high_of,
        words=f"tension at {limits.tension_high} or more",
        clears=f"Tension below {limits.tension_high}",
        nothing="Tension is not high",
    )


def recurring_conflict(case: Case) -> Verdict:
    """R4: the same disagreement came back and stayed stuck, or came back worse."""
    limits = case.limits
    stuck = (Disagreement.STUCK.value, Disagreement.WORSE.value)
    return count_rule(
        case,
        Count(
            item="same_disagreement",
            read=lambda answers: (
                None if answers.same_disagreement is None else answers.same_disagreement.value
            ),
            counts=lambda value: value in stuck,
            times=limits.conflict_times,
            of=limits.conflict_of,
            words="the same disagreement stuck or worse",
            clears="A week without it, or one in which it eased,",
            nothing="The same disagreement does not keep coming back stuck",
        ),
        "Own reports only; what you see in the room counts as well.",
    )


def withdrawal_persists(case: Case) -> Verdict:
    """R5: one person reports pulling back, most weeks."""
    limits = case.limits
    return count_rule(
        case,
        Count(
            item="pulled_back",
            read=lambda answers: answers.pulled_back,
            counts=lambda value: float(value) >= limits.withdrawal_high,
            times=limits.withdrawal_times,
            of=limits.withdrawal_of,
            words=f"pulled back at {limits.withdrawal_high} or more",
            clears=f"Pulling back below {limits.withdrawal_high}",
            nothing="Neither reports pulling back most weeks",
        ),
        "Own reports only; what you see in the room counts as well.",
    )


def wants_help_no_way_in(case: Case) -> Verdict:
    """R6: somebody wants to do their part and does not know how to begin."""
    limits = case.limits
    return count_rule(
        case,
        Count(
            item="my_part",
            read=lambda answers: None if answers.my_part is None else answers.my_part.value,
            counts=lambda value: value == MyPart.DONT_KNOW_HOW.value,
            times=limits.no_way_in_times,
            of=limits.no_way_in_of,
            words="“want to, but don't know how to begin”",
            clears="Another answer",
            nothing="Neither says that they don't know how to begin",
        ),
        "Asked every second week.",
    )


def hope_low_or_split(case: Case) -> Verdict:
    """R7: one person's hope is low, or the two hopes are far apart."""
    limits = case.limits
    low = count_rule(
        case,
        Count(
            item="hope",
            read=lambda answers: answers.hope,
            counts=lambda value: float(value) <= limits.hope_low,
            times=limits.hope_times,
            of=limits.hope_of,
            words=f"hope at {limits.hope_low} or less",
            clears=f"Hope above {limits.hope_low}",
            nothing="Hope is not low",
        ),
        f"Or both apart by {limits.hope_gap} or more in {limits.hope_times} of the last"
        f" {limits.hope_of} weeks"
        " that both answered. Asked every second week.",
    )
    if low.state is State.MET:
        return low
    first, second = (dict(case.history.numbers(partner, "hope")) for partner in PARTNERS)
    both = [week for week in sorted(first.keys() & second.keys()) if _is_recent(case, week)][
        -limits.hope_of :
    ]
    gaps = [(week, abs(first[week] - second[week])) for week in both]
    wide = [week for week, gap in gaps if gap >= limits.hope_gap]
    records = [
        {"partner": partner, "week": week, "item": "hope", "value": hopes[week], "counted": week in wide}
        for week in both
        for partner, hopes in zip(PARTNERS, (first, second), strict=True)
    ]
    if len(wide) >= limits.hope_times:
        return Verdict(
            State.MET,
            f"Hope was {limits.hope_gap} or more apart in {len(wide)} of the last {len(both)} weeks"
            f" both answered:"
            f" {case.names.a} {_listed(first[week] for week in both)},"
            f" {case.names.b} {_listed(second[week] for week in both)}.",
            low.rule,
            {"records": records},
            f"A gap under {limits.hope_gap} in the next answers would clear this.",
        )
    if low.state is State.NOT_MET:
        return Verdict(
            State.NOT_MET, "Hope is neither low nor far apart.", low.rule, low.evidence, readings=low.readings
        )
    return low


def outside_pressure(case: Case) -> Verdict:
    """T11: a note to read beside the rows; it changes no state of any."""
    limits = case.limits
    return count_rule(
        case,
        Count(
            item="outside_pressure",
            read=lambda answers: answers.outside_pressure,
            counts=lambda value: float(value) >= limits.pressure_high,
            times=limits.pressure_times,
            of=limits.pressure_of,
            words=f"outside pressure at {limits.pressure_high} or more",
            clears=f"Outside pressure below {limits.pressure_high}",
            nothing="Outside pressure is not high",
        ),
        "A note only: it changes no other row.",
    )


def count_rule(case: Case, count: Count, remark: str = "") -> Verdict:
    """So many of the last so many reports of the same person."""
    tallies = [tally(case, count, partner) for partner in PARTNERS]
    rule = (
        f"Plain count: {count.words} in {count.times} of the last {count.of} reports of one person,"
        f" none older than {case.limits.recent_weeks} weeks."
    )
    if remark:
        rule = f"{rule} {remark}"
    records = [record for one in tallies for record in one.records(count.item)]
    evidence: dict[str, object] = {"records": records}
    met = [one for one in tallies if one.hits >= count.times]
    clears = f"{count.clears} in the next reports, until under {count.times} of the last {count.of} count."
    if met:
        return Verdict(State.MET, " ".join(_said(case, count, one) for one in met), rule, evidence, clears)
    # One report short is worth watching, but never on the strength of a single week.
    near = [one for one in tallies if one.hits >= 2 and one.hits == count.times - 1]
    if near:
        return Verdict(State.WATCH, " ".join(_said(case, count, one) for one in near), rule, evidence, clears)
    short = [one for one in tallies if len(one.reports) < count.needed]
    if short:
        have = " and ".join(
            f"{len(one.reports)} of {count.needed} reports from {case.names.of(one.partner)}" for one in short
        )
        return Verdict(State.NOT_ENOUGH, f"Not enough yet: {have}.", rule, evidence)
    counts = "; ".join(
        f"{case.names.of(one.partner)} {one.hits} of the last {len(one.reports)}" for one in tallies
    )
    return Verdict(State.NOT_MET, f"{count.nothing}: {counts}.", rule, evidence)


def tally(case: Case, count: Count, partner: Partner) -> Tally:
    """Look at one person's last reports."""
    found: list[tuple[int, Value]] = []
    too_old = case.history.week - case.limits.recent_weeks
    for one in reversed(case.history.checkins_of(partner)):
        if len(found) == count.of or one.week <= too_old:
            break
        value = count.read(one.answers)
        if value is not None:
            found.append((one.week, value))
    found.reverse()
    return Tally(partner, tuple(found), tuple([count.counts(value) for _, value in found]))


def _said(case: Case, count: Count, one: Tally) -> str:
    values = [value for _, value in one.reports]
    numbers = "" if any(isinstance(value, str) for value in values) else f": {_listed(values)}"
    name = case.names.of(one.partner)
    return f"{name}: {count.words} in {one.hits} of the last {len(one.reports)} reports{numbers}."


def _is_recent(case: Case, week: int) -> bool:
    return week > case.history.week - case.limits.recent_weeks


def _listed(values: Iterable[Value]) -> str:
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
