"""A practice's own numbers in the sign rules, each a dated change with a reason."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model
from clinic.models.columns import Id, Moment, PersonId, PracticeId


class SignRuleChange(Model):
    """One number, from one day on. The newest that has come into force counts; none is ever edited."""

    __tablename__ = "sign_rule_change"
    __table_args__ = (Index("ix_sign_rule_change_from", "practice_id", "applies_from"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    applies_from: Mapped[date]
    rule: Mapped[str] = mapped_column(String(40))
    value: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    # How many couples stood in another group on the day it was decided, for whoever reads this later.
    couples_moved: Mapped[int]
