"""Forms for acts on several couples at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from assignments.domain.bulk import Until
from assignments.domain.lengths import NOTE_CHARACTERS
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.forms.assignment import LIMITS
from clinic.forms import CheckboxesField, Form, trimmed

NO_DAY = "none"
APPOINTMENT = SelectChoice(Until.APPOINTMENT.value, "Their next appointment")


class CouplesForm(Form):
    """Which couples."""

    couples: Any = CheckboxesField("Couples", choices=[])

    def offer_couples(self, couples: Sequence[tuple[str, str]]) -> None:
        """The couples there are: (id, name)."""
        self.couples.choices = [SelectChoice(*one) for one in couples]

    def validate_couples(self, field: Field) -> None:
        """At least one."""
        if not field.data:
            raise ValidationError("Choose at least one couple.")

    @property
    def couple_ids(self) -> list[UUID]:
        """The couples that were ticked."""
        return [UUID(one) for one in self.couples.data]


class ExtendForm(CouplesForm):
    """How far what is open is extended."""

    until: Any = RadioField(
        "More time",
        choices=[
            SelectChoice(Until.WEEK.value, "A week more"),
            SelectChoice(Until.APPOINTMENT.value, "Until the appointment after"),
        ],
        validators=[InputRequired("Choose how much more time.")],
    )


class GiveForm(CouplesForm):
    """How an exercise is given to all of them."""

    until: Any = RadioField(
        "Best before",
        choices=[
            APPOINTMENT,
            SelectChoice(Until.WEEK.value, "A week from now"),
            SelectChoice(NO_DAY, "No day"),
        ],
        default=Until.APPOINTMENT.value,
        validators=[InputRequired("Choose until when.")],
    )
    repeat: Any = RadioField(
        "How often",
        choices=[SelectChoice(Repeat.ONCE.value, "Once"), SelectChoice(Repeat.WEEKLY.value, "Every week")],
        validators=[InputRequired("Choose how often.")],
    )
    sharing_limit: Any = SelectField("Sharing up to", validators=[InputRequired("Choose how far.")])
    note: Any = TextAreaField(
        "Note to them",
        filters=[trimmed],
        validators=[Length(max=NOTE_CHARACTERS, message=f"Keep the note to {NOTE_CHARACTERS} characters.")],
        description="Every couple reads the same words.",
    )

    def offer_levels(self, levels: Sequence[Level]) -> None:
        """How far it may be shared, loosest first."""
        self.sharing_limit.choices = [SelectChoice(level.value, LIMITS[level]) for level in levels]


class CloseForm(CouplesForm):
    """Whose work is closed."""
