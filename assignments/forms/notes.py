"""Forms of the counsellor's own notes."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from assignments.domain.lengths import PROCESS_NOTE_CHARACTERS
from assignments.forms.review import OPEN_AGAIN, whole
from clinic.forms import Form, in_reach, trimmed

FITS = Length(max=PROCESS_NOTE_CHARACTERS, message=f"Use at most {PROCESS_NOTE_CHARACTERS} characters.")


class NoteForm(Form):
    """A note about one day."""

    about_day: Any = DateField("About", validators=[InputRequired("Choose the day it is about."), in_reach])
    words: Any = TextAreaField(
        "Your note", filters=[trimmed], validators=[DataRequired("Write a line or two first."), FITS]
    )


def note_beside(day: date) -> NoteForm:
    """An empty note of today, for a page that has a form with words of its own."""
    form = NoteForm(formdata=None, about_day=day)
    form.words.id = "note-words"
    return form


class CorrectNoteForm(Form):
    """The same note in other words."""

    version: Any = HiddenField(filters=[whole], validators=[DataRequired(OPEN_AGAIN)])
    words: Any = TextAreaField(
        "Your note", filters=[trimmed], validators=[DataRequired("Write a line or two first."), FITS]
    )


class DeleteNoteForm(Form):
    """Saying that one means it."""

    sure: Any = BooleanField(
        "Delete this note and its earlier wordings", validators=[InputRequired("Tick this to delete it.")]
    )
