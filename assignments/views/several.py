"""Several couples at once: more time, an exercise for all of them, closing; each with undo for ten minutes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.bulk import Common, close_several, extend_several, give_to_several, undo_several
from assignments.domain.bulk import Until
from assignments.domain.exercises import Exercise
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.forms.several import NO_DAY, CloseForm, CouplesForm, ExtendForm, GiveForm
from assignments.models import BulkAct
from assignments.queries.bulk import Candidate, bulk_result, candidates
from assignments.queries.library import exercise_called
from clinic import clock
from clinic.access import can, fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("several", __name__)


@blueprint.app_template_global("several_url")
def several_url() -> str | None:
    """For pages of the package below: the address of these acts, for whoever may do them."""
    return url_for("several.extend") if can(signed_in(), Permission.ASSIGNMENT_WRITE) else None


def _offered(form: CouplesForm) -> Sequence[Candidate]:
    found = candidates(signed_in(), clock.now())
    form.offer_couples([(str(one.couple.id), one.couple.name) for one in found])
    return found


@blueprint.route("/c/several", methods=["GET", "POST"])
@needs(Permission.ASSIGNMENT_WRITE)
def extend() -> ResponseReturnValue:
    """More time for all that is open, and the ways to the other acts."""
    form = ExtendForm()
    found = _offered(form)
    if not form.validate_on_submit():
        return page("assignments/several/extend.html", form, candidates=found)
    act = extend_several(actor=signed_in(), couple_ids=form.couple_ids, until=Until(form.until.data))
    return _to_result(act)


@blueprint.route("/c/assign/<slug>/several", methods=["GET", "POST"])
@needs(Permission.ASSIGNMENT_WRITE)
def give(slug: str) -> ResponseReturnValue:
    """One exercise for several couples, on the same terms."""
    exercise = exercise_called(signed_in(), slug)
    often = exercise.dose.per_week is not None and not exercise.dose.once
    form = GiveForm(repeat=(Repeat.WEEKLY if often else Repeat.ONCE).value)
    found = _offered(form)
    form.offer_levels(_levels(exercise))
    if not form.validate_on_submit():
        return page("assignments/several/give.html", form, candidates=found, exercise=exercise)
    until = None if form.until.data == NO_DAY else Until(form.until.data)
    common = Common(until, Repeat(form.repeat.data), Level(form.sharing_limit.data), form.note.data)
    try:
        act = give_to_several(actor=signed_in(), couple_ids=form.couple_ids, exercise=exercise, common=common)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return page("assignments/several/give.html", form, candidates=found, exercise=exercise)
    return _to_result(act)


@blueprint.route("/c/several/close", methods=["GET", "POST"])
@needs(Permission.COUPLE_END)
@fresh_pass_phrase()
def close() -> ResponseReturnValue:
    """The end of a year: close the work with several couples at once."""
    form = CloseForm()
    found = _offered(form)
    if not form.validate_on_submit():
        return page("assignments/several/close.html", form, candidates=found)
    return _to_result(close_several(actor=signed_in(), couple_ids=form.couple_ids))


@blueprint.get("/c/several/<uuid:act_id>")
@needs(Permission.ASSIGNMENT_WRITE)
def result(act_id: UUID) -> ResponseReturnValue:
    """What was done with whom, who was left alone and why, and the way back for ten minutes."""
    found = bulk_result(signed_in(), act_id, clock.now())
    return render_template("assignments/several/result.html", result=found)


@blueprint.post("/c/several/<uuid:act_id>/undo")
@needs(Permission.ASSIGNMENT_WRITE)
def undo(act_id: UUID) -> ResponseReturnValue:
    """Take all of it back."""
    try:
        kept = undo_several(actor=signed_in(), act_id=act_id)
    except (Conflict, Expired) as problem:
        flash(problem.sentence, "error")
    else:
        notice(f"Taken back.{f' {kept} changed since and stay as they are.' if kept else ''}")
    return redirect(url_for("several.result", act_id=act_id))


def _to_result(act: BulkAct) -> ResponseReturnValue:
    return redirect(url_for("several.result", act_id=act.id))


def _levels(exercise: Exercise) -> list[Level]:
    """How far it may be shared, loosest first. Where a couple is kept tighter it is left alone, and told of."""
    allowed = practice_of(signed_in()).allows_counsellor_only
    return [
        level
        for level in reversed(Level)
        if not level.is_looser_than(Level(exercise.sharing)) and (allowed or level is not Level.COUNSELLOR)
    ]
