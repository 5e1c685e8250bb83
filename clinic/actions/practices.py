"""The practice itself: founding it, its staff, its safety rule."""

from __future__ import annotations

from uuid import UUID

from clinic import clock
from clinic.access import require
from clinic.actions.invitations import Invited, invite
from clinic.audit import Event, record
from clinic.domain.roles import Permission, Role
from clinic.domain.urgent_help import COUNTRIES
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person, Practice, SafetyRuleChange, Supervision
from clinic.queries.people import staff_member

DEFAULT_POLICY = (
    "You choose who sees each answer, before you write it.\n"
    "What you keep as “only me” is read by nobody else, your counsellor included.\n"
    "Your counsellor may bring up what you send to them alone, with you alone."
)


@transaction
def create_practice(
    *,
    name: str,
    admin_name: str,
    admin_family_name: str,
    admin_address: str,
    timezone: str = "Europe/London",
    country: str = "GB",
    is_demo: bool = False,
) -> tuple[Practice, Invited]:
    """Found a practice and invite its first admin. Only the operator may, from the command line.

    Raises Conflict for a country without urgent-help lines: nobody may be left without a number to ring.
    """
    if country not in COUNTRIES:
        raise Conflict(f"There are no urgent-help lines for “{country}”. Known: {', '.join(COUNTRIES)}.")
    practice = Practice(
        name=name,
        created_at=clock.now(),
        is_demo=is_demo,
        timezone=timezone,
        country=country,
        sharing_policy=DEFAULT_POLICY,
    )
    db.session.add(practice)
    db.session.flush()
    admin = Person(
        practice_id=practice.id,
        role=Role.ADMIN,
        name=admin_name,
        family_name=admin_family_name,
        contact_address=admin_address,
        created_at=clock.now(),
    )
    db.session.add(admin)
    db.session.flush()
    record(None, Event.PRACTICE_CREATED, practice, practice_id=practice.id)
    return practice, invite(admin, by=admin)


@transaction
def invite_staff(
    *,
    actor: Person,
    name: str,
    family_name: str,
    address: str,
    role: Role,
    supervises: list[UUID] | None = None,
) -> Invited:
    """Add a counsellor, supervisor or admin and invite them. Raises NotAllowed for anybody but an admin."""
    require(actor, Permission.STAFF_CREATE)
    if role is Role.PARTNER:
        raise Conflict("Partners are added with their couple.")
    person = Person(
        practice_id=actor.practice_id,
        role=role,
        name=name,
        family_name=family_name,
        contact_address=address,
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    for counsellor_id in supervises or []:
        counsellor = staff_member(actor, counsellor_id)
        if role is not Role.SUPERVISOR or counsellor.kind is not Role.COUNSELLOR:
            raise Conflict("A supervisor sees the couples of counsellors, and nobody else does.")
        db.session.add(
            Supervision(
                practice_id=actor.practice_id,
                supervisor_id=person.id,
                counsellor_id=counsellor.id,
                since=clock.now(),
            )
        )
    record(actor, Event.STAFF_INVITED, person, role=str(role))
    return invite(person, by=actor)


@transaction
def invite_staff_again(*, actor: Person, person_id: UUID) -> Invited:
    """A fresh link and code for someone who has not joined yet; the old ones stop working."""
    require(actor, Permission.STAFF_CREATE)
    person = staff_member(actor, person_id)
    if person.joined_at is not None:
        raise Conflict(f"{person.name} has joined already.")
    record(actor, Event.INVITATION_SENT, person)
    return invite(person, by=actor)


@transaction
def change_urgent_help(*, actor: Person, country: str, lines: str) -> Practice:
    """Choose the country whose lines are shown, and the practice's own lines above them."""
    require(actor, Permission.PRACTICE_SETTINGS)
    if country not in COUNTRIES:
        raise Conflict("Choose a country from the list.")
    practice = db.session.get_one(Practice, actor.practice_id)
    practice.country, practice.urgent_help = country, lines
    record(actor, Event.PRACTICE_CHANGED, practice, practice_id=practice.id, what="urgent help")
    return practice


@transaction
def change_safety_rule(*, actor: Person, asks: bool, reason: str) -> SafetyRuleChange:
    """Turn the safety rule of decision 16 off or on, with a reason. Raises NotAllowed for non-admins."""
    require(actor, Permission.SAFETY_RULE)
    practice = db.session.get_one(Practice, actor.practice_id)
    practice.asks_safety_conversation = asks
    change = SafetyRuleChange(
        practice_id=practice.id, by_id=actor.id, at=clock.now(), asks=asks, reason=reason
    )
    db.session.add(change)
    db.session.flush()
    record(actor, Event.SAFETY_RULE_CHANGED, change, asks=asks)
    return change
