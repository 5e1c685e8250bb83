"""A counsellor's own calendar: the secret address others read it at, and a file from elsewhere brought in."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import needs, signed_in
from clinic.actions.appointments import Row, import_rows, take_back_import
from clinic.actions.reminders import end_calendar_address, make_calendar_address
from clinic.calendar_files import LARGEST_FILE, CalendarFile, CalendarProblem, read_calendar
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.forms.appointments import CalendarFileForm, ImportForm, starts_typed
from clinic.models import Couple
from clinic.queries.couples import couples_for
from clinic.queries.people import practice_of
from clinic.queries.reminders import feed_of
from clinic.web import at_most, notice, notice_with_undo, page, takes_a_file

blueprint = Blueprint("calendars", __name__)


@blueprint.get("/c/diary/calendar")
@needs(Permission.OWN_DIARY_ADDRESS)
def calendar() -> ResponseReturnValue:
    """Whether there is an address, and what a calendar reads there."""
    return render_template("clinic/calendars/calendar.html", feed=feed_of(signed_in()))


@blueprint.post("/c/diary/calendar")
@needs(Permission.OWN_DIARY_ADDRESS)
@at_most("20 per hour")
def make() -> ResponseReturnValue:
    """Make an address, or a new one in place of the old. It is shown in the answer itself: once, and kept nowhere."""
    token = make_calendar_address(actor=signed_in())
    address = current_app.config["PUBLIC_URL"] + url_for("reminders.feed", token=token)
    response = make_response(page("clinic/calendars/address.html", address=address))
    response.content_location = url_for("calendars.calendar")
    return response


@blueprint.post("/c/diary/calendar/end")
@needs(Permission.OWN_DIARY_ADDRESS)
def end() -> ResponseReturnValue:
    """Stop the address. A calendar that asks for it finds nothing from now on."""
    end_calendar_address(actor=signed_in())
    notice("Done. The calendar address no longer works.")
    return redirect(url_for("calendars.calendar"))


@blueprint.route("/c/diary/import", methods=["GET", "POST"])
@needs(Permission.APPOINTMENT_WRITE)
@takes_a_file
@at_most("60 per hour")
def upload() -> ResponseReturnValue:
    """A calendar file. What it holds is shown in the answer itself, to choose from; nothing of it is kept yet."""
    form = CalendarFileForm()
    if form.validate_on_submit():
        try:
            # One byte more than is allowed tells a large file from one that fits, and no more is ever read.
            content = form.calendar.data.read(LARGEST_FILE + 1)
            found = read_calendar(content, zone=practice_of(signed_in()).timezone, now=clock.now())
        except CalendarProblem as problem:
            form.calendar.errors = [problem.sentence]
        else:
            if found.events:
                return _choose(_offer(found), found)
            form.calendar.errors = ["There is nothing to come in that file that we can read."]
    return page("clinic/calendars/import.html", form)


def _offer(found: CalendarFile) -> ImportForm:
    """A row for each event, with the couple it seems to be with."""
    couples = _couples()
    form = ImportForm(formdata=None)
    for event in found.events:
        form.events.append_entry(
            {
                "title": event.title,
                "starts": starts_typed(event.starts),
                "minutes": str(event.minutes),
                "couple": _seems_with(event.title, couples),
            }
        )
    form.offer(_whom(couples))
    return form


def _choose(form: ImportForm, found: CalendarFile | None = None) -> ResponseReturnValue:
    html = render_template("clinic/calendars/choose.html", form=form, found=found)
    return html, 422 if form.errors else 200


@blueprint.post("/c/diary/import/chosen")
@needs(Permission.APPOINTMENT_WRITE)
def choose() -> ResponseReturnValue:
    """Book what was given a couple. All of it or nothing."""
    form = ImportForm()
    form.offer(_whom(_couples()))
    if not form.validate_on_submit() or not len(form.events):
        return _choose(form) if len(form.events) else redirect(url_for("calendars.upload"))
    chosen = [one.form for one in form.events if one.form.couple.data]
    rows = [(one.couple_id, Row(one.moments, one.length, one.for_whom)) for one in chosen]
    try:
        imported = import_rows(actor=signed_in(), rows=rows)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _choose(form)
    already = f" {imported.already} stood there already." if imported.already else ""
    said = f"{imported.booked or 'None'} booked.{already}"
    if imported.booked:
        notice_with_undo(said, url_for("calendars.take_back", import_id=imported.id))
    else:
        notice(said)
    return redirect(url_for("diary.diary"))


@blueprint.post("/c/diary/import/<uuid:import_id>/take-back")
@needs(Permission.APPOINTMENT_WRITE)
def take_back(import_id: UUID) -> ResponseReturnValue:
    """Undo bringing a file in, for ten minutes."""
    gone = take_back_import(actor=signed_in(), import_id=import_id)
    notice("Taken back." if len(gone) == 1 else f"All {len(gone)} taken back.")
    return redirect(url_for("diary.diary"))


def _whom(couples: Sequence[Couple]) -> list[tuple[str, str]]:
    """Each couple together, and each of the two alone."""
    return [
        offered
        for couple in couples
        for offered in (
            (str(couple.id), couple.name),
            *((f"{couple.id} {slot}", f"{couple.name}: {couple.partner(slot).name} alone") for slot in "AB"),
        )
    ]


def _couples() -> list[Couple]:
    return [couple for couple in couples_for(signed_in()) if couple.closed_at is None]


def _seems_with(title: str, couples: Sequence[Couple]) -> str:
    """The one couple that a family name in the title fits; none where there are several, or none."""
    said = set(title.casefold().replace("&", " ").replace("+", " ").replace(",", " ").split())
    fits = [
        couple
        for couple in couples
        if said & {partner.person.family_name.casefold() for partner in couple.partners} - {""}
    ]
    return str(fits[0].id) if len(fits) == 1 else ""
