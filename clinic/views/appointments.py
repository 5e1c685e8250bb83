"""A couple's appointments: booking, moving, cancelling. The time typed is the practice's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import needs, signed_in
from clinic.actions.appointments import (
    Row,
    book_row,
    cancel_appointment,
    move_appointment,
    restore_appointment,
    take_back_booking,
)
from clinic.domain.appointments import Repeat, Scope, moment, moments
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.forms.appointments import AppointmentForm, CancelForm, MoveForm, WhenForm
from clinic.models import Appointment, Couple
from clinic.queries.appointments import all_appointments_of, appointments_between, open_appointment
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.times import local_time
from clinic.web import notice, notice_with_undo, page

blueprint = Blueprint("appointments", __name__)


@blueprint.get("/c/couples/<uuid:couple_id>/appointments")
@needs(Permission.COUPLE_READ)
def appointments(couple_id: UUID) -> ResponseReturnValue:
    """What is to come and what has been, with the form for the next one."""
    couple = couple_for(signed_in(), couple_id)
    return _appointments(couple, _form(couple, formdata=None))


def _form(couple: Couple, **more: object) -> AppointmentForm:
    form = AppointmentForm(**more)
    form.offer((couple.partner("A").name, couple.partner("B").name))
    return form


def _appointments(couple: Couple, form: AppointmentForm) -> ResponseReturnValue:
    now, every = clock.now(), all_appointments_of(signed_in(), couple)
    return page(
        "clinic/appointments/appointments.html",
        form,
        couple=couple,
        coming=[one for one in every if one.starts_at > now],
        past=[one for one in reversed(every) if one.starts_at <= now],
    )


@blueprint.post("/c/couples/<uuid:couple_id>/appointments")
@needs(Permission.APPOINTMENT_WRITE)
def book(couple_id: UUID) -> ResponseReturnValue:
    """Book one appointment, or a row of them."""
    couple = couple_for(signed_in(), couple_id)
    form = _form(couple)
    if not form.validate_on_submit():
        return _appointments(couple, form)
    repeat = Repeat(form.repeat.data)
    starts = moments(form.day.data, form.at.data, _zone().key, repeat, form.times.data or 1)
    row = Row(tuple(starts), form.minutes.data, form.for_whom.data, form.in_own_feed.data)
    try:
        booked = book_row(actor=signed_in(), couple_id=couple_id, row=row)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _appointments(couple, form)
    many = f"Booked {len(booked)}, the last on {local_time(booked[-1].starts_at)}." if len(booked) > 1 else ""
    undo = url_for("appointments.take_back", couple_id=couple_id, appointment_id=booked[0].id)
    notice_with_undo(f"{many or 'Booked.'}{_at_the_same_time(booked)}", undo)
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


def _at_the_same_time(booked: list[Appointment]) -> str:
    """What else the counsellor has at such a time, said and not forbidden: a room may be shared on purpose."""
    day = timedelta(days=1)
    near = appointments_between(signed_in(), booked[0].starts_at - day, booked[-1].starts_at + day)
    mine = {one.id for one in booked}
    meets = [one for one in booked if any(other.id not in mine and _overlap(one, other) for other in near)]
    if not meets:
        return ""
    return f" You have another appointment at that time on {local_time(meets[0].starts_at)}."


def _overlap(one: Appointment, other: Appointment) -> bool:
    return one.starts_at < _end(other) and other.starts_at < _end(one)


def _end(one: Appointment) -> datetime:
    return one.starts_at + timedelta(minutes=one.minutes)


@blueprint.route("/c/couples/<uuid:couple_id>/appointments/<uuid:appointment_id>", methods=["GET", "POST"])
@needs(Permission.APPOINTMENT_WRITE)
def appointment(couple_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Move one appointment, or cancel it; in a row, those that follow as well."""
    couple = couple_for(signed_in(), couple_id)
    found = open_appointment(signed_in(), couple_id, appointment_id)
    forms = _forms(couple, found)
    if not forms.move.validate_on_submit():
        return _appointment(couple, found, forms, forms.move)
    move_appointment(
        actor=signed_in(),
        appointment_id=appointment_id,
        starts_at=_moment(forms.move),
        minutes=forms.move.minutes.data,
        scope=_scope(forms.move),
    )
    notice("Moved. What was meant for it moves along.")
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


@dataclass(frozen=True)
class Forms:
    """The two forms about one appointment, and those of its row that follow it."""

    move: MoveForm
    cancel: CancelForm
    following: list[Appointment]


def _forms(couple: Couple, found: Appointment) -> Forms:
    """One that stands alone, or is the last of its row, is not asked which."""
    following = [
        one
        for one in (all_appointments_of(signed_in(), couple) if found.series_id else ())
        if one.series_id == found.series_id and one.starts_at > found.starts_at
    ]
    local = found.starts_at.astimezone(_zone())
    move = MoveForm(day=local.date(), at=local.time(), minutes=found.minutes)
    cancel = CancelForm()
    if not following:
        del move.scope, cancel.which
    return Forms(move, cancel, following)


def _scope(form: MoveForm | CancelForm) -> Scope:
    asked = form.data.get("scope") or form.data.get("which")
    return Scope(asked) if asked else Scope.ONE


def _appointment(
    couple: Couple, found: Appointment, forms: Forms, sent: MoveForm | CancelForm
) -> ResponseReturnValue:
    return page(
        "clinic/appointments/appointment.html",
        sent,
        couple=couple,
        appointment=found,
        move=forms.move,
        cancel=forms.cancel,
        following=forms.following,
    )


@blueprint.post("/c/couples/<uuid:couple_id>/appointments/<uuid:appointment_id>/cancel")
@needs(Permission.APPOINTMENT_WRITE)
def cancel(couple_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Cancel one appointment, or it and those of its row that follow; the rows stay and say when."""
    couple = couple_for(signed_in(), couple_id)
    found = open_appointment(signed_in(), couple_id, appointment_id)
    forms = _forms(couple, found)
    if not forms.cancel.validate_on_submit():
        return _appointment(couple, found, forms, forms.cancel)
    gone = cancel_appointment(actor=signed_in(), appointment_id=appointment_id, scope=_scope(forms.cancel))
    undo = url_for("appointments.restore", couple_id=couple_id, appointment_id=appointment_id)
    notice_with_undo("Cancelled." if len(gone) == 1 else f"Cancelled {len(gone)}.", undo)
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/appointments/<uuid:appointment_id>/take-back")
@needs(Permission.APPOINTMENT_WRITE)
def take_back(couple_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Undo booking, for ten minutes; of a row, all of it."""
    gone = take_back_booking(actor=signed_in(), couple_id=couple_id, appointment_id=appointment_id)
    notice("Taken back." if len(gone) == 1 else f"All {len(gone)} taken back.")
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/appointments/<uuid:appointment_id>/restore")
@needs(Permission.APPOINTMENT_WRITE)
def restore(couple_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Undo cancelling, for ten minutes."""
    back = restore_appointment(actor=signed_in(), couple_id=couple_id, appointment_id=appointment_id)
    notice("It stands again." if len(back) == 1 else f"All {len(back)} stand again.")
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


def _zone() -> ZoneInfo:
    return ZoneInfo(practice_of(signed_in()).timezone)


def _moment(form: WhenForm) -> datetime:
    return moment(form.day.data, form.at.data, _zone().key)
