"""The room: what a counsellor shows on her screen while both partners sit before it.

Everything here is made of what already lies open to both, read as their own page Together reads it, so nothing that one
of them kept can reach the screen. That both get the same there is what makes it fit to be looked at by two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from assignments.access import is_frozen
from assignments.domain.exercises import AgreementStep, Exercise, personalised
from assignments.domain.visibility import OPENING_WORDS
from assignments.models import Assignment
from assignments.queries.agreements import (
    SharedAgreement,
    agreement_step,
    is_joint,
    shared_agreements,
)
from assignments.queries.assignments import assignments_of, exercise_of, is_withdrawn
from assignments.queries.entries import Thanks, shared_thanks
from assignments.queries.together import SharedTurn, shared_thing, shared_things
from clinic.models import Couple
from clinic.queries.people import practice_of

THANKS = "thanks"
EXERCISE = "exercise"
AGREEMENT = "agreement"
MOST_THANKS = 6


@dataclass(frozen=True)
class Topic:
    """One thing that may be shown. No words: its key, what both know it as, and what will show."""

    key: str
    kind: str
    title: str
    fact: str
    is_open: bool


@dataclass(frozen=True)
class OpenTopic:
    """One topic with the words that lie open to both, of one kind or another."""

    turn: SharedTurn | None = None
    agreement: SharedAgreement | None = None
    thanks: Sequence[Thanks] = ()

    @property
    def answers(self) -> list[UUID]:
        """The answers whose words it holds, for the audit."""
        return [one.id for one in self.turn.answers] if self.turn else []

    @property
    def parts(self) -> list[UUID]:
        """The parts of listening turns whose words it holds."""
        return [part.id for _, parts in self.turn.strands for part in parts] if self.turn else []


@dataclass(frozen=True)
class ToAgree:
    """An agreement that may be written in the room, with the words both have before them, if any."""

    assignment: Assignment
    exercise: Exercise
    step: AgreementStep
    now: SharedAgreement | None


def key_of_agreement(text_id: UUID) -> str:
    """What the words of an agreement are ticked by."""
    return f"{AGREEMENT}:{text_id}"


def topics_for(couple: Couple, now: datetime) -> list[Topic]:
    """Everything that lies open to both, and what would open once both have answered. No words."""
    place, given = couple.partner("A"), assignments_of(couple)
    agreements = shared_agreements(place, now, given)
    found = [
        Topic(
            key_of_agreement(one.text_id),
            AGREEMENT,
            one.exercise.name,
            "Agreed by you both" if one.is_in_force else "To read together",
            is_open=True,
        )
        for one in agreements
    ]
    things = shared_things(place, now, given, {one.assignment.id for one in agreements if one.is_in_force})
    found += [
        Topic(
            f"{EXERCISE}:{one.assignment_id}",
            EXERCISE,
            one.name,
            "Open to you both" if one.is_open else OPENING_WORDS[one.turns[0].opening],
            one.is_open,
        )
        for one in things
        if one.is_open or not one.is_exchange
    ]
    if not is_frozen(couple) and shared_thanks(couple, now):
        found.append(Topic(THANKS, THANKS, "Thank-yous", "The latest you gave each other", is_open=True))
    return found


def chosen_topics(couple: Couple, chosen: Sequence[str], now: datetime) -> list[Topic]:
    """Those that were ticked and may still be shown, in the order they stand in."""
    return [topic for topic in topics_for(couple, now) if topic.key in chosen]


def open_topic(couple: Couple, topic: Topic, now: datetime) -> OpenTopic:
    """A topic with its words, as far as both may read them at this moment."""
    place = couple.partner("A")
    if topic.kind == THANKS:
        return OpenTopic(thanks=shared_thanks(couple, now)[:MOST_THANKS])
    if topic.kind == AGREEMENT:
        every = shared_agreements(place, now)
        return OpenTopic(agreement=next(one for one in every if topic.key.endswith(str(one.text_id))))
    thing = shared_thing(place, UUID(topic.key.removeprefix(f"{EXERCISE}:")), now)
    return OpenTopic(turn=next((turn for turn in thing.turns if turn.is_open), None))


def agreements_to_write(couple: Couple, now: datetime) -> list[ToAgree]:
    """The agreements both may sign, of what they have been given, with the words before them."""
    if is_frozen(couple):
        return []
    given = assignments_of(couple)
    stands: dict[UUID, SharedAgreement] = {}
    for one in shared_agreements(couple.partner("A"), now, given):
        # What is on offer comes after what is in force, and is what a change begins with.
        stands[one.assignment.id] = one if not one.is_in_force else stands.get(one.assignment.id, one)
    found = []
    today = now.astimezone(ZoneInfo(practice_of(couple.counsellor).timezone)).date()
    for assignment in given:
        exercise = personalised(exercise_of(assignment), counsellor=couple.counsellor.name)
        step = agreement_step(exercise)
        has_begun = assignment.starts_on <= today
        if step is not None and has_begun and is_joint(couple, assignment) and not is_withdrawn(assignment):
            found.append(ToAgree(assignment, exercise, step, stands.get(assignment.id)))
    return found
