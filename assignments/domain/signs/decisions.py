"""The counsellor's decision: its seven states, and when one is due.

The software never takes a decision and never sets a state; it can only say that a sign asks for one.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from assignments.domain.history import CoupleHistory
from assignments.domain.signs.assessing import assess_weeks
from assignments.domain.signs.rows import Assessment, State
from assignments.domain.stalls import SHIPPED_LIMITS, Limits


class DecisionState(StrEnum):
    """What a counsellor can decide; "no decision yet" is the absence of one."""

    CONTINUE = "continue"
    ADAPT_PLAN = "adapt_plan"
    CONSULT_SUPERVISOR = "consult_supervisor"
    STEP_UP = "step_up"
    REFER_ON = "refer_on"
    PAUSE_FOR_SAFETY = "pause_for_safety"
    PLANNED_ENDING = "planned_ending"


DECISION_LABELS: dict[DecisionState, str] = {
    DecisionState.CONTINUE: "Continue",
    DecisionState.ADAPT_PLAN: "Adapt the plan",
    DecisionState.CONSULT_SUPERVISOR: "Consult a supervisor",
    DecisionState.STEP_UP: "Step up",
    DecisionState.REFER_ON: "Refer on",
    DecisionState.PAUSE_FOR_SAFETY: "Pause for safety",
    DecisionState.PLANNED_ENDING: "Planned ending",
}
DECISION_HINTS: dict[DecisionState, str] = {
    DecisionState.CONTINUE: "Go on as planned.",
    DecisionState.ADAPT_PLAN: "Other or smaller practice.",
    DecisionState.CONSULT_SUPERVISOR: "Bring it to supervision first.",
    DecisionState.STEP_UP: "Add individual, specialist or medical care; keep the couple work.",
    DecisionState.REFER_ON: "A planned transfer.",
    DecisionState.PAUSE_FOR_SAFETY: "Joint practice is held; contact with each partner alone.",
    DecisionState.PLANNED_ENDING: "End the work together, by plan.",
}
NO_DECISION_LABEL = "No decision yet"


def decision_due(
    assessment: Assessment,
    met_when_decided: Collection[str] | None = None,
    cleared_since: Collection[str] = (),
) -> tuple[str, ...]:
    """The signs that ask for a decision and have had none since they became met, in page order.

    ``met_when_decided`` are the signs met in the evidence kept with the newest decision, ``None`` without a
    decision. A sign met then was decided on. It is due again only when it has cleared in between
    (``cleared_since``, see :func:`signs_cleared_since`) and is met once more.
    """
    decided = frozenset(met_when_decided or ()) - frozenset(cleared_since)
    return tuple(
        sign.id
        for sign in assessment.rows
        if sign.state is State.MET and sign.asks_for_decision and sign.id not in decided
    )


def signs_cleared_since(
    history: CoupleHistory,
    decided_week: int,
    among: Collection[str],
    limits: Limits = SHIPPED_LIMITS,
) -> frozenset[str]:
    """Which of these signs were not met in some week after the decision, worked out again from the record.

    Only "not met" clears a sign; silence ("not enough yet") and "watch" do not. It begins with the latest week and
    ends as soon as nothing is left to find.
    """
    asked, cleared = frozenset(among), set[str]()
    if not asked:
        return frozenset()
    for then in assess_weeks(history, range(history.week, decided_week, -1), limits):
        if asked <= cleared:
            break
        cleared.update(sign.id for sign in then.signs if sign.id in asked and sign.state is State.NOT_MET)
    return frozenset(cleared)
