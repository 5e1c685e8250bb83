"""The list of answers, and one of them with the other partner's beside it: read, mark, reply, bring along."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import pinning, replying, reviewing
from assignments.forms import BOTH, CommentForm, SeenForm
from assignments.queries.pins import pinned_for
from assignments.queries.review import AnswerPage, ShownAnswer, answer_page, answers_for
from assignments.queries.strands import exchanges_of
from assignments.views.answers.blueprint import blueprint, fill_in, lines_to_use, new_note, say_sent, to_turn
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.queries.couples import couple_for
from clinic.web import keep_form_open, notice, notice_with_undo, page

ANSWERS_SHOWN = 20


@blueprint.get("/c/couples/<uuid:couple_id>/answers")
@needs(Permission.ANSWER_STAFF_READ)
def answers(couple_id: UUID) -> ResponseReturnValue:
    """What may be read, newest first, without a word of it."""
    couple, now = couple_for(signed_in(), couple_id), clock.now()
    return render_template(
        "assignments/answers/answers.html",
        couple=couple,
        answers=answers_for(signed_in(), couple, now),
        exchanges=exchanges_of(signed_in(), couple, now),
        pins=pinned_for(signed_in(), couple, now),
        shown=None if request.args.get("all") else ANSWERS_SHOWN,
    )


@blueprint.get("/c/couples/<uuid:couple_id>/how-it-went")
@needs(Permission.ANSWER_STAFF_READ, leaves_audit_line=True)
def how_it_went(couple_id: UUID) -> ResponseReturnValue:
    """What each partner said after an exercise: tried, how useful, and what got in the way, in their own words."""
    couple = couple_for(signed_in(), couple_id)
    found = reviewing.read_how_it_went(actor=signed_in(), couple_id=couple_id)
    return render_template("assignments/answers/how_it_went.html", couple=couple, found=found)


@blueprint.get("/c/couples/<uuid:couple_id>/answers/<uuid:response_id>")
@needs(Permission.ANSWER_STAFF_READ, leaves_audit_line=True)
def answer(couple_id: UUID, response_id: UUID) -> ResponseReturnValue:
    """One answer with its words, and the other partner's beside it where that may be read too."""
    return _answer(couple_id, response_id, CommentForm(formdata=None))


@blueprint.post("/c/couples/<uuid:couple_id>/answers/<uuid:response_id>/read")
@needs(Permission.ANSWER_MARK_READ)
def mark_read(couple_id: UUID, response_id: UUID) -> ResponseReturnValue:
    """Mark what was on the page as read, in the versions that were on it, and go on to the next new one."""
    form = SeenForm()
    if not form.validate_on_submit():
        return _answer(couple_id, response_id, form)
    found = answer_page(signed_in(), couple_for(signed_in(), couple_id), response_id, clock.now())
    seen = _seen(found, form)
    reviewing.mark_read(actor=signed_in(), couple_id=couple_id, seen=seen)
    notice("Marked as read.")
    if found.next_new is None:
        return redirect(url_for("answers.answers", couple_id=couple_id))
    return redirect(url_for("answers.answer", couple_id=couple_id, response_id=found.next_new))


@blueprint.post("/c/couples/<uuid:couple_id>/answers/<uuid:response_id>/comment")
@needs(Permission.COMMENT_CREATE)
def comment(couple_id: UUID, response_id: UUID) -> ResponseReturnValue:
    """Reply to the author, to the other, or to each of the two. What was typed stays when it can't be sent."""
    found = answer_page(signed_in(), couple_for(signed_in(), couple_id), response_id, clock.now())
    form = CommentForm()
    form.offer(_names(found))
    if form.validate_on_submit():
        readers = [one for one in found.shown if form.to.data in (BOTH, one.listed.slot)]
        # An answer that was not on the page has no version there, so it counts as changed.
        on_page = _seen(found, form)
        seen = {one.listed.id: on_page.get(one.listed.id, 0) for one in readers}
        try:
            sent = replying.reply_to_answers(
                actor=signed_in(), couple_id=couple_id, seen=seen, words=form.words.data
            )
        except Conflict as problem:
            form.words.errors = [problem.sentence]
        else:
            say_sent(couple_id, sent, " and ".join(one.listed.author_name for one in readers))
            return redirect(url_for("answers.answer", couple_id=couple_id, response_id=response_id))
    return _answer(couple_id, response_id, form)


@blueprint.post("/c/couples/<uuid:couple_id>/answers/<uuid:response_id>/bring")
@needs(Permission.ANSWER_BRING)
def bring(couple_id: UUID, response_id: UUID) -> ResponseReturnValue:
    """Put it among the things to ask about at the next appointment."""
    pin = pinning.bring_answer(actor=signed_in(), couple_id=couple_id, response_id=response_id)
    undo = url_for("answers.let_go", couple_id=couple_id, pin_id=pin.id)
    notice_with_undo("It stands in your brief, under “Ask about”.", undo)
    return redirect(url_for("answers.answer", couple_id=couple_id, response_id=response_id))


@blueprint.post("/c/couples/<uuid:couple_id>/pins/<uuid:pin_id>/off")
@needs(Permission.ANSWER_BRING)
def let_go(couple_id: UUID, pin_id: UUID) -> ResponseReturnValue:
    """Take it off the list of what to ask about."""
    pin = pinning.let_go(actor=signed_in(), couple_id=couple_id, pin_id=pin_id)
    notice("Taken off your list.")
    if pin.response_id is not None:
        return redirect(url_for("answers.answer", couple_id=couple_id, response_id=pin.response_id))
    return to_turn(couple_id, pin.assignment_id, pin.turn)


def _answer(couple_id: UUID, response_id: UUID, form: CommentForm | SeenForm) -> ResponseReturnValue:
    """The words, written down as read before they are shown; `form` is what did not pass, or an empty reply."""
    couple = couple_for(signed_in(), couple_id)
    found = answer_page(signed_in(), couple, response_id, clock.now())
    keep_form_open()
    reviewing.record_reading(
        actor=signed_in(), couple_id=couple_id, response_ids=_ids(found.shown), what="answer"
    )
    lines = lines_to_use()
    sent = isinstance(form, CommentForm) and form.is_submitted()
    reply = form if sent else CommentForm(formdata=None)
    if not sent:
        reply.offer(_names(found))
        fill_in(reply, lines, found.taken_back)
    reply.version.data = found.asked_for.version
    reply.other_version.data = found.other.version if found.other else None
    return page(
        "assignments/answers/answer.html",
        form,
        couple=couple,
        found=found,
        reply=reply,
        lines=lines,
        note=new_note(),
    )


def _names(found: AnswerPage) -> dict[str, str]:
    return {one.listed.slot: one.listed.author_name for one in found.shown}


def _ids(shown: Iterable[ShownAnswer]) -> list[UUID]:
    return [one.listed.id for one in shown]


def _seen(found: AnswerPage, form: CommentForm | SeenForm) -> dict[UUID, int]:
    """The versions that were on the page, as far as it says so."""
    seen: dict[UUID, int] = {found.asked_for.listed.id: form.version.data}
    if found.other is not None and form.other_version.data is not None:
        seen[found.other.listed.id] = form.other_version.data
    return seen
