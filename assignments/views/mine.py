"""One's own answers: what one wrote, who sees it, and changing that."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.responding import cancel_widening, change_visibility, offered_levels
from assignments.domain.visibility import Level
from assignments.models import Response
from assignments.partner_forms import SharingForm
from assignments.queries.mine import OwnAnswer, comments_on, own_answer, own_history
from assignments.queries.responses import own_response_by_id
from assignments.views.sharing import labels_for, lines_for, names_for
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.models import Partner
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("mine", __name__)

SHOW = {
    "shared": (Level.SHARED, Level.BOTH),
    "counsellor": (Level.COUNSELLOR,),
    "only-me": (Level.PRIVATE,),
}


@blueprint.get("/me/history")
@needs(Permission.ANSWER_HISTORY)
def history() -> ResponseReturnValue:
    """Everything one has kept, newest first, all or by who sees it. No words stand in the list."""
    place = own_place(signed_in())
    wanted = SHOW.get(request.args.get("show", ""))
    kept = own_history(place, clock.now())
    return render_template(
        "assignments/mine/history.html",
        kept=[one for one in kept if wanted is None or one.level in wanted],
        has_any=bool(kept),
        show=request.args["show"] if wanted else "all",
        names=names_for(place),
    )


@blueprint.get("/me/history/<uuid:response_id>")
@needs(Permission.ANSWER_HISTORY)
def response(response_id: UUID) -> ResponseReturnValue:
    """One answer in full, who sees it, and what the counsellor said about it."""
    place = own_place(signed_in())
    row = own_response_by_id(place, response_id)
    answer = own_answer(place, row, clock.now())
    return _page(place, row, answer, _form(place, row, answer))


@blueprint.post("/me/history/<uuid:response_id>/sharing")
@needs(Permission.ANSWER_VISIBILITY)
def change_sharing(response_id: UUID) -> ResponseReturnValue:
    """Tighten at once, or widen after the practice's delay."""
    place = own_place(signed_in())
    row = own_response_by_id(place, response_id)
    answer = own_answer(place, row, clock.now())
    form = _form(place, row, answer)
    if form.validate_on_submit():
        level = Level(form.visibility.data)
        try:
            change_visibility(actor=signed_in(), response_id=response_id, level=level)
        except Conflict as problem:
            form.visibility.errors = [problem.sentence]
        else:
            waits = level.is_looser_than(answer.level)
            notice("Saved. It opens later, and you can cancel until then." if waits else "Saved.")
            return redirect(url_for("mine.response", response_id=response_id))
    return _page(place, row, answer, form)


@blueprint.post("/me/history/<uuid:response_id>/sharing/cancel")
@needs(Permission.ANSWER_VISIBILITY)
def cancel_sharing(response_id: UUID) -> ResponseReturnValue:
    """Stop a widening that is on its way; nobody else learns of it."""
    cancel_widening(actor=signed_in(), response_id=response_id)
    notice("Cancelled. It stays as it was.")
    return redirect(url_for("mine.response", response_id=response_id))


def _form(place: Partner, row: Response, answer: OwnAnswer) -> SharingForm:
    """What it is now is not offered, because choosing it would change nothing."""
    offered = offered_levels(place, row.assignment, practice_of(signed_in()))
    form = SharingForm()
    form.offer(labels_for(place, [level for level in offered if level is not answer.level]))
    return form


def _page(place: Partner, row: Response, answer: OwnAnswer, form: SharingForm) -> ResponseReturnValue:
    return page(
        "assignments/mine/response.html",
        form,
        answer=answer,
        comments=comments_on(place, row),
        names=names_for(place),
        outcomes=lines_for(place, answer.level),
    )
