"""Tables about work: what was given, what was written, what was decided."""

from assignments.models.assignment import Assignment, ExerciseVersion, SetAside, Withdrawal
from assignments.models.checkin import Checkin
from assignments.models.decision import Decision, SignJudgement
from assignments.models.entry import Entry
from assignments.models.plan import CouplePlan, PlanChange, PlanVersion, PracticePlan
from assignments.models.response import Answer, Comment, Outcome, ReadMark, Response, VisibilityChange

__all__ = [
    "Answer",
    "Assignment",
    "Checkin",
    "Comment",
    "CouplePlan",
    "Decision",
    "Entry",
    "ExerciseVersion",
    "Outcome",
    "PlanChange",
    "PlanVersion",
    "PracticePlan",
    "ReadMark",
    "Response",
    "SetAside",
    "SignJudgement",
    "VisibilityChange",
    "Withdrawal",
]
