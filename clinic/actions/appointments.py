"""Appointments: booking, moving, cancelling, one at a time or as a row that repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from clinic import clock
from clinic.access import require
from clinic.audit import Event, record, record_each
from clinic.domain.appointments import BOTH, MOST_TIMES, Scope, moved
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.extensions import db, transaction
from clinic.models import Appointment, Couple, Person
from clinic.queries.appointments import all_appointments_of, appointment_for, imported_together
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of

UNDO = timedelta(minutes=10)
# Called within the act whenever a couple's appointments with both have changed. Work that is meant for one of them
# belongs to the package above, which puts its own function here.
appointments_changed: list[Callable[[Person, Couple], None]] = []


@dataclass(frozen=True)
class Row:
    """One appointment or several alike: when they begin, how long each is, and who comes."""

    starts: tuple[datetime, ...]
    minutes: int = 60
    for_whom: str = BOTH
    in_own_feed: bool = False


def book_appointment(
    *, actor: Person, couple_id: UUID, starts_at: datetime, minutes: int = 60
) -> Appointment:
    """Book one appointment with both partners of a couple of the counsellor's own."""
    return book_row(actor=actor, couple_id=couple_id, row=Row((starts_at,), minutes))[0]


@transaction
def book_row(*, actor: Person, couple_id: UUID, row: Row) -> list[Appointment]:
    """Book every appointment of a row. Raises Conflict where one with the same people begins at that moment already,
    where there are too many, or where work with the couple has ended.
    """
    require(actor, Permission.APPOINTMENT_WRITE)
    couple = couple_for(actor, couple_id)
    if couple.closed_at is not None:
        raise Conflict("Work with this couple has ended. Open it again first.")
    if not 1 <= len(row.starts) <= MOST_TIMES:
        raise Conflict(f"Book at most {MOST_TIMES} at a time.")
    if row.for_whom not in (BOTH, "A", "B"):
        raise Conflict("Choose both partners, or one of them.")
    taken = {one.starts_at for one in all_appointments_of(actor, couple) if one.for_whom == row.for_whom}
    if taken & set(row.starts):
        raise Conflict("They have an appointment at that time already.")
    series_id = uuid4() if len(row.starts) > 1 else None
    booked = [
        Appointment(
            practice_id=couple.practice_id,
            couple_id=couple.id,
            counsellor_id=couple.counsellor_id,
            starts_at=starts_at,
            minutes=row.minutes,
            for_whom=row.for_whom,
            in_own_feed=row.in_own_feed and row.for_whom != BOTH,
            series_id=series_id,
            created_at=clock.now(),
        )
        for starts_at in row.starts
    ]
    db.session.add_all(booked)
    db.session.flush()
    record_each(actor, Event.APPOINTMENT_BOOKED, booked)
    _tell(actor, couple, booked)
    return booked


@dataclass(frozen=True)
class Imported:
    """What came of a calendar file: what names it, how many were booked, and how many stood already."""

    id: UUID
    booked: int
    already: int


@transaction
def import_rows(*, actor: Person, rows: Sequence[tuple[UUID, Row]]) -> Imported:
    """Book what somebody chose out of a calendar file, all of it or nothing. What stands already is left as it is."""
    require(actor, Permission.APPOINTMENT_WRITE)
    booked = already = 0
    import_id = uuid4()
    for couple_id, row in rows:
        every = all_appointments_of(actor, couple_for(actor, couple_id))
        standing = {one.starts_at for one in every if one.for_whom == row.for_whom}
        fresh = tuple(one for one in row.starts if one not in standing)
        already += len(row.starts) - len(fresh)
        if fresh:
            made = book_row(actor=actor, couple_id=couple_id, row=replace(row, starts=fresh))
            for one in made:
                one.import_id = import_id
            booked += len(made)
    record(actor, Event.CALENDAR_IMPORTED, booked=booked)
    return Imported(import_id, booked, already)


@transaction
def take_back_import(*, actor: Person, import_id: UUID) -> Sequence[Appointment]:
    """Undo what a calendar file brought in, of every couple at once.

    Raises Expired after ten minutes, and NotFound where nothing of it stands.
    """
    require(actor, Permission.APPOINTMENT_WRITE)
    together = imported_together(actor, import_id)
    if clock.now() - together[0].created_at > UNDO:
        raise Expired("Ten minutes have passed. Cancel them one by one instead.")
    # One moment for all of them: by it they are known as a row, should one be restored.
    now = clock.now()
    for one in together:
        one.cancelled_at = now
    record_each(actor, Event.APPOINTMENT_CANCELLED, together)
    for couple_id in dict.fromkeys(one.couple_id for one in together):
        _tell(actor, couple_for(actor, couple_id), [one for one in together if one.couple_id == couple_id])
    return together


@transaction
def move_appointment(
    *,
    actor: Person,
    appointment_id: UUID,
    starts_at: datetime,
    minutes: int,
    scope: Scope = Scope.ONE,
) -> Appointment:
    """Move an appointment, or this one and those of its row that follow: by as many days, to the same hour.

    Raises Conflict when it has been cancelled.
    """
    require(actor, Permission.APPOINTMENT_WRITE)
    appointment = _open(actor, appointment_id)
    zone = practice_of(actor).timezone
    days, at = _step(appointment.starts_at, starts_at, zone)
    following = _in_scope(actor, appointment, scope)
    for one in following:
        own = one is appointment
        one.starts_at = starts_at if own else moved(one.starts_at, zone, days=days, at=at)
        one.minutes = minutes
    record_each(actor, Event.APPOINTMENT_MOVED, following)
    _tell(actor, couple_for(actor, appointment.couple_id), following)
    return appointment


@transaction
def cancel_appointment(
    *, actor: Person, appointment_id: UUID, scope: Scope = Scope.ONE
) -> Sequence[Appointment]:
    """Cancel an appointment, or this one and those of its row that follow; the rows stay and say when.

    Raises Conflict when it was cancelled before.
    """
    require(actor, Permission.APPOINTMENT_WRITE)
    appointment = _open(actor, appointment_id)
    following, now = _in_scope(actor, appointment, scope), clock.now()
    for one in following:
        one.cancelled_at = now
    record_each(actor, Event.APPOINTMENT_CANCELLED, following)
    _tell(actor, couple_for(actor, appointment.couple_id), following)
    return following


@transaction
def take_back_booking(*, actor: Person, couple_id: UUID, appointment_id: UUID) -> Sequence[Appointment]:
    """Undo a booking, of the whole row if a row was booked at once.

    Raises Expired after ten minutes, and Conflict when it was cancelled since.
    """
    require(actor, Permission.APPOINTMENT_WRITE)
    appointment = _open(actor, appointment_id)
    if appointment.couple_id != couple_id:
        raise NotFound
    if clock.now() - appointment.created_at > UNDO:
        raise Expired("Ten minutes have passed. Cancel it instead.")
    couple = couple_for(actor, couple_id)
    together = [
        one
        for one in all_appointments_of(actor, couple)
        if one.series_id is not None and one.series_id == appointment.series_id
    ] or [appointment]
    # One moment for all of them: by it they are known as a row, should one be restored.
    now = clock.now()
    for one in together:
        one.cancelled_at = now
    record_each(actor, Event.APPOINTMENT_CANCELLED, together)
    _tell(actor, couple, together)
    return together


@transaction
def restore_appointment(*, actor: Person, couple_id: UUID, appointment_id: UUID) -> Sequence[Appointment]:
    """Undo a cancellation, of the whole row if the row was cancelled at once.

    Raises Expired after ten minutes, and Conflict when it stands already.
    """
    require(actor, Permission.APPOINTMENT_WRITE)
    appointment = appointment_for(actor, appointment_id)
    if appointment.couple_id != couple_id:
        raise NotFound
    if appointment.cancelled_at is None:
        raise Conflict("That appointment stands already.")
    if clock.now() - appointment.cancelled_at > UNDO:
        raise Expired("Ten minutes have passed. Book it again instead.")
    couple = couple_for(actor, couple_id)
    together = [
        one
        for one in all_appointments_of(actor, couple, cancelled=True)
        if one.cancelled_at == appointment.cancelled_at and one.series_id == appointment.series_id
    ]
    back = together if appointment.series_id is not None else [appointment]
    for one in back:
        one.cancelled_at = None
    record_each(actor, Event.APPOINTMENT_RESTORED, back)
    _tell(actor, couple, back)
    return back


def _step(before: datetime, after: datetime, zone: str) -> tuple[int, time]:
    """How many days of the calendar an appointment moves, and the hour it moves to."""
    then, local = before.astimezone(ZoneInfo(zone)), after.astimezone(ZoneInfo(zone))
    first: date = then.date()
    return (local.date() - first).days, local.time()


def _in_scope(actor: Person, appointment: Appointment, scope: Scope) -> list[Appointment]:
    if scope is Scope.ONE or appointment.series_id is None:
        return [appointment]
    couple = couple_for(actor, appointment.couple_id)
    return [
        one
        for one in all_appointments_of(actor, couple)
        if one.series_id == appointment.series_id and one.starts_at >= appointment.starts_at
    ]


def _tell(actor: Person, couple: Couple, changed: Iterable[Appointment]) -> None:
    """Only appointments with both move anything that both can see."""
    if any(one.is_joint for one in changed):
        db.session.flush()
        for follow in appointments_changed:
            follow(actor, couple)


def _open(actor: Person, appointment_id: UUID) -> Appointment:
    appointment = appointment_for(actor, appointment_id)
    if appointment.cancelled_at is not None:
        raise Conflict("That appointment has been cancelled.")
    return appointment
