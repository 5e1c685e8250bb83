"""What an exercise is: a frozen definition whose parts are checked against each other.

The description of each field is what a counsellor reads when the field is wrong, so it is written for them.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from assignments.domain.exercises.steps import (
    Definition,
    Hint,
    Label,
    Line,
    Minutes,
    Slug,
    Step,
    TimerStep,
    Turn,
    refuse_twins,
)
from assignments.domain.material import Kind, is_material, kind_of

Family = Literal["validation", "rituals", "appreciation", "speaking", "curiosity", "agreements", "noticing"]
Who = Literal["each", "together", "turns", "one"]
Level = Literal["easy", "middle", "deeper"]
Sharing = Literal["private", "counsellor", "both", "shared"]
SizeName = Literal["small", "usual", "longer"]

# A step's key ends its address, and these addresses lead elsewhere.
PAGES_OF_THEIR_OWN = frozenset({"check", "done", "undo", "outcome", "later", "hard"})

OWN_PREFIX: Final = "our-"
"""Begins the slug of every exercise of a practice's own, so that none that ships, now or later, can meet it."""

FAMILY_NAMES: dict[Family, str] = {
    "validation": "Validation and listening",
    "rituals": "Rituals of connection",
    "appreciation": "Appreciation",
    "speaking": "Speaking for yourself",
    "curiosity": "Curiosity",
    "agreements": "Agreements and safety",
    "noticing": "Noticing yourself",
}
WHO_NAMES: dict[Who, str] = {
    "each": "Each on your own",
    "together": "Together",
    "turns": "Taking turns",
    "one": "One of you",
}
LEVEL_NAMES: dict[Level, str] = {"easy": "Easy", "middle": "Middle", "deeper": "Deeper"}
SIZE_NAMES: dict[SizeName, str] = {"small": "Smaller", "usual": "Usual", "longer": "Longer"}


class Dose(Definition):
    """How often, in words for people and in numbers for the programme."""

    text: Label
    per_week: int | None = Field(
        default=None, ge=1, le=14, description="how many times a week, a whole number from 1 to 14"
    )
    once: bool = Field(default=False, description="true or false: done once")
    as_it_happens: bool = Field(default=False, description="true or false: done when the moment comes")
    revisit_weeks: int | None = Field(
        default=None, ge=1, le=26, description="look at it again after so many weeks, from 1 to 26"
    )

    @model_validator(mode="after")
    def _says_how_often(self) -> Self:
        if self.per_week is None and not self.once and not self.as_it_happens:
            raise ValueError("say how often: give per_week = a number, once = true or as_it_happens = true")
        return self


class Size(Definition):
    """One length of an exercise: its minutes and the steps it keeps."""

    minutes: Minutes
    steps: tuple[Slug, ...] = Field(
        min_length=1, description="a list of the keys of the steps this size keeps"
    )
    timer: Minutes | None = Field(
        default=None, description="whole minutes the timer runs in this size, where it is not the step's own"
    )
    hint: Hint | None = None


class Sizes(Definition):
    """The three lengths: about two minutes for a hard evening, the usual one, and a longer one."""

    small: Size
    usual: Size
    longer: Size


class Exercise(Definition):
    """One version of one exercise, as a counsellor assigns it and a couple does it."""

    slug: Slug
    version: int = Field(
        ge=1, le=9999, description="a whole number from 1, raised with each change of wording"
    )
    name: Annotated[
        str, Field(min_length=1, max_length=60, description="a plain name, at most 60 characters")
    ]
    family: Family
    who: Who
    minutes: Minutes
    level: Level
    summary: Annotated[
        str, Field(min_length=1, max_length=120, description="one line on what it is, at most 120 characters")
    ]
    why: Annotated[
        str,
        Field(min_length=1, max_length=240, description="one or two lines on why, at most 240 characters"),
    ]
    how: tuple[Line, ...] = Field(min_length=1, max_length=6, description="a list of one to six short lines")
    dos: tuple[Line, ...] = Field(
        min_length=1, max_length=6, description="a list of one to six tips to follow"
    )
    donts: tuple[Line, ...] = Field(
        min_length=1, max_length=6, description="a list of one to six things to avoid"
    )
    sharing: Sharing = Field(
        description="the most open anyone may choose: “private”, “counsellor”, “both” or “shared”"
    )
    reveal_together: bool = Field(
        default=False, description="true or false: both answers open at once, when both are sent"
    )
    sources: tuple[str, ...] = Field(
        default=(), description="a list of material ids, such as “V1”, at least one of them a practice"
    )
    signs: tuple[str, ...] = Field(
        default=(), description="a list of ids of signs it helps with, from S1–S7 and T1–T11"
    )
    language: str = Field(
        default="en-GB",
        pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$",
        description="the language its words are in, such as “en-GB” or “cy”",
    )
    dose: Dose
    steps: tuple[Step, ...] = Field(min_length=1, max_length=20, description="a list of one to twenty steps")
    sizes: Sizes

    @model_validator(mode="after")
    def _ids_exist(self) -> Self:
        for name, ids in (("sources", self.sources), ("signs", self.signs)):
            for material_id in ids:
                if not is_material(material_id):
                    raise ValueError(
                        f"{name}: there is no material id “{material_id}”; look it up in the catalogue"
                    )
            refuse_twins("id", list(ids), where=f"{name}: ")
        # What a practice wrote itself comes from nowhere else, and says so.
        is_own = self.slug.startswith(OWN_PREFIX) and not self.sources
        if not is_own and not any(kind_of(material_id) is Kind.PRACTICE for material_id in self.sources):
            raise ValueError("sources: name at least one practice (V, R, A, E, Q, G or N) this comes from")
        for material_id in self.signs:
            if kind_of(material_id) not in (Kind.AVOIDANCE_SIGN, Kind.THRESHOLD):
                raise ValueError(f"signs: “{material_id}” is no sign; only S1–S7 and T1–T11 can stand here")
        return self

    @model_validator(mode="after")
    def _steps_fit_together(self) -> Self:
        refuse_twins("step", [step.key for step in self.steps])
        for taken in PAGES_OF_THEIR_OWN & {step.key for step in self.steps}:
            raise ValueError(f"steps: the key “{taken}” is kept for a page; call the step something else")
        earlier: dict[str, Turn | None] = {}
        for number, step in enumerate(self.steps, start=1):
            place = f"step {number} (“{step.key}”): "
            if step.quotes is not None and step.quotes not in earlier:
                raise ValueError(f"{place}it quotes “{step.quotes}”, but no earlier step has that key")
            if step.turn is not None and self.who != "turns":
                raise ValueError(f"{place}“turn” is only for exercises with who = “turns”; take it out")
            earlier[step.key] = step.turn
        if self.who == "turns" and not {"speaker", "listener"} <= set(earlier.values()):
            raise ValueError(
                "steps: where partners take turns, give at least one speaker and one listener step"
            )
        return self

    @model_validator(mode="after")
    def _sizes_grow(self) -> Self:
        order = [step.key for step in self.steps]
        smaller: set[str] = set()
        fewest = 0
        for name in SIZE_NAMES:
            size = self.size(name)
            unknown = [key for key in size.steps if key not in order]
            if unknown:
                raise ValueError(
                    f"sizes.{name}: there is no step “{unknown[0]}”; use the key of a step above"
                )
            if [key for key in order if key in size.steps] != list(size.steps):
                raise ValueError(f"sizes.{name}: list each step once, in the order of the steps above")
            if not smaller <= set(size.steps):
                left_out = min(smaller - set(size.steps))
                raise ValueError(f"sizes.{name}: it leaves out “{left_out}”, which the size before it keeps")
            if size.timer is not None and size.timer > size.minutes:
                raise ValueError(f"sizes.{name}: the timer runs longer than the whole size takes")
            if size.minutes < fewest:
                raise ValueError(f"sizes.{name}: it takes fewer minutes than the size before it")
            smaller, fewest = set(size.steps), size.minutes
        if self.sizes.small.minutes > 3:
            raise ValueError("sizes.small: about two minutes is the idea, so give at most 3")
        if self.sizes.usual.minutes != self.minutes:
            raise ValueError("sizes.usual: its minutes and the exercise's own minutes are the same number")
        if list(self.sizes.longer.steps) != order:
            raise ValueError("sizes.longer: it keeps every step, so that no step is beyond reach")
        return self

    @model_validator(mode="after")
    def _reveal_needs_both(self) -> Self:
        if self.reveal_together and self.sharing != "both":
            raise ValueError("reveal_together: answers that open together need sharing = “both”")
        return self

    def size(self, name: SizeName) -> Size:
        """The size of that name."""
        if name == "small":
            return self.sizes.small
        return self.sizes.usual if name == "usual" else self.sizes.longer

    def step(self, key: str) -> Step | None:
        """The step with that key, or None."""
        return next((step for step in self.steps if step.key == key), None)

    def steps_in(
        self, size: SizeName = "usual", *, turn: Turn | None = None, first_time: bool = True
    ) -> tuple[Step, ...]:
        """The steps of a size in order; a turn leaves out the other role's, a repeat leaves out the set-up."""
        chosen = self.size(size)
        return tuple(
            step.model_copy(update={"minutes": chosen.timer})
            if chosen.timer is not None and isinstance(step, TimerStep)
            else step
            for step in self.steps
            if step.key in chosen.steps
            and (turn is None or step.turn in (None, turn))
            and (first_time or not step.first_time_only)
        )
