"""People and the ways in: an invitation to join, and the recovery of a forgotten pass-phrase."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.roles import Role
from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Digest, Id, ListedPracticeId, Moment, Name, PersonId, PracticeId, Word
from clinic.models.practice import Practice


class Person(Model):
    """Anyone who can sign in, or has been invited to. Their sign-in address is chosen at joining."""

    __tablename__ = "person"
    __allow_unmapped__ = True  # What Flask-Login needs is kept on the object and is no column.
    __table_args__ = (UniqueConstraint("sign_in_address"),)

    id: Mapped[Id]
    practice_id: Mapped[ListedPracticeId]
    role: Mapped[Word]
    name: Mapped[Name]
    family_name: Mapped[Name]
    # Where mail goes. Two partners may share one; it never signs anybody in.
    contact_address: Mapped[str] = mapped_column(String(254))
    sign_in_address: Mapped[str | None] = mapped_column(String(254))
    passphrase_hash: Mapped[str | None] = mapped_column(String(255))
    # Whether others read the inbox: "no", "yes" or "unsure"; anything but "no" keeps reminders off.
    inbox_shared: Mapped[str] = mapped_column(String(10), default="unsure")
    theme: Mapped[str] = mapped_column(String(10), default="system")
    created_at: Mapped[Moment]
    joined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Since when signing in takes a second step; None while the pass-phrase stands alone.
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The pass-phrase may be known to somebody else, or is too short to stand alone: nothing opens until it is new.
    must_change_passphrase: Mapped[bool] = mapped_column(default=False, server_default=false())
    # When a member of staff said that a sign-in was not theirs, until their admin has seen it.
    not_me_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When a partner came back by two codes, until their counsellor has made sure that it was them (R15).
    words_closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    # Loaded with whoever signed in. As long as they hold it, nobody has to ask for their practice again.
    practice: Mapped[Practice] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def kind(self) -> Role:
        """The role as the enum, for rules."""
        return Role(self.role)

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the practice."""
        return self.kind.is_staff

    # What Flask-Login asks of a user. The id it keeps in the cookie is the token of a sign-in row.
    sign_in: Any = None
    sign_in_token: str = ""
    is_authenticated: bool = True
    is_anonymous: bool = False
    # Whether this person's practice wants a second step that they have not set up yet.
    owes_second_factor: bool = False

    @property
    def is_active(self) -> bool:
        """A disabled person can't be signed in."""
        return self.disabled_at is None

    def get_id(self) -> str:
        """The secret token of this person's present sign-in, so that ending the row ends the sign-in."""
        return self.sign_in_token


class Supervision(Model):
    """A supervisor sees the couples of the counsellors assigned to them, read-only."""

    __tablename__ = "supervision"
    __table_args__ = (UniqueConstraint("supervisor_id", "counsellor_id"),)

    id: Mapped[Id]
    practice_id: Mapped[ListedPracticeId]
    supervisor_id: Mapped[PersonId]
    counsellor_id: Mapped[PersonId]
    since: Mapped[Moment]


class Invitation(Model):
    """A link of one use and a spoken code; both are needed and both die together (decision 8)."""

    __tablename__ = "invitation"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[PersonId]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    code_hash: Mapped[Digest]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    wants_to_talk_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Recovery(Model):
    """A forgotten pass-phrase: a code by mail and a code spoken by staff, both needed (R15)."""

    __tablename__ = "recovery"
    __table_args__ = (Index("ix_recovery_open", "person_id", "used_at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[PersonId]
    mail_code_hash: Mapped[str | None] = mapped_column(String(64))
    spoken_code_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
