"""Referral signs: evidence for the counsellor, worked out afresh from a couple's record each time.

``kinds`` which signs there are · ``rows`` what a sign is · ``counted``, ``moved``, ``scores``, ``stalled``,
``taking_part`` the rules · ``chances`` how they say what the model found · ``assessing`` all of them for one couple ·
``decisions`` when one is due · ``wire`` the JSON lines of ``signs assess``.
"""

from assignments.domain.signs.asides import AWAY_FOR, MAY_BE_SET_ASIDE, Aside, returns_on, still_aside
from assignments.domain.signs.assessing import assess, assess_many
from assignments.domain.signs.decisions import (
    DECISION_HINTS,
    DECISION_LABELS,
    NO_DECISION_LABEL,
    DecisionState,
    decision_due,
    signs_cleared_since,
)
from assignments.domain.signs.kinds import KINDS, SIGN_IDS
from assignments.domain.signs.rows import STATE_LABELS, Assessment, Sign, State
from assignments.domain.signs.wire import LineError, assess_lines, to_json

__all__ = [
    "AWAY_FOR",
    "DECISION_HINTS",
    "DECISION_LABELS",
    "KINDS",
    "MAY_BE_SET_ASIDE",
    "NO_DECISION_LABEL",
    "SIGN_IDS",
    "STATE_LABELS",
    "Aside",
    "Assessment",
    "DecisionState",
    "LineError",
    "Sign",
    "State",
    "assess",
    "assess_lines",
    "assess_many",
    "decision_due",
    "returns_on",
    "signs_cleared_since",
    "still_aside",
    "to_json",
]
