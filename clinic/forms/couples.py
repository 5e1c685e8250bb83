"""Forms about a couple: adding one, the conversations alone, and asking for one."""

from __future__ import annotations

from typing import Any

from wtforms import (
    DateField,
    TextAreaField,
)
from wtforms.validators import (
    Length,
)

from clinic.forms.fields import (
    Form,
    address_field,
    in_reach,
    name_field,
    needed,
    trimmed,
)


class CoupleForm(Form):
    """Two partners. The first becomes A, which means no more than the left column."""

    first_name: Any = name_field("First name", "Enter the first partner’s name.")
    first_family_name: Any = name_field("Family name", "Enter the first partner’s family name.")
    first_email: Any = address_field("Email")
    second_name: Any = name_field("First name", "Enter the second partner’s name.")
    second_family_name: Any = name_field("Family name", "Enter the second partner’s family name.")
    second_email: Any = address_field("Email")


class SafetyConversationForm(Form):
    """The day on which the counsellor spoke with one partner alone."""

    held_on: Any = DateField("Day of the conversation", validators=[needed("Enter a day."), in_reach])

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
