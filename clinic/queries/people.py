"""People, ways in, and sign-ins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from clinic import crypto, tenancy
from clinic.domain import invitations, second_factor, sign_ins
from clinic.domain.clocks import latest_end
from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import (
    FormKey,
    Invitation,
    KeptForm,
    Partner,
    Person,
    Practice,
    Recovery,
    SafetyRuleChange,
    SignIn,
    SignInFailure,
    Supervision,
    TalkRequest,
)
from clinic.statements import written_once

# Where Exit leads somebody whose practice we do not know.
NEUTRAL_PAGE = "https://www.bbc.co.uk/weather"


def practice_of(person: Person) -> Practice:
    """The practice a person belongs to."""
    return db.session.get_one(Practice, person.practice_id)


def person_in(practice_id: UUID, person_id: UUID) -> Person:
    """Whoever a row of this practice names. Raises NoResultFound for anybody of another's."""
    return db.session.execute(
        select(Person).where(Person.practice_id == practice_id, Person.id == person_id)
    ).scalar_one()


def staff_of(admin: Person) -> Sequence[Person]:
    """Everybody who works for the admin's practice, by name. Raises NotFound for anybody but an admin."""
    if admin.kind is not Role.ADMIN:
        raise NotFound
    return (
        db.session.execute(
            select(Person)
            .where(Person.practice_id == admin.practice_id, Person.role != Role.PARTNER)
            .order_by(Person.name, Person.family_name)
        )
        .scalars()
        .all()
    )


def latest_invitations(admin: Person) -> dict[UUID, Invitation]:
    """The latest invitation of each member of staff, by person id."""
    rows = db.session.execute(
        select(Invitation)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.practice_id == admin.practice_id, Person.role != Role.PARTNER)
        .order_by(Invitation.created_at)
    ).scalars()
    return {invitation.person_id: invitation for invitation in rows}


@dataclass(frozen=True)
class Colleague:
    """One member of staff as the admin's list tells it."""

    person: Person
    joining: str
    supervises: tuple[str, ...]
    supervised_ids: frozenset[UUID] = frozenset()


def colleagues_of(admin: Person, now: datetime) -> tuple[Colleague, ...]:
    """Everybody who works for the practice, how joining stands, and whose couples a supervisor sees."""
    staff = staff_of(admin)
    names = {person.id: person.name for person in staff}
    latest = latest_invitations(admin)
    pairs = db.session.execute(
        select(Supervision.supervisor_id, Supervision.counsellor_id).where(
            Supervision.practice_id == admin.practice_id
        )
    ).all()
    found = []
    for person in staff:
        ids = frozenset(c for s, c in pairs if s == person.id and c in names)
        joining = _joining(person, latest.get(person.id), now)
        found.append(Colleague(person, joining, tuple(sorted(names[one] for one in ids)), ids))
    return tuple(found)


def _joining(person: Person, invitation: Invitation | None, now: datetime) -> str:
    return invitations.state(
        now,
        joined_at=person.joined_at,
        expires_at=invitation.expires_at if invitation else None,
        wrong_codes=invitation.wrong_codes if invitation else 0,
        declined_at=invitation.declined_at if invitation else None,
        wants_to_talk_at=invitation.wants_to_talk_at if invitation else None,
    )


def safety_rule_changes(admin: Person) -> Sequence[tuple[SafetyRuleChange, str]]:
    """Each change of the practice's safety rule with the name of who made it, newest first."""
    staff_of(admin)  # Refuses anybody but an admin.
    rows = db.session.execute(
        select(SafetyRuleChange, Person.name)
        .join(Person, Person.id == SafetyRuleChange.by_id)
        .where(SafetyRuleChange.practice_id == admin.practice_id)
        .order_by(SafetyRuleChange.at.desc())
    ).all()
    return [(change, name) for change, name in rows]


def staff_member(admin: Person, person_id: UUID) -> Person:
    """One member of staff of the admin's practice. Raises NotFound otherwise."""
    found = next((person for person in staff_of(admin) if person.id == person_id), None)
    if found is None:
        raise NotFound
    return found


def open_invitation(token_hash: str, now: datetime) -> tuple[Invitation, Person, Practice, Person]:
    """An invitation that can still be used, whose it is, where, and who sent it.

    Raises NotFound for anything else, so a used, a revoked and an invented link look the same.
    """
    tenancy.way_in("invitation", token_hash)
    invitation = db.session.execute(
        select(Invitation).where(Invitation.token_hash == token_hash)
    ).scalar_one_or_none()
    if invitation is None or not _is_open(invitation, now):
        raise NotFound
    tenancy.enter(invitation.practice_id)
    practice = db.session.get_one(Practice, invitation.practice_id)
    person, sender = (person_in(practice.id, one) for one in (invitation.person_id, invitation.by_id))
    return invitation, person, practice, sender


def invitations_alike(invitation: Invitation, person: Person, now: datetime) -> list[Invitation]:
    """This open invitation, and the open one of the other partner where both went to one inbox.

    Two mails that look alike then lie side by side, and nothing but the spoken code tells whose is whose.
    """
    other = aliased(Partner)
    rows = db.session.execute(
        select(Invitation)
        .join(Person, Person.id == Invitation.person_id)
        .join(Partner, Partner.person_id == Person.id)
        .join(other, (other.couple_id == Partner.couple_id) & (other.id != Partner.id))
        .where(
            Invitation.practice_id == person.practice_id,
            other.practice_id == person.practice_id,
            other.person_id == person.id,
            func.lower(Person.contact_address) == person.contact_address.lower(),
        )
        .order_by(Invitation.created_at)
    ).scalars()
    return [invitation, *(row for row in rows if _is_open(row, now))]


def _is_open(invitation: Invitation, now: datetime) -> bool:
    return invitations.is_open(
        now,
        expires_at=invitation.expires_at,
        wrong_codes=invitation.wrong_codes,
        claimed_at=invitation.claimed_at,
        declined_at=invitation.declined_at,
        revoked_at=invitation.revoked_at,
    )


def sign_in_by_token(token_hash: str, now: datetime) -> tuple[SignIn, Person] | None:
    """A sign-in that still counts, with its person; None when it has ended, idled out or aged out."""
    tenancy.way_in("sign_in", token_hash)
    row = _sign_in(token_hash).one_or_none()
    if row is None:
        return None
    sign_in, person = row
    tenancy.enter(person.practice_id)
    person.owes_second_factor = second_factor.is_owed(
        is_staff=person.is_staff,
        in_demo=person.practice.is_demo,
        has_one=person.second_factor_at is not None,
    )
    live = sign_ins.is_live(
        now,
        is_staff=person.is_staff,
        created_at=sign_in.created_at,
        last_seen_at=sign_in.last_seen_at,
        ended_at=sign_in.ended_at,
    )
    return (sign_in, person) if live and person.disabled_at is None else None


@written_once
def _sign_in(token_hash: str) -> Select[SignIn, Person]:
    return (
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.token_hash == token_hash)
        .options(joinedload(Person.practice, innerjoin=True))
    )


def timed_out_by_token(token_hash: str, now: datetime) -> Person | None:
    """Whose sign-in this was that timed out; None where it still counts or somebody ended it.

    Also None for one that was in other hands: on a phone that is passed about, or on the screen in a room. Nothing
    sent from there waits for the owner.
    """
    tenancy.way_in("sign_in", token_hash)
    row = db.session.execute(
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.token_hash == token_hash, Person.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    sign_in, person = row
    tenancy.enter(person.practice_id)
    if sign_in.passed_at is not None or sign_in.in_room_since is not None:
        return None
    timed_out = sign_ins.has_timed_out(
        now,
        is_staff=person.is_staff,
        created_at=sign_in.created_at,
        last_seen_at=sign_in.last_seen_at,
        ended_at=sign_in.ended_at,
    )
    return person if timed_out else None


def kept_form_of(person: Person, now: datetime) -> KeptForm | None:
    """The form this person sent last after a time-out, as long as it is kept and has not been completed."""
    return db.session.execute(
        select(KeptForm)
        .where(
            KeptForm.author_id == person.id,
            KeptForm.practice_id == person.practice_id,
            KeptForm.kept_at > now - sign_ins.FORM_KEPT,
            ~exists().where(FormKey.key == KeptForm.form_key),
        )
        .order_by(KeptForm.kept_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def fields_of(form: KeptForm) -> list[tuple[str, str]]:
    """The fields of a kept form as they were sent."""
    return [
        (name, value) for name, value in json.loads(crypto.unseal(form, "fields_sealed", form.fields_sealed))
    ]


def sign_ins_of(person: Person, now: datetime) -> Sequence[SignIn]:
    """A person's own sign-ins that still count, newest first."""
    rows = db.session.execute(
        select(SignIn)
        .where(
            SignIn.practice_id == person.practice_id,
            SignIn.person_id == person.id,
            SignIn.ended_at.is_(None),
        )
        .order_by(SignIn.last_seen_at.desc())
    ).scalars()
    return [
        row
        for row in rows
        if sign_ins.is_live(
            now,
            is_staff=person.is_staff,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            ended_at=row.ended_at,
        )
    ]


def own_sign_in(person: Person, sign_in_id: UUID) -> SignIn:
    """One of a person's own sign-ins. Raises NotFound for anybody else's."""
    row = db.session.execute(
        select(SignIn).where(
            SignIn.id == sign_in_id, SignIn.practice_id == person.practice_id, SignIn.person_id == person.id
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def open_disownings(person: Person) -> int:
    """How many of this person's own “this was not me” nobody has seen to yet; only the act itself may ask."""
    return db.session.execute(
        select(func.count(TalkRequest.id)).where(
            TalkRequest.practice_id == person.practice_id,
            TalkRequest.author_id == person.id,
            TalkRequest.kind == "sign-in",
            TalkRequest.spoken_at.is_(None),
        )
    ).scalar_one()


def person_by_address(address: str) -> Person | None:
    """Whoever signs in with this address. Only sign-in and recovery may ask; they answer alike either way."""
    tenancy.way_in("address", address)
    person = db.session.execute(
        select(Person).where(Person.sign_in_address == address, Person.disabled_at.is_(None))
    ).scalar_one_or_none()
    if person is not None:
        tenancy.enter(person.practice_id)
    return person


def is_known_device(person: Person, device_hash: str) -> bool:
    """Whether this person has signed in from this browser before."""
    return (
        db.session.execute(
            select(SignIn.id)
            .where(
                SignIn.practice_id == person.practice_id,
                SignIn.person_id == person.id,
                SignIn.device_hash == device_hash,
            )
            .limit(1)
        ).scalar_one_or_none()
        is not None
    )


def failures_in(bucket: str, since: datetime) -> Sequence[datetime]:
    """When wrong pass-phrases were tried in one bucket since a moment."""
    return (
        db.session.execute(
            select(SignInFailure.at).where(SignInFailure.bucket == bucket, SignInFailure.at > since)
        )
        .scalars()
        .all()
    )


def open_recovery(person: Person, now: datetime) -> Recovery | None:
    """The newest recovery of this person that can still be used."""
    return db.session.execute(
        select(Recovery)
        .where(
            Recovery.person_id == person.id,
            Recovery.practice_id == person.practice_id,
            Recovery.used_at.is_(None),
            Recovery.expires_at > now,
            Recovery.expires_at <= latest_end(now, sign_ins.RECOVERY_LASTS),
            Recovery.wrong_codes < invitations.WRONG_CODES,
        )
        .order_by(Recovery.created_at.desc())
        .limit(1)
    ).scalar_one_or_none()
