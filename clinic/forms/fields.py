"""What every form of the project stands on, and the kinds of field they share.

`Form` refuses what no keyboard types and speaks in our words. Fields are `Any`, because what their validators let
through is narrower than what WTForms can say of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    Field,
    IntegerField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    Email,
    InputRequired,
    Length,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

# No field takes more than this, whatever it is for (ux.md §6).
LONGEST_TEXT = 20_000
NAME = 80
ADDRESS = 254
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
LINE_BREAKS = "\n\r\t"

# What WTForms says by itself, said so that it names the way out.
OUR_WORDS = {
    "Not a valid date value.": "Enter a date, such as 2026-05-14.",
    "Not a valid time value.": "Enter a time, such as 10:00.",
    "Not a valid integer value.": "Enter a whole number.",
    "Not a valid choice.": "Choose one of these.",
    "Not a valid choice": "Choose one of these.",
    "Invalid Choice: could not coerce": "Choose one of these.",
    "Invalid Choice: could not coerce.": "Choose one of these.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Choose from this list.",
    "This field is required.": "This is needed.",
}


class OurWords:
    """Stands where WTForms looks for a translation."""

    def gettext(self, text: str) -> str:
        """The same message in our words."""
        return OUR_WORDS.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """WTForms counts letters and choices with this."""
        if many.startswith("'%(value)s'") or "are not valid choices" in many:
            return "Choose from this list."
        return one if number == 1 else many


class Form(FlaskForm):
    """What every form has: no control characters, no endless text, messages in our words."""

    class Meta(FlaskForm.Meta):
        """WTForms reads its messages from here."""

        def get_translations(self, form: Any) -> OurWords:
            """Our words for its messages."""
            return OurWords()

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields' own checks, then the check that holds for every text."""
        passed = bool(super().validate(extra_validators))
        for field in self:
            problem = None if field.errors else text_problem(field)
            if problem:
                field.errors = [problem]
                passed = False
        return passed


def text_problem(field: Field) -> str | None:
    """Why the text of a field can't be kept, or None. Fields that hold no text pass."""
    text = field.data
    if not isinstance(text, str):
        return None
    if len(text) > LONGEST_TEXT:
        return "That is too long. Make it shorter."
    allowed = LINE_BREAKS if isinstance(field, TextAreaField) else ""
    # What came as broken bytes, such as half a surrogate pair, arrives as the replacement character.
    if "\ufffd" in text or any(
        unicodedata.category(letter) in ("Cc", "Cs") and letter not in allowed for letter in text
    ):
        return "That holds a character that can’t be kept. Type it again."
    return None


def trimmed(text: str | None) -> str:
    """Without the spaces that a phone's keyboard leaves around a word."""
    return text.strip() if isinstance(text, str) else ""


def address(text: str | None) -> str:
    """An address as it is compared: trimmed and in small letters."""
    return trimmed(text).casefold()


def code_digits(text: str | None) -> str:
    """A spoken code as it is compared; people type it in groups."""
    return "".join(trimmed(text).split()).replace("-", "")


def in_reach(_form: Any, field: Field) -> None:
    """A date that a calendar here can hold; the year 1 or 9999 breaks time zones."""
    if field.data is not None and not EARLIEST <= field.data <= LATEST:
        raise ValidationError("Enter a date between 2000 and 2099.")


def choices_of(*pairs: tuple[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


def needed(sentence: str) -> InputRequired:
    """Left empty is told in our words; unreadable is told by the field itself."""
    return InputRequired(sentence)


def address_field(label: str, **more: Any) -> StringField:
    return StringField(
        label,
        filters=[address],
        validators=[
            DataRequired("Enter an email address."),
            Length(max=ADDRESS, message="That address is too long."),
            Email("Enter an email address, such as sam@example.org."),
        ],
        **more,
    )


def name_field(label: str, needed: str, **more: Any) -> StringField:
    return StringField(
        label,
        filters=[trimmed],
        validators=[DataRequired(needed), Length(max=NAME, message=f"Use at most {NAME} letters.")],
        **more,
    )


class CheckboxesField(SelectMultipleField):
    """Several ticks, each a real checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class WholeNumberField(IntegerField):
    """Plain digits only: what Python also reads as a number, such as 1_0, is a slip and not a number."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Raises ValueError, which WTForms shows beside the field."""
        typed = valuelist[0].strip() if valuelist else ""
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 10):
            self.data = None
            raise ValueError("Enter a whole number.")
        super().process_formdata(list(valuelist))


class EmptyForm(Form):
    """A button that needs no field."""
