"""One line per write and per staff read of a partner's words, hash-chained, without content."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model
from clinic.models.columns import Digest, Id, Moment, PracticeId


class AuditLine(Model):
    """Who did what to which row, when. Ids are kept as plain values, so erasure never breaks the chain."""

    __tablename__ = "audit_line"
    __table_args__ = (
        UniqueConstraint("practice_id", "number"),
        Index("ix_audit_line_couple", "practice_id", "couple_id", "at"),
        Index("ix_audit_line_subject", "practice_id", "subject_id"),
    )

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    number: Mapped[int]
    at: Mapped[Moment]
    event: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[UUID | None]
    actor_role: Mapped[str] = mapped_column(String(20))
    couple_id: Mapped[UUID | None]
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    previous_hash: Mapped[Digest]
    line_hash: Mapped[Digest]


class AuditHead(Model):
    """The end of a practice's chain; locking it keeps two writers from taking the same number."""

    __tablename__ = "audit_head"

    practice_id: Mapped[PracticeId] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    line_hash: Mapped[Digest]
