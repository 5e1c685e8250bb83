"""Forms for what a counsellor sets for one couple."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    RadioField,
    SelectChoice,
)
from wtforms.validators import InputRequired

from assignments.domain.visibility import Level
from assignments.forms.assignment import LIMITS
from clinic.forms import Form


class SharingLimitForm(Form):
    """The loosest level either of them may choose."""

    sharing_limit: Any = RadioField(
        "They may share up to", validators=[InputRequired("Choose how far they may share.")]
    )

    def offer(self, levels: Sequence[Level]) -> None:
        """What may be chosen, loosest first."""
        self.sharing_limit.choices = [SelectChoice(level.value, LIMITS[level]) for level in levels]
