"""The directory of the demo's practice, and a letter that was written to one of its services. All invented."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random

from assignments.demo.scene import Scene, new_id
from assignments.demo.stories import Referred
from assignments.domain.referrals import Fact, Known, lines
from assignments.domain.signs import DECISION_LABELS, DecisionState
from assignments.models import Contact, Decision, Referral, ReferralStep
from clinic import crypto
from clinic.audit import Event
from clinic.models import Couple, Person

# Numbers of 020 7946 are kept for stories and reach nobody.
DIRECTORY = (
    (
        "Canal Side Surgery",
        "medical",
        "020 7946 0811",
        "3 Lock Lane\nLondon",
        "Ask for the talking-therapies nurse.",
    ),
    (
        "The Quay",
        "individual",
        "020 7946 0812",
        "1 Quay Street\nLondon",
        "About six weeks\N{RIGHT SINGLE QUOTATION MARK} wait.",
    ),
    (
        "Harbour Women and Families",
        "abuse",
        "020 7946 0813",
        "",
        "Rings back the same day. Ask when it is safe to ring.",
    ),
    (
        "Clear Water",
        "substances",
        "020 7946 0814",
        "9 Basin Road\nLondon",
        "Takes people who refer themselves.",
    ),
)


def enter_contacts(scene: Scene, admin: Person) -> None:
    """The practice admin keeps a short list."""
    at = scene.practice.created_at + timedelta(days=2)
    for name, kind, phone, address, note in DIRECTORY:
        row = scene.add(
            Contact(
                id=new_id(Random(f"{scene.seed} {scene.practice.id} {name}")),
                practice_id=scene.practice.id,
                by_id=admin.id,
                at=at,
                name=name,
                kind=kind,
                phone=phone,
                address=address,
                note=note,
            )
        )
        scene.note(at, admin, Event.CONTACT_ADDED, row)


def refer(
    scene: Scene, counsellor: Person, couple: Couple, person: Person, decision: Decision, told: Referred
) -> None:
    """The letter after a decision, and what became of it."""
    at = decision.at + timedelta(minutes=20)
    day = scene.today - timedelta(days=told.days)
    _, _, phone, address, _ = next(entry for entry in DIRECTORY if entry[0] == told.contact)
    name = f"{person.name} {person.family_name}"
    known = Known([name], day, 0, [], DECISION_LABELS[DecisionState(decision.state)], day)
    row = Referral(
        id=new_id(Random(f"{scene.seed} {couple.id} {told.contact}")),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=counsellor.id,
        at=at,
        decision_id=decision.id,
        contact_id=new_id(Random(f"{scene.seed} {scene.practice.id} {told.contact}")),
        for_whom=told.slot,
        consent_a_on=day if told.slot == "A" else None,
        consent_b_on=day if told.slot == "B" else None,
        follow_up_on=None if told.follow_up_in is None else scene.today + timedelta(days=told.follow_up_in),
    )
    letter = {
        "to": {"name": told.contact, "address": address, "phone": phone},
        "from": {
            "name": f"{counsellor.name} {counsellor.family_name}",
            "practice": scene.practice.name,
            "phone": scene.practice.phone,
        },
        "on": day.isoformat(),
        "about": [name],
        "words": told.words,
        "facts": lines(known, [Fact.DECIDED]),
    }
    row.letter_sealed = crypto.seal(row, "letter_sealed", json.dumps(letter, ensure_ascii=False))
    scene.add(row)
    scene.note(at, counsellor, Event.REFERRED, row, for_whom=told.slot)
    for step, days in told.steps:
        noted = scene.past(scene.at(scene.today - timedelta(days=days), 12, 40))
        one = scene.add(
            ReferralStep(
                id=new_id(Random(f"{scene.seed} {row.id} {step}")),
                practice_id=couple.practice_id,
                referral_id=row.id,
                by_id=counsellor.id,
                at=noted,
                step=step,
                on=noted.date(),
            )
        )
        scene.note(noted, counsellor, Event.REFERRAL_STEP, one, step=step)
