"""Passkeys: making one, signing in with one, giving it another name, and taking it away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from clinic import clock, crypto, passkeys, tenancy
from clinic.access import require
from clinic.actions.factors import changed_one, new_spare_codes
from clinic.actions.sign_ins import end_sign_ins, prove_pass_phrase, start_sign_in
from clinic.actions.tokens import digest, new_token
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.domain.second_factor import MOST_PASSKEYS, QUESTION_LASTS
from clinic.errors import Conflict, DomainError, NotFound
from clinic.extensions import db, transaction
from clinic.models import HalfSignIn, Passkey, PasskeyQuestion, Person
from clinic.queries.factors import (
    factor_of,
    half_sign_in,
    own_passkey,
    passkey_by_credential,
    passkeys_of,
    was_answered,
)

# What the challenge is bound to, so that an answer to one question never answers another.
TO_SIGN_IN = "sign in"
SECOND_STEP = "second step"

DID_NOT_WORK = "That passkey did not work. Try again, or use another way."


class WrongPasskey(DomainError):
    """Whatever was wrong with the answer, it reads the same."""


def to_make(person: Person) -> str:
    """The purpose of a question that makes a passkey: this person's alone."""
    return f"make {person.id}"


def ask() -> str:
    """A question to whatever passkey there is: the token that its challenge follows from, and when it was asked.

    It stays in the asker's signed cookie, so asking writes nothing; answering does, which makes it count once.
    """
    return f"{int(clock.now().timestamp())}.{new_token()}"


def question_waits(token: str, now: datetime) -> bool:
    """Whether it was asked a short time ago, and has not been answered."""
    asked, _, _ = token.partition(".")
    if not asked.isdigit() or not 0 <= now.timestamp() - int(asked) < QUESTION_LASTS.total_seconds():
        return False
    return not was_answered(digest(token))


def _answered(token: str, now: datetime) -> None:
    """Strike the question out, within the running action. Raises WrongPasskey when it was answered before."""
    if question_waits(token, now):
        db.session.execute(delete(PasskeyQuestion).where(PasskeyQuestion.answered_at <= now - QUESTION_LASTS))
        db.session.add(PasskeyQuestion(token_hash=digest(token), answered_at=now))
        try:
            db.session.flush()
        except IntegrityError:
            raise WrongPasskey(DID_NOT_WORK) from None
    else:
        raise WrongPasskey("That took too long. Try again.")


# ---- making one ----


def begin_passkey(*, actor: Person, given: str, device: str) -> str:
    """Ask a device for a new passkey; gives the token. The pass-phrase is asked for each time.

    Whoever holds a phone that is signed in could otherwise add their own device to it, unseen.
    Raises WrongSignIn, and Conflict when there are too many.
    """
    require(actor, Permission.ACCOUNT_UPDATE)
    prove_pass_phrase(actor=actor, given=given, device=device)
    if len(passkeys_of(actor)) >= MOST_PASSKEYS:
        raise Conflict("You have ten passkeys. Remove one first.")
    return ask()


@transaction
def add_passkey(*, actor: Person, token: str, answer: str, name: str) -> list[str]:
    """Keep a passkey that a device has made. Gives recovery codes when it is the person's first second step.

    Then all other sign-ins end too, because they began without it. Raises WrongPasskey.
    """
    require(actor, Permission.ACCOUNT_UPDATE)
    now = clock.now()
    _answered(token, now)
    try:
        new = passkeys.new_key(answer, passkeys.challenge(token, to_make(actor)))
    except passkeys.NotTrue:
        raise WrongPasskey(DID_NOT_WORK) from None
    taken = passkey_by_credential(new.credential_id) is not None
    tenancy.enter(actor.practice_id)  # It may be known in another practice, which is none of ours.
    if taken:
        raise WrongPasskey("That passkey is here already.")
    row = Passkey(
        id=uuid4(),
        practice_id=actor.practice_id,
        author_id=actor.id,
        credential_id=new.credential_id,
        credential_hash=passkeys.credential_digest(new.credential_id),
        public_key=new.public_key,
        sign_count=new.count,
        made_at=now,
    )
    row.name_sealed = crypto.seal(row, "name_sealed", name)
    db.session.add(row)
    record(actor, Event.PASSKEY_ADDED, row)
    if actor.second_factor_at is not None:
        return []
    actor.second_factor_at = now
    db.session.add(actor)
    end_sign_ins(actor, now, but=actor.sign_in)
    record(actor, Event.SECOND_FACTOR_ON, row)
    return new_spare_codes(actor, now)


# ---- signing in ----


@transaction
def sign_in_with_passkey(*, token: str, answer: str, device: str, device_name: str) -> Person:
    """Open a sign-in with a passkey alone: the device had its owner unlock it. Raises WrongPasskey."""
    now = clock.now()
    found = passkey_by_credential(_credential_in(answer))
    if found is None:
        raise WrongPasskey(DID_NOT_WORK)
    row, person = found
    _answered(token, now)
    _use(row, person, answer, passkeys.challenge(token, TO_SIGN_IN), now)
    start_sign_in(person, device=device, device_name=device_name)
    return person


@transaction
def finish_with_passkey(*, token: str, answer: str, device: str, device_name: str) -> Person:
    """The second step by passkey: open the sign-in that the pass-phrase began.

    Raises NotFound when it has waited too long, and WrongPasskey.
    """
    now = clock.now()
    half = half_sign_in(digest(token), now)
    found = passkey_by_credential(_credential_in(answer))
    if half is None:
        raise NotFound
    person = half[1]
    if found is None or found[1].id != person.id:
        raise WrongPasskey(DID_NOT_WORK)
    _use(found[0], person, answer, passkeys.challenge(token, SECOND_STEP), now)
    gone = db.session.execute(delete(HalfSignIn).where(HalfSignIn.token_hash == digest(token)))
    if not changed_one(gone):
        raise NotFound  # The same half was finished in another tab a moment ago.
    start_sign_in(person, device=device, device_name=device_name)
    return person


def _credential_in(answer: str) -> bytes:
    try:
        return passkeys.credential_in(answer)
    except passkeys.NotTrue:
        raise WrongPasskey(DID_NOT_WORK) from None


def _use(row: Passkey, person: Person, answer: str, question: bytes, now: datetime) -> None:
    """Prove an answer and count it, so that of two equal ones at once only one is taken. Raises WrongPasskey."""
    try:
        count = passkeys.count_in(
            answer, question, owner=person.id, public_key=row.public_key, count=row.sign_count
        )
    except passkeys.NotTrue:
        raise WrongPasskey(DID_NOT_WORK) from None
    counted = db.session.execute(
        update(Passkey)
        .where(
            Passkey.practice_id == row.practice_id, Passkey.id == row.id, Passkey.sign_count == row.sign_count
        )
        .values(sign_count=count, last_used_at=now)
    )
    if not changed_one(counted):
        raise WrongPasskey(DID_NOT_WORK)
    record(person, Event.PASSKEY_USED, row)


# ---- afterwards ----


@transaction
def rename_passkey(*, actor: Person, passkey_id: UUID, name: str) -> None:
    """Call it something else. Raises NotFound for anybody else's."""
    require(actor, Permission.ACCOUNT_UPDATE)
    row = own_passkey(actor, passkey_id)
    row.name_sealed = crypto.seal(row, "name_sealed", name)
    record(actor, Event.PASSKEY_RENAMED, row)


@transaction
def remove_passkey(*, actor: Person, passkey_id: UUID) -> None:
    """Sign in with it no more. Raises NotFound for anybody else's, and Conflict for the last second step."""
    require(actor, Permission.ACCOUNT_UPDATE)
    row = own_passkey(actor, passkey_id)
    if is_the_last_way(actor):
        raise Conflict("This is your only second step. Turn the second step off instead.")
    db.session.delete(row)
    record(actor, Event.PASSKEY_REMOVED, row)


def is_the_last_way(person: Person) -> bool:
    """Whether nothing but recovery codes would be left without the one passkey there is."""
    factor = factor_of(person)
    return len(passkeys_of(person)) == 1 and (factor is None or factor.confirmed_at is None)
