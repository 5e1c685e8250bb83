"""Plans: what they are (definitions), reading them (parsing), bending them (changing), their days (scheduling)."""

from assignments.domain.plans.changing import at_pace, for_anyone, rebuilt, smaller, with_weeks
from assignments.domain.plans.definitions import (
    BRANCH_NAMES,
    MOST_ITEMS,
    MOST_WEEKS,
    Branch,
    Checkpoint,
    Often,
    Plan,
    PlanItem,
    PlanWeek,
    Whom,
)
from assignments.domain.plans.drafts import Draft, after_button, blank_draft, draft_of, finished
from assignments.domain.plans.parsing import (
    PlanError,
    parse_plan,
    plan_from_json,
    plan_from_table,
    plan_to_json,
    unknown_exercises,
)
from assignments.domain.plans.scheduling import (
    Again,
    Pause,
    Phase,
    Slot,
    Standing,
    Timetable,
    local_day,
)

__all__ = [
    "BRANCH_NAMES",
    "MOST_ITEMS",
    "MOST_WEEKS",
    "Again",
    "Branch",
    "Checkpoint",
    "Draft",
    "Often",
    "Pause",
    "Phase",
    "Plan",
    "PlanError",
    "PlanItem",
    "PlanWeek",
    "Slot",
    "Standing",
    "Timetable",
    "Whom",
    "after_button",
    "at_pace",
    "blank_draft",
    "draft_of",
    "finished",
    "for_anyone",
    "local_day",
    "parse_plan",
    "plan_from_json",
    "plan_from_table",
    "plan_to_json",
    "rebuilt",
    "smaller",
    "unknown_exercises",
    "with_weeks",
]
