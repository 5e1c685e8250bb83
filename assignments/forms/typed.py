"""The form beside the boxes of a sheet that is typed in."""

from __future__ import annotations

from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms lacks SelectChoice
    BooleanField,
    RadioField,
    SelectChoice,
)
from wtforms.validators import DataRequired, InputRequired

from clinic.forms import Form


class TypedForm(Form):
    """Whom the writer named, and that they were asked. Nothing is chosen beforehand."""

    level: Any = RadioField("Who may read it", validators=[InputRequired("Choose what they said.")])
    asked: Any = BooleanField("", validators=[DataRequired("Ask them first, then tick this.")])

    def offer(self, levels: list[tuple[str, str]], writer: str) -> None:
        """The levels there are, in names."""
        self.level.label.text = f"Who may read it, as {writer} said"
        self.level.choices = [SelectChoice(value, words) for value, words in levels]
        self.asked.label.text = f"{writer} asked me to type this in, and said who may read it"
