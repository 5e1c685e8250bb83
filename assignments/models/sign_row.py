"""What a counsellor does with a row of the signs page: sets it aside, adds one of her own, says whether it helped."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed


class SignAside(Model):
    """A row set aside with a reason, until its state changes or its day comes, whichever is first."""

    __tablename__ = "sign_aside"
    __table_args__ = (Index("ix_sign_aside_couple", "practice_id", "couple_id", "sign"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    sign: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    returns_on: Mapped[date]
    reason_sealed: Mapped[Sealed]
    taken_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OwnSign(Model):
    """A row in the counsellor's own words, hers to judge. It is about one couple, so its words are sealed."""

    __tablename__ = "own_sign"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    title_sealed: Mapped[Sealed]
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignUse(Model):
    """Whether a sign that was shown was of use to the counsellor. The latest counts."""

    __tablename__ = "sign_use"
    __table_args__ = (Index("ix_sign_use_sign", "sign", "practice_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    sign: Mapped[str] = mapped_column(String(40))
    useful: Mapped[bool]


class TopicAsked(Model):
    """One topic the counsellor asked one partner about, alone. Only the day is kept; the newest counts."""

    __tablename__ = "topic_asked"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    at: Mapped[Moment]
    # The place in the couple, as nothing here is the partner's own.
    slot: Mapped[str] = mapped_column(String(1))
    topic: Mapped[str] = mapped_column(String(20))
    asked_on: Mapped[date]
