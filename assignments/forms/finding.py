"""The form that asks the library for something. It goes by GET, so that what was found can be kept as a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    SearchField,
    SelectChoice,
    SelectField,
)

from assignments.domain.exercises import LEVEL_NAMES, WHO_NAMES
from assignments.library.finding import MINUTES
from clinic.forms import Form


def _any_of(names: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice("", "Any"), *(SelectChoice(key, name) for key, name in names.items())]


class FindForm(Form):
    """Each box is drawn as it was asked; the address itself is read by `Wanted`."""

    class Meta(Form.Meta):
        """Nothing is written, so nothing is to be guarded against."""

        csrf = False

    q: Any = SearchField("Words")
    helps: Any = SelectField("May help with")
    minutes: Any = SelectField(
        "How long",
        choices=[
            SelectChoice("", "Any length"),
            *(SelectChoice(str(most), f"{most} minutes or less") for most in MINUTES),
        ],
    )
    level: Any = SelectField("How deep", choices=_any_of(LEVEL_NAMES))
    who: Any = SelectField("Who", choices=_any_of(WHO_NAMES))

    def offer(self, signs: Sequence[tuple[str, str]]) -> None:
        """The signs that something in the library may help with."""
        self.helps.choices = _any_of(dict(signs))
