"""Forms around a partner's turn: how it went, not tonight, and what would help when it feels hard."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, StringField  # type: ignore[attr-defined]  # types-WTForms lacks SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from assignments.domain.barriers import LABELS
from assignments.domain.lengths import BARRIER_CHARACTERS
from clinic.forms import CheckboxesField, Form, WholeNumberField, trimmed


class OnePhoneForm(Form):
    """Who speaks first, where two take turns on one phone."""

    first: Any = RadioField(
        "Who speaks first?", choices=[], validators=[InputRequired("Choose who speaks first.")]
    )

    def name_both(self, own: str, partner: str) -> None:
        """Offer the two by name, since both may be looking."""
        self.first.choices = [SelectChoice("me", own), SelectChoice("partner", partner)]


class OutcomeForm(Form):
    """How it went, on paper as well as here. Each part may be left out."""

    tried: Any = RadioField(
        "How did it go?",
        choices=[
            SelectChoice("tried", "Tried it"),
            SelectChoice("part", "Part of it"),
            SelectChoice("not", "Not this time"),
        ],
        validators=[Optional()],
    )
    useful: Any = RadioField(
        "How useful was it?",
        choices=[SelectChoice(str(number), str(number)) for number in range(11)],
        validators=[Optional()],
    )
    barriers: Any = CheckboxesField(
        "What got in the way?", choices=[SelectChoice(one.value, label) for one, label in LABELS.items()]
    )
    words: Any = StringField(
        "In your own words",
        filters=[trimmed],
        validators=[Length(max=BARRIER_CHARACTERS, message=f"Keep it to {BARRIER_CHARACTERS} characters.")],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields' own checks, and that there is anything to save."""
        if not super().validate(extra_validators):
            return False
        if not (self.tried.data or self.useful.data or self.barriers.data or self.words.data):
            self.tried.errors = ["Choose one of these, or leave the page."]
            return False
        return True


def outcome_form(partner: str) -> OutcomeForm:
    """The form with the other partner's name in its lines."""
    form = OutcomeForm()
    form.barriers.choices = [
        SelectChoice(one.value, label.format(partner=partner)) for one, label in LABELS.items()
    ]
    return form


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
