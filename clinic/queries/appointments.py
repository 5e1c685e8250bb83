"""Appointments, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from clinic.domain.appointments import BOTH
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Appointment, Couple, Person
from clinic.queries.couples import visible_couples
from clinic.statements import written_once


def appointments_of(couple: Couple) -> Sequence[Appointment]:
    """The appointments of a couple already read with both partners, oldest first, without the cancelled ones.

    Those with one partner alone are not among them: what is made of these may reach the other partner.
    """
    return db.session.execute(_standing(couple).where(Appointment.for_whom == BOTH)).scalars().all()


def all_appointments_of(reader: Person, couple: Couple, *, cancelled: bool = False) -> Sequence[Appointment]:
    """All appointments of a couple already read, for staff alone: with both, and with one partner alone.

    `cancelled` asks for those that were cancelled instead. Raises NotFound for a partner.
    """
    if not reader.is_staff:
        raise NotFound
    return db.session.execute(_standing(couple, cancelled=cancelled)).scalars().all()


def numbered_since(reader: Person, couple: Couple, since: datetime) -> list[tuple[Appointment, int]]:
    """The appointments from a moment on of a couple already read, oldest first, for staff alone.

    With each the number of appointments with both up to that one, counted from their first. Raises NotFound for a partner.
    """
    if not reader.is_staff:
        raise NotFound
    number = _joint_before(couple.practice_id, couple.id, since).scalar_one()
    found = []
    for one in _from(couple.practice_id, couple.id, since).scalars():
        number += one.is_joint
        found.append((one, number))
    return found


@written_once
def _joint_before(practice_id: UUID, couple_id: UUID, moment: datetime) -> Select[int]:
    return select(func.count()).where(
        Appointment.practice_id == practice_id,
        Appointment.couple_id == couple_id,
        Appointment.cancelled_at.is_(None),
        Appointment.for_whom == BOTH,
        Appointment.starts_at < moment,
    )


@written_once
def _from(practice_id: UUID, couple_id: UUID, moment: datetime) -> Select[Appointment]:
    return (
        select(Appointment)
        .where(
            Appointment.practice_id == practice_id,
            Appointment.couple_id == couple_id,
            Appointment.cancelled_at.is_(None),
            Appointment.starts_at >= moment,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )


def _standing(couple: Couple, *, cancelled: bool = False) -> Select[Appointment]:
    when = Appointment.cancelled_at
    return (
        select(Appointment)
        .where(
            Appointment.practice_id == couple.practice_id,
            Appointment.couple_id == couple.id,
            when.is_not(None) if cancelled else when.is_(None),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )


def next_starts(reader: Person, now: datetime) -> dict[UUID, datetime]:
    """When each couple the reader may see comes next, by couple id; couples without one are absent.

    A partner is told of those with both alone: an appointment of one's own leaves no trace in one's account.
    """
    ids = visible_couples(reader).with_only_columns(Couple.id)
    statement = select(Appointment.couple_id, func.min(Appointment.starts_at)).where(
        Appointment.practice_id == reader.practice_id,
        Appointment.couple_id.in_(ids),
        Appointment.cancelled_at.is_(None),
        Appointment.starts_at > now,
    )
    if not reader.is_staff:
        statement = statement.where(Appointment.for_whom == BOTH)
    rows = db.session.execute(statement.group_by(Appointment.couple_id))
    return {couple_id: starts_at for couple_id, starts_at in rows}


def appointments_between(reader: Person, start: datetime, end: datetime) -> Sequence[Appointment]:
    """Appointments of the couples a member of staff may see from `start` up to `end`, in order.

    Raises NotFound for a partner.
    """
    if not reader.is_staff:
        raise NotFound
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


def imported_together(reader: Person, import_id: UUID) -> Sequence[Appointment]:
    """What came out of one calendar file and still stands, of the couples a member of staff may see. Raises NotFound
    where nothing does, and for a partner.
    """
    if not reader.is_staff:
        raise NotFound
    ids = visible_couples(reader).with_only_columns(Couple.id)
    found = (
        db.session.execute(
            select(Appointment)
            .where(
                Appointment.practice_id == reader.practice_id,
                Appointment.import_id == import_id,
                Appointment.couple_id.in_(ids),
                Appointment.cancelled_at.is_(None),
            )
            .order_by(Appointment.starts_at, Appointment.id)
        )
        .scalars()
        .all()
    )
    if not found:
        raise NotFound
    return found


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
