"""The form of one small thank-you."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length
from wtforms.widgets import HiddenInput

from assignments.domain.visibility import Level
from assignments.forms.sharing import who_sees_field
from clinic.forms import Form, WholeNumberField, trimmed

THANKS_CHARACTERS = 1000


def _words(label: str, *first: Any, **more: Any) -> TextAreaField:
    short_enough = Length(max=THANKS_CHARACTERS, message=f"Use at most {THANKS_CHARACTERS} letters.")
    marks = {"autocomplete": "off", "rows": "3", "dir": "auto"}
    return TextAreaField(label, filters=[trimmed], validators=[*first, short_enough], render_kw=marks, **more)


class ThanksForm(Form):
    """One small thank-you. Who may be chosen to see it is passed in."""

    what: Any = _words("One thing they did", DataRequired("Write one thing, as small as you like."))
    meant: Any = _words("What it meant to me")
    visibility: Any = who_sees_field()
    version: Any = WholeNumberField(widget=HiddenInput(), default=0)
    another: Any = StringField()

    def offer(self, labels: Sequence[tuple[Level, str]]) -> None:
        """The levels that may be chosen, each with the names of those who would see it."""
        self.visibility.choices = [SelectChoice(level.value, label) for level, label in labels]
