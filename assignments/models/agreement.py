"""The words of an agreement and who has signed them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed


class AgreementText(Model):
    """One version of the words. A draft has no `put_forward_at`; once put forward its words stay as they are."""

    __tablename__ = "agreement_text"
    __table_args__ = (Index("ix_agreement_text_couple", "practice_id", "couple_id", "assignment_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = mapped_column(String(60))
    author_id: Mapped[PersonId]
    value_sealed: Mapped[Sealed]
    saved_at: Mapped[Moment]
    put_forward_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When the other partner may first read it: put_forward_at plus the hold (decision 12).
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    signatures: Mapped[list[Signature]] = relationship(
        lazy="raise_on_sql", order_by="Signature.at", cascade="all, delete-orphan", passive_deletes=True
    )


class Signature(Model):
    """One partner's "I agree to this". Taking it back keeps the row; a signature undone in its hold is gone."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("agreement_text_id", "person_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    agreement_text_id: Mapped[UUID] = mapped_column(
        ForeignKey("agreement_text.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[PersonId]
    at: Mapped[Moment]
    # From when it counts for the other partner, which is when the hold has passed.
    counts_at: Mapped[Moment]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
