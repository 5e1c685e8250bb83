"""The plan builder: copy any plan and change it, or write a new one. Every button is a form, so no script is needed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
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
from assignments.domain.plans import after_button
from assignments.forms import whole
from assignments.forms.plan_builder import PlanDraftForm, values_of
from assignments.queries.library import library_for
from assignments.queries.own_plans import OwnPlan, own_plan, plan_versions
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
    found = own_plan(signed_in(), own)
    form = PlanDraftForm.for_draft(found.draft)(**values_of(found.draft, found.row.draft_version))
    form.offer(library_for(signed_in()).all(), found.draft)
    if not form.validate_on_submit():
        return _edit_page(found, form)
    button = request.form.get("button", "save")[:40]
    draft = after_button(form.draft(found.draft), button)
    try:
        row = save_plan_draft(
            actor=signed_in(), slug=own, draft=draft, version=whole(request.form.get("version")) or 0
        )
        if button == "publish":
            publish_plan(actor=signed_in(), slug=own, version=row.draft_version)
    except PlanNotReady as left:
        # The draft is kept; what is left to do stands on its page.
        for sentence in left.problems:
            flash(_readable(sentence), "error")
        return _to_edit(own)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _edit_page(found, form)
    notice("Published. It stands among the plans now." if button == "publish" else "Draft saved.")
    return redirect(url_for("plans.plan", plan=own)) if button == "publish" else _to_edit(own)


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


def _edit_page(found: OwnPlan, form: PlanDraftForm) -> ResponseReturnValue:
    return page(
        "assignments/plans/edit.html",
        form,
        own=found,
        versions=plan_versions(signed_in(), found.row.slug),
    )


def _readable(sentence: str) -> str:
    """ "weeks 2 › title" of a file is "Week 2, title" on a page."""
    return sentence.replace("weeks ", "Week ").replace(" › items ", ", exercise ").replace(" › ", ", ")


def _to_edit(own: str) -> ResponseReturnValue:
    return redirect(url_for("plan_builder.edit", own=own))
