"""The weekly check-in: one page, every question may be left out, the counsellor alone sees it."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.access import has_ended
from assignments.actions.checking_in import check_in as save_check_in
from assignments.domain.checkins import LEAD_IN
from assignments.forms import checkin_form
from assignments.queries.checkins import open_checkin
from assignments.queries.instruments import unanswered
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("check_in", __name__)


@blueprint.route("/check-in", methods=["GET", "POST"])
@needs(Permission.CHECKIN_WRITE)
def check_in() -> ResponseReturnValue:
    """This week's questions while they are open, with what was said; a plain page at any other time."""
    place = g.place
    names = {
        "partner_name": place.couple.partner(place.place.other).name,
        "counsellor_name": place.couple.counsellor.name,
    }
    opened = open_checkin(place, clock.now())
    if opened is None:
        ended = has_ended(place.couple)
        return render_template("assignments/check_in/closed.html", has_ended=ended, **names)
    form = checkin_form(opened.week, opened.week_of, names["partner_name"], opened.answers)
    if form.validate_on_submit():
        save_check_in(actor=signed_in(), week_of=form.answered_week(), answers=form.value())
        notice("Saved. Thank you for looking back at your week.")
        return redirect(url_for("check_in.check_in"))
    return page(
        "assignments/check_in/check_in.html",
        form,
        opened=opened,
        lead_in=LEAD_IN,
        policy=practice_of(signed_in()).sharing_policy,
        # Offered once this week's own page is done, and never in its place.
        questions=unanswered(place, clock.now()) if opened.answers is not None else None,
        **names,
    )
