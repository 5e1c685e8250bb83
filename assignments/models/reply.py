"""The one fixed reply to what the other partner opened: “Thank you for telling me.”"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId


class Reply(Model):
    """One partner thanked the other for an answer. It has no words of its own, and shows after the hold."""

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("response_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    sent_at: Mapped[Moment]
    opens_at: Mapped[Moment]
