"""Break-glass: asking, granting as the second person, ending it, and the counsellor taking note."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.actions.break_glass import (
    ask_to_break_glass,
    end_glass,
    grant_glass,
    refuse_glass,
    take_note_of_glass,
)
from clinic.domain.roles import Permission, Role
from clinic.errors import Conflict
from clinic.forms.break_glass import AskForm, GrantForm
from clinic.queries.break_glass import (
    Glass,
    counsellors_and_supervisors,
    glass_for,
    glasses_for,
    told_of,
)
from clinic.queries.practices import all_couples
from clinic.web import notice, page

blueprint = Blueprint("break_glass", __name__)


@blueprint.app_template_global("glasses_told")
def glasses_told() -> object:
    """For the counsellor's first page: who could read a record of hers, until she has taken note."""
    return told_of(signed_in(), clock.now())


@blueprint.route("/break-glass", methods=["GET", "POST"])
@needs(Permission.BREAK_GLASS_ASK)
def ask() -> ResponseReturnValue:
    """What was asked and how it stands, and asking."""
    form = _ask_form()
    if form.validate_on_submit():
        try:
            ask_to_break_glass(
                actor=signed_in(),
                reader_id=UUID(form.reader.data),
                counsellor_id=UUID(form.counsellor.data),
                about=form.about.data,
                reason=form.reason.data,
            )
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("Asked. Tell an admin: a second person has to grant it.")
            return redirect(url_for("break_glass.ask"))
    glasses = glasses_for(signed_in(), clock.now())
    return page("clinic/break_glass/ask.html", form, glasses=glasses)


def _ask_form() -> AskForm:
    form = AskForm()
    counsellors, supervisors = counsellors_and_supervisors(signed_in())
    if signed_in().kind is Role.SUPERVISOR:
        supervisors = [one for one in supervisors if one.id == signed_in().id]
    form.offer(
        *([(str(p.id), f"{p.name} {p.family_name}") for p in some] for some in (counsellors, supervisors))
    )
    return form


@blueprint.route("/break-glass/<uuid:glass_id>", methods=["GET", "POST"])
@needs(Permission.BREAK_GLASS_APPROVE)
@fresh_pass_phrase()
def decide(glass_id: UUID) -> ResponseReturnValue:
    """What is asked and why; finding the record that is meant, and granting it for a day."""
    glass, form = glass_for(signed_in(), glass_id, clock.now()), GrantForm()
    theirs = [one for one in all_couples(signed_in()) if one.counsellor_id == glass.row.counsellor_id]
    form.offer([(str(one.id), one.name) for one in theirs])
    if form.validate_on_submit():
        try:
            grant_glass(actor=signed_in(), glass_id=glass_id, couple_id=UUID(form.couple.data))
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("Granted for 24 hours. It ends by itself, and their counsellor is told.")
            return redirect(url_for("break_glass.ask"))
    return _decide(glass, form)


def _decide(glass: Glass, form: GrantForm) -> ResponseReturnValue:
    return page("clinic/break_glass/decide.html", form, glass=glass)


@blueprint.post("/break-glass/<uuid:glass_id>/refuse")
@needs(Permission.BREAK_GLASS_APPROVE)
def refuse(glass_id: UUID) -> ResponseReturnValue:
    """Say no."""
    try:
        refuse_glass(actor=signed_in(), glass_id=glass_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Refused. Nothing was opened.")
    return redirect(url_for("break_glass.ask"))


@blueprint.post("/break-glass/<uuid:glass_id>/end")
@needs(Permission.BREAK_GLASS_END)
def end(glass_id: UUID) -> ResponseReturnValue:
    """Close the record again before the day is over."""
    try:
        end_glass(actor=signed_in(), glass_id=glass_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Closed. The record can no longer be read.")
    return redirect(url_for("break_glass.ask"))


@blueprint.post("/c/break-glass/<uuid:glass_id>/noted")
@needs(Permission.BREAK_GLASS_TOLD)
def noted(glass_id: UUID) -> ResponseReturnValue:
    """The counsellor has read it."""
    take_note_of_glass(actor=signed_in(), glass_id=glass_id)
    notice("Noted. It stays in the practice’s log.")
    return redirect(url_for("home"))
