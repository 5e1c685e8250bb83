"""Accounts whose owners asked for them to be deleted: the second person's page."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.erasing import erase
from assignments.forms.own_data import EraseForm
from assignments.queries.erasures import erasure_for, erasures_for
from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.queries.holds import held_back_since
from clinic.web import notice, page

blueprint = Blueprint("erasures", __name__)


@blueprint.get("/deletions")
@needs(Permission.ERASURE_APPROVE)
def erasures() -> ResponseReturnValue:
    """Who has asked, and since when."""
    return render_template("assignments/erasures/erasures.html", erasures=erasures_for(signed_in()))


@blueprint.route("/deletions/<uuid:erasure_id>", methods=["GET", "POST"])
@needs(Permission.ERASURE_APPROVE)
@fresh_pass_phrase()
def erasure(erasure_id: UUID) -> ResponseReturnValue:
    """What will go and what stays; and doing it."""
    found, form = erasure_for(signed_in(), erasure_id), EraseForm()
    if form.validate_on_submit():
        name = erase(actor=signed_in(), erasure_id=erasure_id)
        notice(f"Deleted. What {name} wrote is gone.")
        return redirect(url_for("erasures.erasures"))
    held_since = held_back_since(found.practice_id, found.couple_id, clock.now())
    return page("assignments/erasures/erasure.html", form, erasure=found, held_since=held_since)
