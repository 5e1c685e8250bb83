"""Forms of taking things out: which form, what goes along, and what a partner lets go."""

from __future__ import annotations

from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms lacks SelectChoice
    BooleanField,
    RadioField,
    SelectChoice,
)
from wtforms.validators import InputRequired

from assignments.domain.visibility import consent_labels
from clinic.forms import Form
from clinic.paper import Paper

FILES = "files"


class RecordForm(Form):
    """What the record is taken out as."""

    form: Any = RadioField(
        "Take it out as",
        choices=[
            SelectChoice(Paper.A4, "PDF, A4"),
            SelectChoice(Paper.LETTER, "PDF, Letter"),
            SelectChoice(FILES, "Files: tables (CSV) and data (JSON)"),
        ],
        validators=[InputRequired("Choose PDF or files.")],
    )
    decisions: Any = BooleanField("With my decisions and their reasons")


class ConsentForm(Form):
    """What of one's own words may be handed on."""

    choice: Any = RadioField("What may go in", validators=[InputRequired("Choose one of these.")])

    def name_readers(self, partner: str, counsellor: str) -> None:
        """The choices in the reader's own names."""
        self.choice.choices = [
            SelectChoice(consent, label) for consent, label in consent_labels(partner, counsellor).items()
        ]
