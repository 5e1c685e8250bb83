"""What is on record of one person's own second step. Nobody reads another's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from clinic import crypto, tenancy
from clinic.domain.clocks import latest_now
from clinic.domain.second_factor import HALF_LASTS
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import HalfSignIn, Passkey, PasskeyQuestion, Person, SecondFactor, SpareCode
from clinic.passkeys import credential_digest


def factor_of(person: Person) -> SecondFactor | None:
    """A person's own app, whether or not it has been confirmed."""
    return db.session.execute(
        select(SecondFactor).where(
            SecondFactor.author_id == person.id, SecondFactor.practice_id == person.practice_id
        )
    ).scalar_one_or_none()


def key_of(factor: SecondFactor) -> str:
    """The key that the app holds too."""
    return crypto.unseal(factor, "key_sealed", factor.key_sealed)


def spare_codes_left(person: Person) -> int:
    """How many recovery codes still work."""
    return db.session.execute(
        select(func.count(SpareCode.id)).where(
            SpareCode.person_id == person.id,
            SpareCode.practice_id == person.practice_id,
            SpareCode.used_at.is_(None),
        )
    ).scalar_one()


def half_sign_in(token_hash: str, now: datetime) -> tuple[HalfSignIn, Person] | None:
    """Who has given the right pass-phrase and may give a code now."""
    tenancy.way_in("half_sign_in", token_hash)
    row = db.session.execute(
        select(HalfSignIn, Person)
        .join(Person, Person.id == HalfSignIn.person_id)
        .where(
            HalfSignIn.token_hash == token_hash,
            HalfSignIn.begun_at > now - HALF_LASTS,
            HalfSignIn.begun_at <= latest_now(now),
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    tenancy.enter(row[1].practice_id)
    return row[0], row[1]


@dataclass(frozen=True)
class OwnPasskey:
    """A passkey as its owner knows it."""

    id: UUID
    name: str
    credential_id: bytes
    made_at: datetime
    last_used_at: datetime | None


def passkeys_of(person: Person) -> list[OwnPasskey]:
    """A person's own passkeys, the oldest first."""
    rows = db.session.scalars(
        select(Passkey)
        .where(Passkey.author_id == person.id, Passkey.practice_id == person.practice_id)
        .order_by(Passkey.made_at, Passkey.id)
    )
    return [_as_known(row) for row in rows]


def _as_known(row: Passkey) -> OwnPasskey:
    return OwnPasskey(row.id, name_of(row), row.credential_id, row.made_at, row.last_used_at)


def own_passkey(person: Person, passkey_id: UUID) -> Passkey:
    """One of a person's own. Raises NotFound for anybody else's."""
    row = db.session.execute(
        select(Passkey).where(
            Passkey.id == passkey_id,
            Passkey.practice_id == person.practice_id,
            Passkey.author_id == person.id,
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def name_of(row: Passkey) -> str:
    """What its owner calls it."""
    return crypto.unseal(row, "name_sealed", row.name_sealed)


def passkey_by_credential(credential_id: bytes) -> tuple[Passkey, Person] | None:
    """Whose passkey this is, if they may sign in at all. Read before anybody is signed in."""
    tenancy.way_in("passkey", credential_digest(credential_id))
    row = db.session.execute(
        select(Passkey, Person)
        .join(Person, Person.id == Passkey.author_id)
        .where(
            Passkey.credential_hash == credential_digest(credential_id),
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    tenancy.enter(row[1].practice_id)
    return row[0], row[1]


def was_answered(token_hash: str) -> bool:
    """Whether a question to a passkey has been answered already."""
    return db.session.get(PasskeyQuestion, token_hash) is not None
