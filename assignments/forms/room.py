"""Forms of the room: what will show, and a timer."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, SelectChoice  # type: ignore[attr-defined]  # types-WTForms lacks SelectChoice
from wtforms.validators import InputRequired

from assignments.forms.steps import CheckboxesField
from clinic.forms import Form

MINUTES = ("2", "5", "10", "20")
TOGETHER = "both"


class RoomForm(Form):
    """A tick for each thing that will show. None is fine: then there is a timer, and something to write together."""

    shows: Any = CheckboxesField("What will show")

    def offer(self, topics: list[tuple[str, str, bool]]) -> None:
        """Key, words, and whether it is ticked beforehand."""
        self.shows.choices = [SelectChoice(key, words) for key, words, _ in topics]
        if not self.is_submitted():
            self.shows.process_data([key for key, _, ticked in topics if ticked])


class TimerForm(Form):
    """Who speaks and for how long."""

    speaker: Any = RadioField(
        "Who speaks",
        validators=[InputRequired("Choose who speaks.")],
        default=TOGETHER,
    )
    minutes: Any = RadioField(
        "For how long",
        choices=[SelectChoice(one, f"{one} minutes") for one in MINUTES],
        validators=[InputRequired("Choose how long.")],
        default="5",
    )

    def name_speakers(self, first: str, second: str) -> None:
        """Both first names, and both of them at once."""
        self.speaker.choices = [
            SelectChoice("A", first),
            SelectChoice("B", second),
            SelectChoice(TOGETHER, "Both"),
        ]
