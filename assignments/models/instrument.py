"""Questionnaires of a practice: its wording, where they are in use, and what a partner answered."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed


class InstrumentWording(Model):
    """One version of the words a practice has entered. The newest counts; none is ever edited.

    It is the publisher's form in the practice's hands and about no couple, so it is not sealed.
    """

    __tablename__ = "instrument_wording"
    __table_args__ = (UniqueConstraint("practice_id", "name", "version"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    name: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    definition: Mapped[str] = mapped_column(Text)


class InstrumentUse(Model):
    """A counsellor has switched a questionnaire on for one couple, for both partners alike."""

    __tablename__ = "instrument_use"
    __table_args__ = (Index("ix_instrument_use_couple", "practice_id", "couple_id", "name"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    name: Mapped[str] = mapped_column(String(20))
    began_on: Mapped[date]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class InstrumentAnswer(Model):
    """What one partner answered in one round, item by item. For its author and the counsellor alone.

    The score is worked out from the items each time; an item never stands open here.
    """

    __tablename__ = "instrument_answer"
    __table_args__ = (
        UniqueConstraint("author_id", "name", "round_on"),
        Index("ix_instrument_answer_couple", "practice_id", "couple_id", "name"),
    )

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    name: Mapped[str] = mapped_column(String(20))
    round_on: Mapped[date]  # The first day of the round.
    wording_id: Mapped[UUID] = mapped_column(
        ForeignKey("instrument_wording.id", ondelete="CASCADE"), index=True
    )
    answered_at: Mapped[Moment]  # When it was first answered, which is what the score is about.
    saved_at: Mapped[Moment]
    items_sealed: Mapped[Sealed]
    version: Mapped[int] = mapped_column(default=1)
