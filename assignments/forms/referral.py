"""Forms of referring on: an entry of the directory, a letter, and a step on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    DateField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from assignments.domain.referrals import (
    FACT_LABELS,
    KINDS,
    STEP_LABELS,
    WORDS_CHARACTERS,
    ContactWords,
    Fact,
    Step,
    Whom,
)
from assignments.forms.review import whole
from clinic.forms import CheckboxesField, Form, in_reach, trimmed


def _at_most(most: int) -> Length:
    return Length(max=most, message=f"Use at most {most} characters.")


class ContactForm(Form):
    """A service that couples can be referred to."""

    version: Any = HiddenField(filters=[whole])
    name: Any = StringField(
        "Name", filters=[trimmed], validators=[DataRequired("Enter a name."), _at_most(120)]
    )
    kind: Any = SelectField("Kind", choices=[SelectChoice(key, label) for key, label in KINDS.items()])
    phone: Any = StringField("Phone", filters=[trimmed], validators=[_at_most(40)])
    address: Any = TextAreaField("Address", filters=[trimmed], validators=[_at_most(500)])
    note: Any = TextAreaField(
        "Note",
        description="For your counsellors, such as how long the wait is. It goes into no letter.",
        filters=[trimmed],
        validators=[_at_most(500)],
    )

    def value(self) -> ContactWords:
        """What was typed."""
        return ContactWords(
            self.name.data, self.kind.data, self.phone.data, self.address.data, self.note.data
        )


class ReferralForm(Form):
    """A letter: to whom, about whom, with which facts, and who has agreed."""

    contact: Any = RadioField("To", validators=[InputRequired("Choose whom you refer to.")])
    whom: Any = RadioField("Who is referred", validators=[InputRequired("Choose who is referred.")])
    facts: Any = CheckboxesField(
        "What else may stand in it",
        choices=[SelectChoice(fact.value, label) for fact, label in FACT_LABELS.items()],
        description="Answers, check-ins, questionnaires and signs never go into a letter.",
    )
    words: Any = TextAreaField(
        "What you ask of them",
        description="Your own words. Leave out what somebody told you alone.",
        filters=[trimmed],
        validators=[DataRequired("Write what you ask of them."), _at_most(WORDS_CHARACTERS)],
    )
    consent_a: Any = DateField("", validators=[Optional(), in_reach])
    consent_b: Any = DateField("", validators=[Optional(), in_reach])
    follow_up_on: Any = DateField("Follow up on", validators=[Optional(), in_reach])

    def offer(self, contacts: Sequence[tuple[str, str]], names: tuple[str, str]) -> None:
        """Fill in whom one can refer to, and the names of the couple."""
        self.contact.choices = [SelectChoice(value, label) for value, label in contacts]
        self.whom.choices = [
            SelectChoice(Whom.BOTH.value, "Both"),
            SelectChoice(Whom.A.value, f"{names[0]} alone"),
            SelectChoice(Whom.B.value, f"{names[1]} alone"),
        ]
        for field, name in zip((self.consent_a, self.consent_b), names, strict=True):
            field.label.text = f"{name} agreed to this letter on"

    def consents(self) -> dict[str, date | None]:
        """The days of agreement, by slot."""
        return {"A": self.consent_a.data, "B": self.consent_b.data}

    def ticked(self) -> list[Fact]:
        """The facts that were ticked."""
        return [Fact(one) for one in self.facts.data or []]


class StepForm(Form):
    """What has become of a referral."""

    step: Any = RadioField("What has happened", validators=[InputRequired("Choose what has happened.")])
    on: Any = DateField("On", validators=[InputRequired("Enter the day."), in_reach])

    def offer(self, steps: Sequence[Step]) -> None:
        """Fill in what can follow."""
        self.step.choices = [SelectChoice(step.value, STEP_LABELS[step]) for step in steps]
