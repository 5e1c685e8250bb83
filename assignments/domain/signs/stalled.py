"""The rules about standing still: R1 and R1b, with the gates of range and of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from statistics import median_high
from typing import NamedTuple

from assignments.domain.checkins import same_number_throughout
from assignments.domain.history import PARTNERS, InstrumentScore, Partner
from assignments.domain.instruments import beyond_cut_off, instrument
from assignments.domain.signs.chances import (
    COMPOSITE,
    ONE_WEEK_OUT,
    chance,
    evidence_of,
    in_a_row,
    moved_by,
    twice,
)
from assignments.domain.signs.rows import Case, State, Verdict, Words
from assignments.domain.stalls import Finding, Limits, Sufficiency

MIDDLE_NUMBERS = range(3, 8)


@dataclass(frozen=True)
class Effort:
    """What the couple tried in the last weeks; ``enough`` is ``None`` when nothing was set."""

    assigned: int
    tried: int
    enough: bool | None


class Range(NamedTuple):
    """Whether either partner is still in the distressed range, and by which figures of whom."""

    still_in: bool
    figures: tuple[tuple[Partner, InstrumentScore | float], ...]

    def words(self, case: Case) -> str:
        """The figures with their lines."""
        return "; ".join(
            f"{case.names.of(partner)} {instrument(one.name).title} {one.score}"
            f" (line {instrument(one.name).cut_off:g})"
            if isinstance(one, InstrumentScore)
            else f"{case.names.of(partner)} composite {one:.1f} (line {case.limits.range_composite:g})"
            for partner, one in self.figures
        )


def effort_of(case: Case) -> Effort:
    """The effort gate of R1, both partners together."""
    limits = case.limits
    work = case.history.work_between(case.history.week - limits.effort_weeks + 1, case.history.week)
    assigned, tried = sum(one.assigned for one in work), sum(one.tried for one in work)
    if not assigned and not tried:
        return Effort(0, 0, None)
    return Effort(
        assigned,
        tried,
        tried >= limits.effort_tried or (assigned > 0 and tried >= limits.effort_share * assigned),
    )


def range_of(case: Case) -> Range:
    """The range gate of R1: a recent CSI where there is one, else the partner's own composite."""
    limits, still_in = case.limits, False
    figures: list[tuple[Partner, InstrumentScore | float]] = []
    for partner in PARTNERS:
        recent = (
            case.history.latest_score(partner, scale, limits.range_instrument_weeks)
            for scale in ("csi-4", "csi-16")
        )
        score = next((one for one in recent if one is not None), None)
        if score is not None:
            still_in = still_in or beyond_cut_off(score.name, score.score)
            figures.append((partner, score))
            continue
        last = [value for _, value in case.history.last_composites(partner, limits.range_reports)]
        if last:
            # The middle one, not the mean: one bad week must not take a steady good line below the line.
            middle = median_high(last)
            still_in = still_in or middle < limits.range_composite
            figures.append((partner, middle))
    return Range(still_in, tuple(figures))


def no_movement(case: Case) -> Verdict:
    """R1: no credible gain, still in range, and effort was made."""
    return _stall(case)[0]


def no_movement_low_effort(case: Case) -> Verdict:
    """R1b: as R1, but little was tried. A card about barriers, never a row."""
    return _stall(case)[1]


# Both rules are asked about the same case, one after the other.
@lru_cache(maxsize=1)
def _stall(case: Case) -> tuple[Verdict, Verdict]:
    limits = case.limits
    if case.sufficiency is not Sufficiency.ENOUGH:
        return _not_judged(case, case.why)
    if not case.stall_movements:
        return _not_judged(case, "Not enough yet: no recent week to judge.")
    findings = [movement.no_gain for movement in case.stall_movements]
    latest = findings[-1]
    if latest.holds is None:
        why = "Not enough yet: both partners' recent check-ins are needed to compare with the first."
        return _not_judged(case, why)

    def verdict(state: State, said: Callable[[], str], clears: str = "", *, card: bool = False) -> Verdict:
        """What was tried and the range stand in the evidence whatever the state."""

        def words() -> Words:
            effort = effort_of(case)
            evidence = {
                **evidence_of(case, "composite", latest),
                "tried": effort.tried,
                "assigned": effort.assigned,
                "range": range_of(case).words(case),
            }
            rule = _card_rule(limits) if card else _stall_rule(limits)
            return Words(f"{_gained(latest, limits)}{said()}", rule, evidence, clears)

        return Verdict(state, words, latest.probability)

    not_a_card = verdict(State.NOT_MET, str, card=True)
    if not (latest.holds or latest.leans):
        return verdict(State.NOT_MET, str), not_a_card
    scope = range_of(case)
    if not scope.still_in:

        def steady() -> str:
            return (
                f" But neither is in the distressed range: {scope.words(case)}. A steady good line is not a"
                " stall."
            )

        return verdict(State.NOT_MET, steady), not_a_card
    effort = effort_of(case)
    if effort.enough is None:

        def unset() -> str:
            return f" Nothing was set in the last {limits.effort_weeks} weeks, so work cannot be weighed."

        return verdict(State.NOT_ENOUGH, unset), verdict(State.NOT_ENOUGH, unset, card=True)
    tried = f"{effort.tried} of {effort.assigned} things tried in the last {limits.effort_weeks} weeks."
    held = in_a_row(findings, limits)
    state = State.MET if held else State.WATCH
    if not effort.enough:
        return (
            verdict(State.NOT_MET, lambda: f" But {tried} Ask first what got in the way."),
            verdict(state, lambda: f" {tried}", "More tried, or a gain, would clear this.", card=True),
        )
    once = "" if held else f" Seen once or not yet firm; {limits.weeks_in_a_row} weeks running are needed."
    contradiction = contradicting_answers(case)
    if contradiction and state is State.MET:
        state, once = State.WATCH, f" {' '.join(contradiction)}"
    clears = f"A gain of {limits.gain_points:g} points would clear this."
    # Both rows may be met, and one that fell has not stood still.
    fell = " It has fallen rather than stood still." if case.movements[-1].worse.holds else ""
    return verdict(state, lambda: f"{fell} {tried}{once}", clears), not_a_card


def _not_judged(case: Case, why: str) -> tuple[Verdict, Verdict]:
    return (
        Verdict(State.NOT_ENOUGH, lambda: Words(why, _stall_rule(case.limits))),
        Verdict(State.NOT_ENOUGH, lambda: Words(why, _card_rule(case.limits))),
    )


def _stall_rule(limits: Limits) -> str:
    return (
        f"Model: from week {limits.stall_from_week}, a chance under {limits.gain_probability:.0%} that"
        f" {COMPOSITE} gained {limits.gain_points:g} points since the first check-ins;"
        f" {twice(limits)}, and under {limits.gain_probability_one_week_out:.0%} {ONE_WEEK_OUT}."
        f" And either partner still in range: a CSI of the last {limits.range_instrument_weeks}"
        f" weeks below its line, or without one the middle of the last {limits.range_reports} composites below"
        f" {limits.range_composite:g}. And work done: at least"
        f" {limits.effort_share:.0%} of what was set in the last {limits.effort_weeks} weeks, or"
        f" {limits.effort_tried} things, were tried. Watch: a chance under"
        f" {limits.gain_watch_probability:.0%}, or seen once."
    )


def _card_rule(limits: Limits) -> str:
    return _stall_rule(limits).replace("And work done: at least", "But not: at least")


def contradicting_answers(case: Case) -> tuple[str, ...]:
    """Say who mostly gives one extreme number to all four items, though two of them point the other way.

    The middle numbers are left out: they can all be meant at once.
    """
    said = []
    for partner in PARTNERS:
        answers = [one.answers for one in case.history.checkins_of(partner)]
        extreme = [
            one for one in answers if same_number_throughout(one) and one.closeness not in MIDDLE_NUMBERS
        ]
        if len(extreme) >= case.limits.checkins_each and 2 * len(extreme) >= len(answers):
            said.append(
                f"{case.names.of(partner)} gave one number to all four questions in {len(extreme)} of"
                f" {len(answers)} check-ins, though two of them point the other way."
            )
    return tuple(said)


def _gained(finding: Finding, limits: Limits) -> str:
    return (
        f"{chance(finding)} that the check-in composite (0–10) gained {limits.gain_points:g} points since the first"
        f" check-ins; {moved_by(finding)}."
    )
