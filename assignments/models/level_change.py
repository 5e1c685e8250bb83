"""What every kept change of mind about who sees something has in common."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import UTCDateTime
from clinic.models.columns import Id, Moment, PracticeId


class LevelChange:
    """The author changed who sees it. Tightening counts at once, widening after a delay; no row is overwritten."""

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    to: Mapped[str] = mapped_column(String(20))
    at: Mapped[Moment]
    takes_effect_at: Mapped[Moment]
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
