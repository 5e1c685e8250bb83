"""Giving an exercise to a couple: pick, look, assign; and afterwards change it or take it back."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.access import has_ended
from assignments.actions.assigning import (
    Terms,
    change_assignment,
    reopen_assignment,
    undo_assignment,
    withdraw_assignment,
)
from assignments.actions.assigning import (
    assign as give,
)
from assignments.domain.exercises import Exercise, personalised
from assignments.domain.exercises.grades import grades_of
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.forms import AssignForm, ChangeForm, whole
from assignments.models import Assignment
from assignments.queries.assignments import (
    assignment_for_staff,
    assignments_of,
    exercise_of,
    is_withdrawn,
    note_of,
)
from assignments.queries.history import record_of
from assignments.queries.library import exercise_called, library_for
from assignments.queries.offers import cautions, recent, suggested
from assignments.views.library import Finding
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.forms import EmptyForm
from clinic.models import Couple
from clinic.queries.appointments import appointments_of, next_starts
from clinic.queries.couples import couple_for, couples_for, safety_gate
from clinic.queries.people import practice_of
from clinic.web import notice, notice_with_undo, page

blueprint = Blueprint("assign", __name__)

# From the exercise's most open level down; what the practice does not allow is left out.
LOOSEST_FIRST = tuple(reversed(Level))


@blueprint.get("/c/assign")
@needs(Permission.ASSIGNMENT_WRITE)
def assign() -> ResponseReturnValue:
    """Pick an exercise for the couple in the address; without a couple, pick the couple first."""
    if "couple" not in request.args:
        return _pick_couple("")
    couple = _couple_asked_for()
    record = record_of(signed_in(), couple, clock.now())
    given, library = assignments_of(couple), library_for(signed_in())
    finding = Finding.in_library(library)
    return render_template(
        "assignments/assign/assign.html",
        couple=couple,
        suggested=suggested(record, given, library),
        recent=recent(record, given, library),
        finding=finding,
        own=library.own,
    )


@blueprint.route("/c/assign/<slug>", methods=["GET", "POST"])
@needs(Permission.ASSIGNMENT_WRITE)
def preview(slug: str) -> ResponseReturnValue:
    """Look at an exercise as the couple will, and assign it: one button where the defaults fit."""
    exercise = exercise_called(signed_in(), slug)
    if "couple" not in request.args:
        return _pick_couple(slug)
    couple = _couple_asked_for()
    form = AssignForm(**_defaults(couple, exercise))
    form.offer(_names(couple), _levels(couple, exercise), _today())
    if not form.validate_on_submit():
        return _preview(couple, exercise, form)
    terms = Terms(
        form.for_whom.data,
        form.starts_on.data,
        form.best_before.data,
        Repeat(form.repeat.data),
        Level(form.sharing_limit.data),
        form.note.data,
    )
    try:
        given = give(actor=signed_in(), couple_id=couple.id, exercise=exercise, terms=terms)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _preview(couple, exercise, form)
    whom = "both" if terms.for_whom == "both" else couple.partner(terms.for_whom).name
    undo = url_for("assign.undo", couple_id=couple.id, assignment_id=given.id)
    notice_with_undo(f"{exercise.name}: assigned to {whom}.", undo)
    return _to_couple(couple.id)


@blueprint.get("/c/couples/<uuid:couple_id>/assignments/<uuid:assignment_id>")
@needs(Permission.COUPLE_READ)
def assignment(couple_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """What was given and how; whoever may change it finds the form beside it."""
    couple, found = assignment_for_staff(signed_in(), couple_id, assignment_id)
    return _assignment(couple, found, None)


@blueprint.post("/c/couples/<uuid:couple_id>/assignments/<uuid:assignment_id>")
@needs(Permission.ASSIGNMENT_WRITE)
def change(couple_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """Extend it, or change how far it may be shared, or the note."""
    couple, found = assignment_for_staff(signed_in(), couple_id, assignment_id)
    form = ChangeForm()
    form.offer(_levels(couple, exercise_of(found), found))
    if not form.validate_on_submit():
        return _assignment(couple, found, form)
    try:
        change_assignment(
            actor=signed_in(),
            couple_id=couple_id,
            assignment_id=assignment_id,
            best_before=form.best_before.data,
            sharing_limit=Level(form.sharing_limit.data),
            note=form.note.data,
            version=whole(form.version.data) or 0,
        )
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _assignment(couple, found, form)
    notice("Changed.")
    return redirect(url_for("assign.assignment", couple_id=couple_id, assignment_id=assignment_id))


@blueprint.post("/c/couples/<uuid:couple_id>/assignments/<uuid:assignment_id>/undo")
@needs(Permission.ASSIGNMENT_WRITE)
def undo(couple_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """Take back what was given a moment ago; after that, the page where it can still be withdrawn."""
    try:
        undo_assignment(actor=signed_in(), couple_id=couple_id, assignment_id=assignment_id)
    except (Conflict, Expired) as problem:
        flash(problem.sentence, "error")
        return redirect(url_for("assign.assignment", couple_id=couple_id, assignment_id=assignment_id))
    notice("Taken back. They will not see it.")
    return _to_couple(couple_id)


@blueprint.post("/c/couples/<uuid:couple_id>/assignments/<uuid:assignment_id>/withdraw")
@needs(Permission.ASSIGNMENT_WRITE)
def withdraw(couple_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """Take it back at any time; what was written stays with whoever wrote it."""
    try:
        withdraw_assignment(actor=signed_in(), couple_id=couple_id, assignment_id=assignment_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        again = url_for("assign.reopen", couple_id=couple_id, assignment_id=assignment_id)
        notice_with_undo("Withdrawn. What they wrote stays with them.", again)
    return redirect(url_for("assign.assignment", couple_id=couple_id, assignment_id=assignment_id))


@blueprint.post("/c/couples/<uuid:couple_id>/assignments/<uuid:assignment_id>/reopen")
@needs(Permission.ASSIGNMENT_WRITE)
def reopen(couple_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """Open a withdrawn assignment again."""
    try:
        reopen_assignment(actor=signed_in(), couple_id=couple_id, assignment_id=assignment_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Open again.")
    return redirect(url_for("assign.assignment", couple_id=couple_id, assignment_id=assignment_id))


def _to_couple(couple_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("couple.couple", couple_id=couple_id))


def _couple_asked_for() -> Couple:
    """The couple in the address. Raises NotFound for anything that is not one of the reader's."""
    couple_id = request.args.get("couple", type=UUID)
    if couple_id is None:
        raise NotFound
    return couple_for(signed_in(), couple_id)


def _pick_couple(slug: str) -> ResponseReturnValue:
    """The couples to choose from, those who come next first."""
    coming = next_starts(signed_in(), clock.now())
    couples = [couple for couple in couples_for(signed_in()) if not has_ended(couple)]
    couples.sort(key=lambda couple: (couple.id not in coming, coming.get(couple.id, clock.now())))
    name = exercise_called(signed_in(), slug).name if slug else ""
    return render_template(
        "assignments/assign/pick_couple.html", couples=couples, coming=coming, slug=slug, name=name
    )


def _preview(couple: Couple, exercise: Exercise, form: AssignForm) -> ResponseReturnValue:
    record = record_of(signed_in(), couple, clock.now())
    return page(
        "assignments/assign/preview.html",
        form,
        couple=couple,
        gate=safety_gate(couple),
        exercise=personalised(exercise, partner=couple.partner("B").name, counsellor=couple.counsellor.name),
        grades=grades_of(exercise),
        cautions=list(cautions(record, assignments_of(couple), exercise)),
    )


def _assignment(couple: Couple, found: Assignment, form: ChangeForm | None) -> ResponseReturnValue:
    exercise = exercise_of(found)
    filled = form or ChangeForm(
        formdata=None,
        best_before=found.best_before,
        sharing_limit=found.sharing_limit,
        note=note_of(found),
        version=found.version,
    )
    filled.offer(_levels(couple, exercise, found))
    record = record_of(signed_in(), couple, clock.now())
    return page(
        "assignments/assign/assignment.html",
        form or EmptyForm(formdata=None),
        couple=couple,
        assignment=found,
        exercise=personalised(exercise, partner=couple.partner("B").name, counsellor=couple.counsellor.name),
        note=note_of(found),
        withdrawn=is_withdrawn(found),
        turns=[turn for turn in record.turns if turn.assignment.id == found.id],
        change=filled,
    )


def _names(couple: Couple) -> tuple[str, str]:
    return couple.partner("A").name, couple.partner("B").name


def _levels(couple: Couple, exercise: Exercise, given: Assignment | None = None) -> list[Level]:
    """How far it may be shared, loosest first: no further than the exercise or the couple allows.

    A practice that keeps no secrets is not offered "whoever writes it, and you", unless it was given so.
    """
    limit = min(Level(exercise.sharing), Level(couple.sharing_limit), key=lambda level: level.looseness)
    allowed = practice_of(signed_in()).allows_counsellor_only
    return [
        level
        for level in LOOSEST_FIRST
        if (given is not None and level == given.sharing_limit)
        or (not level.is_looser_than(limit) and (allowed or level is not Level.COUNSELLOR))
    ]


def _defaults(couple: Couple, exercise: Exercise) -> dict[str, object]:
    """What fits mostly: both, from today, until the next appointment, as often as the exercise says."""
    zone = ZoneInfo(practice_of(signed_in()).timezone)
    days = [one.starts_at.astimezone(zone).date() for one in appointments_of(couple)]
    today = _today()
    often = exercise.dose.per_week is not None and not exercise.dose.once
    return {
        "for_whom": None if exercise.who == "one" else "both",
        "starts_on": today,
        # Nobody practises between now and an appointment of the same day.
        "best_before": next((day for day in days if day > today), None),
        "repeat": (Repeat.WEEKLY if often else Repeat.ONCE).value,
        "sharing_limit": _levels(couple, exercise)[0].value,
    }


def _today() -> date:
    return clock.today(practice_of(signed_in()).timezone)
