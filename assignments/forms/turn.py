"""Forms around a partner's turn: how it went, not tonight, and what would help when it feels hard."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice  # type: ignore[attr-defined]  # types-WTForms lacks SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from clinic.forms import WholeNumberField


class OutcomeForm(FlaskForm):
    """How it went, on paper as well as here."""

    tried: Any = RadioField(
        "How did it go?",
        choices=[
            SelectChoice("tried", "Tried it"),
            SelectChoice("part", "Part of it"),
            SelectChoice("not", "Not this time"),
        ],
        validators=[InputRequired("Choose one of these, or leave the page.")],
    )
    useful: Any = RadioField(
        "How useful was it?",
        choices=[SelectChoice(str(number), str(number)) for number in range(11)],
        validators=[Optional()],
    )


class LaterForm(FlaskForm):
    """When it may come back. Nobody is asked why."""

    choice: Any = RadioField(
        "When would suit you?",
        choices=[
            SelectChoice("tonight", "Later tonight"),
            SelectChoice("tomorrow", "Tomorrow"),
            SelectChoice("week", "In a week"),
            SelectChoice("leave", "Leave it"),
        ],
        validators=[InputRequired("Choose one of these.")],
    )


class HardForm(FlaskForm):
    """What would help when an exercise feels hard."""

    choice: Any = RadioField(
        "What would help?",
        choices=[
            SelectChoice("smaller", "Make it smaller"),
            SelectChoice("skip", "Skip it"),
            SelectChoice("bring", "Bring it to our session"),
        ],
        validators=[InputRequired("Choose one of these.")],
    )


class SendForm(FlaskForm):
    """Send what was looked at, in the version that was looked at."""

    version: Any = WholeNumberField(widget=HiddenInput(), default=0)
