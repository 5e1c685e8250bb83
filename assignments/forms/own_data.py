"""Leaving, and asking for one's account to be deleted."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField
from wtforms.validators import DataRequired

from clinic.forms import Form


class LeaveForm(Form):
    """Leaving the couple. There is no way back from here, so it is ticked and not only pressed."""

    sure: Any = BooleanField(
        "I want to end our practice here", validators=[DataRequired("Tick this if you want to leave.")]
    )


class DeleteForm(Form):
    """Asking for one's own account to be deleted."""

    sure: Any = BooleanField(
        "Delete my account and what I wrote", validators=[DataRequired("Tick this if you want it deleted.")]
    )


class EraseForm(Form):
    """Seeing to it. There is no way back from here."""

    sure: Any = BooleanField(
        "I have spoken with them, and this can’t be undone",
        validators=[DataRequired("Tick this before you delete anything.")],
    )
