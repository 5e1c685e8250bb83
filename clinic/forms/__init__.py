"""Forms of the clinic pages: they check shape and hand values on; they never query.

Every form of the project stands on `Form`, which refuses what no keyboard types and speaks in our words.
Fields are `Any`, because what their validators let through is narrower than what WTForms can say of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
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

from clinic.domain.reminders import DAYS, Limits, Timetable
from clinic.domain.urgent_help import COUNTRIES
from clinic.language import clock_time

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


def _choices(*pairs: tuple[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


def _needed(sentence: str) -> InputRequired:
    """Left empty is told in our words; unreadable is told by the field itself."""
    return InputRequired(sentence)


def _address_field(label: str, **more: Any) -> StringField:
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


def _name_field(label: str, needed: str, **more: Any) -> StringField:
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


class SignInForm(Form):
    """Names are a fixed contract (DESIGN §4). The address is not checked for shape: unknown is unknown."""

    email: Any = StringField(
        "Email", filters=[address], validators=[DataRequired("Enter your email address.")]
    )
    password: Any = PasswordField("Password", validators=[InputRequired("Enter your password.")])
    next: Any = HiddenField()


class PassPhraseForm(Form):
    """The pass-phrase again, of whoever is signed in, and where to go on."""

    password: Any = PasswordField("Password", validators=[InputRequired("Enter your password.")])
    next: Any = HiddenField()


class SecondCodeForm(Form):
    """The code that follows the pass-phrase, and where to go on."""

    code: Any = StringField(
        "Code", filters=[code_digits], validators=[DataRequired("Enter the code from your app.")]
    )
    next: Any = HiddenField()


class PasskeyForm(Form):
    """What a passkey answered. Script puts it in; without script the page has other ways."""

    answer: Any = HiddenField(
        validators=[DataRequired("This takes a passkey. Try again, or use another way.")]
    )
    next: Any = HiddenField()


def _passkey_name() -> StringField:
    return StringField(
        "Name for it",
        filters=[trimmed],
        validators=[DataRequired("Give it a name."), Length(max=60, message="Use at most 60 characters.")],
        description="So that you know it again, such as the phone it is on.",
    )


class NewPasskeyForm(Form):
    """A new passkey and what its owner calls it."""

    answer: Any = HiddenField(validators=[DataRequired("No passkey was made. Try again.")])
    name: Any = _passkey_name()


class PasskeyNameForm(Form):
    """Another name for a passkey."""

    name: Any = _passkey_name()


class ProveForm(Form):
    """The pass-phrase, on a page of which it is a part."""

    password: Any = PasswordField("Password", validators=[InputRequired("Enter your password.")])


class FirstCodeForm(Form):
    """The first code of an app, which shows that it has read the key."""

    code: Any = StringField(
        "Code from the app",
        filters=[code_digits],
        validators=[DataRequired("Enter the code the app shows.")],
        description="Six numbers. A new one comes every half minute.",
    )


class TurnOffForm(Form):
    """What turns a second step off again."""

    password: Any = PasswordField("Password", validators=[InputRequired("Enter your password.")])
    code: Any = StringField(
        "Code",
        filters=[code_digits],
        validators=[DataRequired("Enter a code.")],
        description="From your app, or a recovery code.",
    )


class NewPassPhraseForm(Form):
    """The old pass-phrase and a new one."""

    old: Any = PasswordField("Password now", validators=[InputRequired("Enter the password you have now.")])
    password: Any = PasswordField("New password", validators=[InputRequired("Choose a password.")])


class SignInAddressForm(Form):
    """Where a forgotten pass-phrase, or a link by mail, begins."""

    email: Any = _address_field("Email you sign in with")


class RecoveryCodesForm(Form):
    """Both codes and a new pass-phrase."""

    email: Any = _address_field("Email you sign in with")
    mail_code: Any = StringField(
        "Code from the mail",
        filters=[code_digits],
        validators=[DataRequired("Enter the code from the mail.")],
    )
    spoken_code: Any = StringField(
        "Code you were told",
        filters=[code_digits],
        validators=[DataRequired("Enter the code you were told.")],
        description="Your counsellor or your practice tells you this one.",
    )
    password: Any = PasswordField(
        "New password",
        validators=[InputRequired("Choose a password.")],
        description="At least 15 characters. Four or five words in a row work well.",
    )


INBOX_CHOICES = _choices(("no", "No"), ("yes", "Yes"), ("unsure", "Not sure"))


class AccountForm(Form):
    """Making one's own account from an invitation."""

    code: Any = StringField(
        "Your code",
        filters=[code_digits],
        validators=[DataRequired("Enter the code you were told.")],
        description="Six numbers. You were told them in person or by phone.",
    )
    email: Any = _address_field(
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
        choices=_choices(("system", "As this device is set"), ("light", "Light"), ("dark", "Dark")),
        validators=[InputRequired("Choose how pages look.")],
    )


class CoupleForm(Form):
    """Two partners. The first becomes A, which means no more than the left column."""

    first_name: Any = _name_field("First name", "Enter the first partner’s name.")
    first_family_name: Any = _name_field("Family name", "Enter the first partner’s family name.")
    first_email: Any = _address_field("Email")
    second_name: Any = _name_field("First name", "Enter the second partner’s name.")
    second_family_name: Any = _name_field("Family name", "Enter the second partner’s family name.")
    second_email: Any = _address_field("Email")


class SafetyConversationForm(Form):
    """The day on which the counsellor spoke with one partner alone."""

    held_on: Any = DateField("Day of the conversation", validators=[_needed("Enter a day."), in_reach])

    def __init__(self, slot: str, **more: Any) -> None:
        super().__init__(**more)
        # The page shows one such form for each partner, and an id may stand on a page once.
        self.held_on.id = f"held_on-{slot}"


class TalkForm(Form):
    """Asking to talk alone: how and when to be reached, or nothing at all."""

    reach: Any = TextAreaField(
        "How and when you can be reached safely",
        filters=[trimmed],
        validators=[Length(max=500, message="Use at most 500 characters.")],
    )


class RemindersForm(Form):
    """When a person would like a reminder by mail."""

    _limits: Limits = Limits()

    wanted: Any = RadioField(
        "Remind me by mail",
        choices=_choices(("off", "No"), ("on", "Yes")),
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


class StaffForm(Form):
    """Somebody who works for the practice. Counsellors to choose from are passed in."""

    name: Any = _name_field("First name", "Enter a first name.")
    family_name: Any = _name_field("Family name", "Enter a family name.")
    email: Any = _address_field("Email")
    role: Any = RadioField(
        "What they do here",
        choices=_choices(
            ("counsellor", "Counsellor"), ("supervisor", "Supervisor"), ("admin", "Practice admin")
        ),
        validators=[InputRequired("Choose what they do here.")],
    )
    supervises: Any = CheckboxesField("A supervisor sees the couples of", choices=[], validate_choice=True)

    def offer(self, counsellors: Sequence[tuple[str, str]]) -> None:
        """Whom a supervisor may be given: (id, name)."""
        self.supervises.choices = _choices(*counsellors)

    def validate_supervises(self, field: Field) -> None:
        """Only a supervisor sees other people's couples."""
        if field.data and self.role.data != "supervisor":
            raise ValidationError("Only a supervisor sees other counsellors’ couples. Untick these.")


class UrgentHelpForm(Form):
    """The country whose lines are shown, and the practice's own lines."""

    country: Any = SelectField(
        "Country",
        choices=[SelectChoice(code, country.name) for code, country in COUNTRIES.items()],
        validate_choice=True,
    )
    lines: Any = TextAreaField(
        "Your own lines",
        filters=[trimmed],
        validators=[Length(max=2000, message="Use at most 2,000 characters.")],
    )


class SafetyRuleForm(Form):
    """Turning the safety rule off or on again, with the reason that is kept."""

    asks: Any = RadioField(
        "Exercises wait for a conversation with each partner alone",
        choices=_choices(("yes", "Yes, they wait"), ("no", "No, they do not wait")),
        validators=[InputRequired("Choose one of these.")],
    )
    reason: Any = TextAreaField(
        "Why",
        filters=[trimmed],
        validators=[
            DataRequired("Say why. It is kept with the change."),
            Length(max=500, message="Use at most 500 characters."),
        ],
    )
