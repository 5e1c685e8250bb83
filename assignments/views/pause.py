"""Taking a pause and coming back to it."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.pausing import ask_for_a_pause, come_back
from assignments.domain.pauses import MINUTES, Back, back_line, until
from assignments.forms import PauseForm
from assignments.queries.pauses import agreed_pause, may_tell, own_pause, pauses_now
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.forms import EmptyForm
from clinic.language import clock_time
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("pause", __name__)


@blueprint.route("/pause", methods=["GET", "POST"])
@needs(Permission.PAUSE_ASK)
def pause() -> ResponseReturnValue:
    """When to come back. Opening this page, or closing it again, asks nothing and tells nobody."""
    place, now, form = own_place(signed_in()), clock.now(), PauseForm()
    zone = ZoneInfo(practice_of(signed_in()).timezone)
    if form.validate_on_submit():
        kept = ask_for_a_pause(actor=signed_in(), back=form.chosen(), at=form.at.data)
        notice(f"Your pause has begun. {back_line(kept.until, now, zone, clock_time)}")
        return redirect(url_for("pause.back", pause_id=kept.id))
    lines = {
        one.value: back_line(until(one, now, at=None, zone=zone), now, zone, clock_time)
        for one in Back
        if one in MINUTES
    }
    return page(
        "assignments/pause/pause.html",
        form,
        place=place,
        lines=lines,
        is_told=may_tell(place.couple),
        running=pauses_now(place, now, zone).own,
        agreed=agreed_pause(place, now),
    )


@blueprint.route("/pause/<uuid:pause_id>/back", methods=["GET", "POST"])
@needs(Permission.PAUSE_ASK)
def back(pause_id: UUID) -> ResponseReturnValue:
    """ "I'm back", or more time. Not coming back is said nowhere."""
    place, now, form = own_place(signed_in()), clock.now(), EmptyForm()
    row = own_pause(place, pause_id)
    if form.validate_on_submit():
        come_back(actor=signed_in(), pause_id=pause_id)
        notice("Welcome back.")
        return redirect(url_for("today.today"))
    zone = ZoneInfo(practice_of(signed_in()).timezone)
    return page(
        "assignments/pause/back.html",
        form,
        place=place,
        row=row,
        line=back_line(row.until, now, zone, clock_time),
        is_over=row.until is not None and row.until <= now,
        agreed=agreed_pause(place, now),
    )
