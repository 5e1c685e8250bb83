"""Reading a couple's answers and replying to one. Only what was sent to the counsellor, or looser, is here."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import reviewing
from assignments.forms import CommentForm, SeenForm
from assignments.queries.review import answer_page, answers_for
from assignments.queries.strands import exchanges_of, strands_of
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.queries.couples import couple_for
from clinic.web import keep_form_open, notice, page

blueprint = Blueprint("answers", __name__)


@blueprint.get("/c/couples/<uuid:couple_id>/answers")
@needs(Permission.ANSWER_STAFF_READ)
def answers(couple_id: UUID) -> ResponseReturnValue:
    """What may be read, newest first, without a word of it."""
    couple = couple_for(signed_in(), couple_id)
    found = answers_for(signed_in(), couple, clock.now())
    return render_template(
        "assignments/answers/answers.html",
        couple=couple,
        answers=found,
        exchanges=exchanges_of(signed_in(), couple, clock.now()),
    )


@blueprint.get("/c/couples/<uuid:couple_id>/how-it-went")
@needs(Permission.ANSWER_STAFF_READ, leaves_audit_line=True)
def how_it_went(couple_id: UUID) -> ResponseReturnValue:
    """What each partner said after an exercise: tried, how useful, and what got in the way, in their own words."""
    couple = couple_for(signed_in(), couple_id)
    found = reviewing.read_how_it_went(actor=signed_in(), couple_id=couple_id)
    return render_template("assignments/answers/how_it_went.html", couple=couple, found=found)


@blueprint.get("/c/couples/<uuid:couple_id>/turns/<uuid:assignment_id>/<int:turn>")
@needs(Permission.ANSWER_STAFF_READ, leaves_audit_line=True)
def exchange(couple_id: UUID, assignment_id: UUID, turn: int) -> ResponseReturnValue:
    """What went to and fro in listening turns, written down as read before it is shown."""
    couple = couple_for(signed_in(), couple_id)
    name, strands = strands_of(signed_in(), couple, assignment_id, turn, clock.now())
    keep_form_open()
    reviewing.record_reading_of_turns(
        actor=signed_in(), couple_id=couple_id, assignment_id=assignment_id, turn=turn
    )
    return render_template(
        "assignments/answers/exchange.html", couple=couple, name=name, turn=turn, strands=strands
    )


@blueprint.get("/c/couples/<uuid:couple_id>/answers/<uuid:response_id>")
@needs(Permission.ANSWER_STAFF_READ, leaves_audit_line=True)
def answer(couple_id: UUID, response_id: UUID) -> ResponseReturnValue:
    """One answer with its words, and the other partner's beside it where that may be read too."""
    return _answer(couple_id, response_id, CommentForm(formdata=None))


def _answer(couple_id: UUID, response_id: UUID, form: CommentForm | SeenForm) -> ResponseReturnValue:
    """The words, written down as read before they are shown; `form` is what did not pass, or an empty reply."""
    couple = couple_for(signed_in(), couple_id)
    found = answer_page(signed_in(), couple, response_id, clock.now())
    keep_form_open()
    shown = [one.listed.id for one in found.shown]
    reviewing.record_reading(actor=signed_in(), couple_id=couple_id, response_ids=shown, what="answer")
    reply = form if isinstance(form, CommentForm) else CommentForm(formdata=None)
    reply.version.data = found.asked_for.version
    return page("assignments/answers/answer.html", form, couple=couple, found=found, reply=reply)


@blueprint.post("/c/couples/<uuid:couple_id>/answers/<uuid:response_id>/read")
@needs(Permission.ANSWER_MARK_READ)
def mark_read(couple_id: UUID, response_id: UUID) -> ResponseReturnValue:
    """Mark what was on the page as read, in the versions that were on it, and go on to the next new one."""
    form = SeenForm()
    if not form.validate_on_submit():
        return _answer(couple_id, response_id, form)
    found = answer_page(signed_in(), couple_for(signed_in(), couple_id), response_id, clock.now())
    seen = {response_id: form.version.data}
    if found.other is not None and form.other_version.data is not None:
        seen[found.other.listed.id] = form.other_version.data
    reviewing.mark_read(actor=signed_in(), couple_id=couple_id, seen=seen)
    notice("Marked as read.")
    if found.next_new is None:
        return redirect(url_for("answers.answers", couple_id=couple_id))
    return redirect(url_for("answers.answer", couple_id=couple_id, response_id=found.next_new))


@blueprint.post("/c/couples/<uuid:couple_id>/answers/<uuid:response_id>/comment")
@needs(Permission.COMMENT_CREATE)
def comment(couple_id: UUID, response_id: UUID) -> ResponseReturnValue:
    """Reply to the author alone. What was typed stays when it can't be sent."""
    form = CommentForm()
    if form.validate_on_submit():
        try:
            reviewing.comment_on_response(
                actor=signed_in(),
                couple_id=couple_id,
                response_id=response_id,
                version=form.version.data,
                words=form.words.data,
            )
        except Conflict as problem:
            form.words.errors = [problem.sentence]
        else:
            notice("Sent. Only its author sees your reply.")
            return redirect(url_for("answers.answer", couple_id=couple_id, response_id=response_id))
    return _answer(couple_id, response_id, form)
