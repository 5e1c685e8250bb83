"""Forms of the practice's own pages: sharing policy, reminder limits, who sees whom, who has a couple, the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from clinic.domain.reminders import Limits
from clinic.forms.fields import CheckboxesField, Form, trimmed
from clinic.language import working_time

WAITS = (
    ("10", "10 minutes"),
    ("60", "1 hour"),
    ("720", "12 hours"),
    ("1440", "24 hours"),
    ("2880", "48 hours"),
    ("4320", "72 hours"),
)
HOURS = [SelectChoice(str(hour), working_time(time(hour))) for hour in range(24)]


class SharingPolicyForm(Form):
    """What clients are told, and whether a partner may write to the counsellor alone."""

    policy: Any = TextAreaField(
        "What clients are told",
        filters=[trimmed],
        validators=[
            DataRequired("Write what clients are told. They read it before they write."),
            Length(max=2000, message="Use at most 2,000 characters."),
        ],
    )
    allows: Any = RadioField(
        "May one partner write to the counsellor alone",
        choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No: this practice keeps no secrets")],
        validators=[InputRequired("Choose one of these.")],
    )
    wait: Any = SelectField(
        "Opening something kept as “only me” takes", choices=[SelectChoice(*one) for one in WAITS]
    )

    def offer_wait(self, minutes: int) -> None:
        """A wait that was set elsewhere stays among the choices."""
        known = dict(WAITS)
        self.wait.choices = [SelectChoice(*one) for one in WAITS]
        if str(minutes) not in known:
            self.wait.choices.append(SelectChoice(str(minutes), f"{minutes} minutes"))


class ReminderLimitsForm(Form):
    """Between which hours and on how many days of a week."""

    first: Any = SelectField("Not before", choices=HOURS)
    last: Any = SelectField("Not after", choices=HOURS)
    days: Any = SelectField(
        "Days in a week, at most", choices=[SelectChoice(str(number), str(number)) for number in range(1, 8)]
    )

    def validate_last(self, field: Field) -> None:
        """The day begins before it ends."""
        hours = [option.value for option in HOURS]
        chosen = [self.first.data, field.data]
        if set(chosen) <= set(hours) and hours.index(chosen[1]) < hours.index(chosen[0]):
            raise ValidationError("Choose an hour after the first.")

    @property
    def limits(self) -> Limits:
        """What was chosen."""
        return Limits(int(self.first.data), int(self.last.data), int(self.days.data))


class SupervisionForm(Form):
    """Whose couples a supervisor sees."""

    supervises: Any = CheckboxesField("Sees the couples of", choices=[])

    def offer(self, counsellors: Sequence[tuple[str, str]]) -> None:
        """The counsellors there are: (id, name)."""
        self.supervises.choices = [SelectChoice(*one) for one in counsellors]


class CounsellorForm(Form):
    """Who has a couple from now on."""

    counsellor: Any = RadioField("Counsellor", validators=[InputRequired("Choose a counsellor.")])

    def offer(self, counsellors: Sequence[tuple[str, str]]) -> None:
        """The counsellors there are: (id, name)."""
        self.counsellor.choices = [SelectChoice(*one) for one in counsellors]


KEPT = (("good", "For good"), ("12", "1 year"), ("36", "3 years"), ("60", "5 years"), ("72", "6 years"))
KEPT_LONG = (("84", "7 years"), ("120", "10 years"), ("240", "20 years"), ("360", "30 years"))


class KeepForm(Form):
    """How long a record is kept after the work was closed."""

    keep: Any = RadioField(
        "Keep a closed record",
        choices=[SelectChoice(*one) for one in (*KEPT, *KEPT_LONG)],
        validators=[InputRequired("Choose how long.")],
    )

    @property
    def months(self) -> int | None:
        """What was chosen; None keeps it for good."""
        return None if self.keep.data == "good" else int(self.keep.data)
