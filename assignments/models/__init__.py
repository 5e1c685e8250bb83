"""Tables about work: what was given, what was written, what was decided."""

from assignments.models.assignment import Assignment, ExerciseVersion, SetAside, Withdrawal
from assignments.models.checkin import Checkin
from assignments.models.decision import Decision, SignJudgement
from assignments.models.entry import Entry
from assignments.models.response import Answer, Comment, Outcome, ReadMark, Response, VisibilityChange
from assignments.models.turn_part import TurnPart

__all__ = [
    "Answer",
    "Assignment",
    "Checkin",
    "Comment",
    "Decision",
    "Entry",
    "ExerciseVersion",
    "Outcome",
    "ReadMark",
    "Response",
    "SetAside",
    "SignJudgement",
    "TurnPart",
    "VisibilityChange",
    "Withdrawal",
]
