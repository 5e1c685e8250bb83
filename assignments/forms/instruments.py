"""Forms of the questionnaires: the practice's words for one, and a partner's answers to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from assignments.domain import wordings
from assignments.domain.instruments import Instrument
from assignments.domain.wordings import WordedItem, Wording
from assignments.forms.review import OPEN_AGAIN, whole
from clinic.forms import Form, trimmed


class WordingForm(Form):
    """The words of one questionnaire; made by wording_form, never by hand. Half of them may be kept."""

    instrument: ClassVar[Instrument]
    # 0 says that nothing was saved before, which is a version like any other.
    version: Any = HiddenField(filters=[whole], validators=[InputRequired(OPEN_AGAIN)])
    lead: Any = TextAreaField(
        "The line it begins with",
        filters=[trimmed],
        validators=[Length(max=wordings.LEAD_CHARACTERS, message="Use at most %(max)d characters.")],
    )

    def items(self) -> list[tuple[Field, Field, Field]]:
        """The fields of each item: its text, its answers, and their order."""
        return [
            (self[f"text_{number}"], self[f"anchors_{number}"], self[f"high_first_{number}"])
            for number in range(len(self.instrument.item_ranges))
        ]

    def value(self) -> Wording:
        """What was typed."""
        return Wording(
            self.lead.data,
            tuple(
                WordedItem(text.data, wordings.anchors_in(anchors.data), bool(high_first.data))
                for text, anchors, high_first in self.items()
            ),
        )


class _FitsItsRange:
    """An item takes as many answers as its range has numbers; more is a slip, fewer is not finished yet."""

    def __init__(self, needed: int) -> None:
        self.needed = needed

    def __call__(self, _form: Any, field: Field) -> None:
        anchors = wordings.anchors_in(field.data or "")
        if len(anchors) > self.needed:
            raise ValidationError(f"This item has {self.needed} answers. There are {len(anchors)} lines.")
        if any(len(one) > wordings.ANCHOR_CHARACTERS for one in anchors):
            raise ValidationError(f"Use at most {wordings.ANCHOR_CHARACTERS} characters in a line.")


def wording_form(instrument: Instrument, kept: Wording, version: int, **options: Any) -> WordingForm:
    """The form of one questionnaire, with the words kept so far."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"lead": kept.lead, "version": str(version)}
    for number, ((low, high), item) in enumerate(zip(instrument.item_ranges, kept.items, strict=True)):
        needed = high - low + 1
        at_most = Length(max=wordings.ITEM_CHARACTERS, message="Use at most %(max)d characters.")
        fields[f"text_{number}"] = StringField(f"Item {number + 1}", filters=[trimmed], validators=[at_most])
        fields[f"anchors_{number}"] = TextAreaField(
            f"Answers to item {number + 1}",
            description=f"{needed} lines, from the answer that scores {low} to the one that scores {high}.",
            filters=[trimmed],
            validators=[_FitsItsRange(needed)],
        )
        fields[f"high_first_{number}"] = BooleanField("The form prints the highest answer first")
        data |= {
            f"text_{number}": item.text,
            f"anchors_{number}": "\n".join(item.anchors),
            f"high_first_{number}": item.high_first,
        }
    form: WordingForm = type("WordingForm", (WordingForm,), {"instrument": instrument, **fields})(
        data=data, **options
    )
    return form


class InstrumentForm(Form):
    """One partner's answers; made by instrument_form, never by hand. A score needs every item."""

    count: ClassVar[int]
    version: Any = HiddenField(filters=[whole], validators=[DataRequired(OPEN_AGAIN)])

    def items(self) -> list[Field]:
        """The field of each item, in the form's order."""
        return [self[f"item_{number}"] for number in range(self.count)]

    def scores(self) -> list[int]:
        """What was chosen, item by item."""
        return [int(field.data) for field in self.items()]


def instrument_form(
    instrument: Instrument, wording: Wording, version: int, said: Sequence[int] | None, **options: Any
) -> InstrumentForm:
    """The page of questions as the practice worded them, with what was answered in this round."""
    fields: dict[str, Any] = {
        f"item_{number}": RadioField(
            item.text,
            choices=[
                SelectChoice(str(one.score), one.words)
                for one in wordings.answers_of(instrument, number, item)
            ],
            validators=[InputRequired(f"Choose one answer to question {number + 1}.")],
        )
        for number, item in enumerate(wording.items)
    }
    data = {f"item_{number}": str(score) for number, score in enumerate(said or ())}
    form_class = type("InstrumentForm", (InstrumentForm,), {"count": len(wording.items), **fields})
    form: InstrumentForm = form_class(data={"version": str(version), **data}, **options)
    return form
