"""A partner's own reminders and calendar address, and what a calendar gets at that address."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from clinic import clock, mail
from clinic.access import needs, public, signed_in
from clinic.actions.reminders import end_calendar_address, make_calendar_address, set_reminders
from clinic.actions.tokens import digest
from clinic.domain.calendar_feed import calendar
from clinic.domain.reminders import Timetable, within
from clinic.domain.roles import Permission
from clinic.forms import RemindersForm
from clinic.queries.people import practice_of
from clinic.queries.reminders import (
    entries_at_address,
    feed_of,
    limits_of,
    others_may_read_inbox,
    timetable_of,
)
from clinic.web import at_most, notice, page

blueprint = Blueprint("reminders", __name__)


@blueprint.route("/me/reminders", methods=["GET", "POST"])
@needs(Permission.NOTIFY_SETTINGS)
def reminders() -> ResponseReturnValue:
    """Days, hour, on or off; and the calendar. Off until the person turns it on."""
    limits = limits_of(practice_of(signed_in()))
    form = RemindersForm.from_timetable(within(timetable_of(signed_in()), limits), limits)
    if not form.validate_on_submit():
        return _page(form)
    timetable = Timetable(
        days=frozenset(map(int, form.days.data)), minute=60 * int(form.hour.data), on=form.wanted.data == "on"
    )
    set_reminders(actor=signed_in(), timetable=timetable)
    notice("Saved. Reminders are on." if timetable.on else "Saved. Reminders are off.")
    return redirect(url_for("reminders.reminders"))


def _page(form: RemindersForm) -> ResponseReturnValue:
    return page(
        "clinic/reminders/reminders.html",
        form,
        shared=others_may_read_inbox(signed_in()),
        feed=feed_of(signed_in()),
        mail=mail.wording("reminder"),
    )


@blueprint.post("/me/reminders/calendar")
@needs(Permission.CALENDAR_ADDRESS)
@at_most("20 per hour")
def calendar_address() -> ResponseReturnValue:
    """Make an address, or a new one in place of the old. It is shown in the answer itself: once, and kept nowhere."""
    token = make_calendar_address(actor=signed_in())
    address = current_app.config["PUBLIC_URL"] + url_for("reminders.feed", token=token)
    response = make_response(page("clinic/reminders/address.html", address=address))
    response.content_location = url_for("reminders.reminders")
    return response


@blueprint.post("/me/reminders/calendar/end")
@needs(Permission.CALENDAR_ADDRESS)
def end_calendar() -> ResponseReturnValue:
    """Stop the address. A calendar that asks for it finds nothing from now on."""
    end_calendar_address(actor=signed_in())
    notice("Done. The calendar address no longer works.")
    return redirect(url_for("reminders.reminders"))


@blueprint.get("/feed/<token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """The address alone opens it, because a calendar cannot sign in. It holds times, and for a counsellor initials."""
    return Response(calendar(entries_at_address(digest(token), clock.now())), mimetype="text/calendar")
