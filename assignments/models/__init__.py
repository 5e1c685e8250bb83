"""Tables about work: what was given, what was written, what was decided."""

from assignments.models.agreement import AgreementText, Signature
from assignments.models.assignment import Assignment, ExerciseVersion, SetAside, Withdrawal
from assignments.models.checkin import Checkin
from assignments.models.decision import Decision, DecisionNote, SignJudgement
from assignments.models.entry import Entry, EntryChange
from assignments.models.instrument import InstrumentAnswer, InstrumentUse, InstrumentWording
from assignments.models.library import PracticeExercise
from assignments.models.pause import Pause
from assignments.models.plan import CouplePlan, PlanChange, PlanVersion, PracticePlan
from assignments.models.referral import Contact, Referral, ReferralStep
from assignments.models.response import Answer, Comment, Outcome, ReadMark, Response, VisibilityChange
from assignments.models.sign_row import OwnSign, SignAside, SignUse
from assignments.models.sign_rule import SignRuleChange
from assignments.models.turn_part import TurnPart

__all__ = [
    "AgreementText",
    "Answer",
    "Assignment",
    "Checkin",
    "Comment",
    "Contact",
    "CouplePlan",
    "Decision",
    "DecisionNote",
    "Entry",
    "EntryChange",
    "ExerciseVersion",
    "InstrumentAnswer",
    "InstrumentUse",
    "InstrumentWording",
    "Outcome",
    "OwnSign",
    "Pause",
    "PlanChange",
    "PlanVersion",
    "PracticeExercise",
    "PracticePlan",
    "ReadMark",
    "Referral",
    "ReferralStep",
    "Response",
    "SetAside",
    "SignAside",
    "SignJudgement",
    "SignRuleChange",
    "SignUse",
    "Signature",
    "TurnPart",
    "VisibilityChange",
    "Withdrawal",
]
