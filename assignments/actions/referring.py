"""The directory of contacts, writing a referral, and noting what has become of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid4

from assignments.domain.referrals import (
    KINDS,
    WORDS_CHARACTERS,
    ContactWords,
    Fact,
    Step,
    Whom,
    lines,
    needs_consent,
)
from assignments.domain.signs import DecisionState
from assignments.models import Contact, Referral, ReferralStep
from assignments.queries.decisions import decision_of
from assignments.queries.referrals import LEADS_OUTSIDE, contact_of, known_facts, referral_of
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of


class NoConsent(Conflict):
    """Somebody the letter would name has not agreed to it. `slot` says who."""

    def __init__(self, slot: str, sentence: str) -> None:
        super().__init__(sentence)
        self.slot = slot


@transaction
def add_contact(*, actor: Person, words: ContactWords) -> Contact:
    """Put a service into the directory."""
    require(actor, Permission.CONTACTS_WRITE)
    row = Contact(id=uuid4(), practice_id=actor.practice_id, by_id=actor.id, at=clock.now())
    _say(row, words)
    db.session.add(row)
    record(actor, Event.CONTACT_ADDED, row)
    return row


@transaction
def change_contact(*, actor: Person, contact_id: UUID, words: ContactWords, version: int) -> Contact:
    """Change what the directory says. Letters keep what it said when they were written.

    Raises Conflict when somebody else has changed it since it was read.
    """
    require(actor, Permission.CONTACTS_WRITE)
    row = contact_of(actor, contact_id)
    if row.version != version:
        raise Conflict("Somebody else has changed this since. Look at it again first.")
    _say(row, words)
    row.version += 1
    record(actor, Event.CONTACT_CHANGED, row)
    return row


@transaction
def remove_contact(*, actor: Person, contact_id: UUID) -> Contact:
    """Take a service out of the directory; what was sent to it stays."""
    require(actor, Permission.CONTACTS_WRITE)
    row = contact_of(actor, contact_id)
    row.removed_at = clock.now()
    record(actor, Event.CONTACT_REMOVED, row)
    return row


def _say(row: Contact, words: ContactWords) -> None:
    if words.kind not in KINDS:
        raise Conflict("Choose a kind from the list.")
    row.name, row.kind, row.phone = words.name, words.kind, words.phone
    row.address, row.note = words.address, words.note


@transaction
def refer(
    *,
    actor: Person,
    couple_id: UUID,
    decision_id: UUID,
    contact_id: UUID,
    whom: Whom,
    words: str,
    facts: Sequence[Fact],
    consents: Mapping[str, date | None],
    follow_up_on: date | None = None,
) -> Referral:
    """Write a letter and keep it as it is. It names those alone who have agreed to it.

    Raises NoConsent where somebody's agreement is missing or lies ahead, and Conflict for a decision that leads
    nowhere, for no words or too many, and for a follow-up day that has passed.
    """
    require(actor, Permission.REFERRAL_WRITE)
    couple = couple_for(actor, couple_id)
    decision = decision_of(actor, couple, decision_id)
    contact = contact_of(actor, contact_id)
    now, today = clock.now(), clock.today(practice_of(actor).timezone)
    if DecisionState(decision.state) not in LEADS_OUTSIDE:
        raise Conflict("Decide to refer on or to step up first.")
    if not words.strip():
        raise Conflict("Write what you ask of them.")
    if len(words) > WORDS_CHARACTERS:
        raise Conflict(f"Use at most {WORDS_CHARACTERS} characters.")
    agreed = {
        slot: _consent(couple.partner(slot).name, slot, consents.get(slot), today)
        for slot in needs_consent(whom)
    }
    if follow_up_on is not None and follow_up_on < today:
        raise Conflict("The day to follow up has passed. Choose today or later.")
    practice = practice_of(actor)
    known = known_facts(actor, couple, decision, whom, now)
    letter = {
        "to": {"name": contact.name, "address": contact.address, "phone": contact.phone},
        "from": {
            "name": f"{actor.name} {actor.family_name}".strip(),
            "practice": practice.name,
            "phone": practice.phone,
        },
        "on": today.isoformat(),
        "about": list(known.names),
        "words": words,
        "facts": lines(known, facts),
    }
    row = Referral(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=actor.id,
        at=now,
        decision_id=decision.id,
        contact_id=contact.id,
        for_whom=whom,
        consent_a_on=agreed.get("A"),
        consent_b_on=agreed.get("B"),
        follow_up_on=follow_up_on,
    )
    row.letter_sealed = crypto.seal(row, "letter_sealed", json.dumps(letter, ensure_ascii=False))
    db.session.add(row)
    record(actor, Event.REFERRED, row, for_whom=whom.value)
    return row


def _consent(name: str, slot: str, day: date | None, today: date) -> date:
    if day is None:
        raise NoConsent(slot, f"Enter the day {name} agreed to this letter.")
    if day > today:
        raise NoConsent(slot, "That day has not come yet.")
    return day


@transaction
def take_step(*, actor: Person, couple_id: UUID, referral_id: UUID, step: Step, on: date) -> ReferralStep:
    """Note what has become of a referral. Raises Conflict for a day to come, and for a step that can't follow."""
    require(actor, Permission.REFERRAL_WRITE)
    found = referral_of(actor, couple_for(actor, couple_id), referral_id)
    if step not in found.next_steps:
        raise Conflict("That can’t follow what is noted here already.")
    if on > clock.today(practice_of(actor).timezone):
        raise Conflict("That day has not come yet.")
    row = ReferralStep(
        id=uuid4(),
        practice_id=actor.practice_id,
        referral_id=found.id,
        by_id=actor.id,
        at=clock.now(),
        step=step,
        on=on,
    )
    db.session.add(row)
    record(actor, Event.REFERRAL_STEP, row, couple_id=couple_id, step=step.value)
    return row
