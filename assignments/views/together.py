"""What both partners can read. The same words stand here for both."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.access import has_ended
from assignments.actions import thanking
from assignments.actions.thanking import say_thanks
from assignments.domain.visibility import OPENING_WORDS
from assignments.queries.agreements import shared_agreements
from assignments.queries.assignments import assignments_of
from assignments.queries.doing import is_ritual
from assignments.queries.entries import by_week, shared_thanks
from assignments.queries.pauses import pauses_now
from assignments.queries.together import shared_thing, shared_things, to_thank_for
from clinic import clock
from clinic.access import needs, signed_in, while_unconfirmed
from clinic.domain.roles import Permission
from clinic.forms import EmptyForm
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("together", __name__)

# How many shared things, and how many weeks with a thank-you, stand there at first.
THINGS_SHOWN, WEEKS_SHOWN = 20, 12


@blueprint.get("/together")
@needs(Permission.TOGETHER_READ)
@while_unconfirmed
def together() -> ResponseReturnValue:
    """Every exercise that may be shared, in the order it was given, and shared thank-yous."""
    place, now = g.place, clock.now()
    given = assignments_of(place.couple)
    agreements = shared_agreements(place, now, given)
    rituals = {one.assignment.id for one in agreements if one.is_in_force and is_ritual(one.exercise)}
    every = bool(request.args.get("all"))
    return render_template(
        "assignments/together/together.html",
        things_shown=None if every else THINGS_SHOWN,
        weeks_shown=None if every else WEEKS_SHOWN,
        things=shared_things(place, now, given, rituals),
        agreements=agreements,
        pauses=pauses_now(place, now, ZoneInfo(practice_of(place.person).timezone)),
        weeks=by_week(shared_thanks(place.couple, now)),
        opening_words=OPENING_WORDS,
        has_ended=has_ended(place.couple),
    )


@blueprint.get("/together/<uuid:assignment_id>")
@needs(Permission.TOGETHER_READ)
@while_unconfirmed
def assignment(assignment_id: UUID) -> ResponseReturnValue:
    """Both answers side by side once they lie open."""
    place, now = g.place, clock.now()
    return render_template(
        "assignments/together/assignment.html",
        thing=shared_thing(place, assignment_id, now),
        opening_words=OPENING_WORDS,
    )


@blueprint.route("/together/<uuid:assignment_id>/thanks", methods=["GET", "POST"])
@needs(Permission.REPLY_SEND)
def thanks(assignment_id: UUID) -> ResponseReturnValue:
    """The one fixed reply to what the other opened last here. What one has said to it shows on this page alone."""
    form = EmptyForm()
    if form.validate_on_submit():
        say_thanks(actor=signed_in(), assignment_id=assignment_id)
        return redirect(url_for("together.thanks", assignment_id=assignment_id))
    return page(
        "assignments/together/thanks.html",
        form,
        assignment_id=assignment_id,
        hold_minutes=practice_of(signed_in()).hold_minutes,
        to=to_thank_for(g.place, assignment_id, clock.now()),
    )


@blueprint.post("/together/<uuid:assignment_id>/thanks/undo")
@needs(Permission.REPLY_SEND)
def take_thanks_back(assignment_id: UUID) -> ResponseReturnValue:
    """Undo it, within the hold."""
    thanking.take_thanks_back(actor=signed_in(), assignment_id=assignment_id)
    notice("Taken back. Nothing was sent.")
    return redirect(url_for("together.thanks", assignment_id=assignment_id))
