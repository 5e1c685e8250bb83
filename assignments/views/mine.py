"""One's own answers: what one wrote, who sees it, and changing that."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.responding import cancel_widening, change_visibility, offered_levels
from assignments.actions.turns import hide_part
from assignments.domain.visibility import Level
from assignments.forms import SharingForm
from assignments.queries.exchanges import own_part_by_id
from assignments.queries.mine import own_answer, own_history, own_part
from assignments.queries.readers import readers_of_own
from assignments.queries.replies import comments_on
from assignments.queries.responses import own_response_by_id
from assignments.views.sharing import labels_for, lines_for, names_for
from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("mine", __name__)

# How many rows stand there at first; a phone should not load years to show an evening.
ROWS_SHOWN = 40
SHOW = {
    "shared": (Level.SHARED, Level.BOTH),
    "counsellor": (Level.COUNSELLOR,),
    "only-me": (Level.PRIVATE,),
}


def _would_open_it() -> bool:
    """Hiding is at once and asks for nothing; opening further is for the author alone, whoever holds their phone."""
    form, present = _form((request.view_args or {})["response_id"])
    return form.validate_on_submit() and Level(form.visibility.data).is_looser_than(present)


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
        shown=None if request.args.get("all") else ROWS_SHOWN,
        names=names_for(place),
    )


@blueprint.get("/me/history/readers")
@needs(Permission.OWN_READERS)
def readers() -> ResponseReturnValue:
    """Who of the practice has read any of it."""
    return render_template("assignments/mine/readers.html", readers=readers_of_own(own_place(signed_in())))


@blueprint.get("/me/history/<uuid:response_id>")
@needs(Permission.ANSWER_HISTORY)
def response(response_id: UUID) -> ResponseReturnValue:
    """One answer in full, who sees it, and what the counsellor said about it."""
    return _page(response_id)


@blueprint.post("/me/history/<uuid:response_id>/sharing")
@needs(Permission.ANSWER_VISIBILITY)
@fresh_pass_phrase(when=_would_open_it, stands_on="mine.response")
def change_sharing(response_id: UUID) -> ResponseReturnValue:
    """Tighten at once, or widen after the practice's delay."""
    form, level_now = _form(response_id)
    if form.validate_on_submit():
        level = Level(form.visibility.data)
        try:
            change_visibility(actor=signed_in(), response_id=response_id, level=level)
        except Conflict as problem:
            form.visibility.errors = [problem.sentence]
        else:
            later = level.is_looser_than(level_now)
            notice("Saved. It opens later, and you can cancel until then." if later else "Saved.")
            return redirect(url_for("mine.response", response_id=response_id))
    return _page(response_id, form)


@blueprint.post("/me/history/<uuid:response_id>/sharing/cancel")
@needs(Permission.ANSWER_VISIBILITY)
def cancel_sharing(response_id: UUID) -> ResponseReturnValue:
    """Stop a widening that is on its way; nobody else learns of it."""
    cancel_widening(actor=signed_in(), response_id=response_id)
    notice("Cancelled. It stays as it was.")
    return redirect(url_for("mine.response", response_id=response_id))


@blueprint.get("/me/history/parts/<uuid:part_id>")
@needs(Permission.ANSWER_HISTORY)
def part(part_id: UUID) -> ResponseReturnValue:
    """One part of a listening turn, and hiding it."""
    place, now = own_place(signed_in()), clock.now()
    row = own_part_by_id(place, part_id)
    return render_template(
        "assignments/mine/part.html",
        part=own_part(place, row, now),
        comments=comments_on(place, row, now),
        names=names_for(place),
    )


@blueprint.post("/me/history/parts/<uuid:part_id>/hide")
@needs(Permission.ANSWER_VISIBILITY)
def hide(part_id: UUID) -> ResponseReturnValue:
    """From now on only its author can read it."""
    hide_part(actor=signed_in(), part_id=part_id)
    notice("Hidden. Only you can read it from now on.")
    return redirect(url_for("mine.part", part_id=part_id))


def _form(response_id: UUID) -> tuple[SharingForm, Level]:
    """The other levels an answer may have, and the one it has; choosing that would change nothing."""
    place = own_place(signed_in())
    row = own_response_by_id(place, response_id)
    present = own_answer(place, row, clock.now()).level
    offered = offered_levels(place, row.assignment, practice_of(signed_in()), row.turn)
    form = SharingForm()
    form.offer(labels_for(place, [level for level in offered if level is not present]))
    return form, present


def _page(response_id: UUID, sent: SharingForm | None = None) -> ResponseReturnValue:
    form = sent or _form(response_id)[0]
    place = own_place(signed_in())
    row = own_response_by_id(place, response_id)
    answer = own_answer(place, row, clock.now())
    return page(
        "assignments/mine/response.html",
        form,
        answer=answer,
        comments=comments_on(place, row, clock.now()),
        names=names_for(place),
        outcomes=lines_for(place, answer.level, may_have_been_read=answer.may_have_been_read),
    )
