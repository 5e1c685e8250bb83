"""The form of a pause."""

from __future__ import annotations

from datetime import time
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    Field,
    RadioField,
    SelectChoice,
    TimeField,
)
from wtforms.validators import InputRequired, StopValidation

from assignments.domain.pauses import Back
from clinic.forms import Form

LABELS = {
    Back.HALF_HOUR: "In 30 minutes",
    Back.HOUR: "In 1 hour",
    Back.TOMORROW: "Tomorrow",
    Back.SESSION: "In our session",
}


def _only_for_tomorrow(form: Any, field: Field) -> None:
    """A time is read for tomorrow alone, so an empty box is no slip otherwise; what is no time always is."""
    field.errors = []
    is_empty = not any(text.strip() for text in field.raw_data or [])
    if field.data is None and not (is_empty and form.back.data != Back.TOMORROW):
        raise StopValidation("Enter a time, such as 19:00.")
    if form.back.data != Back.TOMORROW:
        raise StopValidation


class PauseForm(Form):
    """When to come back to it."""

    back: Any = RadioField(
        "When will you come back to it?",
        choices=[SelectChoice(one.value, label) for one, label in LABELS.items()],
        validators=[InputRequired("Choose when you will come back.")],
    )
    at: Any = TimeField("Time tomorrow", default=time(19), validators=[_only_for_tomorrow])

    def chosen(self) -> Back:
        """The choice, once the form has passed."""
        return Back(self.back.data)
