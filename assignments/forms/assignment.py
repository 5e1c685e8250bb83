"""Forms for giving an exercise and for changing what was given: they check shape and never query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    DateField,
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from assignments.domain.lengths import NOTE_CHARACTERS
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from clinic.forms import Form, in_reach, trimmed

LIMITS = {
    Level.PRIVATE: "Whoever writes it, no one else",
    Level.COUNSELLOR: "Whoever writes it, and you",
    Level.BOTH: "Both at once, and you",
    Level.SHARED: "Both partners, and you",
}


def _note_field() -> Any:
    return TextAreaField(
        "Note to them",
        filters=[trimmed],
        validators=[Length(max=NOTE_CHARACTERS, message=f"Keep the note to {NOTE_CHARACTERS} characters.")],
        description="They see it with the exercise.",
    )


def _best_before_field() -> Any:
    return DateField(
        "Best before",
        validators=[Optional(), in_reach],
        description="On the day of an appointment it moves with it. Leave it empty for no day.",
    )


def _limit_field() -> Any:
    return SelectField(
        "Sharing up to",
        validators=[InputRequired("Choose how far it may be shared.")],
        description="Each may choose less, and never more.",
    )


def _limits(levels: Sequence[Level]) -> list[SelectChoice]:
    return [SelectChoice(level.value, LIMITS[level]) for level in levels]


class ChangeForm(Form):
    """What may be changed once something was given. `version` refuses a change over somebody else's."""

    best_before: Any = _best_before_field()
    sharing_limit: Any = _limit_field()
    note: Any = _note_field()
    version: Any = HiddenField()

    def offer(self, levels: Sequence[Level]) -> None:
        """How far it may be shared, loosest first."""
        self.sharing_limit.choices = _limits(levels)


class AssignForm(Form):
    """To whom, from when, until when, how often, how open, with what note."""

    for_whom: Any = RadioField("For", validators=[InputRequired("Choose whom it is for.")])
    starts_on: Any = DateField("Start", validators=[InputRequired("Enter a day."), in_reach])
    best_before: Any = _best_before_field()
    repeat: Any = RadioField(
        "How often",
        choices=[SelectChoice(Repeat.ONCE.value, "Once"), SelectChoice(Repeat.WEEKLY.value, "Every week")],
        validators=[InputRequired("Choose how often.")],
    )
    sharing_limit: Any = _limit_field()
    note: Any = _note_field()

    def offer(self, names: tuple[str, str], levels: Sequence[Level], today: date) -> None:
        """Both partners by name, how far it may be shared, and the first day it may start."""
        self.for_whom.choices = [
            SelectChoice("both", "Both"),
            SelectChoice("A", names[0]),
            SelectChoice("B", names[1]),
        ]
        self.sharing_limit.choices = _limits(levels)
        self._today = today

    def validate_starts_on(self, field: Field) -> None:
        """What begins in the past would count as waited for already."""
        if field.data is not None and field.data < self._today:
            raise ValidationError("Start today or later.")

    def validate_best_before(self, field: Field) -> None:
        """The last good day cannot come before the first."""
        if field.data is not None and self.starts_on.data is not None and field.data < self.starts_on.data:
            raise ValidationError("“Best before” comes before the start. Choose a later day.")
