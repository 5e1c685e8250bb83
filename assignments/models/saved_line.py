"""A counsellor's own sentences for replies, to be used again."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from clinic.extensions import Model
from clinic.models.columns import Id, Moment, PersonId, PracticeId, Sealed


class SavedLine(Model):
    """One line, for its author alone. It is about no couple, and sealed because nobody can be sure of that."""

    __tablename__ = "saved_line"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    author_id: Mapped[PersonId]
    words_sealed: Mapped[Sealed]
    at: Mapped[Moment]
