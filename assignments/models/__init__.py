"""Tables about work: what was given, what was written, what was decided."""

from assignments.models.agreement import AgreementText, Signature
from assignments.models.assignment import Assignment, ExerciseVersion, SetAside, Withdrawal
from assignments.models.checkin import Checkin
from assignments.models.decision import Decision, DecisionNote, SignJudgement
from assignments.models.entry import Entry, EntryChange
from assignments.models.library import PracticeExercise
from assignments.models.note import NoteVersion, ProcessNote
from assignments.models.pause import Pause
from assignments.models.pin import CoupleLook, Pin
from assignments.models.plan import CouplePlan, PlanChange, PlanVersion, PracticePlan
from assignments.models.response import Answer, Comment, Outcome, ReadMark, Response, VisibilityChange
from assignments.models.saved_line import SavedLine
from assignments.models.turn_part import TurnPart

__all__ = [
    "AgreementText",
    "Answer",
    "Assignment",
    "Checkin",
    "Comment",
    "CoupleLook",
    "CouplePlan",
    "Decision",
    "DecisionNote",
    "Entry",
    "EntryChange",
    "ExerciseVersion",
    "NoteVersion",
    "Outcome",
    "Pause",
    "Pin",
    "PlanChange",
    "PlanVersion",
    "PracticeExercise",
    "PracticePlan",
    "ProcessNote",
    "ReadMark",
    "Response",
    "SavedLine",
    "SetAside",
    "SignJudgement",
    "Signature",
    "TurnPart",
    "VisibilityChange",
    "Withdrawal",
]
