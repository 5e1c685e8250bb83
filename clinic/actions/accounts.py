"""What a person does about their own way in: a new pass-phrase, and a sign-in that was not theirs."""

from __future__ import annotations

from uuid import UUID

from clinic import clock
from clinic.access import require
from clinic.actions.factors import forget_passkeys_since
from clinic.actions.sign_ins import choose_passphrase, end_sign_ins, prove_pass_phrase
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import DomainError
from clinic.extensions import db, transaction
from clinic.models import Person, TalkRequest
from clinic.queries.couples import own_place
from clinic.queries.people import open_disownings, own_sign_in, staff_member


class SamePassphrase(DomainError):
    """The new pass-phrase is the old one."""


def change_passphrase(*, actor: Person, old: str, new: str, device: str) -> None:
    """Set a new pass-phrase with the old one; every other sign-in ends.

    Raises WrongSignIn, SamePassphrase and WeakPassphrase.
    """
    require(actor, Permission.ACCOUNT_UPDATE)
    prove_pass_phrase(actor=actor, given=old, device=device)
    if old == new:
        raise SamePassphrase("That is the old one. Choose another.")
    _change(actor, new)


@transaction
def _change(actor: Person, new: str) -> None:
    now = clock.now()
    choose_passphrase(actor, new)
    end_sign_ins(actor, now, but=actor.sign_in)
    actor.sign_in.confirmed_at = now
    record(actor, Event.PASSPHRASE_CHANGED, actor)


@transaction
def disown_sign_in(*, actor: Person, sign_in_id: UUID) -> None:
    """“This was not me”: it ends with every other one, and nothing opens until the pass-phrase is new.

    The counsellor's list is told of a partner's and the admin's of a colleague's; no mail is sent, because
    somebody else may read it. Raises NotFound for anybody else's sign-in.
    """
    require(actor, Permission.SIGN_INS)
    row = own_sign_in(actor, sign_in_id)
    now = clock.now()
    end_sign_ins(actor, now, but=actor.sign_in)
    forget_passkeys_since(actor, row.created_at)
    actor.must_change_passphrase = True
    db.session.add(actor)
    if actor.is_staff:
        actor.not_me_at = now
    elif not open_disownings(actor):
        place = own_place(actor)
        db.session.add(
            TalkRequest(
                practice_id=place.practice_id,
                couple_id=place.couple_id,
                author_id=actor.id,
                asked_at=now,
                kind="sign-in",
            )
        )
    record(actor, Event.SIGN_IN_DISOWNED, row)


@transaction
def see_disowned(*, actor: Person, person_id: UUID) -> None:
    """The admin has seen that a colleague ended a sign-in that was not theirs. Raises NotFound."""
    require(actor, Permission.STAFF_CREATE)
    person = staff_member(actor, person_id)
    if person.not_me_at is not None:
        person.not_me_at = None
        record(actor, Event.SIGN_IN_DISOWNED_SEEN, person)
