"""Work that is meant for an appointment: where that moves, "best before" moves along.

Only appointments with both partners are ever waited for, so that one held with a partner alone moves nothing that
the other can see.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from assignments.models import Assignment
from clinic import clock
from clinic.audit import Event, record
from clinic.extensions import db
from clinic.models import Appointment, Couple, Person
from clinic.queries.appointments import appointments_of
from clinic.queries.people import practice_of


def appointment_meant(actor: Person, couple: Couple, best_before: date | None) -> UUID | None:
    """The appointment on this day that something is meant for, or None where it is only a day."""
    if best_before is None:
        return None
    zone, now = ZoneInfo(practice_of(actor).timezone), clock.now()
    coming = (one for one in appointments_of(couple) if one.starts_at > now)
    return next((one.id for one in coming if _day(one, zone) == best_before), None)


def follow_appointments(actor: Person, couple: Couple) -> None:
    """After a couple's appointments changed: what is meant for one of them and not over yet goes along.

    Where its appointment was cancelled it waits for the next one that stands, and where there is none it keeps its day.
    """
    zone, today = ZoneInfo(practice_of(actor).timezone), clock.today(practice_of(actor).timezone)
    standing = {one.id: one for one in appointments_of(couple)}
    meant = db.session.execute(
        select(Assignment, Appointment)
        .join(Appointment, Appointment.id == Assignment.by_appointment_id)
        .where(
            Assignment.practice_id == couple.practice_id,
            Assignment.couple_id == couple.id,
            Assignment.best_before >= today,
        )
    ).all()
    for assignment, appointment in meant:
        later = (one for one in standing.values() if one.starts_at > appointment.starts_at)
        waits_for = standing.get(appointment.id) or next(later, None)
        if waits_for is None:
            continue
        day = max(_day(waits_for, zone), assignment.starts_on)
        if day != assignment.best_before:
            assignment.best_before = day
            assignment.version += 1
            record(actor, Event.ASSIGNMENT_CHANGED, assignment)


def _day(appointment: Appointment, zone: ZoneInfo) -> date:
    return appointment.starts_at.astimezone(zone).date()
