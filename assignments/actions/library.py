"""Writing for the practice's own library: copy, begin, save a draft, publish, archive, restore.

A published version is never edited. Publishing again makes the next one, and what couples were given before
stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assignments.actions.own_drafts import (
    blank_row,
    bring_back,
    keep,
    next_version,
    put_away,
    slugs_left,
    written,
)
from assignments.domain.exercises import (
    Exercise,
    ExerciseError,
    Problem,
    draft_of,
    exercise_to_json,
    finished,
    own_slug,
    problems_in,
)
from assignments.domain.exercises.decks import with_cards
from assignments.domain.exercises.drafts import as_file
from assignments.library.loader import load_decks
from assignments.models import ExerciseVersion, PracticeExercise
from assignments.queries.library import OwnExercise, library_for, own_exercise
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Person

DRAFT_CHARACTERS = 120_000
MOST_OWN = 500


class NewerDraft(Conflict):
    """Somebody has saved this draft since the form was opened; `newer` is what stands there now."""

    def __init__(self, newer: OwnExercise) -> None:
        self.newer = newer
        super().__init__("This draft was changed in another window. Nothing has been overwritten.")


class NotReady(Conflict):
    """A draft that is no exercise yet, with everything that is left to do."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("This can’t be published yet. What is missing stands beside each field.")


@transaction
def copy_exercise(*, actor: Person, slug: str) -> PracticeExercise:
    """Begin a draft with everything an exercise of the library holds. Raises NotFound for any other."""
    require(actor, Permission.LIBRARY_WRITE)
    original = library_for(actor).get(slug)
    if original is None:
        raise NotFound
    return _begin(actor, draft_of(original), original)


@transaction
def new_exercise(*, actor: Person, draft: Mapping[str, Any]) -> PracticeExercise:
    """Begin an exercise from a draft, such as a blank one or one read from a file."""
    require(actor, Permission.LIBRARY_WRITE)
    return _begin(actor, draft, None)


@transaction
def save_draft(*, actor: Person, slug: str, draft: Mapping[str, Any], version: int) -> PracticeExercise:
    """Keep a draft as it is, finished or not. Raises NewerDraft where `version` is not the one kept last."""
    require(actor, Permission.LIBRARY_WRITE)
    found = own_exercise(actor, slug, for_change=True)
    if found.row.draft_version != version:
        raise NewerDraft(found)
    if found.is_archived:
        raise Conflict("This is archived. Bring it back to change it.")
    row = found.row
    keep(row, _written(draft))
    record(actor, Event.EXERCISE_DRAFT_SAVED, row, slug=row.slug, draft=row.draft_version)
    return row


@transaction
def publish(*, actor: Person, slug: str, version: int) -> ExerciseVersion:
    """Make the draft the next version of the exercise. What couples were given before stays as it was.

    Raises NotReady with every problem that is left, and NewerDraft where `version` is not the one kept last.
    """
    require(actor, Permission.LIBRARY_WRITE)
    found = own_exercise(actor, slug, for_change=True)
    row = found.row
    if row.draft_version != version:
        raise NewerDraft(found)
    if found.is_archived:
        raise Conflict("This is archived. Bring it back first.")
    coming = next_version(found)
    try:
        exercise = finished(found.draft, slug=slug, version=coming)
    except ExerciseError as error:
        raise NotReady(problems_in(as_file(found.draft, slug=slug, version=coming))) from error
    published = ExerciseVersion(
        practice_id=row.practice_id,
        slug=slug,
        version=coming,
        definition=exercise_to_json(exercise),
        kept_at=clock.now(),
    )
    db.session.add(published)
    row.published_version, row.published_draft = coming, row.draft_version
    db.session.flush()
    record(actor, Event.EXERCISE_PUBLISHED, row, slug=slug, version=coming)
    return published


@transaction
def archive(*, actor: Person, slug: str) -> PracticeExercise:
    """Take it out of the library. Couples who have it keep it, and it can be brought back."""
    require(actor, Permission.LIBRARY_WRITE)
    found = own_exercise(actor, slug, for_change=True)
    put_away(found)
    record(actor, Event.EXERCISE_ARCHIVED, found.row, slug=slug)
    return found.row


@transaction
def restore(*, actor: Person, slug: str) -> PracticeExercise:
    """Bring an archived exercise back, as it was."""
    require(actor, Permission.LIBRARY_WRITE)
    found = own_exercise(actor, slug, for_change=True)
    bring_back(found)
    record(actor, Event.EXERCISE_RESTORED, found.row, slug=slug)
    return found.row


def _begin(actor: Person, draft: Mapping[str, Any], original: Exercise | None) -> PracticeExercise:
    sentence = f"The library holds {MOST_OWN} of your own. Ask us before adding more."
    taken = slugs_left(actor, PracticeExercise, MOST_OWN, sentence)
    # A file may name a deck that ships; a draft holds the cards themselves, so that they can be changed.
    draft = with_cards(draft, load_decks())
    row = PracticeExercise(
        slug=own_slug(str(draft.get("name", "")), taken),
        copied_from=original.slug if original else None,
        copied_version=original.version if original else None,
        **blank_row(actor, _written(draft)),
    )
    db.session.add(row)
    db.session.flush()
    if original is None:
        record(actor, Event.EXERCISE_BEGUN, row, slug=row.slug)
    else:
        record(actor, Event.EXERCISE_COPIED, row, slug=row.slug, copied_from=original.slug)
    return row


def _written(draft: Mapping[str, Any]) -> str:
    sentence = "This is longer than an exercise can be. Shorten it, or make two of it."
    return written(draft, DRAFT_CHARACTERS, sentence)
