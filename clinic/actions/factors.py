"""The second step of signing in: setting it up, using a code, turning it off, and the staff's way back in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, or_, update

from clinic import clock, crypto, one_time_codes, passphrase
from clinic.access import require
from clinic.actions.sign_ins import count_failure, end_sign_ins, start_sign_in
from clinic.actions.tokens import digest, new_token
from clinic.audit import Event, record
from clinic.domain import second_factor, sign_ins
from clinic.domain.clocks import latest_now
from clinic.domain.roles import Permission, Role
from clinic.errors import Conflict, DomainError, NotFound
from clinic.extensions import db, transaction
from clinic.models import HalfSignIn, Passkey, Person, SecondFactor, SpareCode
from clinic.queries.couples import partner_of_couple
from clinic.queries.factors import factor_of, half_sign_in, key_of, passkeys_of
from clinic.queries.people import failures_in, is_known_device, staff_member

WRONG = "That code doesn’t work. Wait for the next one, and try again."
TOO_MANY = "Too many tries. Wait fifteen minutes, then try again."


class WrongSecondCode(DomainError):
    """A code that is wrong, used up or too old; all of them read the same."""


class TooShortAlone(DomainError):
    """The pass-phrase was chosen beside a second step, and is too short without one."""


# ---- signing in ----


@transaction
def start_half_sign_in(person: Person) -> str:
    """Remember that the right pass-phrase was given; its token opens nothing but the question for a code."""
    now, token = clock.now(), new_token()
    db.session.execute(
        delete(HalfSignIn).where(
            HalfSignIn.practice_id == person.practice_id,
            or_(
                HalfSignIn.begun_at <= now - second_factor.HALF_LASTS,
                HalfSignIn.begun_at > latest_now(now),
            ),
        )
    )
    half = HalfSignIn(
        practice_id=person.practice_id, person_id=person.id, token_hash=digest(token), begun_at=now
    )
    db.session.add(half)
    db.session.flush()
    record(person, Event.CODE_AWAITED, half)
    return token


def finish_half_sign_in(*, token: str, code: str, device: str, device_name: str) -> Person:
    """The second step: open the sign-in that the pass-phrase began.

    Raises NotFound when it has waited too long, and WrongSecondCode.
    """
    found = half_sign_in(digest(token), clock.now())
    if found is None:
        raise NotFound
    _, person = found
    with _counted(person, device):
        _open_with_code(person, token=token, code=code, device=device, device_name=device_name)
    return person


@contextmanager
def _counted(person: Person, device: str) -> Iterator[None]:
    """Count a wrong code that is given inside. Raises WrongSecondCode, also when there were too many before.

    A device the person has used before has a count of its own, so nobody else can lock them out (R28).
    """
    known = is_known_device(person, digest(device))
    bucket = digest(f"code\0{person.id}\0{device if known else ''}")
    now = clock.now()
    if not sign_ins.may_try(now, failures_in(bucket, now - sign_ins.FAILURE_WINDOW)):
        raise WrongSecondCode(TOO_MANY)
    try:
        yield
    except WrongSecondCode:
        count_failure(bucket, now)
        raise


@transaction
def _open_with_code(person: Person, *, token: str, code: str, device: str, device_name: str) -> None:
    _use_code(person, code, clock.now())
    gone = db.session.execute(
        delete(HalfSignIn).where(
            HalfSignIn.practice_id == person.practice_id, HalfSignIn.token_hash == digest(token)
        )
    )
    if not changed_one(gone):
        raise NotFound  # The same half was finished in another tab a moment ago.
    start_sign_in(person, device=device, device_name=device_name)


def _use_code(person: Person, code: str, now: datetime) -> None:
    """Take a code, of the app or of the sheet, so that nobody can give it again. Raises WrongSecondCode."""
    if not second_factor.is_spare(code):
        factor = factor_of(person)
        if factor is None or factor.confirmed_at is None:
            raise WrongSecondCode(WRONG)
        _use_app_code(factor, code, now)
        return
    used = db.session.execute(
        update(SpareCode)
        .where(
            SpareCode.practice_id == person.practice_id,
            SpareCode.person_id == person.id,
            SpareCode.code_hash == one_time_codes.spare_digest(code, person.id),
            SpareCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if not changed_one(used):
        raise WrongSecondCode(WRONG)
    record(person, Event.RECOVERY_CODE_USED, person)


def _use_app_code(factor: SecondFactor, code: str, now: datetime) -> None:
    step = one_time_codes.step_that_matches(key_of(factor), code, now)
    # Asked of the database in one statement, so that of two equal codes at once only one is taken. A step that no
    # clock can have reached was taken before ours was put back, and would refuse every code until then.
    if step is None or not changed_one(
        db.session.execute(
            update(SecondFactor)
            .where(
                SecondFactor.practice_id == factor.practice_id,
                SecondFactor.id == factor.id,
                or_(
                    SecondFactor.last_step < step,
                    SecondFactor.last_step > second_factor.last_step_of_any_clock(now),
                ),
            )
            .values(last_step=step)
        )
    ):
        raise WrongSecondCode(WRONG)


def changed_one(result: object) -> bool:
    """Whether a statement changed its one row: of two equal ones at once, one only."""
    return isinstance(result, CursorResult) and result.rowcount == 1


# ---- setting it up ----


@transaction
def begin_app(*, actor: Person) -> None:
    """Make a key for an app to read. It counts for nothing until a code of it has been given."""
    require(actor, Permission.ACCOUNT_UPDATE)
    factor = factor_of(actor)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict("An app is set up already. Turn it off first.")
    if factor is not None:
        db.session.delete(factor)
        db.session.flush()
    # The id is made here, because the key is sealed to it before the row is inserted.
    factor = SecondFactor(
        id=uuid4(), practice_id=actor.practice_id, author_id=actor.id, begun_at=clock.now(), last_step=0
    )
    factor.key_sealed = crypto.seal(factor, "key_sealed", one_time_codes.new_key())
    db.session.add(factor)
    record(actor, Event.SECOND_FACTOR_BEGUN, factor)


def confirm_app(*, actor: Person, code: str, device: str) -> list[str]:
    """Turn the second step on with a first code; gives the recovery codes, which nobody can read again.

    All other sign-ins end, because they began without it. Raises Conflict, and WrongSecondCode.
    """
    require(actor, Permission.ACCOUNT_UPDATE)
    with _counted(actor, device):
        return _confirm_app(actor, code)


@transaction
def _confirm_app(actor: Person, code: str) -> list[str]:
    factor, now = factor_of(actor), clock.now()
    if factor is None or factor.confirmed_at is not None:
        raise Conflict("Begin again: this key is no longer waiting for a code.")
    _use_app_code(factor, code, now)
    factor.confirmed_at = now
    actor.second_factor_at = actor.second_factor_at or now
    end_sign_ins(actor, now, but=actor.sign_in)
    record(actor, Event.SECOND_FACTOR_ON, factor)
    return new_spare_codes(actor, now)


@transaction
def renew_spare_codes(*, actor: Person) -> list[str]:
    """Ten new recovery codes; the old ones stop working. Raises Conflict without a second step."""
    require(actor, Permission.ACCOUNT_UPDATE)
    if actor.second_factor_at is None:
        raise Conflict("Set up a second step first.")
    record(actor, Event.RECOVERY_CODES_RENEWED, actor)
    return new_spare_codes(actor, clock.now())


def new_spare_codes(person: Person, now: datetime) -> list[str]:
    """Ten codes in place of those before, within the running action."""
    db.session.execute(
        delete(SpareCode).where(SpareCode.practice_id == person.practice_id, SpareCode.person_id == person.id)
    )
    codes = [one_time_codes.new_spare_code() for _ in range(second_factor.SPARE_CODES)]
    db.session.add_all(
        SpareCode(
            practice_id=person.practice_id,
            person_id=person.id,
            code_hash=one_time_codes.spare_digest(code, person.id),
            created_at=now,
        )
        for code in codes
    )
    return codes


# ---- and off ----


def turn_off(*, actor: Person, given: str, code: str, device: str) -> None:
    """Turn one's own second step off. `given` is the pass-phrase, which the caller has checked already.

    Raises TooShortAlone, Conflict and WrongSecondCode.
    """
    require(actor, Permission.ACCOUNT_UPDATE)
    if not passphrase.may_stand_alone(given):
        raise TooShortAlone("Choose a longer password first. Yours is too short to stand alone.")
    if actor.second_factor_at is None:
        raise Conflict("The second step is off already.")
    with _counted(actor, device):
        _turn_off(actor, code)


@transaction
def _turn_off(actor: Person, code: str) -> None:
    now = clock.now()
    _use_code(actor, code, now)
    _forget(actor)
    end_sign_ins(actor, now, but=actor.sign_in)
    record(actor, Event.SECOND_FACTOR_OFF, actor)


@transaction
def reset_second_factor(
    *, actor: Person, couple_id: UUID | None = None, slot: str = "", person_id: UUID | None = None
) -> Person:
    """For somebody who lost their phone and their codes: the second step goes, and a new pass-phrase is due.

    A counsellor does it for a partner of an own couple, an admin for a member of staff; both after making sure
    whom they speak with. Every sign-in of the person ends. Raises NotFound, and Conflict when there is none.
    """
    if actor.kind is Role.ADMIN and person_id is not None:
        require(actor, Permission.STAFF_CREATE)
        person = staff_member(actor, person_id)
    elif couple_id is not None:
        require(actor, Permission.FACTOR_RESET)
        person = partner_of_couple(actor, couple_id, slot).person
    else:
        raise NotFound
    if person.id == actor.id:
        raise Conflict("Nobody does this for themselves. Turn it off on your own page.")
    if person.second_factor_at is None:
        raise Conflict(f"{person.name} signs in without a second step.")
    _forget(person)
    # It may be too short to stand alone, and nobody can tell any more.
    person.must_change_passphrase = True
    end_sign_ins(person, clock.now())
    record(actor, Event.SECOND_FACTOR_RESET, person)
    return person


def forget_passkeys_since(person: Person, then: datetime) -> None:
    """A sign-in that began then was not theirs: what it may have added goes, within the running action."""
    db.session.execute(
        delete(Passkey).where(
            Passkey.practice_id == person.practice_id, Passkey.author_id == person.id, Passkey.made_at >= then
        )
    )
    factor = factor_of(person)
    if not passkeys_of(person) and (factor is None or factor.confirmed_at is None):
        _forget(person)


def _forget(person: Person) -> None:
    """The app, every passkey and every code: what is left is the pass-phrase."""
    person.second_factor_at = None
    db.session.add(person)
    db.session.execute(
        delete(SecondFactor).where(
            SecondFactor.practice_id == person.practice_id, SecondFactor.author_id == person.id
        )
    )
    db.session.execute(
        delete(Passkey).where(Passkey.practice_id == person.practice_id, Passkey.author_id == person.id)
    )
    db.session.execute(
        delete(SpareCode).where(SpareCode.practice_id == person.practice_id, SpareCode.person_id == person.id)
    )
    db.session.execute(
        delete(HalfSignIn).where(
            HalfSignIn.practice_id == person.practice_id, HalfSignIn.person_id == person.id
        )
    )
