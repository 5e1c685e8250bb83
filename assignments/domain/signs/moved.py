"""The rules about movement: R1, R1b, R2, R3 (rise), R5 (intensifies), R8.

They judge by findings of the model, never by raw lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from statistics import median_high
from typing import NamedTuple

from assignments.domain.checkins import same_number_throughout
from assignments.domain.history import PARTNERS, InstrumentScore, Partner
from assignments.domain.instruments import beyond_cut_off, instrument
from assignments.domain.signs.counted import HIGH_TENSION, count_rule
from assignments.domain.signs.rows import Case, State, Verdict, Words
from assignments.domain.stalls import Finding, Limits, Movement, Sufficiency

MIDDLE_NUMBERS = range(3, 8)
ONE_WEEK_OUT = "with any one week left out"
UNLIKELY = 0.25
# A chance up to so much, in words.
CHANCES = (
    (0.05, "Very unlikely"),
    (UNLIKELY, "Unlikely"),
    (0.40, "Rather unlikely"),
    (0.60, "As likely as not"),
    (0.75, "Rather likely"),
    (0.95, "Likely"),
    (1.0, "Very likely"),
)
COMPOSITE = "the check-in composite (closeness, felt understood, and the reverse of tension and pulling back)"


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
                **_evidence(case, "composite", latest),
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
    held = _in_a_row(findings, limits)
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
        f" {_twice(limits)}, and under {limits.gain_probability_one_week_out:.0%} {ONE_WEEK_OUT}."
        f" And either partner still in range: a CSI of the last {limits.range_instrument_weeks}"
        f" weeks below its line, or without one the middle of the last {limits.range_reports} composites below"
        f" {limits.range_composite:g}. And work done: at least"
        f" {limits.effort_share:.0%} of what was set in the last {limits.effort_weeks} weeks, or"
        f" {limits.effort_tried} things, were tried. Watch: a chance under"
        f" {limits.gain_watch_probability:.0%}, or seen once."
    )


def _card_rule(limits: Limits) -> str:
    return _stall_rule(limits).replace("And work done: at least", "But not: at least")


def worse_or_slipped_back(case: Case) -> Verdict:
    """R2: below where they began, or back down from the best they had."""
    limits = case.limits
    latest = case.movements[-1] if case.movements else None
    if latest is None or latest.worse.holds is None:
        return Verdict(
            State.NOT_ENOUGH,
            lambda: Words(
                "Not enough yet: recent check-ins from both are needed to compare with the first.",
                _worse_rule(limits),
            ),
        )
    worse = [movement.worse for movement in case.movements]
    slipped = [movement.slipped for movement in case.movements]
    by_slip = bool(latest.slipped.holds and not latest.worse.holds)
    state = State.NOT_MET
    if _in_a_row(worse, limits) or _in_a_row(slipped, limits):
        state = State.MET
    elif worse[-1].holds or slipped[-1].holds:
        state = State.WATCH
    shown = latest.slipped if by_slip else latest.worse
    return Verdict(state, lambda: _worse_words(case, latest, state, by_slip), shown.probability)


def _worse_rule(limits: Limits) -> str:
    return (
        f"Model: a chance over {limits.worse_probability:.0%} that {COMPOSITE} lies below the first check-ins,"
        f" or over {limits.slipped_probability:.0%} that it lies {limits.slipped_points:g} points or more below"
        f" an earlier week; {_twice(limits)}, and {limits.one_week_out_share:.0%} of that limit {ONE_WEEK_OUT}."
        f" At least {limits.worse_checkins_each} check-ins each and {limits.worse_partner_weeks} together."
    )


def _worse_words(case: Case, latest: Movement, state: State, by_slip: bool) -> Words:
    limits = case.limits
    name, slipped = "the check-in composite (0–10)", latest.slipped
    below = f"is below the first check-ins; {_moved_by(latest.worse)}."
    lost = (
        f"moved about {_signed(slipped.change)}: a chance {_at_least(slipped)} of having lost"
        f" {limits.slipped_points:g} points."
    )
    # What speaks for the row comes first, or "met" would seem to rest on something unlikely.
    if by_slip:
        parts = [
            f"Since week {slipped.since}, the highest, {name} {lost}",
            f"{_chance(latest.worse)} that it {below}",
        ]
    else:
        parts = [f"{_chance(latest.worse)} that {name} {below}"]
        # Since the first week would say the same again, and a loss that is unlikely is not worth a sentence.
        if slipped.since and (slipped.probability or 0.0) > UNLIKELY:
            parts.append(f"Since week {slipped.since}, the highest, it {lost}")
    if latest.worse.holds and latest.strong_probability > limits.strong_probability:
        parts.append(f"Strong evidence: {limits.strong_points:g} points or more below the start.")
    if state is State.WATCH:
        parts.append(f"Seen once; {limits.weeks_in_a_row} weeks running are needed.")
    evidence = {
        **_evidence(case, "composite", latest.slipped if by_slip else latest.worse),
        "chance_worse": latest.worse.probability,
        "chance_slipped": latest.slipped.probability,
    }
    clears = "A composite back near the start, and near the best weeks, would clear this."
    return Words(" ".join(parts), _worse_rule(limits), evidence, clears)


def tension_rising(case: Case) -> Verdict:
    """R3: tension is high in two of the last three reports of one person, or it rises for the couple."""
    limits = case.limits
    high = count_rule(case, HIGH_TENSION)
    rises = list(case.tension_rises)

    def counted() -> Words:
        words = high.words()
        return words._replace(
            rule=f"{words.rule} Or by the model a chance over {limits.tension_rise_probability:.0%} that tension rose by"
            f" {limits.tension_rise_points:g} or more for the couple; {_twice(limits)}, and"
            f" {limits.one_week_out_share:.0%} of that limit {ONE_WEEK_OUT}."
            " A sign for a private talk in person, never for a joint exercise."
        )

    def unjudged() -> Words:
        words = counted()
        return words._replace(sentence=f"{words.sentence} A rise cannot be judged yet.")

    if not rises:
        if high.state is State.NOT_MET:
            return Verdict(State.NOT_ENOUGH, unjudged)
        return Verdict(high.state, counted)
    latest = rises[-1]
    if high.state is State.MET:
        return Verdict(high.state, counted, latest.probability)

    def risen() -> Words:
        rose = f"{_chance(latest)} that tension rose by {limits.tension_rise_points:g}; {_moved_by(latest)}."
        words = counted()
        if latest.holds:
            clears = f"A rise under {limits.tension_rise_points:g} would clear this."
            return words._replace(sentence=rose, evidence=_evidence(case, "tension", latest), clears=clears)
        return words._replace(
            sentence=f"{words.sentence} {rose}" if high.state is State.NOT_MET else words.sentence,
            evidence={**words.evidence, **_figures(latest)},
        )

    if latest.holds:
        held = _in_a_row(rises, limits)
        return Verdict(State.MET if held else State.WATCH, risen, latest.probability)
    return Verdict(high.state, risen, latest.probability)


def withdrawal_intensifies(case: Case) -> Verdict:
    """R5, second half: one person reports pulling back more and more."""
    limits = case.limits
    known = {partner: rises for partner, rises in case.pulled_back_rises.items() if rises}
    surest = max((rises[-1].probability or 0.0 for rises in known.values()), default=None)

    def words(which: Sequence[Partner]) -> Words:
        if which:
            sentence = _person_moves(case, known, which)
        else:
            missing = " and ".join(case.names.of(one) for one in PARTNERS if one not in known)
            sentence = f"Not enough yet: recent reports from {missing} are needed."
        return Words(
            sentence,
            f"Model: a chance over {limits.withdrawal_rise_probability:.0%} that one person's own pulling back rose by"
            f" {limits.withdrawal_rise_points:g} or more; {_twice(limits)} of that person's reports, and"
            f" {limits.one_week_out_share:.0%} of that limit {ONE_WEEK_OUT}. Own reports only.",
            {
                "records": case.line_records["pulled_back"],
                "change": {one: _rounded(rises[-1].change) for one, rises in known.items()},
                "chance": {one: rises[-1].probability for one, rises in known.items()},
            },
            f"A rise under {limits.withdrawal_rise_points:g} would clear this.",
        )

    if firing := [one for one, rises in known.items() if _in_a_row(rises, limits)]:
        return Verdict(State.MET, partial(words, firing), surest)
    if nearly := [one for one, rises in known.items() if rises[-1].holds]:
        return Verdict(State.WATCH, partial(words, nearly), surest)
    if len(known) < len(PARTNERS):
        return Verdict(State.NOT_ENOUGH, partial(words, ()))
    return Verdict(State.NOT_MET, partial(words, list(known)), surest)


def diverging(case: Case) -> Verdict:
    """R8: one partner's line and the other's go different ways."""
    limits = case.limits
    gaps = [movement.diverging for movement in case.movements]
    if not gaps or gaps[-1].holds is None:
        return Verdict(
            State.NOT_ENOUGH,
            lambda: Words("Not enough yet: recent check-ins from both are needed.", _diverging_rule(limits)),
        )
    latest = case.movements[-1]

    def words() -> Words:
        sentence = "Since the first check-ins " + " and ".join(
            f"{case.names.of(partner)} moved about {_signed(latest.by_partner[partner])}"
            for partner in PARTNERS
        )
        change = {partner: _rounded(latest.by_partner[partner]) for partner in PARTNERS}
        return Words(
            f"{sentence} points. {_chance(latest.diverging)} to differ by {limits.diverging_points:g}.",
            _diverging_rule(limits),
            {**_evidence(case, "composite", latest.diverging), "change": change},
            f"Changes less than {limits.diverging_points:g} apart would clear this.",
        )

    state = State.NOT_MET
    if latest.diverging.holds:
        state = State.MET if _in_a_row(gaps, limits) and _same_way(gaps) else State.WATCH
    return Verdict(state, words, latest.diverging.probability)


def _diverging_rule(limits: Limits) -> str:
    return (
        f"Model: a chance over {limits.diverging_probability:.0%} that the two partners' changes in {COMPOSITE}"
        f" differ by {limits.diverging_points:g} or more; {_twice(limits)} and the same way, and"
        f" {limits.one_week_out_share:.0%} of that limit {ONE_WEEK_OUT}."
    )


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


def _in_a_row(findings: Sequence[Finding], limits: Limits) -> bool:
    last = findings[-limits.weeks_in_a_row :]
    return len(last) == limits.weeks_in_a_row and all(one.holds for one in last)


def _same_way(gaps: Sequence[Finding]) -> bool:
    return len({(one.change or 0) > 0 for one in gaps}) == 1


def _twice(limits: Limits) -> str:
    return (
        f"worked out for both partners together, in {limits.weeks_in_a_row} weeks running that have an answer"
    )


def _chance(finding: Finding) -> str:
    """A chance in words, with its figure."""
    words = next(words for most, words in CHANCES if (finding.probability or 0.0) <= most)
    return f"{words} ({_figure(finding)})"


def _figure(finding: Finding) -> str:
    chance = finding.probability or 0.0
    return "under 1%" if chance < 0.01 else "over 99%" if chance > 0.99 else f"{chance:.0%}"


def _at_least(finding: Finding) -> str:
    """A chance that is a lower bound; "over 99%" says so by itself."""
    figure = _figure(finding)
    return figure if figure.startswith("over") else f"of at least {figure}"


def _moved_by(finding: Finding) -> str:
    return (
        f"it moved about {_signed(finding.change)} points, four times in five between"
        f" {_signed(finding.least)} and {_signed(finding.most)}"
    )


def _gained(finding: Finding, limits: Limits) -> str:
    return (
        f"{_chance(finding)} that the check-in composite (0–10) gained {limits.gain_points:g} points since the first"
        f" check-ins; {_moved_by(finding)}."
    )


def _evidence(case: Case, item: str, finding: Finding) -> dict[str, object]:
    return {"records": case.line_records[item], **_figures(finding)}


def _figures(finding: Finding) -> dict[str, object]:
    return {
        "change": _rounded(finding.change),
        "least": _rounded(finding.least),
        "most": _rounded(finding.most),
        "since_week": finding.since,
        "one_week_out": finding.one_week_out,
    }


def _person_moves(case: Case, known: Mapping[Partner, Sequence[Finding]], which: Sequence[Partner]) -> str:
    return " ".join(
        f"{case.names.of(one)}: {_chance(known[one][-1]).lower()} that pulling back rose by"
        f" {case.limits.withdrawal_rise_points:g}; {_moved_by(known[one][-1])}."
        for one in which
    )


def _signed(value: float | None) -> str:
    """A change with a real minus sign; a change that rounds to nothing has none."""
    shown = round(value or 0.0, 1) + 0.0
    return f"{shown:.1f}" if shown >= 0 else f"\N{MINUS SIGN}{-shown:.1f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2) + 0.0
