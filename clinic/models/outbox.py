"""Mail waits in the database and leaves after the commit, so a mail never speaks of what did not happen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Id, Moment, PersonId, PracticeId, Sealed


class OutboxMail(Model):
    """One mail to one person. The sealed part holds what must not lie about, such as a single-use link."""

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_mail_due", "sent_at", "due_at"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[PersonId]
    kind: Mapped[str] = mapped_column(String(40))
    to_address: Mapped[str] = mapped_column(String(254))
    secret_sealed: Mapped[Sealed | None]
    created_at: Mapped[Moment]
    due_at: Mapped[Moment]
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    given_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)

    @property
    def author_id(self) -> UUID:
        """Sealed words are bound to a person; a mail's secret is bound to the one it is for."""
        return self.person_id
