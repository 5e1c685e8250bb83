"""Inviting and joining: a link of one use by mail, a code told aloud, then an account of one's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from flask import current_app
from sqlalchemy import update

from clinic import clock, mail, passphrase, tenancy
from clinic.access import require
from clinic.actions.reminders import set_reminders
from clinic.actions.tokens import digest, new_code, new_token, same
from clinic.audit import Event, record
from clinic.domain import invitations
from clinic.domain.reminders import NEVER_SET
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Invitation, Person
from clinic.queries.couples import own_place, partner_of_couple
from clinic.queries.people import invitations_alike, open_invitation, person_by_address, person_in


@dataclass(frozen=True)
class Invited:
    """What the inviter is shown once: the code to say aloud, and the link in case mail is not set up."""

    person: Person
    link: str
    code: str


class WrongCode(Conflict):
    """The spoken code was not the right one; five of them end the invitation."""


class AddressTaken(Conflict):
    """Somebody signs in with this address already; each person needs one of their own."""


class WeakPassphrase(Conflict):
    """The pass-phrase can't be used; the sentence says why."""


def invite(person: Person, *, by: Person) -> Invited:
    """Inside an action: end older invitations of `person`, make a new one and queue its mail."""
    now = clock.now()
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.practice_id == person.practice_id,
            Invitation.person_id == person.id,
            Invitation.claimed_at.is_(None),
        )
        .values(revoked_at=now)
    )
    token, code = new_token(), new_code()
    invitation = Invitation(
        practice_id=person.practice_id,
        person_id=person.id,
        by_id=by.id,
        token_hash=digest(token),
        created_at=now,
        expires_at=now + invitations.LIFETIME,
        wrong_codes=0,
    )
    # A code that both partners had been told would not say which of them joins.
    while any(same(code, one.code_hash) for one in invitations_alike(invitation, person, now)):
        code = new_code()
    invitation.code_hash = digest(code)
    db.session.add(invitation)
    link = f"{current_app.config['PUBLIC_URL']}/join/{token}"
    mail.queue(person, "invitation", secret=link)
    return Invited(person, link, code)


@transaction
def invite_partner_again(*, actor: Person, couple_id: UUID, slot: str) -> Invited:
    """A fresh link and code for a partner who has not joined. Raises NotFound for others' couples."""
    require(actor, Permission.INVITE_CREATE)
    partner = partner_of_couple(actor, couple_id, slot)
    if partner.person.joined_at is not None:
        raise Conflict(f"{partner.name} has joined already.")
    record(actor, Event.INVITATION_SENT, partner)
    return invite(partner.person, by=actor)


@transaction
def accept_invitation(
    *, token_hash: str, code: str, address: str, new_passphrase: str, inbox_shared: str
) -> Person:
    """Make the account: the link and the spoken code together, an address of one's own, a pass-phrase.

    Where both partners share an inbox, either of their links will do: the code says who it is that joins, so nobody
    can take the other's place with their own. Returns who joined. Raises NotFound for a dead link, WrongCode,
    WeakPassphrase or AddressTaken, in this order.
    """
    now = clock.now()
    opened, invited, practice, sender = open_invitation(token_hash, now)
    alike = invitations_alike(opened, invited, now)
    invitation = next((one for one in alike if same(code, one.code_hash)), None)
    if invitation is None:
        raise WrongCode("That code is not right. Ask for it again if you are unsure.")
    person = person_in(practice.id, invitation.person_id)
    personal = [person.name, person.family_name, practice.name, address.partition("@")[0], sender.name]
    reason = passphrase.weakness(new_passphrase, personal)
    if reason:
        raise WeakPassphrase(reason)
    # Last of all, so that nothing but joining answers that an address is free.
    owner = person_by_address(address)
    tenancy.enter(practice.id)  # The address may be known in another practice, which is none of ours.
    if owner is not None and owner.id != person.id:
        raise AddressTaken("Choose another address. Each person needs one of their own.")
    invitation.claimed_at = now
    person.joined_at = now
    person.sign_in_address = address
    person.inbox_shared = inbox_shared
    person.passphrase_hash = passphrase.keep(new_passphrase)
    record(person, Event.INVITATION_CLAIMED, person)
    return person


@transaction
def count_wrong_code(*, token_hash: str) -> int:
    """Remember a wrong spoken code, or an address that somebody has, and return how many tries are left.

    Both answers tell something to whoever guesses (decision 67). Its own transaction, because the act it belongs to was
    refused. It counts for every code it was held against, so that two links are not ten tries. The database adds the
    one, so that two tries at the same time count as two.
    """
    now = clock.now()
    invitation, person, *_ = open_invitation(token_hash, now)
    alike = [one.id for one in invitations_alike(invitation, person, now)]
    counted = {
        invitation_id: wrong_codes
        for invitation_id, wrong_codes in db.session.execute(
            update(Invitation)
            .where(Invitation.practice_id == person.practice_id, Invitation.id.in_(alike))
            .values(wrong_codes=Invitation.wrong_codes + 1)
            .returning(Invitation.id, Invitation.wrong_codes)
        )
    }
    return max(invitations.WRONG_CODES - counted[invitation.id], 0)


@transaction
def answer_invitation(*, token_hash: str, wants_to_talk: bool) -> None:
    """ "No, thank you" ends the invitation; "I'd like to talk first" keeps it. The counsellor alone is told."""
    now = clock.now()
    invitation, person, *_ = open_invitation(token_hash, now)
    if wants_to_talk:
        invitation.wants_to_talk_at = now
        event = Event.INVITATION_TALK_FIRST
    else:
        invitation.declined_at = now
        event = Event.INVITATION_DECLINED
    record(None, event, person, practice_id=person.practice_id)


@transaction
def finish_joining(*, actor: Person, wants_reminders: bool) -> None:
    """The partner has read the sharing policy and chosen reminders. Raises NotFound for staff."""
    require(actor, Permission.ACCOUNT_JOIN)
    place = own_place(actor)
    if place.policy_read_at is not None:
        raise NotFound
    place.policy_read_at = clock.now()
    if wants_reminders:
        set_reminders(actor=actor, timetable=replace(NEVER_SET, on=True))
    record(actor, Event.JOINING_FINISHED, place)
