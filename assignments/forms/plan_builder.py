"""The form of the plan builder: everything of a draft on one page, finished or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    BooleanField,
    Field,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length

from assignments.domain.exercises import SIZE_NAMES, Exercise
from assignments.domain.plans import MOST_ITEMS, Draft
from assignments.forms.review import whole
from clinic.forms import Form, trimmed

PLACES = range(1, MOST_ITEMS + 1)
NEVER = "0"


class PlanDraftForm(Form):
    """Name, why, when to ask, and the weeks. Built by `for_draft`, with as many weeks as the draft has."""

    name: Any = StringField(
        "Name", filters=[trimmed], validators=[Length(max=60, message="Use at most 60 characters.")]
    )
    why: Any = TextAreaField(
        "Why",
        filters=[trimmed],
        validators=[Length(max=240, message="Use at most 240 characters.")],
        description="One or two lines on what it is for.",
    )
    ask_after: Any = SelectField("Ask how it goes")
    version: Any = HiddenField()
    weeks: Sequence[int] = ()

    @classmethod
    def for_draft(cls, draft: Draft) -> type[Any]:
        """This form with the fields of every week."""
        weeks = range(1, len(draft["weeks"]) + 1)
        fields: dict[str, Any] = {"weeks": tuple(weeks)}
        for week in weeks:
            fields[f"week{week}_title"] = StringField(
                f"Title of week {week}",
                filters=[trimmed],
                validators=[Length(max=60, message="Use at most 60 characters.")],
            )
            fields[f"week{week}_check_in"] = BooleanField("With the check-in")
            for place in PLACES:
                fields[f"week{week}_exercise{place}"] = SelectField(
                    f"Week {week}, exercise {place}", default=""
                )
                fields[f"week{week}_size{place}"] = SelectField("Size", default="usual")
                fields[f"week{week}_stay{place}"] = BooleanField("Stays until the plan ends")
        return type(cls.__name__, (cls,), fields)

    def offer(self, exercises: Sequence[Exercise], draft: Draft) -> None:
        """What may be chosen; an exercise that has left the library stands there with its short name."""
        known = {one.slug for one in exercises}
        named = {str(item["exercise"]) for week in draft["weeks"] for item in week["items"]}
        offered = [
            SelectChoice("", "Nothing here"),
            *(SelectChoice(one.slug, f"{one.name}, {one.minutes} min") for one in exercises),
            *(SelectChoice(slug, f"{slug} (not in the library now)") for slug in sorted(named - known)),
        ]
        self.ask_after.choices = [
            SelectChoice(NEVER, "Not at all"),
            *(SelectChoice(str(week), f"After week {week}") for week in self.weeks[:-1]),
        ]
        sizes = [SelectChoice(key, name) for key, name in SIZE_NAMES.items()]
        for week in self.weeks:
            for place in PLACES:
                self[f"week{week}_exercise{place}"].choices = offered
                self[f"week{week}_size{place}"].choices = sizes

    def parts(self, week: int) -> list[tuple[Field, Field, Field]]:
        """The fields of each place of a week, for the page."""
        return [
            (
                self[f"week{week}_exercise{place}"],
                self[f"week{week}_size{place}"],
                self[f"week{week}_stay{place}"],
            )
            for place in PLACES
        ]

    def taken(self, week: int) -> int:
        """How many places of a week are shown unfolded: up to the last that holds something, or is wrong."""
        held = [
            number
            for number, (exercise, size, _) in enumerate(self.parts(week), start=1)
            if exercise.data or exercise.errors or size.errors
        ]
        return max(held, default=1)

    def draft(self, before: Draft) -> Draft:
        """The draft as it was typed; what the form does not show is kept from `before`."""
        typed: Draft = {
            **before,
            "name": self.name.data or "",
            "why": self.why.data or "",
            "weeks": [self._week(week) for week in self.weeks],
        }
        typed.pop("checkpoint", None)
        # What is no choice of ours has been refused; the page is drawn again without it.
        if asked := whole(self.ask_after.data):
            asks = dict(before.get("checkpoint") or {})
            typed["checkpoint"] = {**asks, "after_week": asked}
        return typed

    def _week(self, week: int) -> dict[str, Any]:
        items = [
            {
                "exercise": exercise.data,
                "size": size.data,
                "repeat": "weekly" if stay.data else "once",
            }
            for exercise, size, stay in self.parts(week)
            if exercise.data
        ]
        return {
            "title": self[f"week{week}_title"].data or "",
            "items": items,
            "check_in": bool(self[f"week{week}_check_in"].data),
        }


def values_of(draft: Draft, version: int) -> dict[str, Any]:
    """What the fields hold for this draft."""
    weeks = draft["weeks"]
    asks = (draft.get("checkpoint") or {}).get("after_week", 0)
    values: dict[str, Any] = {
        "name": draft.get("name", ""),
        "why": draft.get("why", ""),
        "ask_after": str(asks if asks < len(weeks) else 0),
        "version": version,
    }
    for number, week in enumerate(weeks, start=1):
        values[f"week{number}_title"] = week["title"]
        values[f"week{number}_check_in"] = week["check_in"]
        for place, item in enumerate(week["items"], start=1):
            values[f"week{number}_exercise{place}"] = item["exercise"]
            values[f"week{number}_size{place}"] = item["size"]
            values[f"week{number}_stay{place}"] = item["repeat"] == "weekly"
    return values
