"""Tables about work: what was given, what was written, what was decided."""

from assignments.models.agreement import AgreementText, Signature
from assignments.models.assignment import Assignment, ExerciseVersion, SetAside, Withdrawal
from assignments.models.bulk import BulkAct, BulkItem
from assignments.models.checkin import Checkin
from assignments.models.decision import Decision, DecisionCosign, DecisionNote, SignJudgement
from assignments.models.entry import Entry, EntryChange
from assignments.models.library import PracticeExercise
from assignments.models.pause import Pause
from assignments.models.plan import CouplePlan, PlanChange, PlanVersion, PracticePlan
from assignments.models.response import Answer, Comment, Outcome, ReadMark, Response, VisibilityChange
from assignments.models.turn_part import TurnPart

__all__ = [
    "AgreementText",
    "Answer",
    "Assignment",
    "BulkAct",
    "BulkItem",
    "Checkin",
    "Comment",
    "CouplePlan",
    "Decision",
    "DecisionCosign",
    "DecisionNote",
    "Entry",
    "EntryChange",
    "ExerciseVersion",
    "Outcome",
    "Pause",
    "PlanChange",
    "PlanVersion",
    "PracticeExercise",
    "PracticePlan",
    "ReadMark",
    "Response",
    "SetAside",
    "SignJudgement",
    "Signature",
    "TurnPart",
    "VisibilityChange",
    "Withdrawal",
]
