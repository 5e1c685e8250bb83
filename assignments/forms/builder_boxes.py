"""What the builder asks for: the boxes of an exercise, and those of each type of step.

A new type of step needs one line in STEP_KINDS; the form, the page and the draft follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Boxes = Literal["line", "text", "lines", "number", "options", "fields", "groups", "cards", "tick"]

SHARING: Final[Mapping[str, str]] = {
    "private": "Whoever writes it, no one else",
    "counsellor": "Whoever writes it, and you",
    "both": "Both at once, and you",
    "shared": "Both partners, and you",
}
FIELD_KINDS: Final[Mapping[str, str]] = {
    "line": "One line",
    "text": "Several lines",
    "day": "A day",
    "choose_one": "Choose one",
}
TURNS: Final[Mapping[str, str]] = {
    "": "Whoever does it",
    "speaker": "Whoever speaks",
    "listener": "Whoever listens",
}
MOST_FIELDS: Final = 8
MOST_CHARACTERS: Final = 4000


@dataclass(frozen=True)
class Box:
    """One box of the builder: where it stands in the table (dots lead inwards), and how it is asked for."""

    name: str
    label: str
    kind: Boxes = "line"
    hint: str = ""
    optional: bool = False

    @property
    def path(self) -> list[str]:
        """The names that lead to it."""
        return self.name.split(".")


@dataclass(frozen=True)
class StepKind:
    """A type of step: what it is called, what it is for, and its own boxes."""

    name: str
    about: str
    boxes: tuple[Box, ...]


_OPTIONS = Box("options", "Choices", "options", "One on each line, two or more.")
_OTHER = Box(
    "other", "Box for other words", hint="Its label, such as “Something else”. Empty for none.", optional=True
)
_FIELDS = Box("fields", "Boxes to fill in", "fields")

STEP_KINDS: Final[Mapping[str, StepKind]] = {
    "text": StepKind(
        "Own words",
        "A box to write in.",
        (
            Box("label", "Label of the box", hint="Empty: the question itself.", optional=True),
            Box("starters", "Ways to begin", "lines", "One on each line, eight at most.", optional=True),
        ),
    ),
    "rating": StepKind(
        "0 to 10", "A number between two ends.", (Box("low", "At 0 stands"), Box("high", "At 10 stands"))
    ),
    "choose_one": StepKind("Choose one", "One of several, or other words.", (_OPTIONS, _OTHER)),
    "choose_many": StepKind("Choose several", "As many as fit, and other words.", (_OPTIONS, _OTHER)),
    "i_sentence": StepKind(
        "I-sentence",
        "When … I felt … I’d like …: three pages that read as one sentence.",
        (
            Box("when.title", "Question for “When …”"),
            Box("when.hint", "Hint for “When …”", optional=True),
            Box("felt.title", "Question for “I felt …”"),
            Box("felt.hint", "Hint for “I felt …”", optional=True),
            Box("would_like.title", "Question for “I’d like …”"),
            Box("would_like.hint", "Hint for “I’d like …”", optional=True),
            Box("feelings", "Feeling words", "options", "One on each line, four or more."),
        ),
    ),
    "cards": StepKind(
        "Question cards",
        "Three cards to choose from, drawn from those you give here.",
        (Box("cards", "Cards", "cards"), _OTHER),
    ),
    "feelings": StepKind(
        "Feelings",
        "The word for a feeling, how strong it is, and where in the body: three pages.",
        (
            Box("felt.title", "Question for the word"),
            Box("felt.hint", "Hint for the word", optional=True),
            Box(
                "groups",
                "Feeling words",
                "groups",
                "A group on each line: its name, a colon, its words with commas between them.",
            ),
            Box("strength.title", "Question for how strong"),
            Box("strength.hint", "Hint for how strong", optional=True),
            Box("strength.low", "At 0 stands"),
            Box("strength.high", "At 10 stands"),
            Box("body.title", "Question for where in the body"),
            Box("body.hint", "Hint for where in the body", optional=True),
            Box("body.options", "Places in the body", "options", "One on each line, two or more."),
        ),
    ),
    "entries": StepKind(
        "Small entries",
        "A log over some days: the same few boxes each time.",
        (
            Box("entry", "One entry is called", hint="Such as “a small thank-you”."),
            _FIELDS,
            Box("aim", "About enough", "number", "How many entries, from 1 to 20.", optional=True),
        ),
    ),
    "timer": StepKind("Timer", "Minutes away from the screen.", (Box("minutes", "Minutes", "number"),)),
    "read_only": StepKind(
        "Read only",
        "A page that asks nothing.",
        (Box("lines", "Lines to read", "lines", "One on each line, six at most."),),
    ),
    "agreement": StepKind(
        "Agreement",
        "Boxes filled in as a pair, and a tick from each.",
        (_FIELDS, Box("agree", "Words beside the tick", hint="Empty: “I agree to this”.", optional=True)),
    ),
}

# What every step has. The size ticks and the two menus are not among them; they are built beside these.
STEP_BOXES: Final = (Box("title", "Question or line"), Box("hint", "Hint", optional=True))
ABOUT_BOXES: Final = (
    Box("name", "Name", hint="Couples read it. At most 60 characters."),
    Box("minutes", "Minutes", "number"),
    Box("summary", "In one line", hint="What it is, at most 120 characters."),
    Box("why", "Why we do this", "text", "One or two lines. Couples read it."),
    Box("how", "How it goes", "lines", "One on each line, six at most."),
    Box("dos", "What helps", "lines", "One on each line, six at most."),
    Box("donts", "Better left out", "lines", "One on each line, six at most."),
    Box("dose.text", "How often, in words", hint="Such as “Twice a week”."),
    Box("dose.per_week", "Times a week", "number", optional=True),
    Box("dose.once", "Done once", "tick"),
    Box("dose.as_it_happens", "When the moment comes", "tick"),
    Box("dose.revisit_weeks", "Look at it again after weeks", "number", optional=True),
    Box("reveal_together", "Both answers open together", "tick"),
    Box("sizes.small.minutes", "Minutes, smaller", "number", "Two is the idea; three at most."),
    Box("sizes.longer.minutes", "Minutes, longer", "number"),
    Box("sizes.small.hint", "Line for the smaller size", optional=True),
    Box("sizes.longer.hint", "Line for the longer size", optional=True),
)


def boxes_of(kind: str) -> tuple[Box, ...]:
    """The boxes of a type of step, its own ones last."""
    own = STEP_KINDS.get(kind)
    return (*STEP_BOXES, *(own.boxes if own else ()))


def field_name(path: str, step: str = "") -> str:
    """What a box is called in the form."""
    inner = path.replace(".", "__")
    return f"{step}__{inner}" if step else inner
