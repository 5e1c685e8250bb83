"""Forms for appointments: when, how often, with whom; which of a row; and an uploaded calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask_wtf.file import FileField, FileRequired
from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    TimeField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, NumberRange, ValidationError

from clinic.calendar_files import LONGEST_TITLE, MOST_OFFERED
from clinic.domain.appointments import BOTH, MOST_MINUTES, MOST_TIMES, Repeat, Scope
from clinic.forms.fields import Form, WholeNumberField, in_reach, text_problem

UPLOAD_AGAIN = "That does not fit the file any more. Upload it again."
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
    times: Any = WholeNumberField("How many in all", default=6)
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
        if self.repeat.data == Repeat.ONCE:
            return
        if field.data is None:
            raise ValidationError("Enter how many there are in all.")
        if not 2 <= field.data <= MOST_TIMES:
            raise ValidationError(f"Enter 2 to {MOST_TIMES}.")

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

    # A name of its own, because the form that moves stands on the same page.
    which: Any = RadioField(
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


MOMENT = "%Y%m%dT%H%M%SZ"


def starts_typed(moments: Iterable[datetime]) -> str:
    """The moments of an event as its hidden field holds them."""
    return " ".join(f"{one.astimezone(UTC):{MOMENT}}" for one in moments)


class FoundEvent(PlainForm):
    """One event of a calendar file, and the couple it is with. Its title is for choosing and is never kept."""

    title: Any = HiddenField()
    starts: Any = HiddenField()
    minutes: Any = HiddenField()
    couple: Any = SelectField("With", validate_choice=True)

    def validate_title(self, field: Field) -> None:
        """It comes back only to be shown again."""
        if len(field.data or "") > LONGEST_TITLE or text_problem(field):
            raise ValidationError(UPLOAD_AGAIN)

    def validate_starts(self, field: Field) -> None:
        """The moments as we wrote them, each in the year to come."""
        if not 1 <= len(self.moments) <= MOST_TIMES:
            raise ValidationError(UPLOAD_AGAIN)

    def validate_minutes(self, field: Field) -> None:
        """A length as we wrote it."""
        if not 10 <= self.length <= MOST_MINUTES:
            raise ValidationError(UPLOAD_AGAIN)

    @property
    def couple_id(self) -> UUID:
        """The couple that was chosen."""
        return UUID(self.couple.data.split(" ")[0])

    @property
    def for_whom(self) -> str:
        """Both, or the one of them who comes alone."""
        return self.couple.data.partition(" ")[2] or BOTH

    @property
    def moments(self) -> tuple[datetime, ...]:
        """When it is; nothing for what we did not write so."""
        written = (self.starts.data or "").split(" ")
        if len(written) > MOST_TIMES or not all(
            re.fullmatch(r"20[0-9]{6}T[0-9]{6}Z", one) for one in written
        ):
            return ()
        try:
            return tuple(datetime.strptime(one, MOMENT).replace(tzinfo=UTC) for one in written)
        except ValueError:
            return ()

    @property
    def length(self) -> int:
        """Its minutes; 0 for what is no such number."""
        typed = self.minutes.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0


class ImportForm(Form):
    """The events of a calendar file, each with a couple or with none."""

    events: Any = FieldList(FormField(FoundEvent), max_entries=MOST_OFFERED)

    def offer(self, couples: Sequence[tuple[str, str]]) -> None:
        """The couples there are: (id, name)."""
        choices = [SelectChoice("", "Leave it out"), *(SelectChoice(*one) for one in couples)]
        for event in self.events:
            event.form.couple.choices = choices
