"""A partner's wish to speak with the counsellor alone (decision 17)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId, Sealed, Word

AFTER_RECOVERY = "recovery"


class TalkRequest(Model):
    """Somebody asked to talk on their own, ended a sign-in that was not theirs, or came back by two codes.

    Only staff ever read it.
    """

    __tablename__ = "talk_request"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    author_id: Mapped[PersonId]
    asked_at: Mapped[Moment]
    # Why it stands here: "talk", "sign-in" where a sign-in was not theirs, AFTER_RECOVERY where words wait to be opened.
    kind: Mapped[Word] = mapped_column(default="talk", server_default="talk")
    # A safe way and time to be reached, in the asker's words; None where they left it open.
    reach_sealed: Mapped[Sealed | None]
    # What it was said about, where it came from an answer and not from the page that asks.
    about_sealed: Mapped[Sealed | None]
    spoken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    spoken_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
