"""Forms of the sign rules: which number to try, and the reason for setting it."""

from __future__ import annotations

from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from assignments.domain.lengths import RULE_REASON_CHARACTERS
from assignments.domain.signs.tuning import RULES, RuleError, checked
from clinic.forms import Form, WholeNumberField, trimmed


class TryForm(Form):
    """A rule and a number to try. It is asked by GET, so it changes nothing."""

    class Meta(Form.Meta):
        """A form by GET has no token."""

        csrf = False

    rule: Any = SelectField(
        "Rule", choices=[SelectChoice(key, f"{rule.title} ({rule.unit})") for key, rule in RULES.items()]
    )
    value: Any = WholeNumberField("Number to try", validators=[InputRequired("Enter a whole number.")])

    def validate_value(self, field: Any) -> None:
        """The rule's own range."""
        try:
            checked(self.rule.data or "", field.data if field.data is not None else -1)
        except RuleError as problem:
            raise ValidationError(str(problem)) from problem


class RuleForm(Form):
    """The reason for a number that was tried."""

    reason: Any = TextAreaField(
        "Why",
        description="Kept with your name and the day.",
        filters=[trimmed],
        validators=[
            DataRequired("Say why, in a line or two."),
            Length(max=RULE_REASON_CHARACTERS, message=f"Use at most {RULE_REASON_CHARACTERS} characters."),
        ],
    )
