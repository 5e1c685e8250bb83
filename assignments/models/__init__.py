"""Tables about work: what was given, what was written, what was decided."""

from assignments.models.agreement import AgreementText, Signature
from assignments.models.assignment import Assignment, ExerciseVersion, SetAside, Withdrawal
from assignments.models.bulk import BulkAct, BulkItem
from assignments.models.checkin import Checkin
from assignments.models.consent import RecordConsent
from assignments.models.decision import Decision, DecisionCosign, DecisionNote, SignJudgement
from assignments.models.entry import Entry, EntryChange
from assignments.models.instrument import InstrumentAnswer, InstrumentUse, InstrumentWording
from assignments.models.library import PracticeExercise
from assignments.models.note import NoteVersion, ProcessNote
from assignments.models.pause import Pause
from assignments.models.pin import CoupleLook, Pin
from assignments.models.plan import CouplePlan, PlanChange, PlanVersion, PracticePlan
from assignments.models.referral import Contact, Referral, ReferralStep
from assignments.models.reply import Reply
from assignments.models.response import Answer, Comment, Outcome, ReadMark, Response, VisibilityChange
from assignments.models.saved_line import SavedLine
from assignments.models.sign_row import OwnSign, SignAside, SignUse, TopicAsked
from assignments.models.sign_rule import SignRuleChange
from assignments.models.summary import CoupleSummary
from assignments.models.turn_part import TurnPart

__all__ = [
    "AgreementText",
    "Answer",
    "Assignment",
    "BulkAct",
    "BulkItem",
    "Checkin",
    "Comment",
    "Contact",
    "CoupleLook",
    "CouplePlan",
    "CoupleSummary",
    "Decision",
    "DecisionCosign",
    "DecisionNote",
    "Entry",
    "EntryChange",
    "ExerciseVersion",
    "InstrumentAnswer",
    "InstrumentUse",
    "InstrumentWording",
    "NoteVersion",
    "Outcome",
    "OwnSign",
    "Pause",
    "Pin",
    "PlanChange",
    "PlanVersion",
    "PracticeExercise",
    "PracticePlan",
    "ProcessNote",
    "ReadMark",
    "RecordConsent",
    "Referral",
    "ReferralStep",
    "Reply",
    "Response",
    "SavedLine",
    "SetAside",
    "SignAside",
    "SignJudgement",
    "SignRuleChange",
    "SignUse",
    "Signature",
    "TopicAsked",
    "TurnPart",
    "VisibilityChange",
    "Withdrawal",
]
