"""What an exercise is: frozen definitions, checked field by field when a file is read.

The description of each field is what a counsellor reads when the field is wrong, so it is written for them.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assignments.domain.material import Kind, is_material, kind_of

Family = Literal["validation", "rituals", "appreciation", "speaking", "curiosity", "agreements", "noticing"]
Who = Literal["each", "together", "turns", "one"]
Level = Literal["easy", "middle", "deeper"]
Sharing = Literal["private", "counsellor", "both", "shared"]
SizeName = Literal["small", "usual", "longer"]
Turn = Literal["speaker", "listener"]
Part = Literal["when", "felt", "would_like"]

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

ANSWER_CAP = 20_000
"""No field holds more characters than this, whatever an exercise says."""

Slug = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$",
        max_length=60,
        description="small letters and digits, words joined by hyphens, such as “say-it-back”",
    ),
]
FieldKey = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$",
        max_length=40,
        description="small letters and digits, words joined by underscores, such as “how_long”",
    ),
]
Title = Annotated[
    str, Field(min_length=1, max_length=90, description="one short question or line, at most 90 characters")
]
Label = Annotated[str, Field(min_length=1, max_length=90, description="a few words, at most 90 characters")]
Hint = Annotated[
    str, Field(min_length=1, max_length=120, description="one short line, at most 120 characters")
]
Line = Annotated[str, Field(min_length=1, max_length=200, description="one line, at most 200 characters")]
Minutes = Annotated[int, Field(ge=1, le=90, description="whole minutes, from 1 to 90")]
MaxChars = Annotated[
    int, Field(ge=1, le=ANSWER_CAP, description="the most characters the box takes, from 1 to 20000")
]


class Definition(BaseModel):
    """The common ground: nothing unknown, nothing changed afterwards, no number read out of a text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Option(Definition):
    """One thing to choose: the key is stored, the label is read."""

    key: Slug
    label: Label


class AskedField(Definition):
    """One named box of an entry or an agreement."""

    key: FieldKey
    label: Label
    kind: Literal["line", "text", "choose_one"] = Field(
        default="line", description="“line” (one line), “text” (several lines) or “choose_one”"
    )
    hint: Hint | None = None
    options: tuple[Option, ...] = Field(
        default=(), max_length=20, description="a list of { key = …, label = … }, only for “choose_one”"
    )
    max_chars: MaxChars = 1000

    @model_validator(mode="after")
    def _options_belong_to_a_choice(self) -> Self:
        if self.kind == "choose_one" and len(self.options) < 2:
            raise ValueError("a field of the kind “choose_one” needs at least two options to choose from")
        if self.kind != "choose_one" and self.options:
            raise ValueError("options are only for the kind “choose_one”; take them out or change the kind")
        _check_options(self.options)
        return self


class _StepBase(Definition):
    """What every step has: a key, the one question of its page, and perhaps a role or a quotation."""

    key: Slug
    title: Title
    hint: Hint | None = None
    turn: Turn | None = Field(
        default=None, description="“speaker” or “listener”, only where the partners take turns"
    )
    quotes: Slug | None = Field(
        default=None, description="the key of an earlier step whose answer is shown above this one"
    )
    first_time_only: bool = Field(
        default=False, description="true or false: asked only the first time, shown afterwards"
    )


class TextStep(_StepBase):
    """An answer in the person's own words."""

    type: Literal["text"]
    label: Label | None = None
    starters: tuple[Label, ...] = Field(
        default=(), max_length=8, description="a list of up to eight ways to begin"
    )
    max_chars: MaxChars = 4000


class RatingStep(_StepBase):
    """A number from 0 to 10 whose two ends have words."""

    type: Literal["rating"]
    low: Label
    high: Label


class ChooseOneStep(_StepBase):
    """One of several, or words of one's own."""

    type: Literal["choose_one"]
    options: tuple[Option, ...] = Field(
        min_length=2, max_length=40, description="a list of at least two { key = …, label = … }"
    )
    other: Label | None = Field(
        default=None, description="the label of a box for own words; leave it out for no such box"
    )
    max_chars: MaxChars = 1000

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        _check_options(self.options)
        return self


class ChooseManyStep(_StepBase):
    """Several of several, and words of one's own."""

    type: Literal["choose_many"]
    options: tuple[Option, ...] = Field(
        min_length=2, max_length=40, description="a list of at least two { key = …, label = … }"
    )
    other: Label | None = Field(
        default=None, description="the label of a box for own words; leave it out for no such box"
    )
    max_chars: MaxChars = 1000

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        _check_options(self.options)
        return self


class SentencePart(Definition):
    """One of the three parts of an I-sentence, with the words of its own page."""

    title: Title
    hint: Hint | None = None


class ISentenceStep(_StepBase):
    """When … I felt … I'd like …: three parts that read as one."""

    type: Literal["i_sentence"]
    when: SentencePart
    felt: SentencePart
    would_like: SentencePart
    feelings: tuple[Option, ...] = Field(
        min_length=4,
        max_length=40,
        description="a list of at least four feeling words, { key = …, label = … }",
    )
    other: Label = "Another word"
    max_chars: MaxChars = 1000

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        _check_options(self.feelings)
        return self


class EntriesStep(_StepBase):
    """Several small entries over some days, each with the same few boxes."""

    type: Literal["entries"]
    entry: Label = Field(description="what one entry is called, such as “a small thank-you”")
    fields: tuple[AskedField, ...] = Field(
        min_length=1, max_length=8, description="a list of one to eight boxes, each with a key and a label"
    )
    aim: int = Field(default=3, ge=1, le=20, description="how many entries are about enough, from 1 to 20")

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        _refuse_twins("field", [field.key for field in self.fields])
        return self


class TimerStep(_StepBase):
    """Some minutes in which to do the thing, away from the screen."""

    type: Literal["timer"]
    minutes: Minutes


class ReadOnlyStep(_StepBase):
    """A page that asks nothing: lines to read, and Continue."""

    type: Literal["read_only"]
    lines: tuple[Line, ...] = Field(
        min_length=1, max_length=6, description="a list of one to six lines to read"
    )


class AgreementStep(_StepBase):
    """A few boxes filled in as a pair, and each person's “I agree”."""

    type: Literal["agreement"]
    fields: tuple[AskedField, ...] = Field(
        min_length=1, max_length=8, description="a list of one to eight boxes, each with a key and a label"
    )
    agree: Label = "I agree to this"

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [field.key for field in self.fields]
        _refuse_twins("field", keys)
        if "agreed" in keys:
            raise ValueError(
                "the key “agreed” is taken by the agreement itself; call the field something else"
            )
        return self


Step = Annotated[
    TextStep
    | RatingStep
    | ChooseOneStep
    | ChooseManyStep
    | ISentenceStep
    | EntriesStep
    | TimerStep
    | ReadOnlyStep
    | AgreementStep,
    Field(discriminator="type"),
]


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
        min_length=1, description="a list of material ids, such as “V1”, at least one of them a practice"
    )
    signs: tuple[str, ...] = Field(
        default=(), description="a list of ids of signs it helps with, from S1–S7 and T1–T11"
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
            _refuse_twins("id", list(ids), where=f"{name}: ")
        if not any(kind_of(material_id) is Kind.PRACTICE for material_id in self.sources):
            raise ValueError("sources: name at least one practice (V, R, A, E, Q, G or N) this comes from")
        for material_id in self.signs:
            if kind_of(material_id) not in (Kind.AVOIDANCE_SIGN, Kind.THRESHOLD):
                raise ValueError(f"signs: “{material_id}” is no sign; only S1–S7 and T1–T11 can stand here")
        return self

    @model_validator(mode="after")
    def _steps_fit_together(self) -> Self:
        _refuse_twins("step", [step.key for step in self.steps])
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


def _check_options(options: tuple[Option, ...]) -> None:
    keys = [option.key for option in options]
    _refuse_twins("option", keys)
    for taken in ("other", "skip"):
        if taken in keys:
            raise ValueError(f"the key “{taken}” is kept for the page itself; call the option something else")


def _refuse_twins(what: str, keys: list[str], where: str = "") -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{where}the {what} “{key}” stands here twice; each needs a key of its own")
        seen.add(key)
