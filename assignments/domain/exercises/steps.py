"""The steps an exercise is made of, checked field by field when a file is read.

The description of each field is what a counsellor reads when the field is wrong, so it is written for them.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Turn = Literal["speaker", "listener"]
Part = Literal["when", "felt", "would_like", "strength", "body"]
Depth = Literal["light", "middle", "deep"]

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
    kind: Literal["line", "text", "choose_one", "day"] = Field(
        default="line", description="“line” (one line), “text” (several lines), “day” or “choose_one”"
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


class Card(Definition):
    """One question of a deck: the key is stored, the question is read."""

    key: Slug
    depth: Depth
    question: Title


class CardsStep(_StepBase):
    """Three cards to choose from, dealt from a deck, and words of one's own.

    A file may name a deck that ships. Its cards are put in place of its name when the file is read, so a
    definition always holds the cards themselves and a couple keeps the ones it was given.
    """

    type: Literal["cards"]
    deck: Slug | None = Field(
        default=None, description="the name of a deck that ships; or leave it out and give cards"
    )
    depths: tuple[Depth, ...] = Field(
        default=(), description="which of “light”, “middle” and “deep” to take from the deck"
    )
    cards: tuple[Card, ...] = Field(
        default=(),
        max_length=120,
        description="a list of at least three { key = …, depth = …, question = … }",
    )
    other: Label | None = Field(
        default="A question of my own", description="the label of a box for own words"
    )
    max_chars: MaxChars = 1000

    @model_validator(mode="after")
    def _cards_are_there(self) -> Self:
        if self.deck is not None and self.cards:
            raise ValueError("give a deck that ships or cards of its own, not both")
        if self.deck is not None:
            raise ValueError(
                f"there is no deck “{self.deck}” with cards of that depth; name a deck that ships, or give cards"
            )
        if self.depths:
            raise ValueError("depths choose from a deck; take them out where the cards stand here themselves")
        if len(self.cards) < 3:
            raise ValueError("name a deck, or give at least three cards")
        _check_options(self.options)
        return self

    @property
    def options(self) -> tuple[Option, ...]:
        """The cards as things to choose; not checked again, because a long name may be in one by now."""
        return tuple(Option.model_construct(key=card.key, label=card.question) for card in self.cards)


class FeelingGroup(Definition):
    """A family of feeling words that is folded together on the page."""

    key: Slug
    label: Label
    feelings: tuple[Option, ...] = Field(
        min_length=2, max_length=15, description="a list of two to fifteen words, { key = …, label = … }"
    )


class StrengthPart(SentencePart):
    """How strong it is, from 0 to 10."""

    low: Label
    high: Label


class BodyPart(SentencePart):
    """Where in the body it sits."""

    options: tuple[Option, ...] = Field(
        min_length=2, max_length=30, description="a list of at least two places, { key = …, label = … }"
    )
    other: Label | None = Field(
        default=None, description="the label of a box for own words; leave it out for no such box"
    )


class FeelingsStep(_StepBase):
    """A feeling: the word for it, how strong it is, and where in the body; three pages, each may be left out."""

    type: Literal["feelings"]
    felt: SentencePart
    strength: StrengthPart
    body: BodyPart
    groups: tuple[FeelingGroup, ...] = Field(
        min_length=2, max_length=10, description="a list of two to ten groups of feeling words"
    )
    other: Label = "Another word"

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        refuse_twins("group", [group.key for group in self.groups])
        _check_options(self.feelings)
        _check_options(self.body.options)
        return self

    @property
    def feelings(self) -> tuple[Option, ...]:
        """Every word of every group, in reading order."""
        return tuple(word for group in self.groups for word in group.feelings)


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
        refuse_twins("field", [field.key for field in self.fields])
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
        refuse_twins("field", keys)
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
    | CardsStep
    | FeelingsStep
    | EntriesStep
    | TimerStep
    | ReadOnlyStep
    | AgreementStep,
    Field(discriminator="type"),
]


def _check_options(options: tuple[Option, ...]) -> None:
    keys = [option.key for option in options]
    refuse_twins("option", keys)
    for taken in ("other", "skip"):
        if taken in keys:
            raise ValueError(f"the key “{taken}” is kept for the page itself; call the option something else")


def refuse_twins(what: str, keys: list[str], where: str = "") -> None:
    """Refuse a key that stands twice, in a sentence that says where."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{where}the {what} “{key}” stands here twice; each needs a key of its own")
        seen.add(key)
