"""What a couple's row on the board is told from, kept until anything it was counted from changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import PracticeId, Sealed


class CoupleSummary(Model):
    """One couple's summary, under the couple's own id, with how often anything about the couple has changed.

    It is worked out from the other tables and holds nothing else. Whatever changes them empties it in the same
    transaction (see `actions.summaries`), so what stands here is never older than they are.
    """

    __tablename__ = "couple_summary"

    id: Mapped[UUID] = mapped_column(ForeignKey("couple.id", ondelete="CASCADE"), primary_key=True)
    practice_id: Mapped[PracticeId]
    changes: Mapped[int] = mapped_column(default=0)
    # The software and the practice's rules it was worked out by; with others it counts as not there.
    made_by: Mapped[str | None] = mapped_column(String(64))
    kept_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The next moment at which the clock alone changes what it says.
    good_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_sealed: Mapped[Sealed | None]

    @property
    def author_id(self) -> UUID:
        """Whose it is, which sealing binds it to: both partners' together."""
        return self.id
