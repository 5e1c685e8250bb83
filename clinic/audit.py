"""One audit line per write and per staff read of a partner's words, in the same transaction (decision 10).

Lines hold ids and states, never content. Each carries the hash of the one before it, per practice, so
a line that is changed, added or taken out later is found by `verify`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from clinic import clock
from clinic.extensions import db
from clinic.models import AuditHead, AuditLine, Person
from clinic.statements import written_once

START = "0" * 64
BATCH = 2000


class Event(StrEnum):
    """Every event there is. REQUIRED says which details each must carry."""

    PRACTICE_CREATED = "practice created"
    KEYS_ROTATED = "keys rotated"
    RESTORED = "restored from a backup"
    ERASED_AGAIN = "erased again after a restore"
    STAFF_INVITED = "staff invited"
    SAFETY_RULE_CHANGED = "safety rule changed"
    COUPLE_ADDED = "couple added"
    INVITATION_SENT = "invitation sent"
    INVITATION_CLAIMED = "invitation claimed"
    INVITATION_DECLINED = "invitation declined"
    INVITATION_TALK_FIRST = "invitation answered, to talk first"
    JOINING_FINISHED = "joining finished"
    SIGNED_IN = "signed in"
    CODE_AWAITED = "pass-phrase given, code awaited"
    SIGNED_OUT = "signed out"
    PASSPHRASE_GIVEN_AGAIN = "pass-phrase given again"
    PHONE_PASSED = "phone passed on"
    PHONE_TAKEN_BACK = "phone taken back"
    RECOVERY_STARTED = "recovery started"
    RECOVERY_CODE_ISSUED = "recovery code issued"
    PASSPHRASE_CHANGED = "pass-phrase changed"
    SIGN_IN_DISOWNED = "sign-in disowned"
    SIGN_IN_DISOWNED_SEEN = "disowned sign-in seen"
    SECOND_FACTOR_BEGUN = "second factor begun"
    SECOND_FACTOR_ON = "second factor on"
    SECOND_FACTOR_OFF = "second factor off"
    SECOND_FACTOR_RESET = "second factor reset"
    PASSKEY_ADDED = "passkey added"
    PASSKEY_RENAMED = "passkey renamed"
    PASSKEY_REMOVED = "passkey removed"
    PASSKEY_USED = "passkey used"
    RECOVERY_CODE_USED = "recovery code used"
    RECOVERY_CODES_RENEWED = "recovery codes renewed"
    SAFETY_CONVERSATION_RECORDED = "safety conversation recorded"
    APPOINTMENT_BOOKED = "appointment booked"
    APPOINTMENT_MOVED = "appointment moved"
    APPOINTMENT_CANCELLED = "appointment cancelled"
    APPOINTMENT_RESTORED = "appointment restored"
    CALENDAR_IMPORTED = "calendar file imported"
    ASSIGNED = "assigned"
    ASSIGNMENT_CHANGED = "assignment changed"
    ASSIGNMENT_WITHDRAWN = "assignment withdrawn"
    ASSIGNMENT_REOPENED = "assignment reopened"
    PLAN_STARTED = "plan started"
    PLAN_CHANGED = "plan changed"
    PLAN_ENDED = "plan ended"
    OWN_PLAN_BEGUN = "own plan begun"
    OWN_PLAN_DRAFT_SAVED = "own plan draft saved"
    OWN_PLAN_PUBLISHED = "own plan published"
    OWN_PLAN_ARCHIVED = "own plan archived"
    OWN_PLAN_RESTORED = "own plan restored"
    DRAFT_SAVED = "draft saved"
    RESPONSE_SENT = "response sent"
    TYPED_IN = "answer typed in from paper"
    RESPONSE_TAKEN_BACK = "response taken back"
    VISIBILITY_CHANGED = "visibility changed"
    VISIBILITY_CHANGE_CANCELLED = "visibility change cancelled"
    SET_ASIDE = "set aside"
    OUTCOME_RECORDED = "outcome recorded"
    AGREEMENT_PUT_FORWARD = "agreement put forward"
    AGREEMENT_TAKEN_BACK = "agreement taken back"
    AGREEMENT_SIGNED = "agreement signed"
    SIGNATURE_UNDONE = "signature undone"
    SIGNATURE_WITHDRAWN = "signature withdrawn"
    SIGNATURE_RESTORED = "signature restored"
    ENTRY_SAVED = "entry saved"
    ENTRY_DELETED = "entry deleted"
    THANKS_SAID = "thanks said for an answer"
    THANKS_TAKEN_BACK = "thanks for an answer taken back"
    CHECKED_IN = "checked in"
    WORDS_READ = "words read"
    ROOM_ENTERED = "in-room view begun"
    ROOM_LEFT = "in-room view left"
    RECORD_CONSENT_CHOSEN = "consent to hand on the record chosen"
    RECORD_TAKEN = "couple's record taken out"
    CASELOAD_TAKEN = "caseload taken out"
    BRIEF_TAKEN = "brief made as a file"
    MARKED_READ = "marked read"
    COMMENTED = "commented"
    INSTRUMENT_WORDED = "questionnaire worded"
    INSTRUMENT_ON = "questionnaire switched on"
    INSTRUMENT_OFF = "questionnaire switched off"
    INSTRUMENT_ANSWERED = "questionnaire answered"
    COMMENT_TAKEN_BACK = "comment taken back"
    LINE_SAVED = "line saved"
    LINE_REMOVED = "line removed"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    LOOKED = "looked through"
    NOTE_WRITTEN = "note written"
    NOTE_CHANGED = "note changed"
    NOTE_OPENED = "note opened to supervision"
    NOTE_CLOSED = "note closed to supervision"
    NOTE_DELETED = "note deleted"
    NOTES_READ = "notes read in supervision"
    SIGN_JUDGED = "sign judged"
    SIGN_SET_ASIDE = "sign set aside"
    SIGN_BROUGHT_BACK = "sign brought back"
    SIGN_FOUND_USEFUL = "sign found useful or not"
    SIGN_RULE_CHANGED = "sign rule changed"
    TOPIC_ASKED = "topic asked alone"
    OWN_SIGN_ADDED = "own sign added"
    OWN_SIGN_REMOVED = "own sign removed"
    DECIDED = "decided"
    DECISION_NOTED = "decision noted"
    CONTACT_ADDED = "contact added"
    CONTACT_CHANGED = "contact changed"
    CONTACT_REMOVED = "contact removed"
    REFERRED = "referred"
    REFERRAL_STEP = "referral step noted"
    COUPLE_LEFT = "couple left"
    COUPLE_CLOSED = "couple closed"
    COUPLE_CHANGED = "couple settings changed"
    COUPLE_REASSIGNED = "couple given to another counsellor"
    DECISION_COSIGNED = "decision co-signed"
    GLASS_ASKED = "break-glass asked for"
    GLASS_GRANTED = "break-glass granted"
    GLASS_REFUSED = "break-glass refused"
    GLASS_ENDED = "break-glass ended"
    GLASS_NOTED = "break-glass taken note of"
    HOLD_ASKED = "holding a record back asked for"
    HOLD_GRANTED = "record held back"
    HOLD_REFUSED = "holding a record back refused"
    HOLD_LIFTED = "record held back no longer"
    RECORD_EXPIRED = "record deleted when its time was up"
    STAFF_DISABLED = "staff account closed"
    STAFF_ENABLED = "staff account opened again"
    SUPERVISION_CHANGED = "supervision changed"
    COUPLE_REOPENED = "couple reopened"
    BULK_DONE = "several couples at once"
    BULK_UNDONE = "several couples at once, undone"
    ERASURE_ASKED = "erasure asked for"
    ERASURE_CANCELLED = "erasure cancelled"
    ERASED = "erased"
    OWN_COPY_MADE = "own copy made"
    THEME_CHOSEN = "theme chosen"
    REMINDERS_SET = "reminders set"
    CALENDAR_MADE = "calendar address made"
    CALENDAR_ENDED = "calendar address ended"
    FORM_KEPT = "form kept"
    KEPT_FORM_LEFT = "kept form left"
    PRACTICE_CHANGED = "practice changed"
    PAUSE_ASKED = "pause asked for"
    PAUSE_ENDED = "pause ended"
    TALK_ASKED = "talk asked for"
    TALK_SPOKEN = "talk held"
    EXERCISE_COPIED = "exercise copied"
    EXERCISE_BEGUN = "exercise begun"
    EXERCISE_DRAFT_SAVED = "exercise draft saved"
    EXERCISE_PUBLISHED = "exercise published"
    EXERCISE_ARCHIVED = "exercise archived"
    EXERCISE_RESTORED = "exercise restored"
    LIBRARY_BROUGHT_IN = "exercises and plans brought in"


REQUIRED: dict[Event, frozenset[str]] = {
    Event.STAFF_INVITED: frozenset({"role"}),
    Event.SAFETY_RULE_CHANGED: frozenset({"asks"}),
    Event.PRACTICE_CHANGED: frozenset({"what"}),
    Event.COUPLE_CHANGED: frozenset({"what"}),
    Event.BULK_DONE: frozenset({"what", "couples"}),
    Event.BULK_UNDONE: frozenset({"what"}),
    Event.ASSIGNED: frozenset({"slug", "version", "for_whom"}),
    Event.PLAN_STARTED: frozenset({"slug", "version"}),
    Event.PLAN_CHANGED: frozenset({"kind"}),
    Event.OWN_PLAN_PUBLISHED: frozenset({"slug", "version"}),
    Event.SET_ASIDE: frozenset({"kind"}),
    Event.WORDS_READ: frozenset({"what"}),
    Event.RECORD_TAKEN: frozenset({"form"}),
    Event.BRIEF_TAKEN: frozenset({"own"}),
    Event.PAUSE_ASKED: frozenset({"back"}),
    Event.DECIDED: frozenset({"state"}),
    Event.KEYS_ROTATED: frozenset({"key", "values"}),
    Event.INSTRUMENT_WORDED: frozenset({"name", "version"}),
    Event.INSTRUMENT_ON: frozenset({"name"}),
    Event.INSTRUMENT_OFF: frozenset({"name"}),
    Event.SIGN_RULE_CHANGED: frozenset({"rule", "value"}),
    Event.REFERRED: frozenset({"for_whom"}),
    Event.REFERRAL_STEP: frozenset({"step"}),
    Event.SIGN_SET_ASIDE: frozenset({"sign", "state"}),
    Event.SIGN_BROUGHT_BACK: frozenset({"sign"}),
    Event.SIGN_FOUND_USEFUL: frozenset({"sign", "useful"}),
    Event.SIGN_JUDGED: frozenset({"sign"}),
    Event.EXERCISE_COPIED: frozenset({"slug", "copied_from"}),
    Event.EXERCISE_PUBLISHED: frozenset({"slug", "version"}),
    Event.LIBRARY_BROUGHT_IN: frozenset({"exercises", "plans"}),
}


def record(
    actor: Person | None,
    event: Event,
    subject: Any = None,
    *,
    practice_id: UUID | None = None,
    couple_id: UUID | None = None,
    at: datetime | None = None,
    **details: str | int | bool,
) -> AuditLine:
    """Add one line to the running transaction. `subject` is the row it is about.

    Raises ValueError when a required detail is missing: an event that says too little is a defect.
    """
    line = _line(actor, event, subject, practice_id, couple_id, at, details)
    _chain(_locked_head(line.practice_id), line)
    db.session.add(line)
    return line


def record_each(actor: Person, event: Event, subjects: Iterable[Any], **details: str | int | bool) -> None:
    """Add a line about each of these rows, in their order, for one lock and one write however many there are."""
    lines = [_line(actor, event, subject, None, None, None, details) for subject in subjects]
    if not lines:
        return
    head = _locked_head(actor.practice_id)
    for line in lines:
        _chain(head, line)
    db.session.add_all(lines)


def _line(
    actor: Person | None,
    event: Event,
    subject: Any,
    practice_id: UUID | None,
    couple_id: UUID | None,
    at: datetime | None,
    details: Mapping[str, str | int | bool],
) -> AuditLine:
    """A line that is not in the chain yet."""
    missing = REQUIRED.get(event, frozenset()) - details.keys()
    if missing:
        raise ValueError(f"The event “{event}” needs {', '.join(sorted(missing))}.")
    practice: UUID | None = practice_id or getattr(subject, "practice_id", None)
    if practice is None and actor is not None:
        practice = actor.practice_id
    if practice is None:
        raise ValueError("An audit line belongs to a practice.")
    return AuditLine(
        practice_id=practice,
        at=at or clock.now(),
        event=str(event),
        actor_id=actor.id if actor else None,
        actor_role=actor.role if actor else "system",
        couple_id=couple_id or getattr(subject, "couple_id", None),
        subject_type=getattr(subject, "__tablename__", ""),
        subject_id=getattr(subject, "id", None),
        details=dict(details),
    )


def _chain(head: AuditHead, line: AuditLine) -> None:
    """Make a line the last of its practice's chain."""
    line.number, line.previous_hash = head.number + 1, head.line_hash
    line.line_hash = _hash(line)
    head.number, head.line_hash = line.number, line.line_hash


def record_all(practice_id: UUID, lines: Iterable[AuditLine]) -> None:
    """Chain lines of one practice that have been written out in order, such as a history that is loaded.

    They join the running transaction under one lock and in bulk, where `record` takes the lock for each line.
    """
    head = _locked_head(practice_id)
    coming = iter(lines)
    while some := list(islice(coming, BATCH)):
        for line in some:
            _chain(head, line)
        db.session.bulk_save_objects(some)


def verify(practice_id: UUID) -> int | None:
    """Walk the chain of one practice; the number of the first line that does not hold, or None."""
    previous, expected = START, 1
    lines = db.session.execute(
        select(AuditLine).where(AuditLine.practice_id == practice_id).order_by(AuditLine.number)
    ).scalars()
    for line in lines:
        if line.number != expected or line.previous_hash != previous or line.line_hash != _hash(line):
            return expected
        previous, expected = line.line_hash, expected + 1
    head = db.session.get(AuditHead, practice_id)
    if head is not None and (head.number, head.line_hash) != (expected - 1, previous):
        return expected
    return None


def _locked_head(practice_id: UUID) -> AuditHead:
    """The end of the chain, held until the transaction ends, so that no two writers take one number."""
    head = _head(practice_id).scalar_one_or_none()
    if head is None:
        head = AuditHead(practice_id=practice_id, number=0, line_hash=START)
        db.session.add(head)
    return head


@written_once
def _head(practice_id: UUID) -> Select[AuditHead]:
    return select(AuditHead).where(AuditHead.practice_id == practice_id).with_for_update()


def _hash(line: AuditLine) -> str:
    body = [
        str(line.practice_id),
        line.number,
        line.at.isoformat(),
        line.event,
        str(line.actor_id or ""),
        line.actor_role,
        str(line.couple_id or ""),
        line.subject_type,
        str(line.subject_id or ""),
        line.details,
        line.previous_hash,
    ]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
