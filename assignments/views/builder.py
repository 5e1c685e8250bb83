"""The builder: copy an exercise or begin one, change it on one page, look at it, publish it, put it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.library import (
    NewerDraft,
    NotReady,
    archive,
    copy_exercise,
    new_exercise,
    publish,
    restore,
    save_draft,
)
from assignments.domain.exercises import SIZE_NAMES, SizeName, blank_draft, problems_in
from assignments.domain.exercises.advice import reading_of
from assignments.domain.exercises.building import MOST_STEPS, REMOVED, sketch, steps_of
from assignments.domain.exercises.building import worked_on as rearranged
from assignments.domain.exercises.drafts import Draft, as_file, differences
from assignments.forms.builder import NewForm, builder_form, draft_from, shape_of, shape_sent
from assignments.forms.builder_boxes import MOST_FIELDS, STEP_KINDS
from assignments.forms.builder_notes import Note, by_place, notes_on
from assignments.forms.review import whole
from assignments.queries.library import OwnExercise, own_exercise
from assignments.views.previews import screen_at, screens
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.web import notice, page

blueprint = Blueprint("builder", __name__, url_prefix="/c/library")


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.LIBRARY_WRITE)
def new() -> ResponseReturnValue:
    """Begin with a name; everything else has a usual answer and can be changed on the next page."""
    form = NewForm()
    if not form.validate_on_submit():
        return page("assignments/library/new.html", form)
    draft = blank_draft(form.name.data, family=form.family.data, who=form.who.data)
    begun = new_exercise(actor=signed_in(), draft=draft)
    return redirect(url_for("builder.edit", own=begun.slug))


@blueprint.post("/<slug>/copy")
@needs(Permission.LIBRARY_WRITE)
def copy(slug: str) -> ResponseReturnValue:
    """Save an exercise as the practice's own version, and go on to change it."""
    made = copy_exercise(actor=signed_in(), slug=slug)
    notice("Copied. Change what you like. Nobody is given it before you publish it.")
    return redirect(url_for("builder.edit", own=made.slug))


@blueprint.get("/<own>/edit")
@needs(Permission.LIBRARY_WRITE)
def edit(own: str) -> ResponseReturnValue:
    """The draft in one form, with what is left to do beside each box."""
    found = own_exercise(signed_in(), own)
    if found.is_archived:
        flash("This is archived. Bring it back to change it.", "error")
        return redirect(url_for("library.exercise", slug=own))
    form = builder_form(shape_of(found.draft), found.draft, sent=False)
    return _page(found, form, found.draft, version=found.row.draft_version)


@blueprint.post("/<own>/edit")
@needs(Permission.LIBRARY_WRITE)
def save(own: str) -> ResponseReturnValue:
    """Keep everything typed, finished or not; then do what the button said: move a step, look, publish."""
    found = own_exercise(signed_in(), own)
    shape = shape_sent(request.form.getlist("steps"), request.form)
    form = builder_form(shape, found.draft, sent=True)
    # Whoever has seen that there is a newer draft may say which one theirs is to take the place of.
    version = whole(request.form.get("instead_of") or request.form.get("version")) or 0
    typed = draft_from(form, shape, found.draft)
    if not form.validate():
        return _page(found, form, typed, version=version)
    draft, at = rearranged(
        typed,
        request.form.get("do", ""),
        kind=form["add_type"].data,
        after=form["add_after"].data,
    )
    try:
        kept = save_draft(actor=signed_in(), slug=own, draft=draft, version=version)
    except NewerDraft as problem:
        form.form_errors.append(problem.sentence)
        return _page(problem.newer, form, typed, version=version, is_newer=True)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _page(found, form, typed, version=version)
    if request.form.get("do") == "publish":
        return _published(own, form, draft, kept.draft_version)
    return redirect(_where_next(own, at or request.form.get("at", "")))


@blueprint.post("/<own>/look")
@needs(Permission.LIBRARY_READ)
def look(own: str) -> ResponseReturnValue:
    """The preview and the hints for what is typed so far, for the page's script. Nothing is kept."""
    found = own_exercise(signed_in(), own)
    shape = shape_sent(request.form.getlist("steps"), request.form)
    form = builder_form(shape, found.draft, sent=True)
    if not form.validate():
        # The same answer as an autosave gives: the script leaves the last picture, and Save says what is wrong.
        return {"problem": str(next((one.errors[0] for one in form if one.errors), ""))}, 422
    draft = draft_from(form, shape, found.draft)
    return render_template("assignments/library/_look.html", own=found, **_look(draft, _at(draft)))


@blueprint.get("/<own>/preview")
@needs(Permission.LIBRARY_READ)
def preview(own: str) -> ResponseReturnValue:
    """Every page of the draft as a partner meets it, in one of its three sizes."""
    found = own_exercise(signed_in(), own)
    size: SizeName = next((name for name in SIZE_NAMES if name == request.args.get("size")), "usual")
    return render_template(
        "assignments/library/preview.html",
        own=found,
        size=size,
        screens=screens(sketch(found.draft), size, counsellor=signed_in().name),
        missing=len(steps_of(found.draft)) - len(sketch(found.draft).steps),
    )


@blueprint.post("/<own>/archive")
@needs(Permission.LIBRARY_WRITE)
def put_away(own: str) -> ResponseReturnValue:
    """Take it out of the library; whoever has it keeps it."""
    try:
        archive(actor=signed_in(), slug=own)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Archived. Couples who have it keep it.")
    return redirect(url_for("library.exercise", slug=own))


@blueprint.post("/<own>/restore")
@needs(Permission.LIBRARY_WRITE)
def bring_back(own: str) -> ResponseReturnValue:
    """Bring it back as it was."""
    try:
        restore(actor=signed_in(), slug=own)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("It is back in the library.")
    return redirect(url_for("library.exercise", slug=own))


def _published(own: str, form: Any, draft: Draft, version: int) -> ResponseReturnValue:
    try:
        made = publish(actor=signed_in(), slug=own, version=version)
    except NotReady as problem:
        refused, notes = own_exercise(signed_in(), own), notes_on(draft, problem.problems)
        for note in notes:
            if note.place in form:
                form[note.place].errors = [*form[note.place].errors, note.sentence]
            else:
                form.form_errors.append(note.sentence)
        response = make_response(_page(refused, form, draft, version=version, notes=notes))
        # The draft has been kept, so a second press of the same button leads to it and keeps nothing twice.
        response.content_location = url_for("builder.edit", own=own)
        return response
    except Conflict as problem:
        flash(problem.sentence, "error")
        return redirect(url_for("builder.edit", own=own))
    notice(f"Version {made.version} is published. What couples have already stays as it was.")
    return redirect(url_for("library.exercise", slug=own))


def _page(
    own: OwnExercise,
    form: Any,
    draft: Draft,
    *,
    version: int,
    notes: Sequence[Note] | None = None,
    is_newer: bool = False,
) -> ResponseReturnValue:
    """The builder with this form; a form that was refused holds what was typed."""
    left = (
        notes if notes is not None else notes_on(draft, problems_in(as_file(draft, slug=own.slug, version=1)))
    )
    at = _at(draft)
    return page(
        "assignments/library/edit.html",
        form,
        own=own,
        version=version,
        newer=own if is_newer else None,
        newer_differs=differences(own.draft, draft) if is_newer else [],
        refused=notes is not None,
        steps=[
            {"key": str(step.get("key")), "kind": STEP_KINDS.get(str(step.get("type")))}
            for step in steps_of(draft)
        ],
        notes=left,
        noted=by_place(left),
        removed=draft.get(REMOVED, {}).get("step"),
        most_steps=MOST_STEPS,
        most_fields=MOST_FIELDS,
        **_look(draft, at),
    )


def _look(draft: Draft, at: str) -> dict[str, Any]:
    titles = {str(step.get("key")): str(step.get("title") or "") for step in steps_of(draft)}
    return {
        "at": at,
        "screen": screen_at(sketch(draft), at, counsellor=signed_in().name),
        "reading": reading_of(draft),
        "titles": titles,
    }


def _at(draft: Draft) -> str:
    """The step whose page the preview shows: the one worked on, or the first."""
    asked = request.form.get("at") or request.args.get("at") or ""
    keys = [str(step.get("key")) for step in steps_of(draft)]
    return asked if asked in keys or asked == "intro" else (keys[0] if keys else "")


def _where_next(own: str, at: str) -> str:
    if request.form.get("do") == "preview":
        return url_for("builder.preview", own=own)
    return url_for("builder.edit", own=own, at=at or None, _anchor=f"step-{at}" if at else None)
