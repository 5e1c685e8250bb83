"""Taking turns on one phone: whose hands it is in, page by page. Nobody types what is said.

The phone is signed in as one of the two. While it goes to and fro it shows the exercise alone, so what is each
person's own is asked later: of its owner after the pass-phrase, of the other on a phone of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assignments.domain.exercises import (
    CardsStep,
    ChooseManyStep,
    ChooseOneStep,
    Exercise,
    ISentenceStep,
    ReadOnlyStep,
    Step,
    TextStep,
    TimerStep,
)


@dataclass(frozen=True)
class Hand:
    """One page: a step for whoever holds the phone, or, without a step, handing it on to them."""

    holder: str
    step: str | None = None
    speaks: bool = True


def goes_on_one_phone(exercise: Exercise) -> bool:
    """Whether two people can do this one by handing a phone to and fro."""
    return exercise.who == "turns" and any(step.turn and is_said_aloud(step) for step in exercise.steps)


def is_said_aloud(step: Step) -> bool:
    """Whether a step is read and said on one phone; all others are each person's own."""
    if isinstance(step, ReadOnlyStep | TimerStep):
        return True
    return step.turn is not None and isinstance(
        step, TextStep | ChooseOneStep | ChooseManyStep | ISentenceStep | CardsStep
    )


def hands(exercise: Exercise, *, owner: str, other: str, first: str) -> tuple[Hand, ...]:
    """Every page in order: `first` speaks and the other listens, then they swap; it begins in its owner's hands."""
    pages: list[Hand] = []
    holder = owner
    for page in _said_by_both(exercise, first, other if first == owner else owner):
        if page.holder != holder:
            pages.append(Hand(page.holder))
            holder = page.holder
        pages.append(page)
    return tuple(pages)


def _said_by_both(exercise: Exercise, first: str, second: str) -> Iterator[Hand]:
    steps = [step for step in exercise.steps_in("usual") if is_said_aloud(step)]
    for speaker, listener in ((first, second), (second, first)):
        holder = speaker
        for step in steps:
            if step.turn is None and isinstance(step, ReadOnlyStep) and speaker != first:
                continue  # What is read before both begin is read once.
            if step.turn is not None:
                holder = listener if step.turn == "listener" else speaker
            yield Hand(holder, step.key, holder == speaker)
