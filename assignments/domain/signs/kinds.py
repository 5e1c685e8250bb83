"""Which signs there are, what each considers next, in which order they stand, and which rules were tried on what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What is fixed about one sign: its title, its source in the material, and what to consider next."""

    id: str
    title: str
    sources: tuple[str, ...]
    next_step: str


TALK_ALONE = "Talk to each partner alone first."

# In the order of the `signs assess` contract.
KINDS: Mapping[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind(
            "no_movement",
            "No movement, with steady work",
            ("T1",),
            "Adapt the plan, consult a supervisor, or consider stepping up.",
        ),
        Kind(
            "no_movement_low_effort",
            "No movement, and little was tried",
            ("T1",),
            "Ask what got in the way. Offer smaller or other practice.",
        ),
        Kind(
            "worse_or_slipped_back",
            "Getting worse, or slipped back after gains",
            ("T4",),
            "Ask each partner what changed. Adapt the plan or consult a supervisor.",
        ),
        Kind("tension_rising", "Tension is rising", ("T2",), TALK_ALONE),
        Kind(
            "recurring_conflict",
            "The same disagreement stays stuck",
            ("T5",),
            "Ask what each protects in it. Consider working on it in an appointment only.",
        ),
        Kind(
            "withdrawal_persists",
            "Pulling back persists",
            ("T3",),
            "Ask what pulling back is for. It can be a sensible answer to strain.",
        ),
        Kind("withdrawal_intensifies", "Pulling back is growing", ("T4",), TALK_ALONE),
        Kind(
            "wants_help_no_way_in",
            "Wants to help, and has no way in",
            ("T7",),
            "Offer one first step, small enough to do today, or try it in the appointment.",
        ),
        Kind(
            "hope_low_or_split",
            "Hope is low or far apart",
            ("T8",),
            "Ask each partner alone what they hope for from this work.",
        ),
        Kind(
            "diverging",
            "The two are drifting apart",
            ("T8",),
            "Ask how each finds the work and how each finds working with you.",
        ),
        Kind(
            "instrument_drop",
            "A questionnaire has dropped",
            ("T4",),
            "Go through the answers with the person. Ask what changed.",
        ),
        Kind(
            "disengaging",
            "Check-ins are falling silent",
            ("T8",),
            "Ask about time, fit and attendance. Silence is not failure.",
        ),
        Kind(
            "one_sided",
            "One partner is doing the work",
            ("T8",),
            "Start with what gets in the way. This alone is never a reason to refer.",
        ),
        Kind(
            "outside_pressure",
            "Outside pressure is high",
            ("T11",),
            "Read T1 to T5 beside it. Hold before referring.",
        ),
        Kind(
            "trauma_in_the_way",
            "Past trauma is in the way",
            ("T6",),
            "You judge. Past trauma alone is not a reason to refer.",
        ),
        Kind(
            "mood_or_anxiety_beneath",
            "Low mood, anxiety or trauma beneath",
            ("T9",),
            "You judge. A screening figure is not an assessment.",
        ),
        Kind(
            "sole_outlet",
            "One partner is the other's only outlet",
            ("T10",),
            "You judge. Ask who else each can turn to.",
        ),
    )
}

SIGN_IDS: tuple[str, ...] = tuple(KINDS)

# In the order of the signs page. The barriers card and the outside-pressure note are not rows.
PAGE_ROWS: tuple[str, ...] = (
    "no_movement",
    "worse_or_slipped_back",
    "tension_rising",
    "recurring_conflict",
    "withdrawal_persists",
    "withdrawal_intensifies",
    "instrument_drop",
    "wants_help_no_way_in",
    "one_sided",
    "disengaging",
    "hope_low_or_split",
    "diverging",
    "trauma_in_the_way",
    "mood_or_anxiety_beneath",
    "sole_outlet",
)
BARRIERS_CARD = "no_movement_low_effort"
NOTE = "outside_pressure"
READ_BESIDE_PRESSURE = frozenset({"T1", "T2", "T3", "T4", "T5"})

UNVALIDATED = "Unvalidated rule: not yet tried on simulated couples."
TRIED = "Tried on simulated couples only, which is not clinical accuracy."
CHANGED = "Numbers of these rules were changed here, so the figures published for them do not hold."
# The rules whose operating characteristics on simulated couples stand in docs/stall-method.md; a new rule waits
# outside until its own do.
MEASURED = frozenset(
    {
        "no_movement",
        "no_movement_low_effort",
        "worse_or_slipped_back",
        "tension_rising",
        "recurring_conflict",
        "withdrawal_persists",
        "withdrawal_intensifies",
        "wants_help_no_way_in",
        "hope_low_or_split",
        "diverging",
        "instrument_drop",
        "disengaging",
        "one_sided",
        "outside_pressure",
    }
)
