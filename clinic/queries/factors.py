"""What is on record of one person's own second step. Nobody reads another's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from clinic import crypto
from clinic.domain.second_factor import HALF_LASTS
from clinic.extensions import db
from clinic.models import HalfSignIn, Person, SecondFactor, SpareCode


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
    row = db.session.execute(
        select(HalfSignIn, Person)
        .join(Person, Person.id == HalfSignIn.person_id)
        .where(
            HalfSignIn.token_hash == token_hash,
            HalfSignIn.begun_at > now - HALF_LASTS,
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None
