"""What might be given to a couple next, and what to think of first. It advises; the counsellor decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from uuid import UUID

from sqlalchemy import func, select

from assignments.domain import progress
from assignments.domain.exercises import Exercise
from assignments.domain.signs import KINDS, State, assess
from assignments.library.finding import Wanted, ease, find, without_names
from assignments.library.loader import Library
from assignments.models import Assignment, ExerciseVersion
from assignments.queries.assignments import exercise_of, is_withdrawn
from assignments.queries.history import Record
from clinic.extensions import db
from clinic.models import Person

SUGGESTED = 3
RECENT = 3
LATELY = 5
MOST_OPEN = 3
# Rising tension and outside pressure lead to a talk with each alone, never to an exercise for two.
TALK_FIRST = ("T2", "T11")


@dataclass(frozen=True)
class Offer:
    """One exercise to give, with the reason it stands here; a reason may be empty."""

    exercise: Exercise
    reason: str = ""


def suggested(record: Record, given: Sequence[Assignment], library: Library) -> list[Offer]:
    """At most three, each with its reason; what they have, or what a plan brings them later, is not among them.

    Nor is what felt hard last time.
    """
    theirs = {exercise_of(one).slug for one in given if not is_withdrawn(one)}
    kept_out = theirs | _hard_last_time(record, given).keys()
    found: dict[str, Offer] = {}
    for offer in chain(
        _for_signs(record, library),
        _gentler(record, given, library),
        _a_step_on(record, given, library),
        _new_and_easy(given, library),
    ):
        if offer.exercise.slug not in kept_out:
            found.setdefault(offer.exercise.slug, offer)
        if len(found) == SUGGESTED:
            break
    return [_plain(offer) for offer in found.values()]


def _for_signs(record: Record, library: Library) -> Iterator[Offer]:
    """First steps for what the signs show now: the easiest for each sign, then the next easiest for each."""
    shown = {
        source: sign.title
        for sign in assess(record.history).rows
        if sign.state in (State.MET, State.WATCH)
        for source in sign.sources
        if source not in TALK_FIRST
    }
    by_sign = [
        [Offer(exercise, f"For {source}: {title.lower()}") for exercise in find(library, Wanted(sign=source))]
        for source, title in shown.items()
    ]
    for one_each in zip_longest(*by_sign):
        yield from (offer for offer in one_each if offer is not None)


def _gentler(record: Record, given: Sequence[Assignment], library: Library) -> Iterator[Offer]:
    """Where the last thing of a family felt hard, an easier one of the same family."""
    for slug in _hard_last_time(record, given):
        hard = library.get(slug)
        if hard is None:
            continue
        for exercise in sorted(library.search(family=hard.family), key=ease):
            if ease(exercise) < ease(hard):
                yield Offer(exercise, f"Gentler than “{hard.name}”, which felt hard")


def _a_step_on(record: Record, given: Sequence[Assignment], library: Library) -> Iterator[Offer]:
    """Where both have done something, the next one of its family, as deep or a little deeper."""
    known = {exercise_of(one).slug for one in given}
    done: dict[str, set[str]] = {}
    for turn in record.turns:
        if turn.done_at is not None:
            done.setdefault(exercise_of(turn.assignment).slug, set()).add(turn.partner)
    for one in sorted(given, key=lambda one: one.assigned_at, reverse=True):
        last = library.get(exercise_of(one).slug)
        if last is None or len(done.get(last.slug, ())) < len(record.couple.partners):
            continue
        for exercise in sorted(library.search(family=last.family), key=ease):
            if exercise.slug not in known and ease(exercise) > ease(last):
                yield Offer(exercise, f"A step on from “{last.name}”, which both have done")
                break


def _new_and_easy(given: Sequence[Assignment], library: Library) -> Iterator[Offer]:
    known = {exercise_of(one).slug for one in given}
    for exercise in library.search(level="easy"):
        if exercise.slug not in known:
            yield Offer(exercise, "Easy, and new to them")


def recent(record: Record, given: Sequence[Assignment], library: Library) -> list[Offer]:
    """The exercises this couple had last, each once, as far as the library still has them.

    A plan is given whole on its first day, so it is the day a thing begins that counts; what lies ahead does not.
    """
    found: dict[str, Offer] = {}
    for one in sorted(_open(record, given), key=lambda one: (one.starts_on, one.assigned_at), reverse=True):
        exercise = library.get(exercise_of(one).slug)
        if exercise is not None:
            found.setdefault(exercise.slug, Offer(exercise))
    return [_plain(offer) for offer in found.values()][:RECENT]


def given_lately(reader: Person, library: Library) -> list[Exercise]:
    """The exercises this counsellor gave last, to whichever couple, each once and the latest first."""
    slugs = db.session.execute(
        select(ExerciseVersion.slug)
        .join(Assignment, Assignment.exercise_version_id == ExerciseVersion.id)
        .where(
            ExerciseVersion.practice_id == reader.practice_id,
            Assignment.practice_id == reader.practice_id,
            Assignment.author_id == reader.id,
        )
        .group_by(ExerciseVersion.slug)
        .order_by(func.max(Assignment.assigned_at).desc())
        .limit(LATELY)
    ).scalars()
    found = (library.get(slug) for slug in slugs)
    return [without_names(exercise) for exercise in found if exercise is not None]


def _plain(offer: Offer) -> Offer:
    """With “your partner” where a name would stand, for a list is read by the counsellor."""
    return Offer(without_names(offer.exercise), offer.reason)


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
    felt = _hard_last_time(record, given).get(exercise.slug, set())
    for partner in record.couple.partners:
        if partner.person_id in felt:
            yield f"It felt hard to {partner.name} last time."


def _hard_last_time(record: Record, given: Sequence[Assignment]) -> dict[str, set[UUID]]:
    """The exercises that felt hard when they were last given, and to whom; the latest first."""
    felt: dict[UUID, set[UUID]] = {}
    for row in record.set_asides:
        if row.kind == "hard":
            felt.setdefault(row.assignment_id, set()).add(row.person_id)
    last: dict[str, UUID] = {}
    for one in sorted(given, key=lambda one: one.assigned_at, reverse=True):
        last.setdefault(exercise_of(one).slug, one.id)
    return {slug: felt[assignment_id] for slug, assignment_id in last.items() if assignment_id in felt}


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
