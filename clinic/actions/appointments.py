"""Appointments: booking, moving, cancelling."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.extensions import db, transaction
from clinic.models import Appointment, Person
from clinic.queries.appointments import appointment_for
from clinic.queries.couples import couple_for

UNDO = timedelta(minutes=10)


@transaction
def book_appointment(
    *, actor: Person, couple_id: UUID, starts_at: datetime, minutes: int = 60
) -> Appointment:
    """Book one appointment for a couple of the counsellor's own."""
    require(actor, Permission.APPOINTMENT_WRITE)
    couple = couple_for(actor, couple_id)
    appointment = Appointment(
        practice_id=actor.practice_id,
        couple_id=couple.id,
        counsellor_id=couple.counsellor_id,
        starts_at=starts_at,
        minutes=minutes,
        created_at=clock.now(),
    )
    db.session.add(appointment)
    db.session.flush()
    record(actor, Event.APPOINTMENT_BOOKED, appointment)
    return appointment


@transaction
def move_appointment(
    *, actor: Person, appointment_id: UUID, starts_at: datetime, minutes: int
) -> Appointment:
    """Move an appointment. Raises Conflict when it has been cancelled."""
    require(actor, Permission.APPOINTMENT_WRITE)
    appointment = _open(actor, appointment_id)
    appointment.starts_at, appointment.minutes = starts_at, minutes
    record(actor, Event.APPOINTMENT_MOVED, appointment)
    return appointment


@transaction
def cancel_appointment(*, actor: Person, appointment_id: UUID) -> Appointment:
    """Cancel an appointment; the row stays and says when. Raises Conflict when it was cancelled before."""
    require(actor, Permission.APPOINTMENT_WRITE)
    appointment = _open(actor, appointment_id)
    appointment.cancelled_at = clock.now()
    record(actor, Event.APPOINTMENT_CANCELLED, appointment)
    return appointment


@transaction
def restore_appointment(*, actor: Person, couple_id: UUID, appointment_id: UUID) -> Appointment:
    """Undo a cancellation. Raises Expired after ten minutes, and Conflict when it stands already."""
    require(actor, Permission.APPOINTMENT_WRITE)
    appointment = appointment_for(actor, appointment_id)
    if appointment.couple_id != couple_id:
        raise NotFound
    if appointment.cancelled_at is None:
        raise Conflict("That appointment stands already.")
    if clock.now() - appointment.cancelled_at > UNDO:
        raise Expired("Ten minutes have passed. Book it again instead.")
    appointment.cancelled_at = None
    record(actor, Event.APPOINTMENT_RESTORED, appointment)
    return appointment


def _open(actor: Person, appointment_id: UUID) -> Appointment:
    appointment = appointment_for(actor, appointment_id)
    if appointment.cancelled_at is not None:
        raise Conflict("That appointment has been cancelled.")
    return appointment
