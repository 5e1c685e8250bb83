"""Tables about people. Every tenant table carries `practice_id`; every read goes through `queries`."""

from clinic.models.appointment import Appointment
from clinic.models.audit import AuditHead, AuditLine
from clinic.models.break_glass import BreakGlass
from clinic.models.couple import Couple, Partner, SafetyConversation
from clinic.models.erasure import Erasure
from clinic.models.factor import HalfSignIn, Passkey, PasskeyQuestion, SecondFactor, SpareCode
from clinic.models.operation import Sweep, WorkerBeat
from clinic.models.outbox import OutboxMail
from clinic.models.person import Invitation, Person, Recovery, Supervision
from clinic.models.practice import Practice, SafetyRuleChange
from clinic.models.reminder import CalendarFeed, ReminderPlan, ReminderSlot
from clinic.models.retention_hold import RetentionHold
from clinic.models.sign_in import FormKey, KeptForm, SignIn, SignInFailure
from clinic.models.talk import AFTER_RECOVERY, TalkRequest

__all__ = [
    "AFTER_RECOVERY",
    "Appointment",
    "AuditHead",
    "AuditLine",
    "BreakGlass",
    "CalendarFeed",
    "Couple",
    "Erasure",
    "FormKey",
    "HalfSignIn",
    "Invitation",
    "KeptForm",
    "OutboxMail",
    "Partner",
    "Passkey",
    "PasskeyQuestion",
    "Person",
    "Practice",
    "Recovery",
    "ReminderPlan",
    "ReminderSlot",
    "RetentionHold",
    "SafetyConversation",
    "SafetyRuleChange",
    "SecondFactor",
    "SignIn",
    "SignInFailure",
    "SpareCode",
    "Supervision",
    "Sweep",
    "TalkRequest",
    "WorkerBeat",
]
