"""One turn of listening turns as the counsellor reads it: what went to and fro, mark it, reply, bring it along."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from assignments.actions import pinning, replying, reviewing
from assignments.forms import BOTH, SeenPartsForm, TurnCommentForm
from assignments.queries.strands import TurnPage, turn_page
from assignments.views.answers.blueprint import blueprint, fill_in, lines_to_use, new_note, say_sent, to_turn
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.queries.couples import couple_for
from clinic.web import keep_form_open, notice, notice_with_undo, page

TURN = "/c/couples/<uuid:couple_id>/turns/<uuid:assignment_id>/<int:turn>"


@blueprint.get(TURN)
@needs(Permission.ANSWER_STAFF_READ, leaves_audit_line=True)
def exchange(couple_id: UUID, assignment_id: UUID, turn: int) -> ResponseReturnValue:
    """What went to and fro in listening turns, written down as read before it is shown."""
    return _turn(couple_id, assignment_id, turn)


@blueprint.post(f"{TURN}/read")
@needs(Permission.ANSWER_MARK_READ)
def mark_turn_read(couple_id: UUID, assignment_id: UUID, turn: int) -> ResponseReturnValue:
    """Mark every part that was on the page as read."""
    form = SeenPartsForm()
    if not form.validate_on_submit():
        return _turn(couple_id, assignment_id, turn, form)
    found = _found(couple_id, assignment_id, turn)
    seen = {id_: version for id_, version in form.seen.data.items() if id_ in found.versions}
    reviewing.mark_parts_read(actor=signed_in(), couple_id=couple_id, seen=seen)
    notice("Marked as read.")
    return redirect(url_for("answers.answers", couple_id=couple_id))


@blueprint.post(f"{TURN}/comment")
@needs(Permission.COMMENT_CREATE)
def comment_on_turn(couple_id: UUID, assignment_id: UUID, turn: int) -> ResponseReturnValue:
    """Reply to one of the two, or to each, about the last that they wrote here."""
    found, form = _found(couple_id, assignment_id, turn), TurnCommentForm()
    form.offer(found.authors)
    if form.validate_on_submit():
        slots = [slot for slot in found.authors if form.to.data in (BOTH, slot)]
        last = [found.last_of(slot) for slot in slots]
        # A part that was not on the page has no version there, so it counts as changed.
        seen = {part.id: form.seen.data.get(part.id, 0) for part in last}
        try:
            sent = replying.reply_to_parts(
                actor=signed_in(), couple_id=couple_id, seen=seen, words=form.words.data
            )
        except Conflict as problem:
            form.words.errors = [problem.sentence]
        else:
            say_sent(couple_id, sent, " and ".join(found.authors[slot] for slot in slots))
            return to_turn(couple_id, assignment_id, turn)
    return _turn(couple_id, assignment_id, turn, form)


@blueprint.post(f"{TURN}/bring")
@needs(Permission.ANSWER_BRING)
def bring_turn(couple_id: UUID, assignment_id: UUID, turn: int) -> ResponseReturnValue:
    """Put it among the things to ask about at the next appointment."""
    pin = pinning.bring_turns(actor=signed_in(), couple_id=couple_id, assignment_id=assignment_id, turn=turn)
    undo = url_for("answers.let_go", couple_id=couple_id, pin_id=pin.id)
    notice_with_undo("It stands in your brief, under “Ask about”.", undo)
    return to_turn(couple_id, assignment_id, turn)


def _turn(
    couple_id: UUID, assignment_id: UUID, turn: int, form: FlaskForm | None = None
) -> ResponseReturnValue:
    couple = couple_for(signed_in(), couple_id)
    found = turn_page(signed_in(), couple, assignment_id, turn, clock.now())
    keep_form_open()
    reviewing.record_reading_of_turns(
        actor=signed_in(), couple_id=couple_id, assignment_id=assignment_id, turn=turn
    )
    lines = lines_to_use()
    reply = form if isinstance(form, TurnCommentForm) else TurnCommentForm(formdata=None)
    if reply is not form:
        reply.offer(found.authors)
        fill_in(reply, lines, found.taken_back)
    reply.seen.data = found.seen
    return page(
        "assignments/answers/exchange.html",
        form,
        couple=couple,
        found=found,
        reply=reply,
        lines=lines,
        note=new_note(),
    )


def _found(couple_id: UUID, assignment_id: UUID, turn: int) -> TurnPage:
    return turn_page(signed_in(), couple_for(signed_in(), couple_id), assignment_id, turn, clock.now())
