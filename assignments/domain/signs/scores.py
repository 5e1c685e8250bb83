"""The rows that rest on a questionnaire or on the counsellor alone: R9, and T6, T9, T10 ("you judge")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from assignments.domain.history import PARTNERS, CoupleHistory, InstrumentScore, Partner
from assignments.domain.instruments import Change, beyond_cut_off, classify_worsening, instrument
from assignments.domain.signs.rows import Case, State, Verdict, Words

# A reliable drop is looked for in the questionnaires about the relationship only.
RELATIONSHIP_INSTRUMENTS = ("csi-4", "csi-16")
SCREENS = ("phq-2", "gad-2")


def instrument_drop(case: Case) -> Verdict:
    """R9: a score is reliably below the same person's best earlier one."""
    found: list[tuple[Change, Partner, list[InstrumentScore]]] = []
    if case.history.instruments:
        for partner in PARTNERS:
            for name in RELATIONSHIP_INSTRUMENTS:
                scores = _scores(case.history, partner, name)
                if len(scores) > 1:
                    change = classify_worsening(name, _best(scores), scores[-1].score)
                    found.append((change, partner, scores))
    for change, state in STATE_OF:
        if any(one is change for one, *_ in found):
            return Verdict(state, partial(_drop_words, case, found, change))
    return Verdict(State.NOT_ENOUGH, partial(_drop_words, case, found, None))


STATE_OF = (
    (Change.RELIABLE, State.MET),
    (Change.POSSIBLE, State.WATCH),
    (Change.NONE, State.NOT_MET),
)
FIRST_WORDS = {Change.RELIABLE: "", Change.POSSIBLE: "Possible. ", Change.NONE: "No drop: "}


def _best(scores: Sequence[InstrumentScore]) -> int:
    """The best score before the latest one."""
    return max(one.score for one in scores[:-1])


def _drop_words(
    case: Case, found: Sequence[tuple[Change, Partner, list[InstrumentScore]]], shown: Change | None
) -> Words:
    figures = "; ".join(
        f"{one.title} by {one.reliable_change} or more (a drop of {one.possible_change} or more is"
        f" possible: watch)"
        for one in map(instrument, RELATIONSHIP_INSTRUMENTS)
    )
    sentence = "Not enough yet: two scores of one person are needed."
    if shown is not None:
        sentence = FIRST_WORDS[shown] + " ".join(
            f"{case.names.of(partner)}: {instrument(scores[-1].name).title} {_best(scores)} to {scores[-1].score}."
            for change, partner, scores in found
            if change is shown
        )
    return Words(
        sentence,
        f"Plain difference: the latest score is below the best earlier score of the same person, {figures}.",
        {
            "records": [
                {"partner": partner, "week": one.week, "item": one.name, "value": one.score}
                for _, partner, scores in found
                for one in scores
            ]
        },
        "A later score back near the best one would clear this.",
    )


def _scores(history: CoupleHistory, partner: Partner, name: str) -> list[InstrumentScore]:
    return [one for one in history.instruments if one.partner == partner and one.name == name]


def you_judge(_: Case) -> Verdict:
    """T6 and T10: nothing is worked out, on purpose."""
    return Verdict(
        State.YOU_JUDGE,
        lambda: Words(
            "The software does not work this out.", "No rule. Your own yes, no or unsure, with a note."
        ),
    )


def mood_or_anxiety_beneath(case: Case) -> Verdict:
    """T9: the counsellor judges; a recent screening score stands beside it where one is in use."""
    return Verdict(State.YOU_JUDGE, partial(_mood_words, case))


def _mood_words(case: Case) -> Words:
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
            parts.append(
                f"{case.names.of(partner)}: {latest.score} on the {scale.title}, {at} {scale.cut_off:g}."
            )
    beside = " ".join(parts) or "No screening questionnaire is in use."
    return Words(
        f"The software does not work this out. {beside}",
        "No rule. Your own yes, no or unsure, with a note. A PHQ-2 or GAD-2 of 3 or more is shown beside it;"
        " a screen is not an assessment.",
        {"records": records},
    )
