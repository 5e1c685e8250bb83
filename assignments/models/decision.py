"""What the counsellor judged and decided, with the evidence as it stood. Never edited."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed


class Decision(Model):
    """One of the seven states of decision 22, dated and immutable."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_couple_at", "practice_id", "couple_id", "at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    state: Mapped[str] = mapped_column(String(30))
    review_on: Mapped[date | None]
    in_brief: Mapped[bool] = mapped_column(default=False)
    reason_sealed: Mapped[Sealed]
    # The assessment as JSON, exactly as the page showed it when the decision was saved.
    evidence_sealed: Mapped[Sealed]
    # Which signs stood met, kept apart so that the board need not unseal anything.
    met_signs: Mapped[str] = mapped_column(String(600), default="")


class DecisionNote(Model):
    """What somebody wrote beside a decision later, dated. The decision itself stays as it was saved."""

    __tablename__ = "decision_note"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    words_sealed: Mapped[Sealed]


class DecisionCosign(Model):
    """A supervisor put their name to a decision as it was saved. Dated, once each, and never edited."""

    __tablename__ = "decision_cosign"
    __table_args__ = (UniqueConstraint("decision_id", "author_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))
    author_id: Mapped[PersonId]
    at: Mapped[Moment]


class SignJudgement(Model):
    """The counsellor's own yes, no or unsure on a sign the software never works out. The latest counts."""

    __tablename__ = "sign_judgement"
    __table_args__ = (Index("ix_sign_judgement_couple", "practice_id", "couple_id", "sign"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    sign: Mapped[str] = mapped_column(String(40))
    judgement: Mapped[str] = mapped_column(String(10))
    note_sealed: Mapped[Sealed | None]
