"""When a person wants to be reminded, which of those moments have been taken, and the address of their calendar."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Digest, Id, Moment, PersonId, PracticeId


class ReminderPlan(Model):
    """One person's own timetable. Whoever has none has never turned reminders on."""

    __tablename__ = "reminder_plan"
    __table_args__ = (UniqueConstraint("person_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    days: Mapped[int]  # Bit 0 is Monday.
    minute: Mapped[int]  # Of the day, where the practice is.
    is_on: Mapped[bool]
    changed_at: Mapped[Moment]


class ReminderSlot(Model):
    """A reminder that somebody has taken on to send. The database lets one worker have it, however many run (R38)."""

    __tablename__ = "reminder_slot"
    # One a moment, and one a day even where the timetable is changed after the day's reminder has gone.
    __table_args__ = (
        UniqueConstraint("person_id", "slot_at", name="uq_reminder_slot_moment"),
        UniqueConstraint("person_id", "day", name="uq_reminder_slot_day"),
    )

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[PersonId]
    day: Mapped[date]
    slot_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class CalendarFeed(Model):
    """The secret address of one person's calendar, kept as a hash. A new one takes the place of the old."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("person_id"),)

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    made_at: Mapped[Moment]
