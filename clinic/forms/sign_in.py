"""Forms about coming in: signing in, the second step, and the ways back."""

from __future__ import annotations

from typing import Any

from wtforms import (
    HiddenField,
    PasswordField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
)

from clinic.forms.fields import (
    Form,
    address,
    address_field,
    code_digits,
    trimmed,
)


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


class RecoveryForm(Form):
    """Where a forgotten pass-phrase begins."""

    email: Any = address_field("Email you sign in with")


class RecoveryCodesForm(Form):
    """Both codes and a new pass-phrase."""

    email: Any = address_field("Email you sign in with")
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
