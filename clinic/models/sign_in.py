"""Sign-ins live on the server, so they can be listed and ended; so do failures and form keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Digest, Id, Moment, PersonId, PracticeId, Sealed


class SignIn(Model):
    """One browser, signed in. The cookie holds the token; only its hash is stored."""

    __tablename__ = "sign_in"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[PersonId]
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    device_hash: Mapped[str] = mapped_column(String(64), index=True)
    device: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    # When the pass-phrase was last given again, for what asks for it afresh.
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Since when this phone has been in somebody else's hands; None again once its owner gave the pass-phrase.
    passed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # While these are set, the sign-in reaches the room of this couple and nothing else. Without a foreign key: a couple
    # that is erased meanwhile must not open the door.
    in_room_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    room_couple_id: Mapped[UUID | None]
    # What was ticked for the room: keys such as "thanks" or "exercise:…", never words.
    room_shows: Mapped[list[str] | None] = mapped_column(JSON)


class SignInFailure(Model):
    """A wrong pass-phrase, counted per account and device so that nobody else can lock the owner out."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_bucket", "bucket", "at"),)

    id: Mapped[Id]
    bucket: Mapped[Digest]
    at: Mapped[Moment]


class KeptForm(Model):
    """A form that arrived after its sender's sign-in had timed out, sealed, for a quarter of an hour.

    It is completed once the same person has signed in again, and never shown to anybody else.
    """

    __tablename__ = "kept_form"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    author_id: Mapped[PersonId]
    path: Mapped[str] = mapped_column(String(300))
    # The form's own key: once it stands among the keys acted on, the form has been completed.
    form_key: Mapped[str] = mapped_column(String(64))
    fields_sealed: Mapped[Sealed]
    kept_at: Mapped[Moment] = mapped_column(index=True)


class FormKey(Model):
    """The idempotency key of a form that has been acted on: a re-sent form is answered, not repeated."""

    __tablename__ = "form_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment]
    location: Mapped[str | None] = mapped_column(String(300))
