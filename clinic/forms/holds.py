"""Forms for holding a record back from being deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from clinic.domain.retention import LONGEST_REASON
from clinic.forms.fields import Form, trimmed


class HoldForm(Form):
    """Whose record, and why."""

    couple: Any = SelectField("Whose record", validators=[InputRequired("Choose a couple.")])
    reason: Any = TextAreaField(
        "Why it has to stay",
        filters=[trimmed],
        validators=[
            DataRequired("Say why. The second admin reads it."),
            Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters."),
        ],
    )

    def offer(self, couples: Sequence[tuple[str, str]]) -> None:
        """The couples of the practice: (id, name)."""
        # None is chosen to begin with: the first in the list is nobody's choice.
        self.couple.choices = [SelectChoice("", "Choose a couple"), *(SelectChoice(*one) for one in couples)]


class GrantHoldForm(Form):
    """Nothing but yes."""
