"""Taking a reply back before it is delivered, and the lines a counsellor keeps for replies."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import replying
from assignments.forms import SavedLineForm
from assignments.queries.replies import own_saved_lines, where_it_stands
from assignments.views.answers.blueprint import blueprint, to_turn
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired
from clinic.queries.couples import couple_for
from clinic.web import notice, page


@blueprint.post("/c/couples/<uuid:couple_id>/replies/<uuid:reply_id>/undo")
@needs(Permission.COMMENT_CREATE)
def undo_reply(couple_id: UUID, reply_id: UUID) -> ResponseReturnValue:
    """Take a reply back; its words go back into the box, to be mended or left."""
    where = where_it_stands(signed_in(), couple_for(signed_in(), couple_id), reply_id)
    try:
        replying.take_back_reply(actor=signed_in(), couple_id=couple_id, reply_id=reply_id)
    except Expired as problem:
        flash(problem.sentence, "error")
    else:
        notice("Taken back. Your words are in the box again.")
    if where.response_id is not None:
        return redirect(url_for("answers.answer", couple_id=couple_id, response_id=where.response_id))
    return to_turn(couple_id, where.assignment_id, where.turn)


@blueprint.route("/c/lines", methods=["GET", "POST"])
@needs(Permission.SAVED_LINES)
def lines() -> ResponseReturnValue:
    """One's own lines for replies, and adding one."""
    form = SavedLineForm()
    if form.validate_on_submit():
        try:
            replying.save_line(actor=signed_in(), words=form.words.data)
        except Conflict as problem:
            form.words.errors = [problem.sentence]
        else:
            notice("Saved.")
            return redirect(url_for("answers.lines"))
    return page("assignments/answers/lines.html", form, lines=own_saved_lines(signed_in()))


@blueprint.post("/c/lines/<uuid:line_id>/remove")
@needs(Permission.SAVED_LINE_REMOVE)
def remove_line(line_id: UUID) -> ResponseReturnValue:
    """Take one of them away."""
    replying.remove_line(actor=signed_in(), line_id=line_id)
    notice("Removed.")
    return redirect(url_for("answers.lines"))
