"""One agreement: written, put forward, read back, signed by both, used, and set down again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import agreeing
from assignments.actions.agreeing import save_agreement
from assignments.actions.noting import levels_for_a_use, note_use
from assignments.actions.responding import NewerCopy
from assignments.actions.reviewing import read_agreements
from assignments.domain.exercises import AnswerError, lines_of
from assignments.domain.visibility import Level
from assignments.forms import ShareForm, StepForm, step_form
from assignments.queries.agreements import Agreement, agreement_for, uses_step
from assignments.queries.doing import Doing, doing_for
from assignments.queries.uses import own_uses, uses_from_partner
from assignments.views.do.blueprint import page_url
from assignments.views.sharing import labels_for, lines_for, names_for
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.queries.couples import couple_for, own_place
from clinic.times import clock_time
from clinic.web import keep_form_open, notice, notice_with_undo, page

blueprint = Blueprint("agreements", __name__)

HERE = "/agree/<uuid:assignment_id>/<step>"


@blueprint.get(HERE)
@needs(Permission.AGREEMENT_READ)
def agreement(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """The words both can read, and what the reader has drafted or signed. It reads them back in full."""
    found = _found(assignment_id, step)
    noted = uses_step(found.exercise)
    place, now = found.place, found.now
    shown = noted is not None and found.standing.in_force is not None
    return render_template(
        "assignments/agreements/agreement.html",
        found=found,
        names=names_for(place),
        own_uses=own_uses(place, assignment_id, noted, now) if noted and shown else [],
        their_uses=uses_from_partner(place, assignment_id, noted, now) if noted and shown else [],
        may_note=shown and found.is_open,
        on_url=_on_url(found),
    )


@blueprint.route(f"{HERE}/write", methods=["GET", "POST"])
@needs(Permission.AGREEMENT_WRITE)
def write(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """The boxes, filled in with one's own draft, or with the words both have before them."""
    found = _writable(assignment_id, step)
    if found.waiting is not None:
        return redirect(_here(found))
    form = _form(found)
    newer = None
    if form.validate_on_submit():
        try:
            _save(found, form)
            return redirect(_after_saving(found))
        except NewerCopy as problem:
            newer, found = problem, _writable(assignment_id, step)
            form.form_errors.append(problem.sentence)
    return page(
        "assignments/agreements/write.html",
        form,
        found=found,
        newer=newer,
        newer_lines=lines_of(found.step, newer.value) if newer else [],
        version=newer.version if newer else found.draft.version if found.draft else 0,
    )


@blueprint.post(f"{HERE}/draft")
@needs(Permission.AGREEMENT_WRITE)
def draft(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """The same save without leaving the page, answered for the page's script."""
    found = _writable(assignment_id, step)
    form = _form(found)
    if not form.validate_on_submit():
        problems = [error for errors in form.errors.values() for error in errors]
        return {"problem": str(problems[0]) if problems else ""}, 422
    try:
        version = _save(found, form)
    except NewerCopy as problem:
        return {"version": problem.version, "text": "\n".join(lines_of(found.step, problem.value))}, 409
    except (AnswerError, Conflict) as problem:
        return {"problem": str(problem)}, 422
    return {"version": version, "saved_at": clock_time(clock.now())}


@blueprint.post(f"{HERE}/forward")
@needs(Permission.AGREEMENT_WRITE)
def forward(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """Put one's words forward, which is to agree to them; Undo until the hold ends."""
    found = _writable(assignment_id, step)
    try:
        row = agreeing.put_forward(
            actor=signed_in(), assignment_id=assignment_id, step=step, version=_version()
        )
    except Conflict as problem:
        notice(problem.sentence)
    else:
        if row.opens_at is not None:
            when = clock_time(row.opens_at)
            notice(
                f"Put forward. {found.partner_name} can read it from {when}. You can take it back until then."
            )
    return redirect(_here(found))


@blueprint.post(f"{HERE}/back")
@needs(Permission.AGREEMENT_WRITE)
def take_back(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """Undo putting forward."""
    return _press(assignment_id, step, agreeing.take_back_words, "Taken back. It is your draft again.")


@blueprint.post(f"{HERE}/sign")
@needs(Permission.AGREEMENT_WRITE)
def sign(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """Agree to the words that were on the page, and to no others."""
    found = _writable(assignment_id, step)
    try:
        agreeing.sign(actor=signed_in(), assignment_id=assignment_id, step=step, text_id=_text_id())
    except Conflict as problem:
        notice(problem.sentence)
    else:
        undo_url = url_for("agreements.unsign", assignment_id=assignment_id, step=step)
        notice_with_undo("You have agreed to this.", undo_url)
    return redirect(_here(found))


@blueprint.post(f"{HERE}/unsign")
@needs(Permission.AGREEMENT_WRITE)
def unsign(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """Undo signing, while it does not count yet."""
    return _press(assignment_id, step, agreeing.undo_signature, "Taken back. Nobody was told.")


@blueprint.post(f"{HERE}/withdraw")
@needs(Permission.AGREEMENT_WRITE)
def withdraw(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """ "This no longer suits me". No reason is asked."""
    found = _found(assignment_id, step)
    try:
        agreeing.withdraw(actor=signed_in(), assignment_id=assignment_id, step=step, text_id=_text_id())
    except Conflict as problem:
        notice(problem.sentence)
    else:
        undo_url = url_for("agreements.restore", assignment_id=assignment_id, step=step)
        notice_with_undo("That is fine. It is no longer agreed.", undo_url)
    return redirect(_here(found))


@blueprint.post(f"{HERE}/restore")
@needs(Permission.AGREEMENT_WRITE)
def restore(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """Undo taking a signature back."""
    return _press(assignment_id, step, agreeing.undo_withdrawal, "It is as it was.")


@blueprint.route(f"{HERE}/use", methods=["GET", "POST"])
@needs(Permission.AGREEMENT_WRITE)
def use(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """Note one use, in the exercise's own boxes, and choose who sees the note."""
    found = _writable(assignment_id, step)
    noted = uses_step(found.exercise)
    if noted is None or found.standing.in_force is None:
        raise NotFound
    form, share = step_form(noted), ShareForm()
    levels = levels_for_a_use(found.place, found.assignment)
    share.offer([(level.value, words) for level, words in labels_for(found.place, levels)])
    # Both are checked, so that everything there is to put right is said at once.
    if form.is_submitted() and all([form.validate(), share.validate()]):
        try:
            note_use(
                actor=signed_in(),
                assignment_id=assignment_id,
                value=form.value(),
                level=Level(share.level.data),
            )
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
            # A refused act has let go of what was read before it.
            found = _writable(assignment_id, step)
        else:
            notice("Noted. Thank you.")
            return redirect(_here(found))
    if share.errors:
        # One form on the page, so one list of what to put right.
        form.form_errors.extend(share.level.errors)
    return page(
        "assignments/agreements/use.html",
        form,
        share=share,
        found=found,
        step=noted,
        outcomes=lines_for(found.place),
    )


@blueprint.get("/c/couples/<uuid:couple_id>/agreements")
@needs(Permission.AGREEMENT_STAFF_READ, leaves_audit_line=True)
def for_couple(couple_id: UUID) -> ResponseReturnValue:
    """What a couple agreed, for their counsellor. The reading is written down before it is shown."""
    couple = couple_for(signed_in(), couple_id)
    keep_form_open()
    found = read_agreements(actor=signed_in(), couple_id=couple_id)
    return render_template("assignments/agreements/couple.html", couple=couple, found=found)


def _found(assignment_id: UUID, step: str) -> Agreement:
    return agreement_for(own_place(signed_in()), assignment_id, step, clock.now())


def _after_saving(found: Agreement) -> str:
    if "pause" in request.form:
        return url_for("pause.pause")
    return url_for("today.today") if "later" in request.form else _here(found)


def _writable(assignment_id: UUID, step: str) -> Agreement:
    found = _found(assignment_id, step)
    if not found.is_open:
        raise NotFound
    return found


def _here(found: Agreement) -> str:
    return url_for("agreements.agreement", assignment_id=found.assignment.id, step=found.step.key)


def _form(found: Agreement) -> StepForm:
    """The boxes without the tick: to put words forward is to agree to them."""
    start = found.draft or found.row(found.standing.to_read)
    return step_form(found.step, found.value(start), leave_out=("agreed",))


def _save(found: Agreement, form: StepForm) -> int:
    return save_agreement(
        actor=signed_in(),
        assignment_id=found.assignment.id,
        step=found.step.key,
        value=form.value(),
        version=_version(),
    )


def _version() -> int:
    """The version the page was opened with; 0, which no row has, for anything that is not a number."""
    sent = request.form.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else 0


def _press(assignment_id: UUID, step: str, act: Any, done: str) -> ResponseReturnValue:
    """A button that undoes something; where it is too late, the page says so and stands as it is."""
    found = _found(assignment_id, step)
    try:
        act(actor=signed_in(), assignment_id=assignment_id, step=step)
    except (Conflict, Expired) as problem:
        notice(problem.sentence)
    else:
        notice(done)
    return redirect(_here(found))


def _text_id() -> UUID:
    """The words that were on the page. An address nobody was given names none."""
    try:
        return UUID(request.form.get("text", ""))
    except ValueError:
        return UUID(int=0)


def _on_url(found: Agreement) -> str:
    """On to the next page of the exercise, or Together where there is none or it is finished."""
    if not found.is_open:
        return ""
    mine: Doing = doing_for(found.place, found.assignment.id, found.now)
    if mine.is_sent or not any(one.step.key == found.step.key for one in mine.pages):
        return ""
    return page_url(mine, mine.beside(mine.page(found.step.key, None), 1))
