"""What might be given to a couple next, and what to think of first. It advises; the counsellor decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from assignments.domain import progress
from assignments.domain.exercises import Exercise, personalised
from assignments.domain.signs import KINDS, State, assess
from assignments.library.loader import Library
from assignments.models import Assignment
from assignments.queries.assignments import exercise_of, is_withdrawn
from assignments.queries.history import Record

SUGGESTED = 3
RECENT = 3
MOST_OPEN = 3
# Rising tension and outside pressure lead to a talk with each alone, never to an exercise for two.
TALK_FIRST = ("T2", "T11")


@dataclass(frozen=True)
class Offer:
    """One exercise to give, with the reason it stands here; a reason may be empty."""

    exercise: Exercise
    reason: str = ""


def suggested(record: Record, given: Sequence[Assignment], library: Library) -> list[Offer]:
    """At most three: first those meant for a sign that is met or watched, then easy ones not given yet."""
    on_now = {exercise_of(one).slug for one in _open(record, given)}
    known = {exercise_of(one).slug for one in given}
    found: dict[str, Offer] = {}
    shows = [
        (source, sign.title)
        for sign in assess(record.history).rows
        if sign.state in (State.MET, State.WATCH)
        for source in sign.sources
        if source not in TALK_FIRST
    ]
    for source, title in shows:
        for exercise in library.all():
            if source in exercise.signs:
                found.setdefault(exercise.slug, Offer(exercise, f"For {source}: {title.lower()}"))
    for exercise in library.all():
        if exercise.level == "easy" and exercise.slug not in known:
            found.setdefault(exercise.slug, Offer(exercise, "Easy, and new to them"))
    return [_plain(offer) for slug, offer in found.items() if slug not in on_now][:SUGGESTED]


def recent(given: Sequence[Assignment], library: Library) -> list[Offer]:
    """The exercises this couple was given last, each once, as far as the library still has them."""
    found: dict[str, Offer] = {}
    for one in sorted(given, key=lambda one: one.assigned_at, reverse=True):
        exercise = library.get(exercise_of(one).slug)
        if exercise is not None and not is_withdrawn(one):
            found.setdefault(exercise.slug, Offer(exercise))
    return [_plain(offer) for offer in found.values()][:RECENT]


def _plain(offer: Offer) -> Offer:
    """With “your partner” where a name would stand, for a list is read by the counsellor."""
    return Offer(personalised(offer.exercise), offer.reason)


def cautions(record: Record, given: Sequence[Assignment], exercise: Exercise) -> Iterator[str]:
    """What to think of before giving this exercise. Nothing here stops anybody."""
    open_now = _open(record, given)
    for partner in record.couple.partners:
        if partner.person.joined_at is None:
            yield f"{partner.name} has not joined yet and will see it after joining."
        waiting = sum(
            turn.done_at is None
            and turn.partner == partner.slot
            and _is_latest(turn.turn, turn.assignment, record)
            for turn in record.turns
            if turn.assignment in open_now
        )
        if waiting > MOST_OPEN:
            yield f"{partner.name} has {waiting} things open already."
    if any(exercise_of(one).slug == exercise.slug for one in _waiting(record, open_now)):
        yield "They have this one open already."
    yield from _felt_hard(record, given, exercise)
    for sign in assess(record.history).rows:
        if sign.state is State.MET and sign.id == "tension_rising":
            yield f"{KINDS[sign.id].title} (T2). Talk with each of them alone first."
    if record.couple.held_at is not None:
        yield "Joint practice is on hold. They will not see this until you end the hold."


def _felt_hard(record: Record, given: Sequence[Assignment], exercise: Exercise) -> Iterator[str]:
    """Only the last time counts: it may have gone well since an earlier one."""
    times: list[Assignment] = [one for one in given if exercise_of(one).slug == exercise.slug]
    if not times:
        return
    last = max(times, key=lambda one: one.assigned_at)
    names: dict[UUID, str] = {partner.person_id: partner.name for partner in record.couple.partners}
    felt = {row.person_id for row in record.set_asides if row.kind == "hard" and row.assignment_id == last.id}
    for person_id, name in names.items():
        if person_id in felt:
            yield f"It felt hard to {name} last time."


def _open(record: Record, given: Sequence[Assignment]) -> list[Assignment]:
    return [one for one in given if not is_withdrawn(one) and one.starts_on <= record.today]


def _waiting(record: Record, open_now: Sequence[Assignment]) -> list[Assignment]:
    """Those that somebody has still to do, and weekly things that go on."""
    undone = {turn.assignment.id for turn in record.turns if turn.done_at is None}
    return [
        one
        for one in open_now
        if one.id in undone
        or (one.repeat == "weekly" and (one.best_before is None or one.best_before >= record.today))
    ]


def _is_latest(turn: int, assignment: Assignment, record: Record) -> bool:
    """Of a weekly thing only the present turn is open; the earlier ones have passed by."""
    return turn == progress.turn_on(record.today, starts_on=assignment.starts_on, repeat=assignment.repeat)
