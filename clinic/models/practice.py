"""The practice: the organisation, its settings, and the dated changes of its safety rule."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Id, ListedPracticeId, Moment, Name, PersonId


class Practice(Model):
    """One organisation. Nothing crosses from one practice to another (decision 9)."""

    __tablename__ = "practice"

    id: Mapped[Id]
    name: Mapped[Name]
    created_at: Mapped[Moment]
    is_demo: Mapped[bool] = mapped_column(default=False)
    timezone: Mapped[str] = mapped_column(String(64), default="Europe/London")
    country: Mapped[str] = mapped_column(String(2), default="GB")
    phone: Mapped[str] = mapped_column(String(40), default="")
    # The policy is told to clients before they write, so it is a text of the practice's own.
    sharing_policy: Mapped[str] = mapped_column(Text, default="")
    allows_counsellor_only: Mapped[bool] = mapped_column(default=True)
    # Exercises wait for an individual safety conversation with each partner (decision 16).
    asks_safety_conversation: Mapped[bool] = mapped_column(default=True)
    hold_minutes: Mapped[int] = mapped_column(default=10)
    widening_minutes: Mapped[int] = mapped_column(default=1440)
    urgent_help: Mapped[str] = mapped_column(Text, default="")
    # A reminder goes between these hours and on so many days of a week at most.
    reminder_first_hour: Mapped[int] = mapped_column(default=0, server_default="0")
    reminder_last_hour: Mapped[int] = mapped_column(default=23, server_default="23")
    reminder_days: Mapped[int] = mapped_column(default=7, server_default="7")
    # How long a record is kept after the work was closed, or None for good; and since when that stands.
    keep_months: Mapped[int | None]
    keep_set_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    exit_url: Mapped[str] = mapped_column(String(300), default="https://www.bbc.co.uk/weather")


class SafetyRuleChange(Model):
    """Turning the safety rule off or on again is a dated act with a reason, never a silent setting."""

    __tablename__ = "safety_rule_change"

    id: Mapped[Id]
    practice_id: Mapped[ListedPracticeId]
    by_id: Mapped[PersonId]
    at: Mapped[Moment]
    asks: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
