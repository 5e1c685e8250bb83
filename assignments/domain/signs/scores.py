"""The rows that rest on a questionnaire or on the counsellor alone: R9, and T6, T9, T10 ("you judge")."""

from __future__ import annotations

from assignments.domain.history import PARTNERS, CoupleHistory, InstrumentScore, Partner
from assignments.domain.instruments import Change, beyond_cut_off, classify_worsening, instrument
from assignments.domain.signs.rows import Case, State, Verdict

# A reliable drop is looked for in the questionnaires about the relationship only.
RELATIONSHIP_INSTRUMENTS = ("csi-4", "csi-16")
SCREENS = ("phq-2", "gad-2")


def instrument_drop(case: Case) -> Verdict:
    """R9: a score is reliably below the same person's best earlier one."""
    scales = [instrument(name) for name in RELATIONSHIP_INSTRUMENTS]
    figures = "; ".join(
        f"{one.title} by {one.reliable_change} or more (a drop of {one.possible_change} or more is"
        f" possible: watch)"
        for one in scales
    )
    rule = (
        f"Plain difference: the latest score is below the best earlier score of the same person, {figures}."
    )
    records: list[dict[str, object]] = []
    said: dict[Change, list[str]] = {change: [] for change in Change}
    compared = False
    for partner in PARTNERS:
        for scale in scales:
            scores = _scores(case.history, partner, scale.key)
            if len(scores) < 2:
                continue
            compared = True
            best, latest = max(one.score for one in scores[:-1]), scores[-1].score
            change = classify_worsening(scale.key, best, latest)
            said[change].append(f"{case.names.of(partner)}: {scale.title} {best} to {latest}.")
            records.extend(
                {"partner": partner, "week": one.week, "item": scale.key, "value": one.score}
                for one in scores
            )
    evidence: dict[str, object] = {"records": records}
    clears = "A later score back near the best one would clear this."
    if said[Change.RELIABLE]:
        return Verdict(State.MET, " ".join(said[Change.RELIABLE]), rule, evidence, clears)
    if said[Change.POSSIBLE]:
        return Verdict(State.WATCH, "Possible. " + " ".join(said[Change.POSSIBLE]), rule, evidence, clears)
    if compared:
        return Verdict(State.NOT_MET, "No drop: " + " ".join(said[Change.NONE]), rule, evidence)
    return Verdict(State.NOT_ENOUGH, "Not enough yet: two scores of one person are needed.", rule, evidence)


def _scores(history: CoupleHistory, partner: Partner, name: str) -> list[InstrumentScore]:
    return [one for one in history.instruments if one.partner == partner and one.name == name]


def you_judge(_: Case) -> Verdict:
    """T6 and T10: nothing is worked out, on purpose."""
    return Verdict(
        State.YOU_JUDGE,
        "The software does not work this out.",
        "No rule. Your own yes, no or unsure, with a note.",
    )


def mood_or_anxiety_beneath(case: Case) -> Verdict:
    """T9: the counsellor judges; a recent screening score stands beside it where one is in use."""
    records: list[dict[str, object]] = []
    parts: list[str] = []
    for partner in PARTNERS:
        for name in SCREENS:
            latest = case.history.latest_score(partner, name, case.limits.recent_weeks)
            if latest is None:
                continue
            scale = instrument(name)
            reached = beyond_cut_off(name, latest.score)
            records.append(
                {
                    "partner": partner,
                    "week": latest.week,
                    "item": name,
                    "value": latest.score,
                    "counted": reached,
                }
            )
            at = "at or above" if reached else "below"
            parts.append(f"{case.names.of(partner)}: {scale.title} {latest.score}, {at} {scale.cut_off:g}.")
    beside = " ".join(parts) or "No screening questionnaire is in use."
    return Verdict(
        State.YOU_JUDGE,
        f"The software does not work this out. {beside}",
        "No rule. Your own yes, no or unsure, with a note. A PHQ-2 or GAD-2 of 3 or more is shown beside it;"
        " a screen is not an assessment.",
        {"records": records},
    )
