"""The rules about movement: R1, R1b, R2, R3 (rise), R5 (intensifies), R8.

They judge by findings, never by raw lines. Whether a finding comes from the plain rule or, later, from the
model shows only in its probability and in the words printed as the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_high

from assignments.domain.checkins import same_number_throughout
from assignments.domain.history import PARTNERS, Partner
from assignments.domain.instruments import beyond_cut_off, instrument
from assignments.domain.signs.counted import count_rule, high_tension
from assignments.domain.signs.rows import Case, State, Verdict
from assignments.domain.stalls import Finding, Limits, Sufficiency, counted_weeks

MIDDLE_NUMBERS = range(3, 8)
COMPOSITE = "the check-in composite (closeness, felt understood, and the reverse of tension and pulling back)"


@dataclass(frozen=True)
class Effort:
    """What the couple tried in the last weeks; ``enough`` is ``None`` when nothing was set."""

    assigned: int
    tried: int
    enough: bool | None


@dataclass(frozen=True)
class Range:
    """Whether either partner is still in the distressed range, and by which figures."""

    still_in: bool
    words: str


def plain_change_words(limits: Limits) -> str:
    """How the plain rule works out a change, for the rule line of a row."""
    return (
        f"the mean of each partner's last {limits.last_reports} reports minus the mean of the first"
        f" {limits.first_reports}, and still so with any one week left out,"
        f" in {limits.weeks_in_a_row} weeks running that have a full check-in"
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
    limits, still_in, words = case.limits, False, []
    for partner in PARTNERS:
        name = case.names.of(partner)
        recent = (
            case.history.latest_score(partner, scale, limits.range_instrument_weeks)
            for scale in ("csi-4", "csi-16")
        )
        score = next((one for one in recent if one is not None), None)
        if score is not None:
            scale = instrument(score.name)
            still_in = still_in or beyond_cut_off(score.name, score.score)
            words.append(f"{name} {scale.title} {score.score} (line {scale.cut_off:g})")
            continue
        last = [value for _, value in case.history.composites(partner)][-limits.last_reports :]
        if last:
            # The middle one, not the mean: one bad week must not take a steady good line below the line.
            middle = median_high(last)
            still_in = still_in or middle < limits.range_composite
            words.append(f"{name} composite {middle:.1f} (line {limits.range_composite:g})")
    return Range(still_in, "; ".join(words))


def no_movement(case: Case) -> Verdict:
    """R1: no credible gain, still in range, and effort was made."""
    return _stall(case)[0]


def no_movement_low_effort(case: Case) -> Verdict:
    """R1b: as R1, but little was tried. A card about barriers, never a row."""
    return _stall(case)[1]


def _stall(case: Case) -> tuple[Verdict, Verdict]:
    limits = case.limits
    rule = (
        f"{'Model' if _has_model(case) else 'Plain rule'}: from week {limits.stall_from_week},"
        f" {COMPOSITE} gained"
        f" {_threshold(case, limits.gain_points, limits.gain_probability)}: {_how(case)}."
        f" And either partner still in range: a CSI of the last {limits.range_instrument_weeks}"
        f" weeks below its line,"
        f" or without one the middle of the last {limits.last_reports} composites below"
        f" {limits.range_composite:g}. And work done: at least"
        f" {limits.effort_share:.0%} of what was set in the last {limits.effort_weeks} weeks, or"
        f" {limits.effort_tried} things, were tried."
    )
    card_rule = rule.replace("And work done: at least", "But not: at least")
    if case.sufficiency is not Sufficiency.ENOUGH or not case.stall_movements:
        why = (
            case.why
            if case.sufficiency is not Sufficiency.ENOUGH
            else "Not enough yet: no recent week to judge."
        )
        return Verdict(State.NOT_ENOUGH, why, rule), Verdict(State.NOT_ENOUGH, why, card_rule)
    findings = [movement.no_gain for movement in case.stall_movements]
    latest = findings[-1]
    if latest.change is None and latest.probability is None:
        why = "Not enough yet: both partners' recent check-ins are needed to compare with the first."
        return Verdict(State.NOT_ENOUGH, why, rule), Verdict(State.NOT_ENOUGH, why, card_rule)
    moved = _moved(latest, limits)
    effort, scope = effort_of(case), range_of(case)
    evidence: dict[str, object] = {
        **_composite_evidence(case, latest),
        "tried": effort.tried,
        "assigned": effort.assigned,
        "range": scope.words,
    }

    def verdict(state: State, sentence: str, the_rule: str = rule, clears: str = "") -> Verdict:
        return Verdict(state, sentence, the_rule, evidence, clears, latest.probability, _validated(case))

    not_a_card = verdict(State.NOT_MET, moved, card_rule)
    if not (latest.holds or latest.leans):
        return verdict(State.NOT_MET, moved), not_a_card
    if not scope.still_in:
        steady = (
            f"{moved} But neither is in the distressed range: {scope.words}. A steady good"
            f" line is not a stall."
        )
        return verdict(State.NOT_MET, steady), not_a_card
    if effort.enough is None:
        unset = f"{moved} Nothing was set in the last {limits.effort_weeks} weeks, so work cannot be weighed."
        return verdict(State.NOT_ENOUGH, unset), verdict(State.NOT_ENOUGH, unset, card_rule)
    tried = f"{effort.tried} of {effort.assigned} things tried in the last {limits.effort_weeks} weeks."
    held = _in_a_row(findings, limits)
    state = State.MET if held else State.WATCH
    clears = f"A gain of {limits.gain_points:g} points would clear this."
    if not effort.enough:
        return (
            verdict(State.NOT_MET, f"{moved} But {tried} Ask first what got in the way."),
            verdict(state, f"{moved} {tried}", card_rule, "More tried, or a gain, would clear this."),
        )
    once = "" if held else f" Seen once or not yet firm; {limits.weeks_in_a_row} weeks running are needed."
    contradiction = contradicting_answers(case)
    if contradiction and state is State.MET:
        state, once = State.WATCH, f" {' '.join(contradiction)}"
    return verdict(state, f"{moved} {tried}{once}", clears=clears), not_a_card


def worse_or_slipped_back(case: Case) -> Verdict:
    """R2: below where they began, or back down from the best they had."""
    limits = case.limits
    rule = (
        f"{'Model' if _has_model(case) else 'Plain rule'}: {COMPOSITE} fell by"
        f" {limits.worse_points:g} or more since"
        f" the first check-ins: {_how(case)}. Or it lies {limits.slipped_points:g} or more below the best"
        f" {limits.last_reports} successive reports before. At least {limits.worse_checkins_each}"
        f" check-ins each and"
        f" {limits.worse_partner_weeks} together."
    )
    latest = case.movements[-1] if case.movements else None
    if latest is None or (latest.worse.holds is None and latest.slipped.holds is None):
        return Verdict(
            State.NOT_ENOUGH,
            "Not enough yet: recent check-ins from both are needed to compare with the first.",
            rule,
        )
    worse = [movement.worse for movement in case.movements]
    slipped = [movement.slipped for movement in case.movements]
    evidence = _composite_evidence(case, latest.worse)
    evidence["drop_from_best"] = _rounded(latest.slipped.change)
    parts = [_moved(latest.worse, limits, gain=False)]
    if latest.slipped.change is not None:
        parts.append(f"From the best weeks it is {_signed(latest.slipped.change)} points.")
    state = State.NOT_MET
    if _in_a_row(worse, limits) or _in_a_row(slipped, limits):
        state = State.MET
    elif worse[-1].holds or slipped[-1].holds:
        state = State.WATCH
        parts.append(f"Seen once; {limits.weeks_in_a_row} weeks running are needed.")
    best = f"less than {limits.slipped_points:g} below the best weeks"
    return Verdict(
        state,
        " ".join(parts),
        rule,
        evidence,
        f"A composite less than {limits.worse_points:g} below the start, and {best}, would clear this.",
        latest.worse.probability,
        _validated(case),
    )


def tension_rising(case: Case) -> Verdict:
    """R3: tension is high in two of the last three reports of one person, or it rises for the couple."""
    limits = case.limits
    high = count_rule(case, high_tension(case))
    rule = (
        f"{high.rule} Or a rise of {limits.tension_rise_points:g} or more for the couple: {_how(case)}."
        " A sign for a private talk in person, never for a joint exercise."
    )
    rises = [movement.tension_rise for movement in case.movements]
    latest = rises[-1] if rises else None
    evidence: dict[str, object] = dict(high.evidence)
    probability = latest.probability if latest else None
    if latest is not None and latest.change is not None:
        evidence["change"] = _rounded(latest.change)
    clears = high.clears or "Tension back near where it began would clear this."
    if high.state is State.MET:
        return Verdict(State.MET, high.sentence, rule, evidence, clears, probability)
    if latest is not None and latest.holds:
        sentence = f"Tension moved {_signed(latest.change)} points since the first check-ins."
        evidence["records"] = _line_records(case, "tension")
        state = State.MET if _in_a_row(rises, limits) else State.WATCH
        return Verdict(
            state,
            sentence,
            rule,
            evidence,
            f"A rise under {limits.tension_rise_points:g} would clear this.",
            probability,
        )
    if high.state is not State.NOT_MET:
        return Verdict(high.state, high.sentence, rule, evidence)
    if latest is None or latest.holds is None:
        return Verdict(State.NOT_ENOUGH, f"{high.sentence} A rise cannot be judged yet.", rule, evidence)
    return Verdict(
        State.NOT_MET,
        f"{high.sentence} Since the first check-ins it moved {_signed(latest.change)} points.",
        rule,
        evidence,
        probability=probability,
    )


def withdrawal_intensifies(case: Case) -> Verdict:
    """R5, second half: one person reports pulling back more and more."""
    limits = case.limits
    rule = (
        f"{'Model' if _has_model(case) else 'Plain rule'}: one person's own pulling back rose by"
        f" {limits.withdrawal_rise_points:g} or more: {_how(case)}. Own reports only."
    )
    by_partner = {
        partner: [movement.pulled_back_rise[partner] for movement in case.movements] for partner in PARTNERS
    }
    known = {one: rises for one, rises in by_partner.items() if rises and rises[-1].holds is not None}
    evidence: dict[str, object] = {"records": _line_records(case, "pulled_back")}
    evidence["change"] = {one: _rounded(rises[-1].change) for one, rises in known.items()}
    clears = f"A rise under {limits.withdrawal_rise_points:g} would clear this."
    for state, firing in (
        (State.MET, [one for one, rises in known.items() if _in_a_row(rises, limits)]),
        (State.WATCH, [one for one, rises in known.items() if rises[-1].holds]),
    ):
        if firing:
            return Verdict(state, _person_moves(case, known, firing), rule, evidence, clears)
    if len(known) < len(PARTNERS):
        missing = " and ".join(case.names.of(one) for one in PARTNERS if one not in known)
        return Verdict(
            State.NOT_ENOUGH, f"Not enough yet: recent reports from {missing} are needed.", rule, evidence
        )
    return Verdict(State.NOT_MET, _person_moves(case, known, list(known)), rule, evidence)


def diverging(case: Case) -> Verdict:
    """R8: one partner's line and the other's go different ways."""
    limits = case.limits
    rule = (
        f"{'Model' if _has_model(case) else 'Plain rule'}: the two partners' changes in {COMPOSITE} differ by"
        f" {limits.diverging_points:g} or more: {_how(case)}."
    )
    gaps = [movement.diverging for movement in case.movements]
    if not gaps or gaps[-1].holds is None:
        return Verdict(State.NOT_ENOUGH, "Not enough yet: recent check-ins from both are needed.", rule)
    latest = case.movements[-1]
    sentence = "Since the first check-ins " + " and ".join(
        f"{case.names.of(partner)} moved {_signed(latest.by_partner[partner])}" for partner in PARTNERS
    )
    evidence = _composite_evidence(case, latest.diverging)
    evidence["change"] = {partner: _rounded(latest.by_partner[partner]) for partner in PARTNERS}
    state = State.NOT_MET
    if latest.diverging.holds:
        state = State.MET if _in_a_row(gaps, limits) and _same_way(gaps) else State.WATCH
    return Verdict(
        state,
        f"{sentence} points.",
        rule,
        evidence,
        f"Changes less than {limits.diverging_points:g} apart would clear this.",
        latest.diverging.probability,
        _validated(case),
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


def _in_a_row(findings: list[Finding], limits: Limits) -> bool:
    last = findings[-limits.weeks_in_a_row :]
    return len(last) == limits.weeks_in_a_row and all(one.holds for one in last)


def _same_way(gaps: list[Finding]) -> bool:
    return len({(one.change or 0) > 0 for one in gaps}) == 1


def _has_model(case: Case) -> bool:
    return any(movement.no_gain.probability is not None for movement in case.movements)


def _validated(case: Case) -> bool:
    return bool(case.movements) and case.movements[-1].validated


def _how(case: Case) -> str:
    if _has_model(case):
        return f"worked out for both partners together, in {case.limits.weeks_in_a_row} weeks running"
    return plain_change_words(case.limits)


def _threshold(case: Case, points: float, probability: float) -> str:
    if _has_model(case):
        return f"{points:g} points with a chance under {probability:.0%}"
    return f"less than {points:g} points"


def _moved(finding: Finding, limits: Limits, *, gain: bool = True) -> str:
    if finding.probability is not None:
        what = f"a gain of {limits.gain_points:g} points" if gain else "a fall"
        return f"{finding.probability:.0%} chance of {what} since the first check-ins."
    if finding.change is None:
        return "The change since the first check-ins cannot be told yet."
    return f"The check-in composite moved {_signed(finding.change)} points since the first check-ins."


def _composite_evidence(case: Case, finding: Finding) -> dict[str, object]:
    return {
        "records": _line_records(case, "composite"),
        "change": _rounded(finding.change),
        "least": _rounded(finding.least),
        "most": _rounded(finding.most),
    }


def _line_records(case: Case, item: str) -> list[dict[str, object]]:
    records: list[dict[str, object]] = []
    for partner in PARTNERS:
        composite = item == "composite"
        line = case.history.composites(partner) if composite else case.history.numbers(partner, item)
        counted = counted_weeks(line, case.limits)
        records.extend(
            {
                "partner": partner,
                "week": week,
                "item": item,
                "value": round(value, 2),
                "counted": week in counted,
            }
            for week, value in line
        )
    return records


def _person_moves(case: Case, known: dict[Partner, list[Finding]], which: list[Partner]) -> str:
    return " ".join(
        f"{case.names.of(one)}: pulling back moved {_signed(known[one][-1].change)} points since"
        f" the first reports."
        for one in which
    )


def _signed(value: float | None) -> str:
    """A change with a real minus sign; a change that rounds to nothing has none."""
    shown = round(value or 0.0, 1) + 0.0
    return f"{shown:.1f}" if shown >= 0 else f"\N{MINUS SIGN}{-shown:.1f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2) + 0.0
