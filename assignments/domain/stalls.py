"""The seam of the stall model: what the sign rules may ask about movement, and what counts as enough to ask.

:func:`movements_of` answers for many couples in one call, each evaluated week by what was known then: is there no
gain, is it worse or slipped back, is tension rising, is one person pulling back more, do the two drift apart. Each
answer is a :class:`Finding` with a chance, worked out by ``stall_model``. The rules in ``signs`` read findings only.

Two guards stand before every claim. It must hold in two evaluated weeks running (the rules see to that), and the
chance must still lean the same way when any one week is left out, so that nothing rests on a single odd week.

Gates, points and counts are those of the clinical method. The limits of the chances were set on simulated couples
of other seeds than those that the figures in docs/stall-method.md come from, and never on those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assignments.domain.history import PARTNERS, CoupleHistory, Partner

RULES_VERSION = "model-1"


@dataclass(frozen=True)
class Names:
    """How the two partners are called in sentences."""

    a: str = "Partner A"
    b: str = "Partner B"

    def of(self, partner: Partner) -> str:
        """The name of one partner."""
        return self.a if partner == "A" else self.b


NO_NAMES = Names()


@dataclass(frozen=True)
class Limits:
    """Every number a rule uses; a practice may change them, and a kept decision stores those it saw."""

    version: str = RULES_VERSION
    # Enough data (clinical method, B.2).
    checkins_each: int = 3
    partner_weeks: int = 7
    stall_from_week: int = 6
    silent_weeks: int = 2
    baseline_weeks: int = 4
    fresh_weeks: int = 4
    # Movement of the composite: R1, R2. A gain of .8 is about half the spread between persons, a design choice.
    weeks_in_a_row: int = 2
    gain_points: float = 0.8
    gain_probability: float = 0.22
    gain_watch_probability: float = 0.40
    gain_probability_one_week_out: float = 0.45
    range_composite: float = 6.5
    range_reports: int = 3
    range_instrument_weeks: int = 5
    effort_weeks: int = 4
    effort_share: float = 0.5
    effort_tried: int = 3
    worse_checkins_each: int = 2
    worse_partner_weeks: int = 5
    worse_probability: float = 0.83
    strong_points: float = 0.5
    strong_probability: float = 0.80
    slipped_points: float = 0.5
    slipped_probability: float = 0.50
    # With any one week left out a chance must stay above this share of its limit. A chance of a gain has a limit of
    # its own for that, above.
    one_week_out_share: float = 0.7
    # Tension: R3.
    tension_rise_points: float = 1.0
    tension_rise_probability: float = 0.50
    tension_high: int = 8
    tension_high_times: int = 2
    tension_high_of: int = 3
    # The same disagreement: R4.
    conflict_times: int = 3
    conflict_of: int = 5
    # Pulling back: R5.
    withdrawal_high: int = 6
    withdrawal_times: int = 4
    withdrawal_of: int = 5
    withdrawal_rise_points: float = 1.0
    withdrawal_rise_probability: float = 0.50
    # No way in, hope, drifting apart: R6, R7, R8.
    no_way_in_times: int = 2
    no_way_in_of: int = 3
    hope_low: int = 3
    hope_gap: int = 4
    hope_times: int = 2
    hope_of: int = 3
    diverging_points: float = 1.0
    diverging_probability: float = 0.50
    # Silence and one-sided work: R10 and the one-sided rule.
    disengaged_weeks: int = 3
    disengaged_after: int = 3
    disengaged_window: int = 4
    one_sided_share: float = 0.5
    one_sided_window: int = 2
    one_sided_assigned: int = 2
    # Outside pressure: the note T11.
    pressure_high: int = 7
    pressure_times: int = 2
    pressure_of: int = 3
    # A report older than this is no longer counted as one of the last.
    recent_weeks: int = 8
    # Rows of these sources ask the counsellor for a decision.
    decision_sources: frozenset[str] = frozenset({"T1", "T2", "T3", "T4", "T5"})


SHIPPED_LIMITS = Limits()


class Sufficiency(StrEnum):
    """Whether a couple-level claim can be made at all."""

    ENOUGH = "enough"
    NOT_ENOUGH = "not_enough"
    ONE_SIDED = "one_sided"


@dataclass(frozen=True)
class DataCheck:
    """How much there is to go on, and the reason in one sentence."""

    sufficiency: Sufficiency
    why: str


class Finding(NamedTuple):
    """The answer to one question about movement, in one week.

    ``holds`` is ``None`` when there is too little to say. ``leans`` means that the question is near to being
    answered yes. ``change`` is the likeliest change since the week ``since``; four times in five the true one lies between ``least`` and
    ``most``. ``one_week_out`` is the chance that speaks least for the claim when any one week is left out.
    """

    holds: bool | None
    week: int = 0
    since: int = 0
    leans: bool = False
    change: float | None = None
    least: float | None = None
    most: float | None = None
    probability: float | None = None
    one_week_out: float | None = None


NOTHING_TO_SAY = Finding(holds=None)


@dataclass(frozen=True)
class Movement:
    """What the composites of both say in one evaluated week, by what was known then."""

    week: int
    no_gain: Finding
    worse: Finding
    slipped: Finding
    diverging: Finding
    strong_probability: float
    by_partner: Mapping[Partner, float]


@dataclass(frozen=True)
class Movements:
    """Every finding about one couple, oldest first, each line in its own evaluated weeks.

    A week without an answer is not evaluated, so a missing week neither makes nor breaks "in a row".
    """

    couple: tuple[Movement, ...]
    tension_rise: tuple[Finding, ...]
    pulled_back_rise: Mapping[Partner, tuple[Finding, ...]]


def check_data(
    history: CoupleHistory,
    limits: Limits = SHIPPED_LIMITS,
    names: Names = NO_NAMES,
    week: int | None = None,
) -> DataCheck:
    """Say whether there is enough for a couple-level claim, now or in an earlier week; the reason is always given."""
    now = history.week if week is None else week
    weeks = {partner: history.told_by(partner, now) for partner in PARTNERS}
    counts = {partner: len(found) for partner, found in weeks.items()}
    needed = limits.checkins_each
    silent = [partner for partner in PARTNERS if counts[partner] == 0]
    speaking = [partner for partner in PARTNERS if counts[partner] >= needed]
    if silent and speaking:
        return DataCheck(
            Sufficiency.ONE_SIDED,
            f"Only {names.of(speaking[0])} has checked in, {counts[speaking[0]]} times."
            " Nothing is said about the couple.",
        )
    short = [partner for partner in PARTNERS if counts[partner] < needed]
    if short:
        parts = " and ".join(f"{counts[one]} of {needed} check-ins from {names.of(one)}" for one in short)
        return _not_enough(f"Not enough yet: {parts}.")
    if sum(counts.values()) < limits.partner_weeks:
        return _not_enough(
            f"Not enough yet: {sum(counts.values())} of {limits.partner_weeks} check-ins, both together."
        )
    last = max(found[-1] for found in weeks.values())
    if last <= now - limits.silent_weeks:
        return _not_enough(
            f"No check-in for {now - last} weeks; the last was in week {last}. What it showed is out of date."
        )
    for partner in PARTNERS:
        first = history.first_composite(partner)
        if first is None or first > now or first >= limits.baseline_weeks:
            return _not_enough(
                f"No starting point for {names.of(partner)}: no full check-in in weeks 0 to"
                f" {limits.baseline_weeks - 1}."
            )
    if now < limits.stall_from_week:
        return _not_enough(
            f"This is week {now}. A lack of movement is not judged before week {limits.stall_from_week}."
        )
    return DataCheck(
        Sufficiency.ENOUGH,
        f"{names.a} {counts['A']} and {names.b} {counts['B']} check-ins in {now + 1} weeks.",
    )


def _not_enough(why: str) -> DataCheck:
    return DataCheck(Sufficiency.NOT_ENOUGH, why)


def movements_of(
    histories: Sequence[CoupleHistory], limits: Limits = SHIPPED_LIMITS, back: int | None = None
) -> list[Movements]:
    """The findings of many couples in one call, in each one's last ``back`` evaluated weeks, or in all."""
    # numpy is slow to start, and most of what the application does needs none of it.
    from assignments.domain import stall_findings

    return stall_findings.movements_of(histories, limits, back)


def course_of(history: CoupleHistory) -> tuple[tuple[int, float, float, float], ...]:
    """The couple's level over its weeks for a chart: (week, likeliest, least, most), four times in five between."""
    from assignments.domain import stall_findings

    return stall_findings.course_of(history)
