"""Signing in and out, and getting back in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, or_, update

from clinic import clock, mail, passphrase
from clinic.access import require
from clinic.actions.invitations import WeakPassphrase, WrongCode
from clinic.actions.talks import close_words
from clinic.actions.tokens import digest, new_code, new_token, same
from clinic.aside import aside
from clinic.audit import Event, record
from clinic.domain import sign_ins
from clinic.domain.roles import Permission, Role
from clinic.errors import Conflict, DomainError, NotFound
from clinic.extensions import db, transaction
from clinic.models import HalfSignIn, Person, Recovery, SignIn, SignInFailure
from clinic.queries.couples import own_couple, partner_of_couple
from clinic.queries.people import (
    failures_in,
    is_known_device,
    open_recovery,
    own_sign_in,
    person_by_address,
    practice_of,
    staff_member,
)

NOBODY = UUID(int=0)
WRONG = "That email and password don't match. Check both and try again."
WRONG_AGAIN = "That is not your password. Try again."
TOO_MANY = "Too many tries. Wait fifteen minutes, or use a device you have signed in with before."


class WrongSignIn(DomainError):
    """Unknown address, wrong pass-phrase and disabled account all read the same."""


def check_sign_in(*, address: str, given: str, device: str) -> Person:
    """The person, if the pass-phrase is theirs. Counts failures per account and device (R28).

    A device this person has used before has a count of its own, so nobody else can lock them out.
    Raises WrongSignIn.
    """
    now = clock.now()
    person = person_by_address(address)
    # Asked for nobody as well, so that an unknown address takes as long.
    known = is_known_device(person or nobody(), digest(device))
    bucket = digest(f"{address}\0{device if known else ''}")
    if not sign_ins.may_try(now, failures_in(bucket, now - sign_ins.FAILURE_WINDOW)):
        raise WrongSignIn(TOO_MANY)
    if not passphrase.matches(person.passphrase_hash if person else None, given) or person is None:
        count_failure(bucket, now)
        raise WrongSignIn(WRONG)
    return person


def prove_pass_phrase(*, actor: Person, given: str, device: str) -> None:
    """Refuse a pass-phrase that is not this person's. Wrong tries count as for signing in. Raises WrongSignIn."""
    try:
        check_sign_in(address=actor.sign_in_address or "", given=given, device=device)
    except WrongSignIn as problem:
        raise WrongSignIn(TOO_MANY if problem.sentence == TOO_MANY else WRONG_AGAIN) from None


def give_pass_phrase_again(*, actor: Person, given: str, device: str) -> None:
    """Whoever is signed in shows that they are still the one. Raises WrongSignIn."""
    prove_pass_phrase(actor=actor, given=given, device=device)
    _confirm(actor)


@transaction
def _confirm(actor: Person) -> None:
    actor.sign_in.confirmed_at = clock.now()
    record(actor, Event.PASSPHRASE_GIVEN_AGAIN, actor.sign_in)


@transaction
def pass_phone(*, actor: Person) -> None:
    """This phone goes to somebody else: until its owner gives the pass-phrase, it shows what they do together."""
    actor.sign_in.passed_at = clock.now()
    record(actor, Event.PHONE_PASSED, actor.sign_in)


def take_phone_back(*, actor: Person, given: str, device: str) -> None:
    """Its owner holds it again. Raises WrongSignIn."""
    prove_pass_phrase(actor=actor, given=given, device=device)
    _take_back(actor)


@transaction
def _take_back(actor: Person) -> None:
    actor.sign_in.passed_at, actor.sign_in.confirmed_at = None, clock.now()
    record(actor, Event.PHONE_TAKEN_BACK, actor.sign_in)


def count_failure(bucket: str, now: datetime) -> None:
    """Remember that something wrong was given, under the hash it is counted by.

    In a transaction of its own: nothing else of a refused act is kept, and its form may come again.
    """
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(insert(SignInFailure).values(id=uuid4(), bucket=bucket, at=now))


@transaction
def start_sign_in(person: Person, *, device: str, device_name: str = "") -> str:
    """Open a sign-in and return its token, which only the browser's cookie will hold."""
    now, token = clock.now(), new_token()
    row = SignIn(
        practice_id=person.practice_id,
        person_id=person.id,
        token_hash=digest(token),
        device_hash=digest(device),
        device=device_name[:60],
        created_at=now,
        last_seen_at=now,
    )
    db.session.add(row)
    db.session.flush()
    record(person, Event.SIGNED_IN, row)
    person.sign_in_token, person.sign_in = token, row
    return token


@transaction
def end_sign_in(*, actor: Person, sign_in_id: UUID) -> None:
    """End one of one's own sign-ins. Raises NotFound for anybody else's."""
    row = own_sign_in(actor, sign_in_id)
    if row.ended_at is None:
        row.ended_at = clock.now()
        record(actor, Event.SIGNED_OUT, row)


def end_sign_ins(person: Person, now: datetime, *, but: SignIn | None = None) -> None:
    """End every sign-in of a person's, but the one they are asking with, within the running action."""
    kept = but.id if but is not None else None
    db.session.execute(
        update(SignIn)
        .where(
            SignIn.practice_id == person.practice_id,
            SignIn.person_id == person.id,
            SignIn.ended_at.is_(None),
            SignIn.id.is_distinct_from(kept),
        )
        .values(ended_at=now)
    )
    db.session.execute(
        delete(HalfSignIn).where(
            HalfSignIn.practice_id == person.practice_id, HalfSignIn.person_id == person.id
        )
    )


def choose_passphrase(person: Person, new: str) -> None:
    """Set a pass-phrase within the running action. Raises WeakPassphrase with the reason."""
    address = person.sign_in_address or ""
    # Whoever guesses first is the other partner, and what they try first is a name from home.
    near = [person] if person.is_staff else [one.person for one in own_couple(person).partners]
    names = [name for one in near for name in (one.name, one.family_name)]
    reason = passphrase.weakness(
        new,
        [*names, practice_of(person).name, address.partition("@")[0]],
        shortest=passphrase.SHORTEST_WITH_SECOND_STEP if person.second_factor_at else passphrase.SHORTEST,
    )
    if reason:
        raise WeakPassphrase(reason)
    person.passphrase_hash = passphrase.keep(new)
    person.must_change_passphrase = False
    db.session.add(person)


def touch_sign_in(sign_in: SignIn, now: datetime) -> None:
    """Remember that a sign-in is in use, in a transaction of its own, since a page that reads must not write."""
    with db.engine.begin() as connection:
        connection.execute(
            update(SignIn)
            .where(SignIn.practice_id == sign_in.practice_id, SignIn.id == sign_in.id)
            .values(last_seen_at=now)
        )


def ask_for_recovery(*, address: str) -> None:
    """Let the first of two codes be sent once the page is out: what it says and how long it takes is the same for anybody."""
    _take_the_form()
    aside(lambda: start_recovery(address=address))


@transaction
def _take_the_form() -> None:
    """Nothing but that this form has come, so that it counts once."""


@transaction
def start_recovery(*, address: str) -> None:
    """Send the first of two codes, if anybody signs in with this address."""
    person = person_by_address(address)
    if person is None:
        return
    now, code = clock.now(), new_code()
    recovery = _recovery_of(person, now)
    recovery.mail_code_hash, recovery.expires_at = digest(code), now + sign_ins.RECOVERY_LASTS
    mail.queue(person, "recovery", secret=code)
    record(person, Event.RECOVERY_STARTED, recovery)


@transaction
def issue_recovery_code(
    *, actor: Person, couple_id: UUID | None = None, slot: str = "", person_id: UUID | None = None
) -> str:
    """The second code, which staff say aloud after making sure whom they speak with.

    A counsellor issues it for a partner of an own couple, an admin for a member of staff. Raises NotFound.
    """
    if actor.kind is Role.ADMIN and person_id is not None:
        require(actor, Permission.STAFF_CREATE)
        person = staff_member(actor, person_id)
    elif couple_id is not None:
        require(actor, Permission.RECOVERY_CODE)
        person = partner_of_couple(actor, couple_id, slot).person
    else:
        raise NotFound
    if person.joined_at is None:
        raise Conflict(f"{person.name} has not joined yet. Send the invitation again instead.")
    if person.sign_in_address is None:
        raise Conflict("This account was deleted.")
    now, code = clock.now(), new_code()
    recovery = _recovery_of(person, now)
    recovery.spoken_code_hash, recovery.expires_at = digest(code), now + sign_ins.RECOVERY_LASTS
    record(actor, Event.RECOVERY_CODE_ISSUED, recovery)
    return code


@transaction
def finish_recovery(*, address: str, mail_code: str, spoken_code: str, new_passphrase: str) -> Person:
    """Set a new pass-phrase with both codes; every sign-in of the person ends. A second step stays (R15).

    Two codes show that somebody reads the mail and was told a number, not who they are. So what a partner wrote
    stays closed until their counsellor has spoken with them.
    Raises WrongCode (alike for an unknown address) or WeakPassphrase.
    """
    now = clock.now()
    person = person_by_address(address)
    recovery = open_recovery(person or nobody(), now)
    if (
        person is None
        or recovery is None
        or not (same(mail_code, recovery.mail_code_hash) & same(spoken_code, recovery.spoken_code_hash))
    ):
        raise WrongCode("The two codes don't match. Check them, or ask for new ones.")
    choose_passphrase(person, new_passphrase)
    recovery.used_at = now
    end_sign_ins(person, now)
    if not person.is_staff:
        close_words(person, now)
    record(person, Event.PASSPHRASE_CHANGED, person)
    return person


@transaction
def forget_old_failures() -> None:
    """Throw away what no limit counts any more: it says which address was tried, and outlives the account."""
    now, kept = clock.now(), sign_ins.FAILURES_KEPT
    db.session.execute(
        delete(SignInFailure).where(or_(SignInFailure.at <= now - kept, SignInFailure.at > now + kept))
    )


@transaction
def count_wrong_recovery(*, address: str) -> None:
    """Remember a wrong pair of codes; five end this recovery. For an unknown address as much is asked and written."""
    now = clock.now()
    person = person_by_address(address) or nobody()
    recovery = open_recovery(person, now) or Recovery(id=NOBODY, practice_id=NOBODY)
    db.session.execute(
        update(Recovery)
        .where(Recovery.practice_id == recovery.practice_id, Recovery.id == recovery.id)
        .values(wrong_codes=Recovery.wrong_codes + 1)
    )
    db.session.execute(insert(SignInFailure).values(id=uuid4(), bucket=digest(f"recovery {address}"), at=now))


def nobody() -> Person:
    """Whom to ask for where an address is nobody's: no row has these ids."""
    return Person(id=NOBODY, practice_id=NOBODY)


def _recovery_of(person: Person, now: datetime) -> Recovery:
    recovery = open_recovery(person, now)
    if recovery is None:
        recovery = Recovery(
            practice_id=person.practice_id,
            person_id=person.id,
            created_at=now,
            expires_at=now + sign_ins.RECOVERY_LASTS,
        )
        db.session.add(recovery)
        db.session.flush()
    return recovery
