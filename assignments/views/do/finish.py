"""After the last question: check and choose who sees it, what happens now, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from assignments.access import sharing_of
from assignments.actions.responding import (
    hold_minutes,
    may_undo,
    offered_levels,
    record_outcome,
    send_response,
    take_back,
)
from assignments.domain.exercises import blame_hint, lines_of
from assignments.domain.visibility import Level, readers
from assignments.domain.visibility import outcome as outcome_of
from assignments.forms import OutcomeForm, ShareForm, outcome_form
from assignments.queries.doing import Doing, own_outcome, sent_by
from assignments.queries.responses import own_response_sent_last
from assignments.views.do.blueprint import blueprint, doing, page_url
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.queries.appointments import next_starts
from clinic.queries.people import practice_of
from clinic.web import notice, page


@blueprint.route("/check", methods=["GET", "POST"])
@needs(Permission.ANSWER_SEND)
def check(assignment_id: UUID) -> ResponseReturnValue:
    """Everything that was answered, and who sees it. Nothing is chosen beforehand."""
    mine = doing(assignment_id)
    if not mine.pages:
        # A ritual with nothing to write is marked as done on its own page.
        return redirect(url_for("do.intro", assignment_id=assignment_id))
    practice = practice_of(signed_in())
    levels = offered_levels(mine.place, mine.assignment, practice, mine.turn)
    names = {"partner": mine.partner_name, "counsellor": mine.counsellor_name}
    form = ShareForm()
    form.offer([(level.value, readers(level, **names)) for level in levels])
    if mine.is_sent:
        if form.is_submitted():
            notice("You sent this before. Who sees it is as you chose then. You can change it in My answers.")
        return redirect(url_for("do.done", assignment_id=assignment_id))
    level = Level.PRIVATE if "keep" in request.form else None
    if form.is_submitted() and level is None and form.validate():
        level = Level(form.level.data)
    if level is not None:
        try:
            send_response(actor=signed_in(), assignment_id=assignment_id, level=level)
        except Conflict as problem:
            form.level.errors = [problem.sentence]
        else:
            return redirect(url_for("do.done", assignment_id=assignment_id))
    if form.level.errors and (len(levels) < 2 or not mine.values):
        # There are no choices on this page that the message could lead to.
        form.form_errors.extend(form.level.errors)
        form.level.errors = []
    hold = hold_minutes(mine.assignment, practice)
    return page(
        "assignments/do/check.html",
        form,
        doing=mine,
        answers=_answers(mine),
        outcomes={level.value: outcome_of(level, hold_minutes=hold, **names) for level in levels},
        policy="" if practice.allows_counsellor_only else practice.sharing_policy,
        last_url=page_url(mine, mine.pages[-1]),
    )


@blueprint.get("/done")
@needs(Permission.DRAFT_WRITE)
def done(assignment_id: UUID) -> ResponseReturnValue:
    """What happens now, Undo while it is possible, and how it went. Never the next exercise."""
    mine = sent_by(g.place, assignment_id, clock.now())
    return _done_page(mine, outcome_form(mine.partner_name))


@blueprint.post("/outcome")
@needs(Permission.DRAFT_WRITE)
def outcome(assignment_id: UUID) -> ResponseReturnValue:
    """How it went. It may be said again; the last one counts."""
    mine = sent_by(g.place, assignment_id, clock.now())
    form = outcome_form(mine.partner_name)
    if not form.validate():
        return _done_page(mine, form)
    record_outcome(
        actor=signed_in(),
        assignment_id=assignment_id,
        turn=mine.turn,
        tried=form.tried.data or None,
        useful=int(form.useful.data) if form.useful.data else None,
        barriers=form.barriers.data or (),
        words=form.words.data or "",
    )
    notice("Thank you. That is noted.")
    return redirect(url_for("do.done", assignment_id=assignment_id))


@blueprint.post("/undo")
@needs(Permission.ANSWER_UNDO)
def undo(assignment_id: UUID) -> ResponseReturnValue:
    """Take back what was sent. It is a draft again, as it was."""
    response = own_response_sent_last(g.place, assignment_id)
    if response is None:
        doing(assignment_id)
        raise Conflict("There is nothing to take back.")
    take_back(actor=signed_in(), response_id=response.id)
    try:
        doing(assignment_id)
    except NotFound:
        # Withdrawn meanwhile: one's own words still come back, though there is nothing more to do with them here.
        notice("Taken back. Only you can read it.")
        return redirect(url_for("mine.response", response_id=response.id))
    notice("Taken back. You can change it, or send it later.")
    return redirect(url_for("do.intro", assignment_id=assignment_id))


def _answers(mine: Doing) -> list[dict[str, Any]]:
    """Each answered step with its words, the way back to it, and a soft hint where it may land as blame."""
    answered = []
    for step in mine.steps:
        lines = lines_of(step, mine.values.get(step.key))
        if lines:
            answered.append(
                {
                    "title": step.title,
                    "lines": lines,
                    "url": url_for("do.step", assignment_id=mine.assignment.id, step=step.key),
                    "hint": blame_hint("\n".join(lines)),
                }
            )
    return answered


def _done_page(mine: Doing, form: OutcomeForm) -> ResponseReturnValue:
    now = clock.now()
    if mine.response is None or not mine.is_sent:
        return redirect(url_for("do.intro", assignment_id=mine.assignment.id))
    said = own_outcome(mine)
    if said is not None and not form.is_submitted():
        form.tried.data, form.useful.data = said.tried, None if said.useful is None else str(said.useful)
    return page(
        "assignments/do/done.html",
        form,
        doing=mine,
        level=sharing_of(mine.response).level_at(now),
        opens_at=mine.response.opens_at if mine.response.opens_at and mine.response.opens_at > now else None,
        may_undo=may_undo(mine.place, mine.response),
        said=said,
        next_start=next_starts(signed_in(), now).get(mine.place.couple_id),
    )
