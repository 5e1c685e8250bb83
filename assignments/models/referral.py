"""Whom a practice refers on to, a referral with its letter, and what has become of it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, ListedPracticeId, Moment, Name, PersonId, PracticeId, Sealed


class Contact(Model):
    """One entry of the practice's directory. It is about a service and no client, so it is not sealed."""

    __tablename__ = "contact"

    id: Mapped[Id]
    practice_id: Mapped[ListedPracticeId]
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    name: Mapped[Name]
    kind: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Referral(Model):
    """A letter as it was written, to whom, about whom, with whose consent. Never edited."""

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_couple_at", "practice_id", "couple_id", "at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    for_whom: Mapped[str] = mapped_column(String(4))
    consent_a_on: Mapped[date | None]
    consent_b_on: Mapped[date | None]
    follow_up_on: Mapped[date | None]
    # The letter as JSON, with the contact as it stood in the directory that day.
    letter_sealed: Mapped[Sealed]

    steps: Mapped[list[ReferralStep]] = relationship(
        order_by="ReferralStep.on, ReferralStep.at", lazy="raise_on_sql", passive_deletes=True
    )


class ReferralStep(Model):
    """One dated step on the way: sent, accepted, seen, or that it came to nothing."""

    __tablename__ = "referral_step"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    step: Mapped[str] = mapped_column(String(20))
    on: Mapped[date]
