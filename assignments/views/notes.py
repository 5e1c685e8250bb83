"""The counsellor's own notes about a couple, apart from the record; a supervisor reads those opened to them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import process_notes
from assignments.forms.notes import CorrectNoteForm, DeleteNoteForm, NoteForm
from assignments.queries.notes import opened, own_note
from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.web import keep_form_open, notice, page

blueprint = Blueprint("notes", __name__, url_prefix="/c/couples/<uuid:couple_id>/notes")


@blueprint.get("")
@needs(Permission.NOTE_READ, leaves_audit_line=True)
def notes(couple_id: UUID) -> ResponseReturnValue:
    """Every note this reader may read, the newest first, and room for another."""
    return _notes(couple_id, None)


@blueprint.post("")
@needs(Permission.NOTE_CREATE)
def write(couple_id: UUID) -> ResponseReturnValue:
    """Keep a note."""
    form = NoteForm()
    if form.validate_on_submit():
        try:
            process_notes.write_note(
                actor=signed_in(), couple_id=couple_id, about_day=form.about_day.data, words=form.words.data
            )
        except Conflict as problem:
            form.about_day.errors = [problem.sentence]
        else:
            notice("Kept. Only you can read it.")
            return redirect(url_for("notes.notes", couple_id=couple_id))
    return _notes(couple_id, form)


@blueprint.route("/<uuid:note_id>", methods=["GET", "POST"])
@needs(Permission.NOTE_CHANGE)
@fresh_pass_phrase(before_writing=True)
def correct(couple_id: UUID, note_id: UUID) -> ResponseReturnValue:
    """Word a note anew."""
    couple = couple_for(signed_in(), couple_id)
    (note,) = opened(signed_in(), [own_note(signed_in(), couple, note_id)])
    form = CorrectNoteForm(words=note.words, version=str(note.version))
    if form.validate_on_submit():
        try:
            process_notes.correct_note(
                actor=signed_in(),
                couple_id=couple_id,
                note_id=note_id,
                words=form.words.data,
                version=form.version.data,
            )
        except Conflict as problem:
            form.words.errors = [problem.sentence]
        else:
            notice("Kept. The earlier wording stays below it.")
            return redirect(url_for("notes.notes", couple_id=couple_id))
    return page("assignments/notes/correct.html", form, couple=couple_for(signed_in(), couple_id), note=note)


@blueprint.post("/<uuid:note_id>/open")
@needs(Permission.NOTE_CHANGE)
@fresh_pass_phrase(stands_on="notes.notes")
def open_to_supervision(couple_id: UUID, note_id: UUID) -> ResponseReturnValue:
    """Let one's supervisor read this one note."""
    process_notes.open_note(actor=signed_in(), couple_id=couple_id, note_id=note_id)
    notice("Your supervisor can read this note.")
    return redirect(url_for("notes.notes", couple_id=couple_id))


@blueprint.post("/<uuid:note_id>/close")
@needs(Permission.NOTE_CHANGE)
def close_to_supervision(couple_id: UUID, note_id: UUID) -> ResponseReturnValue:
    """Make it one's own alone again."""
    process_notes.close_note(actor=signed_in(), couple_id=couple_id, note_id=note_id)
    notice("Only you can read this note from now on.")
    return redirect(url_for("notes.notes", couple_id=couple_id))


@blueprint.route("/<uuid:note_id>/delete", methods=["GET", "POST"])
@needs(Permission.NOTE_CHANGE)
@fresh_pass_phrase()
def delete(couple_id: UUID, note_id: UUID) -> ResponseReturnValue:
    """Delete a note, after the pass-phrase and a tick: nothing brings it back."""
    couple, form = couple_for(signed_in(), couple_id), DeleteNoteForm()
    (note,) = opened(signed_in(), [own_note(signed_in(), couple, note_id)])
    if form.validate_on_submit():
        try:
            process_notes.delete_note(actor=signed_in(), couple_id=couple_id, note_id=note_id)
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("Deleted.")
            return redirect(url_for("notes.notes", couple_id=couple_id))
    return page("assignments/notes/delete.html", form, couple=couple, note=note)


def _notes(couple_id: UUID, form: NoteForm | None) -> ResponseReturnValue:
    couple = couple_for(signed_in(), couple_id)
    keep_form_open()
    found = process_notes.read_notes(actor=signed_in(), couple_id=couple_id)
    today = clock.today(practice_of(signed_in()).timezone)
    return page(
        "assignments/notes/notes.html",
        form,
        couple=couple,
        notes=found,
        writing=form or NoteForm(formdata=None, about_day=today),
    )
