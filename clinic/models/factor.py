"""The second step of signing in: an app's key, passkeys, codes on paper, and sign-ins that wait for one of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Digest, Id, Moment, PersonId, PracticeId, Sealed


class SecondFactor(Model):
    """The key that a person's app and the server share. It counts once a code of it has been given."""

    __tablename__ = "second_factor"
    __table_args__ = (UniqueConstraint("author_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    author_id: Mapped[PersonId]
    key_sealed: Mapped[Sealed]
    begun_at: Mapped[Moment]
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The half minute of the last code that was taken: no code of it, or of one before, is taken again.
    last_step: Mapped[int] = mapped_column(default=0)


class SpareCode(Model):
    """One of the ten recovery codes that stand in for the app. Each works once; only its hash is kept."""

    __tablename__ = "spare_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[PersonId]
    code_hash: Mapped[Digest]
    created_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class HalfSignIn(Model):
    """Somebody gave the right pass-phrase and has yet to give a code. Nothing opens with it."""

    __tablename__ = "half_sign_in"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[PersonId]
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    begun_at: Mapped[Moment]


class Passkey(Model):
    """The public half of a key that a device of this person holds, with the name they know it by."""

    __tablename__ = "passkey"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    author_id: Mapped[PersonId]
    name_sealed: Mapped[Sealed]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    # The id above is of any length, so it is found by its hash.
    credential_hash: Mapped[Digest] = mapped_column(unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    # How often the device says it was used; 0 for those that do not count.
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    made_at: Mapped[Moment]
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PasskeyQuestion(Model):
    """A question to a passkey that has been answered, so that nobody answers it again. It names nobody."""

    __tablename__ = "passkey_question"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    answered_at: Mapped[Moment]
