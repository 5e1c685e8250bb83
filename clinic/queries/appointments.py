"""Appointments, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Appointment, Couple, Person
from clinic.queries.couples import visible_couples


def appointments_of(couple: Couple) -> Sequence[Appointment]:
    """The appointments of a couple already read, oldest first, without the cancelled ones."""
    return (
        db.session.execute(
            select(Appointment)
            .where(
                Appointment.practice_id == couple.practice_id,
                Appointment.couple_id == couple.id,
                Appointment.cancelled_at.is_(None),
            )
            .order_by(Appointment.starts_at)
        )
        .scalars()
        .all()
    )


def next_starts(reader: Person, now: datetime) -> dict[UUID, datetime]:
    """When each couple the reader may see comes next, by couple id; couples without one are absent."""
    ids = visible_couples(reader).with_only_columns(Couple.id)
    rows = db.session.execute(
        select(Appointment.couple_id, func.min(Appointment.starts_at))
        .where(
            Appointment.practice_id == reader.practice_id,
            Appointment.couple_id.in_(ids),
            Appointment.cancelled_at.is_(None),
            Appointment.starts_at > now,
        )
        .group_by(Appointment.couple_id)
    )
    return {couple_id: starts_at for couple_id, starts_at in rows}


def appointments_between(reader: Person, start: datetime, end: datetime) -> Sequence[Appointment]:
    """Appointments of the couples the reader may see from `start` up to `end`, in order."""
    ids = visible_couples(reader).with_only_columns(Couple.id)
    return (
        db.session.execute(
            select(Appointment)
            .where(
                Appointment.practice_id == reader.practice_id,
                Appointment.couple_id.in_(ids),
                Appointment.cancelled_at.is_(None),
                Appointment.starts_at >= start,
                Appointment.starts_at < end,
            )
            .order_by(Appointment.starts_at)
        )
        .scalars()
        .all()
    )


def open_appointment(reader: Person, couple_id: UUID, appointment_id: UUID) -> Appointment:
    """One appointment of this couple that has not been cancelled. Raises NotFound otherwise."""
    found = appointment_for(reader, appointment_id)
    if found.couple_id != couple_id or found.cancelled_at is not None:
        raise NotFound
    return found


def appointment_for(reader: Person, appointment_id: UUID) -> Appointment:
    """One appointment of a couple the reader may see. Raises NotFound otherwise."""
    ids = visible_couples(reader).with_only_columns(Couple.id)
    found = db.session.execute(
        select(Appointment).where(
            Appointment.practice_id == reader.practice_id,
            Appointment.id == appointment_id,
            Appointment.couple_id.in_(ids),
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found
