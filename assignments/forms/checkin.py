"""The form of one weekly check-in, built from what is asked that week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
)
from wtforms.validators import ValidationError

from assignments.domain import checkins
from assignments.domain.checkins import CheckinAnswers, CheckinError, Item
from clinic.forms import Form


class CheckinForm(Form):
    """This week's questions; made by checkin_form, never by hand. What counts as an answer the domain says."""

    week: ClassVar[int]
    items: ClassVar[tuple[Item, ...]]
    week_of: Any = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """The form's own checks, then the domain's; each sentence goes beside its question."""
        passed = super().validate(extra_validators)
        try:
            self.value()
        except CheckinError as problem:
            for key, sentence in problem.by_item.items():
                if key in self:
                    self[key].errors = [sentence]
                else:
                    self.form_errors.append(sentence)
            return False
        return passed

    def validate_week_of(self, field: Field) -> None:
        """The week the page asked about."""
        try:
            date.fromisoformat(field.data or "")
        except ValueError as problem:
            raise ValidationError("Open this page again first.") from problem

    def value(self) -> CheckinAnswers:
        """What was said. Raises CheckinError for what is no answer."""
        return checkins.parse_answers({item.key: self[item.key].data or "" for item in self.items}, self.week)

    def answered_week(self) -> date:
        """The Monday of the week the page asked about."""
        return date.fromisoformat(self.week_of.data)


def checkin_form(
    week: int, week_of: date, partner_name: str, said: CheckinAnswers | None, **options: Any
) -> CheckinForm:
    """The form of one week, with what was said before filled in."""
    items = checkins.items_for(week)
    fields = {item.key: _question(item, partner_name) for item in items}
    form_class = type("CheckinForm", (CheckinForm,), {"week": week, "items": items, **fields})
    data: Mapping[str, Any] = {"week_of": week_of.isoformat(), **(_texts(said) if said else {})}
    form: CheckinForm = form_class(data=data, **options)
    return form


def _question(item: Item, partner_name: str) -> RadioField:
    if item.choices:
        pairs = [(choice.value, choice.label) for choice in item.choices]
    else:
        pairs = [(str(number), str(number)) for number in checkins.SCALE]
    # The item about one's own part has this choice among its answers already.
    if checkins.LEAVE_OUT_LABEL not in (label for _, label in pairs):
        pairs.append((checkins.LEAVE_OUT_VALUE, checkins.LEAVE_OUT_LABEL))
    return RadioField(
        item.label_for(partner_name),
        choices=[SelectChoice(value, label) for value, label in pairs],
        validate_choice=False,
    )


def _texts(said: CheckinAnswers) -> dict[str, str | None]:
    values = {item.key: getattr(said, item.key) for item in checkins.ITEMS}
    return {key: None if value is None else str(value) for key, value in values.items()}
