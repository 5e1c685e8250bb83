"""Listening turns between two phones: what an exchange is made of, and what one person may do next.

An exchange has two *strands*, one for each partner as the speaker, so nobody has to go first and the swap is the
other strand. A strand is the exercise's speaker and listener steps in order. A *part* is what one person sends at
once: one step, in one round. The check (“Yes, that’s it”, “Nearly”, “Leave it there for now”) leads on, leads back
for another round, or ends the strand.

What somebody may do next is worked out from the parts that this person may see, and from nothing else. So an
act can never appear, or stay away, because of something the other partner kept to themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from assignments.domain.exercises import (
    OTHER,
    AnswerError,
    AnswerValue,
    CardsStep,
    ChooseManyStep,
    ChooseOneStep,
    Exercise,
    ISentenceStep,
    Option,
    ReadOnlyStep,
    Step,
    TextStep,
)
from assignments.domain.exercises.steps import Turn
from assignments.domain.visibility import Level

YES: Final = "yes"
NEARLY: Final = "nearly"
LEAVE_IT: Final = "leave-it"
CHECKED: Final = frozenset({YES, NEARLY, LEAVE_IT})
# After so many times "Nearly" it is kinder to leave it: the next check offers only yes, and leaving it there.
MOST_NEARLY: Final = 2
_MOST_LINES: Final = 6


@dataclass(frozen=True)
class Part:
    """One part of a strand that one person may see. A draft is seen by its author alone."""

    step: str
    round: int
    is_mine: bool
    is_sent: bool
    is_hidden: bool = False
    """Its author has hidden it since; then nobody else is ever handed it."""
    choice: str | None = None
    """What was said at the check; None for any other step."""


@dataclass(frozen=True)
class Act:
    """What one person may write now: a step in a round. `is_fresh` is the first word of a strand."""

    step: Step
    round: int
    is_fresh: bool
    number: int
    total: int

    @property
    def choices(self) -> tuple[Option, ...]:
        """What the check offers in this round; nothing for any other step."""
        if not isinstance(self.step, ChooseOneStep) or not _is_check(self.step):
            return ()
        left_out = NEARLY if self.round > MOST_NEARLY else None
        return tuple(
            option for option in self.step.options if option.key in CHECKED and option.key != left_out
        )


def has_exchange(exercise: Exercise) -> bool:
    """Whether two phones can do this one turn by turn: a check says that there is something to say back to."""
    return exercise.who == "turns" and check_of(strand_of(exercise)) is not None


def exchange_is_on(exercise: Exercise, limit: Level, for_whom: str) -> bool:
    """Whether these two may write to each other here: both were given it, and it may be shared.

    Otherwise there is the spoken way alone, in which nobody writes what is meant for the other.
    """
    return for_whom == "both" and limit is Level.SHARED and has_exchange(exercise)


def strand_of(exercise: Exercise) -> tuple[Step, ...]:
    """The steps that go to and fro, in order. Ratings are each person's own and never part of it."""
    return tuple(
        step
        for step in exercise.steps_in("usual")
        if step.turn is not None
        and isinstance(step, TextStep | ChooseOneStep | ChooseManyStep | ISentenceStep)
    )


def own_steps_of(exercise: Exercise) -> tuple[Step, ...]:
    """The steps each person answers for themselves: how heard they felt, what they keep from it."""
    if not has_exchange(exercise):
        return exercise.steps
    written = {step.key for step in strand_of(exercise)}
    return tuple(step for step in exercise.steps if step.key not in written)


def check_of(strand: Sequence[Step]) -> ChooseOneStep | None:
    """The step at which the speaker says whether it was right: it stands after a listener's step it quotes."""
    listened = {step.key for step in strand if step.turn == "listener"}
    return next(
        (
            step
            for step in strand
            if isinstance(step, ChooseOneStep) and _is_check(step) and step.quotes in listened
        ),
        None,
    )


def spoken_step(step: Step) -> Step:
    """A step of the strand as a page to read aloud from: on one phone nobody types what is said."""
    match step:
        case TextStep():
            lines = step.starters or (step.label or step.title,)
        case ChooseOneStep() | ChooseManyStep():
            lines = tuple(option.label for option in step.options)
        case CardsStep():
            lines = tuple(card.question for card in step.cards)
        case ISentenceStep():
            lines = (step.when.title, step.felt.title, step.would_like.title)
        case _:
            return step
    # Not checked again: the lines were accepted when the exercise was read, in another place of it.
    return ReadOnlyStep.model_construct(
        key=step.key,
        title=step.title,
        hint=step.hint,
        turn=step.turn,
        quotes=None,
        first_time_only=step.first_time_only,
        type="read_only",
        lines=lines[:_MOST_LINES],
    )


def next_act(strand: Sequence[Step], role: Turn, parts: Sequence[Part], asked: Collection[str]) -> Act | None:
    """What somebody in this role may write now, or None where there is nothing for them.

    `asked` are the steps this person is asked for: whoever wanted it smaller is asked for fewer.
    """
    check = check_of(strand)
    if check is None or any(part.is_mine and part.is_hidden for part in parts):
        return None
    said_back = next(number for number, step in enumerate(strand) if step.key == check.quotes)
    found = {(part.step, part.round): part for part in parts}
    place, turn_round = 0, 1
    while place < len(strand):
        step = strand[place]
        repeats = said_back <= place and not _is_behind(strand, place, check)
        this_round = turn_round if repeats else 1
        part = found.get((step.key, this_round))
        if part is None or not part.is_sent:
            if step.turn != role:
                return None
            if step.key in asked:
                fresh = not any(part.is_sent for part in parts)
                return Act(step, this_round, fresh, place + 1, len(strand))
        elif step is check and part.choice == NEARLY:
            place, turn_round = said_back, turn_round + 1
            continue
        elif step is check and part.choice != YES:
            return None
        place += 1
    return None


def has_been_heard(strand: Sequence[Step], parts: Sequence[Part]) -> bool:
    """Whether the speaker, whose parts these are, has ended their strand: then they may say how it was."""
    check = check_of(strand)
    return check is not None and any(
        part.is_mine and part.is_sent and part.step == check.key and part.choice in (YES, LEAVE_IT)
        for part in parts
    )


def quoted_by(strand: Sequence[Step], act: Act) -> list[tuple[str, int]]:
    """The parts that stand above a step, as (step, round): what it answers, and the last “Nearly”."""
    check = check_of(strand)
    if check is None:
        return []
    opener = strand[0].key
    if act.step.key == check.key:
        return [(check.quotes or "", act.round)]
    if act.step.key == check.quotes:
        again = [(check.key, act.round - 1)] if act.round > 1 else []
        return [(act.step.quotes or opener, 1), *again]
    wanted = act.step.quotes or opener
    return [] if act.step.key == opener else [(wanted, act.round if wanted == check.quotes else 1)]


def ready_to_send(act: Act, value: AnswerValue | None) -> AnswerValue:
    """What is sent, in the words of the check. Raises AnswerError where there is nothing to send yet."""
    choices = act.choices
    if not choices:
        if not value:
            raise AnswerError(
                "Write a line first, or save and finish later.", "choice" if _chooses(act) else "text"
            )
        return value
    offered = {option.key for option in choices}
    said = dict(value or {})
    if said.get("choice") == OTHER and NEARLY in offered:
        said["choice"] = NEARLY
    if said.get("choice") not in offered:
        raise AnswerError("Choose one of the lines.", "choice")
    if said["choice"] == NEARLY and not said.get(OTHER):
        raise AnswerError("Say what you meant, in a line.", OTHER)
    return said


def choice_in(act: Act, value: AnswerValue) -> str | None:
    """What was said at the check, for everybody who may see this part; None for any other step."""
    return str(value["choice"]) if act.choices else None


def _is_check(step: ChooseOneStep) -> bool:
    return step.turn == "speaker" and {option.key for option in step.options} >= CHECKED


def _is_behind(strand: Sequence[Step], place: int, check: ChooseOneStep) -> bool:
    return place > next(number for number, step in enumerate(strand) if step.key == check.key)


def _chooses(act: Act) -> bool:
    return isinstance(act.step, ChooseOneStep | ChooseManyStep)
