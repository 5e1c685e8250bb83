"""What the service writes down about its own running, and about nobody."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import Moment


class WorkerBeat(Model):
    """When the worker of one host last finished a round, and how much mail it left waiting.

    It belongs to no practice, so whoever asks how the service is doing needs to see no practice's rows.
    """

    __tablename__ = "worker_beat"

    host: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[Moment]
    mails_waiting: Mapped[int]
    oldest_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Since when this host's clock has run on without a jump, as far as its worker saw.
    steady_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # For how many couples what comes last in a round could not be done in the newest one.
    failed: Mapped[int] = mapped_column(default=0, server_default="0")


class Sweep(Model):
    """A night in which PostgreSQL's files were swept of what was erased, and when that began if it reached every table."""

    __tablename__ = "sweep"

    night: Mapped[date] = mapped_column(primary_key=True)
    whole_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
