"""Who a signed-in person is, and what each kind of person may ask for at all.

A permission is one row of `clinic/matrix.csv`; whose thing it is stays the business of the queries.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is here. A person has one role and acts under that one alone."""

    PARTNER = "partner"
    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def is_staff(self) -> bool:
        """Staff work for the practice; partners are its clients."""
        return self is not Role.PARTNER


class Slot(StrEnum):
    """A is whichever partner was added first. It orders columns and picks shapes, and means nothing else."""

    A = "A"
    B = "B"

    @property
    def other(self) -> Slot:
        """The other partner's slot."""
        return Slot.B if self is Slot.A else Slot.A


class Permission(StrEnum):
    """What a page or an act asks for: one row of the matrix, as "resource,action"."""

    PAGE_PUBLIC = "page.public,read"
    ACCOUNT_OWN = "account.own,read_sign_out"
    ACCOUNT_UPDATE = "account.own,password_factor_update"
    SIGN_INS = "session.own,list_end"
    ACCOUNT_JOIN = "account.own,finish_joining"
    INVITE_CLAIM = "invite.of_PA,claim"
    INVITE_CREATE = "invite.of_PA,create_revoke"
    RECOVERY_START = "account.of_PA,recovery_start"
    RECOVERY_FINISH = "account.of_PA,recovery_finish"
    RECOVERY_CODE = "account.of_PA,recovery_code_issue"
    FACTOR_RESET = "account.of_PA,factor_reset"
    STAFF_CREATE = "staff,create"
    STAFF_DISABLE = "staff,disable"
    SUPERVISION_ASSIGN = "supervision,assign"
    SAFETY_RULE = "safety.gate_of_practice,turn_off_on"
    SAFETY_RECORD = "safety.conversation_of_PA,record"
    COUPLE_CREATE = "couple,create"
    COUPLE_LIST = "couple,list_own_scope"
    COUPLE_READ = "couple,read"
    COUPLE_SETTINGS = "couple,set_sharing_limit"
    COUPLE_REASSIGN = "couple,reassign_counsellor"
    APPOINTMENT_WRITE = "appointment.any,write"
    LIBRARY_READ = "library.practice,read"
    LIBRARY_WRITE = "library.practice,write"
    ASSIGNMENT_READ = "assignment.couple,read"
    ASSIGNMENT_WRITE = "assignment.couple,create_update_cancel"
    PLAN_LIBRARY_READ = "plan.practice,read"
    PLAN_LIBRARY_WRITE = "plan.practice,write"
    PLAN_READ = "plan.couple,read"
    PLAN_WRITE = "plan.couple,start_change_pause"
    ASSIGNMENT_INDIVIDUAL = "assignment.individual,read"
    TODAY_READ = "today.of_PA,read"
    DRAFT_WRITE = "draft.server,read_write"
    ANSWER_PRIVATE_READ = "answer.private,read"
    ANSWER_COUNSELLOR_READ = "answer.counsellor,read"
    ANSWER_BOTH_BEFORE_READ = "answer.both_before,read"
    ANSWER_BOTH_AFTER_READ = "answer.both_after,read"
    ANSWER_SHARED_READ = "answer.shared,read"
    ANSWER_SEND = "answer.any,send"
    ANSWER_UNDO = "answer.any,undo_during_hold"
    ANSWER_HISTORY = "answer.any,history_read"
    ANSWER_VISIBILITY = "answer.any,change_visibility"
    ANSWER_STAFF_READ = "answer.any,staff_read"
    ANSWER_MARK_READ = "answer.any,mark_read"
    ENTRY_WRITE = "entry.own,write"
    TOGETHER_READ = "together.couple,read"
    AGREEMENT_READ = "agreement.couple,read"
    AGREEMENT_WRITE = "agreement.couple,write_sign_withdraw"
    AGREEMENT_STAFF_READ = "agreement.couple,staff_read"
    PAUSE_ASK = "pause.couple,ask_return"
    PAUSE_READ = "pause.couple,read"
    RITUAL_WRITE = "ritual.couple,mark"
    CHECKIN_WRITE = "checkin.weekly,create_update"
    CHECKIN_READ = "checkin.weekly,read"
    INSTRUMENT_WORD = "instrument.practice,read_write"
    INSTRUMENT_SWITCH = "instrument.couple,switch_on_off"
    INSTRUMENT_ANSWER = "instrument.own,create_update"
    INSTRUMENT_READ = "instrument.answers,read"
    COMMENT_CREATE = "message.PA_CO,create"
    ANSWER_BRING = "answer.any,bring_to_appointment"
    SAVED_LINES = "line.own,read_write"
    SAVED_LINE_REMOVE = "line.of_CO,remove"
    NOTE_CREATE = "note.counsellor,create"
    NOTE_READ = "note.counsellor,read"
    NOTE_CHANGE = "note.counsellor,update_delete"
    SIGNS_READ = "checklist.stall_referral,read"
    SIGNS_JUDGE = "checklist.stall_referral,write"
    DECISION_WRITE = "checklist.referral,sign_off"
    DECISION_READ = "decision.of_couple,read"
    CONTACTS_WRITE = "contact.practice,read_write"
    REFERRAL_WRITE = "referral.couple,create_update"
    REFERRAL_READ = "referral.couple,read"
    ROOM_ENTER = "inroom,enter"
    ROOM_LEAVE = "inroom,leave"
    ROOM_AGREEMENT = "agreement.couple,write_in_room"
    BRIEF_READ = "brief.private,read"
    COUPLE_LEAVE = "couple.own,leave"
    COUPLE_END = "couple,unlink_partner"
    ERASURE_ASK = "erase.of_PA,request_cancel"
    ERASURE_APPROVE = "erase.of_PA,approve"
    RECORD_CONSENT = "consent.of_PA,choose"
    EXPORT_COUPLE = "export.couple_record,make_download"
    EXPORT_CASELOAD = "export.caseload,make_download"
    OWN_COPY = "export.own,make_download"
    PRACTICE_SETTINGS = "practice.settings,read_write"
    PRACTICE_LOG = "audit.practice,read"
    PRACTICE_COUNTS = "practice.statistics,read_counts"
    NOTIFY_SETTINGS = "notify_settings.of_PA,read_write"
    CALENDAR_READ = "calendar_feed.of_PA,read_by_token"
    CALENDAR_ADDRESS = "calendar_feed.of_PA,rotate_revoke"
    OWN_DIARY_ADDRESS = "calendar_feed.of_CO,rotate_revoke"
    TALK_ASK = "checkin.safety,create"
    TALK_READ = "checkin.safety,read"
    TALK_ACKNOWLEDGE = "checkin.safety,acknowledge"
