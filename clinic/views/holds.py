"""Records that are held back from being deleted: asking, deciding as the second admin, and lifting it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.actions.holds import ask_to_hold, grant_hold, lift_hold, refuse_hold
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.forms.holds import GrantHoldForm, HoldForm
from clinic.queries.holds import hold_for, holds_for
from clinic.queries.practices import all_couples
from clinic.web import notice, page

blueprint = Blueprint("holds", __name__)


@blueprint.route("/p/held", methods=["GET", "POST"])
@needs(Permission.RETENTION_HOLD)
def holds() -> ResponseReturnValue:
    """What is held back or was, and asking for it."""
    form = HoldForm()
    form.offer([(str(one.id), one.name) for one in all_couples(signed_in())])
    if form.validate_on_submit():
        try:
            ask_to_hold(actor=signed_in(), couple_id=UUID(form.couple.data), reason=form.reason.data)
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("Asked. It stays for now. Tell another admin: a second person has to grant it.")
            return redirect(url_for("holds.holds"))
    return page("clinic/practice/holds.html", form, holds=holds_for(signed_in(), clock.now()))


@blueprint.route("/p/held/<uuid:hold_id>", methods=["GET", "POST"])
@needs(Permission.RETENTION_HOLD)
@fresh_pass_phrase()
def hold(hold_id: UUID) -> ResponseReturnValue:
    """One of them: why, and granting it as the second admin."""
    held, form = hold_for(signed_in(), hold_id, clock.now()), GrantHoldForm()
    if form.validate_on_submit():
        try:
            grant_hold(actor=signed_in(), hold_id=hold_id)
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("Held back until an admin lifts it.")
            return redirect(url_for("holds.holds"))
    return page("clinic/practice/hold.html", form, held=held)


@blueprint.post("/p/held/<uuid:hold_id>/refuse")
@needs(Permission.RETENTION_HOLD)
@fresh_pass_phrase(stands_on="holds.hold")
def refuse(hold_id: UUID) -> ResponseReturnValue:
    """Say no as the second admin."""
    try:
        refuse_hold(actor=signed_in(), hold_id=hold_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Refused. Nothing goes in the next 30 days.")
    return redirect(url_for("holds.holds"))


@blueprint.post("/p/held/<uuid:hold_id>/lift")
@needs(Permission.RETENTION_HOLD)
@fresh_pass_phrase(stands_on="holds.hold")
def lift(hold_id: UUID) -> ResponseReturnValue:
    """Hold it back no longer."""
    try:
        lift_hold(actor=signed_in(), hold_id=hold_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Lifted. Nothing goes in the next 30 days.")
    return redirect(url_for("holds.holds"))
