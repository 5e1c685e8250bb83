"""What the service writes down about its own running, and about nobody."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.extensions import Model
from clinic.models.columns import Moment


class WorkerBeat(Model):
    """When the worker of one host last finished a round; whoever asks whether one is alive reads the newest."""

    __tablename__ = "worker_beat"

    host: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[Moment]
