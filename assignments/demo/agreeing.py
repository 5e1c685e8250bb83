"""What the couples of the demo agreed on, and the times of their rituals, as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from assignments.demo.scene import Scene, new_id
from assignments.domain.exercises import AgreementStep, Exercise, RatingStep
from assignments.domain.visibility import Level
from assignments.models import AgreementText, Assignment, Entry, Signature
from assignments.queries.agreements import agreement_step
from assignments.queries.uses import TIME
from clinic import crypto
from clinic.audit import Event
from clinic.models import Person


def is_agreed(assignment: Assignment, exercise: Exercise, agreed: Mapping[str, str]) -> bool:
    """Whether the story's words are a joint agreement, and not a note of each partner's own."""
    is_joint = assignment.for_whom == "both" and assignment.sharing_limit == Level.SHARED
    return is_joint and bool(agreed) and agreement_step(exercise) is not None


def tell_agreement(
    scene: Scene,
    assignment: Assignment,
    exercise: Exercise,
    agreed: Mapping[str, str],
    people: Mapping[str, Person],
) -> None:
    """A puts the words forward on the first evening; B signs them on the next."""
    step = agreement_step(exercise)
    if step is None:
        return
    # A chance of its own, so that the rest of the story stays as it is.
    chance = Random(f"{assignment.id} agreed")
    at = scene.past(scene.at(assignment.starts_on, 20, 40), timedelta(hours=3))
    signed_at = scene.past(at + timedelta(days=1), timedelta(hours=2))
    hold = timedelta(minutes=scene.practice.hold_minutes)
    text = AgreementText(
        id=new_id(chance),
        practice_id=assignment.practice_id,
        couple_id=assignment.couple_id,
        assignment_id=assignment.id,
        step=step.key,
        author_id=people["A"].id,
        saved_at=at,
        put_forward_at=at,
        opens_at=at + hold,
        version=1,
    )
    words = json.dumps({**agreed, "agreed": False}, ensure_ascii=False)
    text.value_sealed = crypto.seal(text, "value_sealed", words)
    scene.add(text)
    scene.note(at, people["A"], Event.AGREEMENT_PUT_FORWARD, text)
    for slot, moment in (("A", at), ("B", signed_at)):
        scene.add(
            Signature(
                id=new_id(chance),
                practice_id=assignment.practice_id,
                agreement_text_id=text.id,
                person_id=people[slot].id,
                at=moment,
                counts_at=moment + hold,
            )
        )
    scene.note(signed_at, people["B"], Event.AGREEMENT_SIGNED, text)


def without_the_ritual(exercise: Exercise, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is left to write once the ritual has a page of its own: neither the plan nor the closeness."""
    apart = {step.key for step in exercise.steps if isinstance(step, AgreementStep | RatingStep)}
    return {key: value for key, value in values.items() if key not in apart}


def tell_time(
    scene: Scene, assignment: Assignment, author: Person, at: datetime, closeness: int | None
) -> None:
    """One time a partner marked as done, with how close it felt to them."""
    entry = Entry(
        id=new_id(Random(f"{assignment.id} {author.id} {at}")),
        practice_id=assignment.practice_id,
        couple_id=assignment.couple_id,
        assignment_id=assignment.id,
        kind=TIME,
        author_id=author.id,
        happened_on=at.date(),
        visibility=Level.COUNSELLOR,
        at=at,
        opens_at=at,
    )
    entry.value_sealed = crypto.seal(entry, "value_sealed", json.dumps({"closeness": closeness}))
    scene.add(entry)
    scene.note(at, author, Event.ENTRY_SAVED, entry)
