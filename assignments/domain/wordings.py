"""The words of a questionnaire: entered by the practice from the publisher's form, never shipped by us.

The scoring key and the cut-off stand in ``instruments``. Here is what a practice has typed: a line to begin with,
and for each item its text and its answers, from the one that scores least to the one that scores most. Until
every item and every answer is there the questionnaire is off, because a changed form voids its cut-off.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from assignments.domain.instruments import Instrument

LEAD_CHARACTERS = 600
ITEM_CHARACTERS = 400
ANCHOR_CHARACTERS = 120
NOTHING_TYPED = ""


@dataclass(frozen=True)
class WordedItem:
    """One item as the practice typed it."""

    text: str = NOTHING_TYPED
    anchors: tuple[str, ...] = ()
    """The answers in words, the least score first."""

    high_first: bool = False
    """The publisher's form prints the highest answer first, so the page does."""


@dataclass(frozen=True)
class Wording:
    """A whole form; ``items`` are as many as the instrument has, some of them perhaps still empty."""

    lead: str
    items: tuple[WordedItem, ...]


@dataclass(frozen=True)
class Answer:
    """One answer a person may choose: what it scores, and its words."""

    score: int
    words: str


def empty(instrument: Instrument) -> Wording:
    """The form before anybody has typed anything."""
    return Wording(NOTHING_TYPED, tuple(WordedItem() for _ in instrument.item_ranges))


def anchors_in(text: str) -> tuple[str, ...]:
    """The answers typed one a line; lines left empty count for nothing."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def item_problems(instrument: Instrument, number: int, item: WordedItem) -> list[str]:
    """What is still missing from one item, counted from 0, as sentences; nothing when it is whole."""
    low, high = instrument.item_ranges[number]
    needed = high - low + 1
    problems = []
    if not item.text:
        problems.append(f"Item {number + 1} has no words yet.")
    if len(item.anchors) != needed:
        problems.append(f"Item {number + 1} needs {needed} answers and has {len(item.anchors)}.")
    return problems


def missing(instrument: Instrument, wording: Wording | None) -> list[str]:
    """Everything that is still missing, item by item."""
    if wording is None or len(wording.items) != len(instrument.item_ranges):
        wording = empty(instrument)
    return [
        problem
        for number, item in enumerate(wording.items)
        for problem in item_problems(instrument, number, item)
    ]


def is_complete(instrument: Instrument, wording: Wording | None) -> bool:
    """Whether a couple can be asked at all."""
    return not missing(instrument, wording)


def items_done(instrument: Instrument, wording: Wording | None) -> int:
    """How many items are whole."""
    items = wording.items if wording is not None else ()
    return sum(not item_problems(instrument, number, item) for number, item in enumerate(items))


def answers_of(instrument: Instrument, number: int, item: WordedItem) -> tuple[Answer, ...]:
    """What can be chosen for one item, in the order the publisher's form prints it."""
    low, _ = instrument.item_ranges[number]
    answers = tuple(Answer(low + place, words) for place, words in enumerate(item.anchors))
    return answers[::-1] if item.high_first else answers


def chosen_words(wording: Wording, instrument: Instrument, scores: Sequence[int]) -> list[tuple[str, str]]:
    """Each item's text with the answer somebody chose, for whoever may read it."""
    said = []
    for (low, _), item, score in zip(instrument.item_ranges, wording.items, scores, strict=True):
        said.append((item.text, item.anchors[score - low]))
    return said


def to_json(wording: Wording) -> str:
    """As a row keeps it."""
    return json.dumps(
        {
            "lead": wording.lead,
            "items": [
                {"text": one.text, "anchors": list(one.anchors), "high_first": one.high_first}
                for one in wording.items
            ],
        },
        ensure_ascii=False,
    )


def from_json(text: str) -> Wording:
    """As a row kept it."""
    kept = json.loads(text)
    return Wording(
        kept["lead"],
        tuple(WordedItem(one["text"], tuple(one["anchors"]), one["high_first"]) for one in kept["items"]),
    )
