"""Forms of joining and of one's own account: who may read the inbox, when reminders come, how pages look."""

from __future__ import annotations

from datetime import time
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    BooleanField,
    Field,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    ValidationError,
)

from clinic.domain.reminders import DAYS, Limits, Timetable
from clinic.forms.fields import (
    CheckboxesField,
    Form,
    address_field,
    choices_of,
    code_digits,
)
from clinic.language import clock_time

INBOX_CHOICES = choices_of(("no", "No"), ("yes", "Yes"), ("unsure", "Not sure"))


class AccountForm(Form):
    """Making one's own account from an invitation."""

    code: Any = StringField(
        "Your code",
        filters=[code_digits],
        validators=[DataRequired("Enter the code you were told.")],
        description="Six numbers. You were told them in person or by phone.",
    )
    email: Any = address_field(
        "Email to sign in with",
        description="It may differ from where the invitation went. Each person needs their own.",
    )
    password: Any = PasswordField(
        "Choose a password",
        validators=[InputRequired("Choose a password.")],
        description="At least 15 characters. Four or five words in a row work well.",
    )
    inbox_shared: Any = RadioField(
        "Can anyone else read this inbox?",
        choices=INBOX_CHOICES,
        validators=[InputRequired("Choose whether anyone else can read this inbox.")],
    )


class AgreeForm(Form):
    """The last page of joining. Reminders are off unless asked for."""

    wants_reminders: Any = BooleanField("Send me a short reminder by mail")
    has_read: Any = BooleanField(
        "I’ve read this", validators=[DataRequired("Tick this once you have read it.")]
    )


class ThemeForm(Form):
    """How pages look."""

    theme: Any = RadioField(
        "How pages look",
        choices=choices_of(("system", "As this device is set"), ("light", "Light"), ("dark", "Dark")),
        validators=[InputRequired("Choose how pages look.")],
    )


class RemindersForm(Form):
    """When a person would like a reminder by mail."""

    _limits: Limits = Limits()

    wanted: Any = RadioField(
        "Remind me by mail",
        choices=choices_of(("off", "No"), ("on", "Yes")),
        validators=[InputRequired("Choose yes or no.")],
    )
    days: Any = CheckboxesField(
        "On these days", choices=[SelectChoice(str(number), day) for number, day in enumerate(DAYS)]
    )
    hour: Any = SelectField(
        # Compared as written, because a number would also be read out of digits of other scripts.
        "At",
        choices=[SelectChoice(str(hour), clock_time(time(hour))) for hour in range(24)],
    )

    @classmethod
    def from_timetable(cls, timetable: Timetable, limits: Limits) -> RemindersForm:
        """The form as it stands before anybody changes it, with what the practice offers."""
        form = cls(
            wanted="on" if timetable.on else "off",
            days=[str(day) for day in sorted(timetable.days)],
            hour=str(timetable.minute // 60),
        )
        hours = range(limits.first_hour, limits.last_hour + 1)
        form.hour.choices = [SelectChoice(str(hour), clock_time(time(hour))) for hour in hours]
        form._limits = limits
        return form

    def validate_days(self, field: Field) -> None:
        """Reminders that are on need a day."""
        if self.wanted.data == "on" and not field.data:
            raise ValidationError("Choose at least one day.")
        if self.wanted.data == "on" and len(set(field.data)) > self._limits.days:
            raise ValidationError(
                f"Your practice sends a reminder on {self._limits.days} days a week at most."
            )
