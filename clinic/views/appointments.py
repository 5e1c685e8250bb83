"""A couple's appointments: booking, moving, cancelling. The time typed is the practice's own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import needs, signed_in
from clinic.actions.appointments import (
    book_appointment,
    cancel_appointment,
    move_appointment,
    restore_appointment,
)
from clinic.domain.appointments import moment
from clinic.domain.roles import Permission
from clinic.forms import AppointmentForm
from clinic.models import Couple
from clinic.queries.appointments import appointments_of, open_appointment
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.web import notice, notice_with_undo, page

blueprint = Blueprint("appointments", __name__)


@blueprint.get("/c/couples/<uuid:couple_id>/appointments")
@needs(Permission.COUPLE_READ)
def appointments(couple_id: UUID) -> ResponseReturnValue:
    """What is to come and what has been, with the form for the next one."""
    return _appointments(couple_for(signed_in(), couple_id), AppointmentForm(formdata=None))


def _appointments(couple: Couple, form: AppointmentForm) -> ResponseReturnValue:
    now, every = clock.now(), appointments_of(couple)
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
    """Book one appointment."""
    couple, form = couple_for(signed_in(), couple_id), AppointmentForm()
    if not form.validate_on_submit():
        return _appointments(couple, form)
    starts_at = _moment(form)
    book_appointment(actor=signed_in(), couple_id=couple_id, starts_at=starts_at, minutes=form.minutes.data)
    notice("Booked.")
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


@blueprint.route("/c/couples/<uuid:couple_id>/appointments/<uuid:appointment_id>", methods=["GET", "POST"])
@needs(Permission.APPOINTMENT_WRITE)
def appointment(couple_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Move one appointment, or cancel it."""
    couple = couple_for(signed_in(), couple_id)
    found = open_appointment(signed_in(), couple_id, appointment_id)
    local = found.starts_at.astimezone(_zone())
    form = AppointmentForm(day=local.date(), at=local.time(), minutes=found.minutes)
    if not form.validate_on_submit():
        return page("clinic/appointments/appointment.html", form, couple=couple, appointment=found)
    move_appointment(
        actor=signed_in(), appointment_id=appointment_id, starts_at=_moment(form), minutes=form.minutes.data
    )
    notice("Moved.")
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/appointments/<uuid:appointment_id>/cancel")
@needs(Permission.APPOINTMENT_WRITE)
def cancel(couple_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Cancel one appointment; the row stays and says when."""
    open_appointment(signed_in(), couple_id, appointment_id)
    cancel_appointment(actor=signed_in(), appointment_id=appointment_id)
    undo = url_for("appointments.restore", couple_id=couple_id, appointment_id=appointment_id)
    notice_with_undo("Cancelled.", undo)
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/appointments/<uuid:appointment_id>/restore")
@needs(Permission.APPOINTMENT_WRITE)
def restore(couple_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Undo cancelling, for ten minutes."""
    restore_appointment(actor=signed_in(), couple_id=couple_id, appointment_id=appointment_id)
    notice("It stands again.")
    return redirect(url_for("appointments.appointments", couple_id=couple_id))


def _zone() -> ZoneInfo:
    return ZoneInfo(practice_of(signed_in()).timezone)


def _moment(form: AppointmentForm) -> datetime:
    return moment(form.day.data, form.at.data, practice_of(signed_in()).timezone)
