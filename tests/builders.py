"""Rows for tests: plain functions with keywords, each with sensible defaults. Call them in an app context.

They write what the actions would have written, without mail or audit, and commit.
"""

from __future__ import annotations

import itertools
import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from clinic import clock, crypto, passphrase
from clinic.actions.practices import DEFAULT_POLICY
from clinic.actions.tokens import digest, new_code, new_token
from clinic.domain import invitations
from clinic.domain.roles import Role, Slot
from clinic.extensions import db
from clinic.models import (
    Appointment,
    Couple,
    Invitation,
    Partner,
    Passkey,
    Person,
    Practice,
    SafetyConversation,
    Supervision,
)
from clinic.passkeys import credential_digest

PASSPHRASE = "evening walk by the canal"
_numbers = itertools.count(1)


def practice(name: str = "Canal Street", **fields: Any) -> Practice:
    """A practice with the texts every practice starts with."""
    given = {
        "sharing_policy": DEFAULT_POLICY,
        "created_at": clock.now(),
        "is_demo": True,
        **fields,
    }
    return _kept(Practice(name=name, **given))


def person(
    practice: Practice,
    *,
    name: str = "Priya",
    family_name: str = "Nair",
    role: Role = Role.COUNSELLOR,
    address: str | None = None,
    joined: bool = True,
    **fields: Any,
) -> Person:
    """Somebody who has joined with PASSPHRASE, or, with joined=False, has only been added."""
    address = address or f"{name.casefold()}.{next(_numbers)}@mail.example"
    given = {"contact_address": address, "created_at": clock.now(), **fields}
    if joined:
        given = {
            "sign_in_address": address,
            "passphrase_hash": passphrase.keep(PASSPHRASE),
            "joined_at": clock.now(),
            "inbox_shared": "no",
            **given,
        }
    return _kept(Person(practice_id=practice.id, name=name, family_name=family_name, role=role, **given))


def supervision(supervisor: Person, counsellor: Person) -> Supervision:
    """The supervisor sees this counsellor's couples."""
    return _kept(
        Supervision(
            practice_id=supervisor.practice_id,
            supervisor_id=supervisor.id,
            counsellor_id=counsellor.id,
            since=clock.now(),
        )
    )


def couple(
    counsellor: Person,
    *,
    first: str = "Sam Okafor",
    second: str = "Jo Lind",
    joined: bool = True,
    policy_read: bool = True,
    safety: bool = True,
    first_fields: dict[str, Any] | None = None,
    second_fields: dict[str, Any] | None = None,
    **fields: Any,
) -> Couple:
    """A couple of this counsellor's, A and B by "First Family". Both have joined and been spoken with alone."""
    practice = db.session.get_one(Practice, counsellor.practice_id)
    made = _kept(
        Couple(practice_id=practice.id, counsellor_id=counsellor.id, **{"created_at": clock.now(), **fields})
    )
    for slot, full_name, more in (("A", first, first_fields), ("B", second, second_fields)):
        name, _, family_name = full_name.partition(" ")
        partner = person(
            practice,
            name=name,
            family_name=family_name,
            role=Role.PARTNER,
            joined=joined,
            **(more or {}),
        )
        _kept(
            Partner(
                practice_id=practice.id,
                couple_id=made.id,
                person_id=partner.id,
                slot=slot,
                policy_read_at=clock.now() if joined and policy_read else None,
            )
        )
        if safety:
            safety_conversation(made, partner)
    return made


def partner_person(couple: Couple, slot: str | Slot) -> Person:
    """The person in one slot of a couple."""
    found: Person = (
        db.session.query(Person)
        .join(Partner, Partner.person_id == Person.id)
        .filter(Partner.couple_id == couple.id, Partner.slot == slot)
        .one()
    )
    return found


def safety_conversation(
    couple: Couple, partner: Person, *, held_on: date | None = None
) -> SafetyConversation:
    """The counsellor spoke with this partner alone."""
    return _kept(
        SafetyConversation(
            practice_id=couple.practice_id,
            couple_id=couple.id,
            person_id=partner.id,
            by_id=couple.counsellor_id,
            held_on=held_on or clock.now().date(),
            recorded_at=clock.now(),
        )
    )


def appointment(
    couple: Couple, *, starts_at: datetime | None = None, minutes: int = 60, **fields: Any
) -> Appointment:
    """An appointment, tomorrow at this hour unless told otherwise."""
    return _kept(
        Appointment(
            practice_id=couple.practice_id,
            couple_id=couple.id,
            counsellor_id=couple.counsellor_id,
            starts_at=starts_at or clock.now() + timedelta(days=1),
            minutes=minutes,
            **{"created_at": clock.now(), **fields},
        )
    )


def invitation(person: Person, by: Person, **fields: Any) -> tuple[Invitation, str, str]:
    """An open invitation with its token and its code, which are nowhere else."""
    token, code = new_token(), new_code()
    given = {"created_at": clock.now(), "expires_at": clock.now() + invitations.LIFETIME, **fields}
    row = Invitation(
        practice_id=person.practice_id,
        person_id=person.id,
        by_id=by.id,
        token_hash=digest(token),
        code_hash=digest(code),
        **given,
    )
    return _kept(row), token, code


def passkey(owner: Person, *, name: str = "My phone", **fields: Any) -> Passkey:
    """A passkey that no device here holds; tests/authenticator.py makes such as can be used."""
    own = secrets.token_bytes(24)
    given = {
        "credential_id": own,
        "credential_hash": credential_digest(own),
        "made_at": clock.now(),
        **fields,
    }
    row = Passkey(
        id=uuid4(), practice_id=owner.practice_id, author_id=owner.id, public_key=b"", sign_count=0, **given
    )
    row.name_sealed = crypto.seal(row, "name_sealed", name)
    return _kept(row)


def _kept(row: Any) -> Any:
    db.session.add(row)
    db.session.commit()
    return row
