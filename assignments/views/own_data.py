"""What is kept of oneself: taking a copy away."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.access import has_ended
from assignments.actions.erasing import ask_for_erasure, cancel_erasure
from assignments.actions.leaving import leave_couple
from assignments.actions.own_copy import make_own_copy
from assignments.forms.own_data import DeleteForm, LeaveForm
from assignments.queries.erasures import own_erasure
from assignments.queries.own_copy import OwnCopy
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.files import as_file, as_json, zipped
from clinic.forms import Form
from clinic.models import Partner
from clinic.queries.couples import own_place
from clinic.web import at_most, keep_form_open, notice, page

blueprint = Blueprint("own_data", __name__)

# Named so that a downloads folder tells nobody what it holds, or where it came from.
FILE_NAME = "notes"
STYLE = "offline.css"


@blueprint.route("/me/data", methods=["GET", "POST"])
@needs(Permission.OWN_COPY)
@fresh_pass_phrase()
@at_most("20 per hour")
def data() -> ResponseReturnValue:
    """What a copy holds, and the copy as one file: made in memory and sent, so that nothing of it stays here."""
    place, form = own_place(signed_in()), Form()
    if form.validate_on_submit():
        # It may be asked for again from the same page: it changes nothing, and the first may not have arrived.
        keep_form_open()
        made = packed(make_own_copy(actor=signed_in()))
        return as_file(made, f"{FILE_NAME}.zip", "application/zip")
    return page(
        "assignments/own_data/data.html",
        form,
        **_names(place),
    )


@blueprint.route("/me/leave-couple", methods=["GET", "POST"])
@needs(Permission.COUPLE_LEAVE)
@fresh_pass_phrase()
@at_most("10 per hour")
def leave() -> ResponseReturnValue:
    """What leaving does, and doing it. Once the work has ended there is nothing left to leave."""
    place, form = own_place(signed_in()), LeaveForm()
    if not has_ended(place.couple) and form.validate_on_submit():
        leave_couple(actor=signed_in())
        notice("You have left. Nothing is shared any more.")
        return redirect(url_for("today.today"))
    return page("assignments/own_data/leave.html", form, has_ended=has_ended(place.couple), **_names(place))


@blueprint.route("/me/delete-account", methods=["GET", "POST"])
@needs(Permission.ERASURE_ASK)
@fresh_pass_phrase()
@at_most("10 per hour")
def delete() -> ResponseReturnValue:
    """What goes, what stays and why; asking for it, or the request that waits."""
    place, form = own_place(signed_in()), DeleteForm()
    waiting = own_erasure(place)
    if waiting is None and form.validate_on_submit():
        ask_for_erasure(actor=signed_in())
        notice("You have asked. Until it is done, you can cancel here.")
        return redirect(url_for("own_data.delete"))
    return page("assignments/own_data/delete.html", form, waiting=waiting, **_names(place))


@blueprint.post("/me/delete-account/cancel")
@needs(Permission.ERASURE_ASK)
def cancel() -> ResponseReturnValue:
    """Keep the account. It asks for nothing more: whoever is signed in may always keep what is there."""
    cancel_erasure(actor=signed_in())
    notice("Cancelled. Your account stays.")
    return redirect(url_for("own_data.data"))


def _names(place: Partner) -> dict[str, str]:
    couple = place.couple
    return {"partner": couple.partner(place.place.other).name, "counsellor": couple.counsellor.name}


def packed(made: OwnCopy) -> bytes:
    """A page to read, its style, and the same as JSON. No name in it tells where it came from."""
    shown = render_template("assignments/own_data/copy.html", copy=made)
    style = (Path(current_app.static_folder or "") / STYLE).read_text("utf-8")
    return zipped(
        {
            f"{FILE_NAME}.html": shown,
            f"{FILE_NAME}.css": style,
            f"{FILE_NAME}.json": as_json(made),
        }
    )
