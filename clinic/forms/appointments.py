"""Forms for appointments: when, how often, with whom; which of a row; and an uploaded calendar."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    BooleanField,
    DateField,
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from clinic.domain.appointments import BOTH, MOST_MINUTES, MOST_TIMES, Repeat, Scope
from clinic.forms import Form, WholeNumberField, in_reach

REPEATS = {
    Repeat.ONCE: "Once",
    Repeat.WEEKLY: "Every week",
    Repeat.FORTNIGHTLY: "Every two weeks",
    Repeat.THREE_WEEKS: "Every three weeks",
    Repeat.FOUR_WEEKS: "Every four weeks",
}


class WhenForm(Form):
    """When a couple comes, in the practice's own time."""

    day: Any = DateField("Day", validators=[InputRequired("Enter a day."), in_reach])
    at: Any = TimeField("Time", validators=[InputRequired("Enter a time.")])
    minutes: Any = WholeNumberField(
        "Minutes",
        default=60,
        validators=[
            InputRequired("Enter how long it lasts."),
            NumberRange(10, MOST_MINUTES, f"Enter 10 to {MOST_MINUTES} minutes."),
        ],
    )


class AppointmentForm(WhenForm):
    """One appointment or several alike, with both partners or with one of them alone."""

    repeat: Any = SelectField(
        "How often",
        choices=[SelectChoice(one.value, label) for one, label in REPEATS.items()],
        default=Repeat.ONCE.value,
    )
    times: Any = WholeNumberField(
        "How many in all",
        default=6,
        validators=[Optional(), NumberRange(2, MOST_TIMES, f"Enter 2 to {MOST_TIMES}.")],
    )
    for_whom: Any = RadioField(
        "With", default=BOTH, validators=[InputRequired("Choose with whom it is held.")]
    )
    in_own_feed: Any = BooleanField("Show it in their own calendar too")

    def offer(self, names: tuple[str, str]) -> None:
        """Both partners by name."""
        self.for_whom.choices = [
            SelectChoice(BOTH, "Both"),
            SelectChoice("A", f"{names[0]} alone"),
            SelectChoice("B", f"{names[1]} alone"),
        ]

    def validate_times(self, field: Field) -> None:
        """What repeats needs a number; what does not takes no notice of one."""
        if self.repeat.data != Repeat.ONCE and field.data is None:
            raise ValidationError("Enter how many there are in all.")

    def validate_in_own_feed(self, field: Field) -> None:
        """The calendars of both hold what is with both in any case."""
        if field.data and self.for_whom.data == BOTH:
            raise ValidationError("Both see this one already. Untick it, or choose one of them.")


SCOPES = [
    SelectChoice(Scope.ONE.value, "This one"),
    SelectChoice(Scope.FOLLOWING.value, "This one and those that follow"),
]


class MoveForm(WhenForm):
    """Where an appointment goes, and whether those of its row that follow go along."""

    scope: Any = RadioField(
        "Move", choices=SCOPES, default=Scope.ONE.value, validators=[InputRequired("Choose which.")]
    )


class CancelForm(Form):
    """Which of a row are cancelled."""

    scope: Any = RadioField(
        "Cancel", choices=SCOPES, default=Scope.ONE.value, validators=[InputRequired("Choose which.")]
    )


class CalendarFileForm(Form):
    """A calendar as a file."""

    calendar: Any = FileField(
        "The file",
        description="An .ics file, as calendars export it. At most 256 KB.",
        validators=[FileRequired("Choose a file first.")],
        render_kw={"accept": ".ics,text/calendar"},
    )
