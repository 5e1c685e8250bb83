"""Couples: adding one, and recording that a safety conversation was held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic import clock
from clinic.access import require
from clinic.actions.invitations import Invited, invite
from clinic.audit import Event, record
from clinic.domain.roles import Permission, Role
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Couple, Partner, Person, SafetyConversation
from clinic.queries.couples import couple_for, partner_of_couple
from clinic.queries.people import practice_of


@dataclass(frozen=True)
class NewPartner:
    """What the counsellor types for one partner."""

    name: str
    family_name: str
    address: str


@transaction
def add_couple(*, actor: Person, first: NewPartner, second: NewPartner) -> tuple[Couple, tuple[Invited, ...]]:
    """Add a couple of the counsellor's own and invite each partner on their own. The first becomes A."""
    require(actor, Permission.COUPLE_CREATE)
    couple = Couple(practice_id=actor.practice_id, counsellor_id=actor.id, created_at=clock.now())
    db.session.add(couple)
    db.session.flush()
    people = []
    for slot, new in (("A", first), ("B", second)):
        person = Person(
            practice_id=actor.practice_id,
            role=Role.PARTNER,
            name=new.name,
            family_name=new.family_name,
            contact_address=new.address,
            created_at=clock.now(),
        )
        db.session.add(person)
        db.session.flush()
        db.session.add(
            Partner(practice_id=actor.practice_id, couple_id=couple.id, person_id=person.id, slot=slot)
        )
        people.append(person)
    db.session.flush()
    record(actor, Event.COUPLE_ADDED, couple, couple_id=couple.id)
    return couple, tuple(invite(person, by=actor) for person in people)


@transaction
def record_safety_conversation(
    *, actor: Person, couple_id: UUID, slot: str, held_on: date
) -> SafetyConversation:
    """Record that the counsellor spoke with one partner alone. Raises Conflict for a day yet to come."""
    require(actor, Permission.SAFETY_RECORD)
    partner = partner_of_couple(actor, couple_id, slot)
    if held_on > clock.today(practice_of(actor).timezone):
        raise Conflict("Choose today or a day before it.")
    conversation = SafetyConversation(
        practice_id=actor.practice_id,
        couple_id=couple_id,
        person_id=partner.person_id,
        held_on=held_on,
        by_id=actor.id,
        recorded_at=clock.now(),
    )
    db.session.add(conversation)
    db.session.flush()
    record(actor, Event.SAFETY_CONVERSATION_RECORDED, conversation)
    return conversation


@transaction
def close_couple(*, actor: Person, couple_id: UUID) -> None:
    """The counsellor closes the work after somebody has left, and it leaves her board.

    Raises Conflict while nobody has left, and once it is closed.
    """
    require(actor, Permission.COUPLE_END)
    couple = couple_for(actor, couple_id)
    if couple.closed_at is not None or all(partner.left_at is None for partner in couple.partners):
        raise Conflict("There is nothing to close here.")
    couple.closed_at = clock.now()
    record(actor, Event.COUPLE_CLOSED, couple, couple_id=couple.id)
