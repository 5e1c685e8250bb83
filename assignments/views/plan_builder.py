"""The plan builder: copy any plan and change it, or write a new one. Every button is a form, so no script is needed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.own_plans import (
    PlanNotReady,
    archive_plan,
    copy_plan,
    keep_couples_plan,
    new_plan,
    publish_plan,
    restore_plan,
    save_plan_draft,
)
from assignments.domain.plans import Draft, after_button, reading_of, week_in_hand
from assignments.forms import whole
from assignments.forms.plan_builder import PlanDraftForm, values_of
from assignments.forms.plan_notes import plan_notes
from assignments.library.loader import Library
from assignments.queries.library import library_for
from assignments.queries.own_plans import OwnPlan, own_plan, plan_versions
from assignments.views.plan_previews import week_screen
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.web import notice, page

blueprint = Blueprint("plan_builder", __name__)


@blueprint.post("/c/plans/new")
@needs(Permission.PLAN_LIBRARY_WRITE)
def new() -> ResponseReturnValue:
    """Begin a plan from nothing."""
    try:
        row = new_plan(actor=signed_in())
    except Conflict as problem:
        flash(problem.sentence, "error")
        return redirect(url_for("plans.plans"))
    return _to_edit(row.slug)


@blueprint.post("/c/plans/<plan>/copy")
@needs(Permission.PLAN_LIBRARY_WRITE)
def copy(plan: str) -> ResponseReturnValue:
    """Begin a draft with everything a plan holds."""
    try:
        row = copy_plan(actor=signed_in(), slug=plan)
    except Conflict as problem:
        flash(problem.sentence, "error")
        return redirect(url_for("plans.plan", plan=plan))
    notice("Copied. Change what you like, then publish it.")
    return _to_edit(row.slug)


@blueprint.post("/c/couples/<uuid:couple_id>/plan/save-as-own")
@needs(Permission.PLAN_WRITE)
def keep_as_own(couple_id: UUID) -> ResponseReturnValue:
    """Keep a couple's plan as the practice's own."""
    try:
        row = keep_couples_plan(actor=signed_in(), couple_id=couple_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
        return redirect(url_for("couple_plan.couple_plan", couple_id=couple_id))
    notice("Saved as a draft of your own. Publish it to use it again.")
    return _to_edit(row.slug)


@blueprint.route("/c/plans/own/<own>/edit", methods=["GET", "POST"])
@needs(Permission.PLAN_LIBRARY_WRITE)
def edit(own: str) -> ResponseReturnValue:
    """The whole draft on one page. Every button saves what was typed before it does its own."""
    found, library = own_plan(signed_in(), own), library_for(signed_in())
    form = _form(found, library)
    if not form.validate_on_submit():
        draft = form.draft(found.draft) if form.is_submitted() else found.draft
        return _edit_page(found, form, draft, library)
    button = request.form.get("button", "save")[:40]
    draft = after_button(form.draft(found.draft), button)
    version = whole(request.form.get("version")) or 0
    try:
        row = save_plan_draft(actor=signed_in(), slug=own, draft=draft, version=version)
        if button == "publish":
            publish_plan(actor=signed_in(), slug=own, version=row.draft_version)
    except PlanNotReady as left:
        return _not_ready(form, draft, left, own_plan(signed_in(), own), library)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _edit_page(found, form, draft, library)
    notice("Published. It stands among the plans now." if button == "publish" else "Draft saved.")
    if button == "publish":
        return redirect(url_for("plans.plan", plan=own))
    return _to_edit(own, week_in_hand(draft, button) if button != "save" else _week_asked(draft))


@blueprint.post("/c/plans/own/<own>/look")
@needs(Permission.PLAN_LIBRARY_WRITE)
def look(own: str) -> ResponseReturnValue:
    """The preview and the hints for what is typed so far, for the page's script. Nothing is kept."""
    found, library = own_plan(signed_in(), own), library_for(signed_in())
    form = _form(found, library)
    if not form.validate():
        return {"problem": str(next((one.errors[0] for one in form if one.errors), ""))}, 422
    draft = form.draft(found.draft)
    return render_template("assignments/plans/_look.html", **_look(draft, library))


@blueprint.post("/c/plans/own/<own>/archive")
@needs(Permission.PLAN_LIBRARY_WRITE)
def archive(own: str) -> ResponseReturnValue:
    """Put it away."""
    try:
        archive_plan(actor=signed_in(), slug=own)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Archived. Couples who have it keep it.")
    return _to_edit(own)


@blueprint.post("/c/plans/own/<own>/restore")
@needs(Permission.PLAN_LIBRARY_WRITE)
def restore(own: str) -> ResponseReturnValue:
    """Bring it back."""
    try:
        restore_plan(actor=signed_in(), slug=own)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Back again.")
    return _to_edit(own)


def _form(found: OwnPlan, library: Library) -> Any:
    form = PlanDraftForm.for_draft(found.draft)(**values_of(found.draft, found.row.draft_version))
    form.offer(library.all(), found.draft)
    return form


def _not_ready(
    form: Any, draft: Draft, left: PlanNotReady, kept: OwnPlan, library: Library
) -> ResponseReturnValue:
    """The draft is kept; what is left to do stands beside its boxes."""
    for note in plan_notes(left.problems):
        if note.place in form:
            form[note.place].errors = [*form[note.place].errors, note.sentence]
        else:
            form.form_errors.append(note.sentence)
    form.version.data = kept.row.draft_version
    response = make_response(_edit_page(kept, form, draft, library, refused=True))
    # A second press of the same button leads to the draft and keeps nothing twice.
    response.content_location = url_for("plan_builder.edit", own=kept.row.slug)
    return response


def _edit_page(
    found: OwnPlan, form: Any, draft: Draft, library: Library, *, refused: bool = False
) -> ResponseReturnValue:
    return page(
        "assignments/plans/edit.html",
        form,
        own=found,
        refused=refused,
        versions=plan_versions(signed_in(), found.row.slug),
        **_look(draft, library),
    )


def _look(draft: Draft, library: Library) -> dict[str, Any]:
    week = _week_asked(draft)
    exercises = {exercise.slug: exercise for exercise in library.all()}
    return {
        "week_at": week,
        "screen": week_screen(draft, week, exercises, counsellor=signed_in().name),
        "reading": reading_of(draft),
    }


def _week_asked(draft: Draft) -> int:
    """The week the preview shows: the one worked on, or the first."""
    asked = request.form.get("at") or request.args.get("at") or ""
    number = whole(asked.removeprefix("week-")) or 1
    return number if 1 <= number <= len(draft["weeks"]) else 1


def _to_edit(own: str, week: int | None = None) -> ResponseReturnValue:
    at = f"week-{week}" if week and week > 1 else None
    return redirect(url_for("plan_builder.edit", own=own, at=at, _anchor=at))
