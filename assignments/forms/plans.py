"""Forms for plans: starting one, the exercises of its weeks, a holiday, the question how it goes. They never query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    DateField,
    Field,
    RadioField,
    SelectChoice,
    SelectField,
)
from wtforms.validators import InputRequired, Optional, ValidationError

from assignments.domain.exercises import SIZE_NAMES, Exercise
from assignments.domain.plans import BRANCH_NAMES, MOST_ITEMS, Branch, PlanItem, Whom
from assignments.domain.visibility import Level
from assignments.forms.assignment import LIMITS
from clinic.forms import Form, WholeNumberField, in_reach

PLACES = range(1, MOST_ITEMS + 1)
HOLIDAYS = range(1, 4)
NOTHING = ""


class WeeksForm(Form):
    """The exercises of some weeks, three places in each; an empty place is left out. Built by `for_weeks`."""

    weeks: Sequence[int] = ()

    @classmethod
    def for_weeks(cls, weeks: Sequence[int]) -> type[Any]:
        """This form with the places of these weeks."""
        fields: dict[str, Any] = {"weeks": tuple(weeks)}
        for week in weeks:
            for place in PLACES:
                fields[_name("exercise", week, place)] = SelectField(f"Exercise {place}", default=NOTHING)
                fields[_name("who", week, place)] = SelectField("For", default="both")
                fields[_name("size", week, place)] = SelectField("Size", default="usual")
        return type(cls.__name__, (cls,), fields)

    def offer_exercises(
        self, exercises: Sequence[Exercise], names: tuple[str, str], also: Sequence[str] = ()
    ) -> None:
        """What may be chosen; `also` are slugs that stand in the plan and are no longer in the library."""
        known = {exercise.slug for exercise in exercises}
        offered = [
            SelectChoice(NOTHING, "Nothing here"),
            *(SelectChoice(one.slug, f"{one.name}, {one.minutes} min") for one in exercises),
            *(SelectChoice(slug, f"{slug} (not in the library now)") for slug in also if slug not in known),
        ]
        whom = [
            SelectChoice("both", "Both"),
            SelectChoice("A", names[0]),
            SelectChoice("B", names[1]),
        ]
        sizes = [SelectChoice(key, name) for key, name in SIZE_NAMES.items()]
        for week, place in self._places():
            self[_name("exercise", week, place)].choices = offered
            self[_name("who", week, place)].choices = whom
            self[_name("size", week, place)].choices = sizes

    def items_in(self, week: int) -> tuple[PlanItem, ...]:
        """What was chosen for a week, in order. Call it once the form has passed."""
        return tuple(
            PlanItem(
                exercise=self[_name("exercise", week, place)].data,
                who=self[_name("who", week, place)].data,
                size=self[_name("size", week, place)].data,
            )
            for place in PLACES
            if self[_name("exercise", week, place)].data
        )

    def places(self, week: int) -> list[tuple[Field, Field, Field]]:
        """The three fields of each place of a week, for the page."""
        return [
            (
                self[_name("exercise", week, place)],
                self[_name("who", week, place)],
                self[_name("size", week, place)],
            )
            for place in PLACES
        ]

    def has_problem(self, week: int) -> bool:
        """Whether something in this week is to be put right."""
        return any(field.errors for three in self.places(week) for field in three)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each week holds something, and nothing twice for the same person."""
        passed = super().validate(extra_validators)
        for week in self.weeks if passed else ():
            problem = self._problem(week)
            if problem is not None:
                field, sentence = problem
                field.errors = [sentence]
                passed = False
        return passed

    def _problem(self, week: int) -> tuple[Field, str] | None:
        taken: set[tuple[str, Whom]] = set()
        for exercise, who, _size in self.places(week):
            if not exercise.data:
                continue
            for whom in ("A", "B") if who.data == "both" else (who.data,):
                if (exercise.data, whom) in taken:
                    return exercise, f"Week {week} holds this twice. Choose another."
                taken.add((exercise.data, whom))
        if not taken:
            return self[_name("exercise", week, 1)], f"Choose at least one exercise for week {week}."
        return None

    def _places(self) -> Iterator[tuple[int, int]]:
        return ((week, place) for week in self.weeks for place in PLACES)


def filled(items: Mapping[int, Sequence[PlanItem]]) -> dict[str, str]:
    """The values of the places for weeks that hold these items."""
    return {
        _name(part, week, place): str(getattr(item, part))
        for week, held in items.items()
        for place, item in enumerate(held, start=1)
        for part in ("exercise", "who", "size")
    }


def _name(part: str, week: int, place: int) -> str:
    return f"week{week}_{part}{place}"


def _holiday(number: int) -> Any:
    return DateField(f"Any day in holiday week {number}", validators=[Optional(), in_reach])


class StartPlanForm(WeeksForm):
    """From when, how much a week, how open, which weeks are left out, and the exercises of each week."""

    starts_on: Any = DateField("Start", validators=[InputRequired("Enter a day."), in_reach])
    pace: Any = SelectField("Pace", validators=[InputRequired("Choose a pace.")])
    sharing_limit: Any = SelectField(
        "Sharing up to",
        validators=[InputRequired("Choose how far it may be shared.")],
        description="Each may choose less. An exercise may be tighter.",
    )
    holiday1: Any = _holiday(1)
    holiday2: Any = _holiday(2)
    holiday3: Any = _holiday(3)

    def offer(self, levels: Sequence[Level], most: int, today: date) -> None:
        """How far it may be shared, loosest first, and the most that any week brings."""
        self.sharing_limit.choices = [SelectChoice(level.value, LIMITS[level]) for level in levels]
        self.pace.choices = [
            SelectChoice(str(number), f"{number} new {'thing' if number == 1 else 'things'} a week")
            for number in range(1, most + 1)
        ]
        self._today = today

    def validate_starts_on(self, field: Field) -> None:
        """A week that lies in the past can be done by nobody."""
        if field.data is not None and field.data < self._today:
            raise ValidationError("Start today or later.")

    @property
    def holidays(self) -> tuple[date, ...]:
        """The days given, each once."""
        days = (self[f"holiday{number}"].data for number in HOLIDAYS)
        return tuple(dict.fromkeys(day for day in days if day is not None))


class HolidayForm(Form):
    """A week to leave out, by any of its days."""

    day: Any = DateField("Any day in that week", validators=[InputRequired("Enter a day."), in_reach])


class WeekNumberForm(Form):
    """Which week is given once more."""

    week: Any = WholeNumberField("Week", validators=[InputRequired("Choose a week.")])


class CheckpointForm(Form):
    """How it goes, as one of the ways on."""

    branch: Any = RadioField("Your choice", validators=[InputRequired("Choose how to go on.")])

    def offer(self, branches: Sequence[Branch]) -> None:
        """What may follow."""
        self.branch.choices = [SelectChoice(branch, BRANCH_NAMES[branch]) for branch in branches]
