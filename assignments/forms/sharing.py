"""Forms that ask who sees something. Which levels are on offer is passed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice  # type: ignore[attr-defined]  # types-WTForms lacks SelectChoice
from wtforms.validators import InputRequired

from assignments.domain.visibility import Level
from clinic.forms import Form


def who_sees_field() -> RadioField:
    """The choice of who sees it, with nothing on offer yet."""
    return RadioField(
        "Who sees it", choices=[], validators=[InputRequired("Choose who sees it.")], coerce=str
    )


class ShareForm(FlaskForm):
    """Who sees an answer. Only the levels on offer are there, and none of them is chosen beforehand."""

    level: Any = RadioField(
        "Who sees it",
        choices=[],
        validators=[InputRequired("Choose who sees it, or choose “Keep it for now”.")],
    )

    def offer(self, levels: Sequence[tuple[str, str]]) -> None:
        """The levels this author may choose: (value, words)."""
        self.level.choices = [SelectChoice(value, words) for value, words in levels]


class SharingForm(Form):
    """Who sees something from now on."""

    visibility: Any = who_sees_field()

    def offer(self, labels: Sequence[tuple[Level, str]]) -> None:
        """The levels that may be chosen, each with the names of those who would see it."""
        self.visibility.choices = [SelectChoice(level.value, label) for level, label in labels]
