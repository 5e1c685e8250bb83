"""The rules about movement: R2, R3 (rise), R5 (intensifies), R8.

They judge by findings of the model, never by raw lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from assignments.domain.history import PARTNERS, Partner
from assignments.domain.signs.chances import (
    COMPOSITE,
    ONE_WEEK_OUT,
    UNLIKELY,
    at_least,
    chance,
    evidence_of,
    figures,
    in_a_row,
    moved_by,
    rounded,
    signed,
    twice,
)
from assignments.domain.signs.counted import HIGH_TENSION, count_rule
from assignments.domain.signs.rows import Case, State, Verdict, Words
from assignments.domain.stalls import Finding, Limits, Movement


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
    if in_a_row(worse, limits) or in_a_row(slipped, limits):
        state = State.MET
    elif worse[-1].holds or slipped[-1].holds:
        state = State.WATCH
    shown = latest.slipped if by_slip else latest.worse
    return Verdict(state, lambda: _worse_words(case, latest, state, by_slip), shown.probability)


def _worse_rule(limits: Limits) -> str:
    return (
        f"Model: a chance over {limits.worse_probability:.0%} that {COMPOSITE} lies below the first check-ins,"
        f" or over {limits.slipped_probability:.0%} that it lies {limits.slipped_points:g} points or more below"
        f" an earlier week; {twice(limits)}, and {limits.one_week_out_share:.0%} of that limit {ONE_WEEK_OUT}."
        f" At least {limits.worse_checkins_each} check-ins each and {limits.worse_partner_weeks} together."
    )


def _worse_words(case: Case, latest: Movement, state: State, by_slip: bool) -> Words:
    limits = case.limits
    name, slipped = "the check-in composite (0–10)", latest.slipped
    below = f"is below the first check-ins; {moved_by(latest.worse)}."
    lost = (
        f"moved about {signed(slipped.change)}: a chance {at_least(slipped)} of having lost"
        f" {limits.slipped_points:g} points."
    )
    # What speaks for the row comes first, or "met" would seem to rest on something unlikely.
    if by_slip:
        parts = [
            f"Since week {slipped.since}, the highest, {name} {lost}",
            f"{chance(latest.worse)} that it {below}",
        ]
    else:
        parts = [f"{chance(latest.worse)} that {name} {below}"]
        # Since the first week would say the same again, and a loss that is unlikely is not worth a sentence.
        if slipped.since and (slipped.probability or 0.0) > UNLIKELY:
            parts.append(f"Since week {slipped.since}, the highest, it {lost}")
    if latest.worse.holds and latest.strong_probability > limits.strong_probability:
        parts.append(f"Strong evidence: {limits.strong_points:g} points or more below the start.")
    if state is State.WATCH:
        parts.append(f"Seen once; {limits.weeks_in_a_row} weeks running are needed.")
    evidence = {
        **evidence_of(case, "composite", latest.slipped if by_slip else latest.worse),
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
            f" {limits.tension_rise_points:g} or more for the couple; {twice(limits)}, and"
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
        rose = f"{chance(latest)} that tension rose by {limits.tension_rise_points:g}; {moved_by(latest)}."
        words = counted()
        if latest.holds:
            clears = f"A rise under {limits.tension_rise_points:g} would clear this."
            return words._replace(sentence=rose, evidence=evidence_of(case, "tension", latest), clears=clears)
        return words._replace(
            sentence=f"{words.sentence} {rose}" if high.state is State.NOT_MET else words.sentence,
            evidence={**words.evidence, **figures(latest)},
        )

    if latest.holds:
        held = in_a_row(rises, limits)
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
            f" {limits.withdrawal_rise_points:g} or more; {twice(limits)} of that person's reports, and"
            f" {limits.one_week_out_share:.0%} of that limit {ONE_WEEK_OUT}. Own reports only.",
            {
                "records": case.line_records["pulled_back"],
                "change": {one: rounded(rises[-1].change) for one, rises in known.items()},
                "chance": {one: rises[-1].probability for one, rises in known.items()},
            },
            f"A rise under {limits.withdrawal_rise_points:g} would clear this.",
        )

    if firing := [one for one, rises in known.items() if in_a_row(rises, limits)]:
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
            f"{case.names.of(partner)} moved about {signed(latest.by_partner[partner])}"
            for partner in PARTNERS
        )
        change = {partner: rounded(latest.by_partner[partner]) for partner in PARTNERS}
        return Words(
            f"{sentence} points. {chance(latest.diverging)} to differ by {limits.diverging_points:g}.",
            _diverging_rule(limits),
            {**evidence_of(case, "composite", latest.diverging), "change": change},
            f"Changes less than {limits.diverging_points:g} apart would clear this.",
        )

    state = State.NOT_MET
    if latest.diverging.holds:
        state = State.MET if in_a_row(gaps, limits) and _same_way(gaps) else State.WATCH
    return Verdict(state, words, latest.diverging.probability)


def _diverging_rule(limits: Limits) -> str:
    return (
        f"Model: a chance over {limits.diverging_probability:.0%} that the two partners' changes in {COMPOSITE}"
        f" differ by {limits.diverging_points:g} or more; {twice(limits)} and the same way, and"
        f" {limits.one_week_out_share:.0%} of that limit {ONE_WEEK_OUT}."
    )


def _same_way(gaps: Sequence[Finding]) -> bool:
    return len({(one.change or 0) > 0 for one in gaps}) == 1


def _person_moves(case: Case, known: Mapping[Partner, Sequence[Finding]], which: Sequence[Partner]) -> str:
    return " ".join(
        f"{case.names.of(one)}: {chance(known[one][-1]).lower()} that pulling back rose by"
        f" {case.limits.withdrawal_rise_points:g}; {moved_by(known[one][-1])}."
        for one in which
    )
