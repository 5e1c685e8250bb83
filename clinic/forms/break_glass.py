"""Forms for reading a record in an emergency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from clinic.domain.break_glass import LONGEST_ABOUT, LONGEST_REASON
from clinic.forms.fields import Form, trimmed


class AskForm(Form):
    """Whose couple, which one in words, why, and who would read it."""

    counsellor: Any = SelectField("Their counsellor", validators=[InputRequired("Choose a counsellor.")])
    about: Any = StringField(
        "Which couple",
        filters=[trimmed],
        validators=[
            DataRequired("Say whom it is about."),
            Length(max=LONGEST_ABOUT, message=f"Use at most {LONGEST_ABOUT} letters."),
        ],
        description="As you know them. Whoever grants it finds the record.",
    )
    reason: Any = TextAreaField(
        "Why it cannot wait",
        filters=[trimmed],
        validators=[
            DataRequired("Say why. Their counsellor will read it."),
            Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters."),
        ],
    )
    reader: Any = SelectField("Who would read it", validators=[InputRequired("Choose a supervisor.")])

    def offer(self, counsellors: Sequence[tuple[str, str]], readers: Sequence[tuple[str, str]]) -> None:
        """Whom there is to choose from: (id, name)."""
        self.counsellor.choices = [SelectChoice(*one) for one in counsellors]
        self.reader.choices = [SelectChoice(*one) for one in readers]


class GrantForm(Form):
    """Which record is meant."""

    couple: Any = RadioField("Which couple is meant", validators=[InputRequired("Choose the couple.")])

    def offer(self, couples: Sequence[tuple[str, str]]) -> None:
        """The couples of the counsellor who is named: (id, name)."""
        self.couple.choices = [SelectChoice(*one) for one in couples]
