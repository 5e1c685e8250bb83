"""What one partner wrote for one assignment, who may see it, and what came back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assignments.models.assignment import Assignment
from assignments.models.level_change import LevelChange
from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed

# A mark or a reply is about a response, or about a part of a turn.
_HAS_SUBJECT = "response_id IS NOT NULL OR part_id IS NOT NULL"


class Response(Model):
    """One partner's turn at an assignment. `turn` counts repeats from 1; a draft has no `sent_at`."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("assignment_id", "turn", "author_id"),
        Index("ix_response_couple_sent", "practice_id", "couple_id", "sent_at"),
    )

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    turn: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[PersonId]
    # The counsellor who typed it in from paper. It stays the author's own; without a foreign key, as people are kept.
    typed_by_id: Mapped[UUID | None]
    # The level the author chose; changes after sending are rows of VisibilityChange.
    visibility: Mapped[str | None] = mapped_column(String(20))
    started_at: Mapped[Moment]
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When the other partner may first see it: sent_at plus the hold (decision 12).
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Sent once and taken back: its author has been through all of it.
    taken_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    assignment: Mapped[Assignment] = relationship(lazy="raise_on_sql")
    answers: Mapped[list[Answer]] = relationship(lazy="raise_on_sql", back_populates="response")
    changes: Mapped[list[VisibilityChange]] = relationship(
        lazy="raise_on_sql", order_by="VisibilityChange.at"
    )


class Answer(Model):
    """One step of a response, sealed. `version` refuses a late save from another tab."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("response_id", "step"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[PersonId]
    step: Mapped[str] = mapped_column(String(60))
    value_sealed: Mapped[Sealed]
    saved_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)

    response: Mapped[Response] = relationship(lazy="raise_on_sql", back_populates="answers")


class VisibilityChange(LevelChange, Model):
    """The author changed who sees a sent response."""

    __tablename__ = "visibility_change"

    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), index=True)


class Outcome(Model):
    """ "How did it go?": tried, part or not, how useful it was (0-10) and what got in the way; all optional."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("assignment_id", "turn", "person_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    turn: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[PersonId]
    tried: Mapped[str | None] = mapped_column(String(10))
    useful: Mapped[int | None]
    # What got in the way, for the counsellor alone: its author's own pages never show it again.
    barriers: Mapped[str] = mapped_column(String(200), default="", server_default="")
    barrier_words_sealed: Mapped[Sealed | None]
    at: Mapped[Moment]

    @property
    def author_id(self) -> UUID:
        """Whose words they are, which sealing binds them to."""
        return self.person_id


class ReadMark(Model):
    """A member of staff has read this version of a response, or of a part of a turn. Partners never see it."""

    __tablename__ = "read_mark"
    __table_args__ = (
        UniqueConstraint("response_id", "reader_id"),
        UniqueConstraint("part_id", "reader_id"),
        CheckConstraint(_HAS_SUBJECT, name="has_subject"),
    )

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    response_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), index=True
    )
    part_id: Mapped[UUID | None] = mapped_column(ForeignKey("turn_part.id", ondelete="CASCADE"), index=True)
    reader_id: Mapped[PersonId]
    version: Mapped[int]
    at: Mapped[Moment]


class Comment(Model):
    """The counsellor's short reply, for the author of what it is about alone, bound to that version.

    It hangs on a response or on a part of a turn. Its reader sees it from `delivered_at`; until then it can be
    taken back.
    """

    __tablename__ = "comment"
    __table_args__ = (CheckConstraint(_HAS_SUBJECT, name="has_subject"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    response_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), index=True
    )
    part_id: Mapped[UUID | None] = mapped_column(ForeignKey("turn_part.id", ondelete="CASCADE"), index=True)
    # The version of what it is about.
    response_version: Mapped[int]
    author_id: Mapped[PersonId]
    words_sealed: Mapped[Sealed]
    at: Mapped[Moment]
    delivered_at: Mapped[Moment]
    taken_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The same for two that were written at once, one for each partner: they go together or not at all.
    sending_id: Mapped[UUID | None]
