"""Listening turns between two phones: one part a page, a look before sending, and the minute to take it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.responding import TURNS_HOLD_MINUTES, NewerCopy
from assignments.actions.turns import save_part, send_part, take_part_back
from assignments.domain.exercises import AnswerError, blame_hint, lines_of
from assignments.domain.turns import ready_to_send
from assignments.domain.visibility import Level
from assignments.domain.visibility import outcome as outcome_of
from assignments.forms import SendForm, StepForm, turn_form
from assignments.queries.doing import doing_for
from assignments.queries.exchanges import Exchange, NextPart, exchange_for, own_part_by_id
from assignments.views.do.blueprint import page_url
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.queries.couples import own_place
from clinic.times import clock_time
from clinic.web import notice, page

blueprint = Blueprint("turns", __name__, url_prefix="/turns/<uuid:assignment_id>")
PART = "/<int:turn>/<slot>/<step>/<int:number>"


@blueprint.get("")
@needs(Permission.TOGETHER_READ)
def turn(assignment_id: UUID) -> ResponseReturnValue:
    """After sending: what happens now, taking it back, and what there is to write next. Never whose turn it is."""
    exchange, now = _exchange(assignment_id), clock.now()
    mine = doing_for(exchange.place, assignment_id, now)
    return render_template(
        "assignments/turns/turn.html",
        exchange=exchange,
        held=exchange.can_be_taken_back(now),
        looks_back=exchange.has_been_heard(mine.turn) and mine.is_written and not mine.is_sent,
        look_back_url=page_url(mine, mine.next_page),
    )


@blueprint.route(PART, methods=["GET", "POST"])
@needs(Permission.DRAFT_WRITE)
def part(assignment_id: UUID, turn: int, slot: str, step: str, number: int) -> ResponseReturnValue:
    """One part to write, under what it answers. Continue keeps it and leads to the look before sending."""
    exchange = _exchange(assignment_id)
    one = exchange.next_at(turn, slot, step, number)
    if one is None:
        return redirect(url_for("turns.turn", assignment_id=assignment_id))
    form, newer = turn_form(one.act, one.value), None
    if form.validate_on_submit():
        try:
            value = form.value()
            if not _leaves():
                value = ready_to_send(one.act, value)
            _save(exchange, one, value)
            return _on_from(exchange, one)
        except AnswerError as problem:
            _say_beside(form, problem)
        except NewerCopy as problem:
            newer, exchange = problem, _exchange(assignment_id)
            form.form_errors.append(problem.sentence)
    one = exchange.next_at(turn, slot, step, number) or one
    return page(
        "assignments/turns/part.html",
        form,
        exchange=exchange,
        one=one,
        quotes=exchange.quoted(one),
        newer=newer,
        newer_lines=lines_of(one.act.step, newer.value) if newer else [],
    )


@blueprint.post(f"{PART}/draft")
@needs(Permission.DRAFT_WRITE)
def draft(assignment_id: UUID, turn: int, slot: str, step: str, number: int) -> ResponseReturnValue:
    """The same save without leaving the page, answered for the page's script."""
    exchange = _exchange(assignment_id)
    one = exchange.next_at(turn, slot, step, number)
    if one is None:
        return {"problem": "This has been sent, or has changed. Open the page again."}, 422
    form = turn_form(one.act, one.value)
    if not form.validate_on_submit():
        problems = [error for errors in form.errors.values() for error in errors]
        return {"problem": str(problems[0]) if problems else ""}, 422
    try:
        version = _save(exchange, one, form.value())
    except NewerCopy as problem:
        return {
            "version": problem.version,
            "text": "\n".join(lines_of(one.act.step, problem.value)),
        }, 409
    except (AnswerError, Conflict) as problem:
        return {"problem": str(problem)}, 422
    return {"version": version, "saved_at": clock_time(clock.now())}


@blueprint.route(f"{PART}/check", methods=["GET", "POST"])
@needs(Permission.ANSWER_SEND)
def check(assignment_id: UUID, turn: int, slot: str, step: str, number: int) -> ResponseReturnValue:
    """The words once more, who sees them, and Send. "Keep it for now" leaves them to their author alone."""
    exchange = _exchange(assignment_id)
    one = exchange.next_at(turn, slot, step, number)
    if one is None or one.draft is None:
        return redirect(url_for("turns.turn", assignment_id=assignment_id))
    form = SendForm()
    if form.validate_on_submit():
        try:
            send_part(
                actor=signed_in(), assignment_id=assignment_id, **one.address, version=form.version.data
            )
            return redirect(url_for("turns.turn", assignment_id=assignment_id))
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
            exchange = _exchange(assignment_id)
            one = exchange.next_at(turn, slot, step, number) or one
    form.version.data = one.version
    lines = lines_of(one.act.step, one.value)
    return page(
        "assignments/turns/check.html",
        form,
        exchange=exchange,
        one=one,
        lines=lines,
        hint=blame_hint("\n".join(lines)),
        outcome=outcome_of(
            Level.SHARED,
            partner=exchange.partner_name,
            counsellor=exchange.counsellor_name,
            hold_minutes=TURNS_HOLD_MINUTES,
        ),
    )


@blueprint.post("/parts/<uuid:part_id>/undo")
@needs(Permission.ANSWER_UNDO)
def undo(assignment_id: UUID, part_id: UUID) -> ResponseReturnValue:
    """Take back what was sent. It is a draft again, as it was."""
    if own_part_by_id(g.place, part_id).assignment_id != assignment_id:
        raise NotFound
    row = take_part_back(actor=signed_in(), part_id=part_id)
    notice("Taken back. You can change it, or send it later.")
    return redirect(
        url_for(
            "turns.part",
            assignment_id=row.assignment_id,
            turn=row.turn,
            slot=row.speaker,
            step=row.step,
            number=row.round,
        )
    )


def _exchange(assignment_id: UUID) -> Exchange:
    return exchange_for(own_place(signed_in()), assignment_id, clock.now())


def _leaves() -> bool:
    """Whether the words are only to be kept as they are, for later or for a pause."""
    return "later" in request.form or "pause" in request.form


def _save(exchange: Exchange, one: NextPart, value: Any) -> int:
    """Keep it, unless there is nothing to keep: an empty page begins nothing."""
    if value is None and one.draft is None:
        return 0
    sent = request.form.get("version", "")
    kept = save_part(
        actor=signed_in(),
        assignment_id=exchange.assignment.id,
        **one.address,
        value=value,
        version=int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else 0,
    )
    return kept.version


def _on_from(exchange: Exchange, one: NextPart) -> ResponseReturnValue:
    if _leaves():
        notice("Saved. It is here when you come back.")
        return redirect(url_for("pause.pause" if "pause" in request.form else "today.today"))
    return redirect(url_for("turns.check", assignment_id=exchange.assignment.id, **one.address))


def _say_beside(form: StepForm, problem: AnswerError) -> None:
    """The sentence beside the box it is about, or above the form where there is no such box."""
    if problem.field in form:
        form[problem.field].errors = [*form[problem.field].errors, str(problem)]
    else:
        form.form_errors.append(str(problem))
