"""What a partner lets go into a record of the couple that is handed on."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId


class RecordConsent(Model):
    """One choice of one partner's. The latest counts; earlier ones say what counted when something was taken out."""

    __tablename__ = "record_consent"
    __table_args__ = (Index("ix_record_consent_couple", "practice_id", "couple_id", "at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    choice: Mapped[str] = mapped_column(String(20))
