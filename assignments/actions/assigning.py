"""Giving work to a couple, changing it, taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from assignments.access import has_ended
from assignments.actions.levels import cancel_pending
from assignments.actions.locks import hold_assignment
from assignments.actions.meant_for import appointment_meant
from assignments.domain.exercises import Exercise, SizeName, exercise_to_json
from assignments.domain.lengths import NOTE_CHARACTERS
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import (
    Assignment,
    ExerciseVersion,
    Response,
    VisibilityChange,
    Withdrawal,
)
from assignments.queries.assignments import assignment_for_staff, exercise_of, is_withdrawn
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.couples import couple_for, safety_gate
from clinic.queries.people import practice_of

UNDO = timedelta(minutes=10)


@dataclass(frozen=True)
class Terms:
    """How an exercise is given: to whom, from when, until when, how often, how open, with what note."""

    for_whom: str
    starts_on: date
    best_before: date | None
    repeat: Repeat
    sharing_limit: Level
    note: str = ""
    size: SizeName = "usual"


@dataclass(frozen=True)
class PlanPlace:
    """Where something stands in a couple's plan."""

    couple_plan_id: UUID
    week: int


@transaction
def assign(*, actor: Person, couple_id: UUID, exercise: Exercise, terms: Terms) -> Assignment:
    """Give an exercise to a couple of the counsellor's own, pinned to the version it is today.

    Raises NotFound for other couples, and Conflict while the safety conversations are missing
    (decision 16), the couple has ended, or the terms contradict each other.
    """
    require(actor, Permission.ASSIGNMENT_WRITE)
    return give(actor, couple_ready_for_work(actor, couple_id), exercise, terms)


def couple_ready_for_work(actor: Person, couple_id: UUID) -> Couple:
    """A couple that may be given something. Raises NotFound for other couples, and Conflict while it may not."""
    couple = couple_for(actor, couple_id)
    gate = safety_gate(couple)
    if not gate.open:
        raise Conflict("Record the safety conversation with each partner first.")
    if has_ended(couple):
        raise Conflict("Work with this couple has ended.")
    return couple


def give(
    actor: Person, couple: Couple, exercise: Exercise, terms: Terms, place: PlanPlace | None = None
) -> Assignment:
    """One exercise for a couple that is ready for it, alone or in its place in a plan, with its audit line."""
    _check(exercise, terms)
    assignment = Assignment(
        practice_id=couple.practice_id,
        couple_id=couple.id,
        exercise_version_id=_keep_version(couple, exercise).id,
        for_whom=terms.for_whom,
        starts_on=terms.starts_on,
        best_before=terms.best_before,
        repeat=terms.repeat,
        sharing_limit=terms.sharing_limit,
        size=terms.size,
        couple_plan_id=place.couple_plan_id if place else None,
        plan_week=place.week if place else None,
        # A plan has days of its own; all else that ends on the day of an appointment is meant for it.
        by_appointment_id=None if place else appointment_meant(actor, couple, terms.best_before),
        author_id=actor.id,
        assigned_at=clock.now(),
    )
    db.session.add(assignment)
    db.session.flush()
    _write_note(assignment, terms.note)
    record(
        actor,
        Event.ASSIGNED,
        assignment,
        slug=exercise.slug,
        version=exercise.version,
        for_whom=terms.for_whom,
    )
    return assignment


@transaction
def change_assignment(
    *,
    actor: Person,
    couple_id: UUID,
    assignment_id: UUID,
    best_before: date | None,
    sharing_limit: Level,
    note: str,
    version: int,
) -> Assignment:
    """Extend or edit what was given. What partners have written already keeps the level they chose.

    Raises Conflict when somebody else changed it since the form was opened.
    """
    require(actor, Permission.ASSIGNMENT_WRITE)
    hold_assignment(actor.practice_id, assignment_id)
    couple, assignment = assignment_for_staff(actor, couple_id, assignment_id)
    if assignment.version != version:
        raise Conflict("This was changed somewhere else a moment ago. Look at it again first.")
    if best_before is not None and best_before < assignment.starts_on:
        raise Conflict("“Best before” comes before the start. Choose a later day.")
    if sharing_limit.is_looser_than(Level(exercise_of(assignment).sharing)):
        raise Conflict("This exercise can't be opened that far. Choose a tighter limit.")
    if len(note) > NOTE_CHARACTERS:
        raise Conflict(f"Keep the note to {NOTE_CHARACTERS} characters.")
    if best_before != assignment.best_before:
        assignment.by_appointment_id = appointment_meant(actor, couple, best_before)
    assignment.best_before, assignment.sharing_limit = best_before, sharing_limit
    assignment.version += 1
    _cancel_widenings_past(assignment, sharing_limit)
    _write_note(assignment, note)
    record(actor, Event.ASSIGNMENT_CHANGED, assignment)
    return assignment


@transaction
def undo_assignment(*, actor: Person, couple_id: UUID, assignment_id: UUID) -> Assignment:
    """Take back what was given a moment ago. Raises Expired after ten minutes."""
    require(actor, Permission.ASSIGNMENT_WRITE)
    hold_assignment(actor.practice_id, assignment_id)
    _, assignment = assignment_for_staff(actor, couple_id, assignment_id)
    if clock.now() - assignment.assigned_at > UNDO:
        raise Expired("Ten minutes have passed. You can still withdraw it.")
    _refuse_if_planned(actor, assignment)
    return take_back(actor, assignment)


@transaction
def withdraw_assignment(*, actor: Person, couple_id: UUID, assignment_id: UUID) -> Assignment:
    """Take an assignment back at any time. What was written stays with whoever wrote it."""
    require(actor, Permission.ASSIGNMENT_WRITE)
    hold_assignment(actor.practice_id, assignment_id)
    _, assignment = assignment_for_staff(actor, couple_id, assignment_id)
    _refuse_if_planned(actor, assignment)
    return take_back(actor, assignment)


@transaction
def reopen_assignment(*, actor: Person, couple_id: UUID, assignment_id: UUID) -> Assignment:
    """Open a withdrawn assignment again. Raises Conflict when it is open already."""
    require(actor, Permission.ASSIGNMENT_WRITE)
    hold_assignment(actor.practice_id, assignment_id)
    _, assignment = assignment_for_staff(actor, couple_id, assignment_id)
    if not is_withdrawn(assignment):
        raise Conflict("That is open already.")
    _refuse_if_planned(actor, assignment)
    return give_back(actor, assignment)


def give_back(actor: Person, assignment: Assignment) -> Assignment:
    """What was taken back is open again, with its audit line."""
    for withdrawal in assignment.withdrawals:
        if withdrawal.reopened_at is None:
            withdrawal.reopened_at = clock.now()
    record(actor, Event.ASSIGNMENT_REOPENED, assignment)
    return assignment


def take_back(actor: Person, assignment: Assignment) -> Assignment:
    """What was given is no longer to be done, with its audit line. Raises Conflict when it is so already."""
    if is_withdrawn(assignment):
        raise Conflict("That has been withdrawn already.")
    db.session.add(
        Withdrawal(
            practice_id=assignment.practice_id,
            assignment_id=assignment.id,
            by_id=actor.id,
            at=clock.now(),
        )
    )
    record(actor, Event.ASSIGNMENT_WITHDRAWN, assignment)
    return assignment


def _refuse_if_planned(actor: Person, assignment: Assignment) -> None:
    """A week of a plan that has not begun is changed in the plan, or the plan would give it all the same."""
    today = clock.today(practice_of(actor).timezone)
    if assignment.couple_plan_id is not None and assignment.starts_on > today:
        raise Conflict("This belongs to a week of their plan. Change that week in the plan.")


def _check(exercise: Exercise, terms: Terms) -> None:
    if terms.for_whom not in ("both", "A", "B"):
        raise Conflict("Choose both partners, or one of them.")
    if terms.best_before is not None and terms.best_before < terms.starts_on:
        raise Conflict("“Best before” comes before the start. Choose a later day.")
    if terms.sharing_limit.is_looser_than(Level(exercise.sharing)):
        raise Conflict("This exercise can't be opened that far. Choose a tighter limit.")
    if len(terms.note) > NOTE_CHARACTERS:
        raise Conflict(f"Keep the note to {NOTE_CHARACTERS} characters.")


def _keep_version(couple: Couple, exercise: Exercise) -> ExerciseVersion:
    """The practice's kept copy of this version, made the first time it is given."""
    kept = db.session.execute(
        select(ExerciseVersion).where(
            ExerciseVersion.practice_id == couple.practice_id,
            ExerciseVersion.slug == exercise.slug,
            ExerciseVersion.version == exercise.version,
        )
    ).scalar_one_or_none()
    if kept is None:
        kept = ExerciseVersion(
            practice_id=couple.practice_id,
            slug=exercise.slug,
            version=exercise.version,
            definition=exercise_to_json(exercise),
            kept_at=clock.now(),
        )
        db.session.add(kept)
        db.session.flush()
    return kept


def _cancel_widenings_past(assignment: Assignment, limit: Level) -> None:
    """A tighter limit also stops what is on its way to somebody it now leaves out."""
    now = clock.now()
    pending = db.session.execute(
        select(VisibilityChange)
        .join(Response, Response.id == VisibilityChange.response_id)
        .where(
            VisibilityChange.practice_id == assignment.practice_id,
            Response.assignment_id == assignment.id,
            VisibilityChange.cancelled_at.is_(None),
            VisibilityChange.takes_effect_at > now,
        )
    ).scalars()
    cancel_pending([change for change in pending if Level(change.to).is_looser_than(limit)], now)


def _write_note(assignment: Assignment, note: str) -> None:
    assignment.note_sealed = crypto.seal(assignment, "note_sealed", note) if note else None
