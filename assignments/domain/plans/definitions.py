"""What a plan is: titled weeks, each with a few exercises, and one moment to ask how it is going.

The description of each field is what a counsellor reads when the field is wrong, so it is written for them.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assignments.domain.exercises.definitions import SizeName
from assignments.domain.exercises.steps import Definition, Slug
from assignments.domain.material import Kind, is_material, kind_of

Whom = Literal["both", "A", "B"]
Often = Literal["once", "weekly"]
Branch = Literal["carry_on", "smaller", "change", "extra_contact"]

MOST_ITEMS = 3
"""More than three things a week is a list of duties, and every form has room for so many."""
MOST_WEEKS = 20

BRANCH_NAMES: dict[Branch, str] = {
    "carry_on": "Carry on",
    "smaller": "Make it smaller",
    "change": "Change the weeks to come",
    "extra_contact": "Meet once more",
}


class PlanItem(Definition):
    """One exercise in one week: to whom, in what size, and whether it stays on afterwards."""

    exercise: Slug
    who: Whom = Field(default="both", description="“both”, or “A” or “B” for one partner")
    size: SizeName = Field(default="usual", description="“small”, “usual” or “longer”")
    repeat: Often = Field(
        default="once", description="“once” for its own week, or “weekly” to stay until the plan ends"
    )


class PlanWeek(Definition):
    """One week of a plan as a couple reads it: a title and a few things to do."""

    title: Annotated[
        str,
        Field(min_length=1, max_length=60, description="what the week is about, at most 60 characters"),
    ]
    items: tuple[PlanItem, ...] = Field(
        min_length=1, max_length=MOST_ITEMS, description="a list of one to three exercises"
    )
    check_in: bool = Field(default=True, description="true or false: Today asks how the week was")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for item in self.items:
            for whom in ("A", "B") if item.who == "both" else (item.who,):
                if (item.exercise, whom) in seen:
                    raise ValueError(f"items: “{item.exercise}” stands there twice; keep one of them")
                seen.add((item.exercise, whom))
        return self


class Checkpoint(Definition):
    """When the counsellor asks how it is going, and what may follow."""

    after_week: int = Field(
        ge=1, le=MOST_WEEKS, description="the number of the week after which to ask, from 1"
    )
    branches: tuple[Branch, ...] = Field(
        default=("carry_on", "smaller", "change", "extra_contact"),
        min_length=2,
        description="a list of at least two of “carry_on”, “smaller”, “change”, “extra_contact”",
    )


class Plan(Definition):
    """One version of one plan."""

    slug: Slug
    version: int = Field(
        ge=1, le=9999, description="a whole number from 1, raised with each change of content"
    )
    name: Annotated[
        str, Field(min_length=1, max_length=60, description="a plain name, at most 60 characters")
    ]
    why: Annotated[
        str,
        Field(min_length=1, max_length=240, description="one or two lines on why, at most 240 characters"),
    ]
    sources: tuple[str, ...] = Field(
        default=(), description="a list of material ids, such as “PL1”; a plan of one's own may have none"
    )
    weeks: tuple[PlanWeek, ...] = Field(
        min_length=1, max_length=MOST_WEEKS, description="a list of one to twenty weeks"
    )
    checkpoint: Checkpoint | None = Field(
        default=None, description="a table [checkpoint] with the week after which to ask"
    )

    @model_validator(mode="after")
    def _ids_exist(self) -> Self:
        for material_id in self.sources:
            if not is_material(material_id) or kind_of(material_id) is not Kind.PLAN:
                raise ValueError(
                    f"sources: there is no plan “{material_id}” in the material; write PL1 to PL3"
                )
        return self

    @model_validator(mode="after")
    def _asks_in_time(self) -> Self:
        if self.checkpoint is not None and self.checkpoint.after_week >= len(self.weeks):
            raise ValueError("checkpoint: ask before the last week, so that the answer can change something")
        return self

    def week(self, number: int) -> PlanWeek:
        """The week of that number, counted from 1."""
        return self.weeks[number - 1]

    def items_in(self, number: int) -> tuple[PlanItem, ...]:
        """What a couple has in a week: its own exercises, then those of earlier weeks that stay on."""
        own = self.week(number).items
        taken = {item.exercise for item in own}
        staying = {
            item.exercise: item
            for week in self.weeks[: number - 1]
            for item in week.items
            if item.repeat == "weekly" and item.exercise not in taken
        }
        return (*own, *staying.values())

    @property
    def exercises(self) -> tuple[str, ...]:
        """The slug of every exercise it names, each once, in reading order."""
        return tuple(dict.fromkeys(item.exercise for week in self.weeks for item in week.items))

    @property
    def pace(self) -> int:
        """The most new exercises that any week brings."""
        return max(len(week.items) for week in self.weeks)
