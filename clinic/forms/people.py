"""Forms of the practice's own people and of what clients find in an emergency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    ValidationError,
)

from clinic.domain.urgent_help import COUNTRIES
from clinic.forms.fields import (
    CheckboxesField,
    Form,
    address_field,
    choices_of,
    name_field,
    trimmed,
)


class StaffForm(Form):
    """Somebody who works for the practice. Counsellors to choose from are passed in."""

    name: Any = name_field("First name", "Enter a first name.")
    family_name: Any = name_field("Family name", "Enter a family name.")
    email: Any = address_field("Email")
    role: Any = RadioField(
        "What they do here",
        choices=choices_of(
            ("counsellor", "Counsellor"), ("supervisor", "Supervisor"), ("admin", "Practice admin")
        ),
        validators=[InputRequired("Choose what they do here.")],
    )
    supervises: Any = CheckboxesField("A supervisor sees the couples of", choices=[], validate_choice=True)

    def offer(self, counsellors: Sequence[tuple[str, str]]) -> None:
        """Whom a supervisor may be given: (id, name)."""
        self.supervises.choices = choices_of(*counsellors)

    def validate_supervises(self, field: Field) -> None:
        """Only a supervisor sees other people's couples."""
        if field.data and self.role.data != "supervisor":
            raise ValidationError("Only a supervisor sees other counsellors’ couples. Untick these.")


class UrgentHelpForm(Form):
    """The country whose lines are shown, and the practice's own lines."""

    country: Any = SelectField(
        "Country",
        choices=[SelectChoice(code, country.name) for code, country in COUNTRIES.items()],
        validate_choice=True,
    )
    lines: Any = TextAreaField(
        "Your own lines",
        filters=[trimmed],
        validators=[Length(max=2000, message="Use at most 2,000 characters.")],
    )


class SafetyRuleForm(Form):
    """Turning the safety rule off or on again, with the reason that is kept."""

    asks: Any = RadioField(
        "Exercises wait for a conversation with each partner alone",
        choices=choices_of(("yes", "Yes, they wait"), ("no", "No, they do not wait")),
        validators=[InputRequired("Choose one of these.")],
    )
    reason: Any = TextAreaField(
        "Why",
        filters=[trimmed],
        validators=[
            DataRequired("Say why. It is kept with the change."),
            Length(max=500, message="Use at most 500 characters."),
        ],
    )
