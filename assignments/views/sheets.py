"""Paper: an exercise as a sheet to write on, and what came back on one, typed in for its writer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.typing_in import levels_to_type_in, type_in
from assignments.domain.exercises import AnswerError, Exercise, personalised
from assignments.domain.exercises.steps import Step
from assignments.domain.visibility import Level
from assignments.forms import StepForm, step_form
from assignments.forms.typed import TypedForm
from assignments.models import Assignment
from assignments.queries.assignments import assignment_for_staff, exercise_of
from assignments.queries.library import exercise_called
from assignments.queries.responses import steps_to_type_in
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.files import as_file
from clinic.models import Couple
from clinic.paper import PDF, pages, paper_of
from clinic.queries.people import practice_of
from clinic.web import at_most, notice

blueprint = Blueprint("sheets", __name__)

FILE_NAME = "sheet.pdf"
GIVEN = "/c/couples/<uuid:couple_id>/assignments/<uuid:assignment_id>"


@blueprint.get("/c/library/<slug>/sheet.pdf")
@needs(Permission.LIBRARY_READ)
@at_most("60 per hour", reading=True)
def sheet(slug: str) -> ResponseReturnValue:
    """An exercise of the library, for anybody."""
    return _as_pdf([("", personalised(exercise_called(signed_in(), slug)))])


@blueprint.get(f"{GIVEN}/sheet.pdf")
@needs(Permission.COUPLE_READ)
@at_most("60 per hour", reading=True)
def given(couple_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """What a couple was given, a sheet for each of those it was given to. Nothing they wrote is on it."""
    couple, found = assignment_for_staff(signed_in(), couple_id, assignment_id)
    whom = [one for one in couple.partners if found.for_whom in ("both", one.slot)]
    return _as_pdf([(one.name, _for(couple, found, one.slot)) for one in whom])


@blueprint.route(f"{GIVEN}/typed/<slot>", methods=["GET", "POST"])
@needs(Permission.ANSWER_TYPE_IN)
@at_most("60 per hour")
def typed(couple_id: UUID, assignment_id: UUID, slot: str) -> ResponseReturnValue:
    """The words of one partner's sheet, typed in as they stand there, for those whom that partner named."""
    couple, found = assignment_for_staff(signed_in(), couple_id, assignment_id)
    if slot not in ("A", "B"):
        raise NotFound
    exercise, writer = _for(couple, found, slot), couple.partner(slot)
    steps = steps_to_type_in(exercise)
    levels = levels_to_type_in(found, couple, practice_of(signed_in()))
    form, boxes = TypedForm(), [_boxes(step) for step in steps]
    form.offer(_labels(couple, slot, levels), writer.name)
    sound = all([one.validate() for one in boxes]) if form.is_submitted() else False
    if form.validate_on_submit() and sound:
        try:
            values = {one.step.key: value for one in boxes if (value := one.value())}
            row = type_in(
                actor=signed_in(),
                couple_id=couple_id,
                assignment_id=assignment_id,
                slot=slot,
                values=values,
                level=Level(form.level.data),
            )
        except (AnswerError, Conflict) as problem:
            form.form_errors.append(str(problem))
        else:
            notice(f"Typed in for {writer.name}, who finds it under their own answers.")
            return redirect(url_for("answers.answer", couple_id=couple_id, response_id=row.id))
    for one in boxes:
        # One form on the page, so one list of what to put right.
        form.form_errors.extend(error for errors in one.errors.values() for error in errors)
    body = render_template(
        "assignments/sheets/typed.html",
        form=form,
        boxes=boxes,
        couple=couple,
        assignment=found,
        exercise=exercise,
        writer=writer,
        levels=levels,
    )
    return body, 422 if form.is_submitted() else 200


def _for(couple: Couple, given: Assignment, slot: str) -> Exercise:
    """As this partner reads it."""
    other = couple.partner(couple.partner(slot).place.other)
    return personalised(exercise_of(given), partner=other.name, counsellor=couple.counsellor.name)


def _boxes(step: Step) -> StepForm:
    """The boxes of one step beside those of others, each under a name of its own; one token serves them all."""
    form = step_form(step, leave_out=("agreed",), prefix=f"{step.key}-", meta={"csrf": False})
    form.offer_days(clock.today(practice_of(signed_in()).timezone), is_new=False)
    return form


def _labels(couple: Couple, slot: str, levels: tuple[Level, ...]) -> list[tuple[str, str]]:
    writer, other = couple.partner(slot), couple.partner(couple.partner(slot).place.other)
    counsellor = couple.counsellor.name
    words: dict[Level, Any] = {
        Level.COUNSELLOR: f"{writer.name} and {counsellor}",
        Level.SHARED: f"{writer.name}, {other.name} and {counsellor}",
    }
    return [(level.value, words[level]) for level in levels]


def _as_pdf(sheets: list[tuple[str, Exercise]]) -> Response:
    html = render_template("assignments/sheets/sheet.html", sheets=sheets)
    return as_file(pages(html, paper_of(request.args.get("paper"))), FILE_NAME, PDF)
