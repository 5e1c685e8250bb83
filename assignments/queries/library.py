"""The library as a member of staff reads it: what ships, and what their own practice has written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from assignments.domain.exercises import Exercise
from assignments.library.loader import Library, load_library
from assignments.models import ExerciseVersion, PracticeExercise
from assignments.queries.assignments import exercise_in
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Person


@dataclass(frozen=True)
class OwnExercise:
    """One exercise of the practice's own, with its draft as a table."""

    row: PracticeExercise
    draft: dict[str, Any]

    @property
    def slug(self) -> str:
        """What it is called in addresses."""
        return self.row.slug

    @property
    def name(self) -> str:
        """What its draft is called, or words that say it has no name yet."""
        return str(self.draft.get("name") or "Not named yet")

    @property
    def original(self) -> str:
        """The name of the shipped exercise it was copied from, as far as that still ships."""
        found = load_library().get(self.row.copied_from or "")
        return found.name if found else ""

    @property
    def is_published(self) -> bool:
        """Whether it can be given, unless it is archived."""
        return self.row.published_version > 0

    @property
    def is_archived(self) -> bool:
        """Whether it has been put away."""
        return self.row.archived_at is not None

    @property
    def has_changes(self) -> bool:
        """Whether the draft holds what the published version does not."""
        return self.row.draft_version != self.row.published_draft


def library_for(reader: Person) -> Library:
    """Everything this reader may give: what ships, and what their practice has published and not archived."""
    published = db.session.execute(
        select(ExerciseVersion)
        .join(
            PracticeExercise,
            (PracticeExercise.practice_id == ExerciseVersion.practice_id)
            & (PracticeExercise.slug == ExerciseVersion.slug)
            & (PracticeExercise.published_version == ExerciseVersion.version),
        )
        .where(
            ExerciseVersion.practice_id == reader.practice_id,
            PracticeExercise.practice_id == reader.practice_id,
            PracticeExercise.archived_at.is_(None),
        )
    ).scalars()
    return load_library().with_own(exercise_in(version) for version in published)


def own_exercises(reader: Person) -> Sequence[OwnExercise]:
    """Everything the reader's practice has written, drafts and archived ones included, the latest first."""
    rows = db.session.execute(
        select(PracticeExercise)
        .where(PracticeExercise.practice_id == reader.practice_id)
        .order_by(PracticeExercise.saved_at.desc(), PracticeExercise.slug)
    ).scalars()
    return [OwnExercise(row, json.loads(row.draft)) for row in rows]


def own_exercise(reader: Person, slug: str, *, for_change: bool = False) -> OwnExercise:
    """One exercise of the reader's practice. Raises NotFound for any other, whoever's it is."""
    statement = select(PracticeExercise).where(
        PracticeExercise.practice_id == reader.practice_id, PracticeExercise.slug == slug
    )
    if for_change:
        # Two tabs must not both believe that they hold the newest draft.
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = db.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound
    return OwnExercise(row, json.loads(row.draft))


def versions_of(reader: Person, slug: str) -> Sequence[ExerciseVersion]:
    """Every published version of one exercise of the practice's own, the latest first."""
    return (
        db.session.execute(
            select(ExerciseVersion)
            .join(
                PracticeExercise,
                (PracticeExercise.practice_id == ExerciseVersion.practice_id)
                & (PracticeExercise.slug == ExerciseVersion.slug),
            )
            .where(
                ExerciseVersion.practice_id == reader.practice_id,
                PracticeExercise.practice_id == reader.practice_id,
                ExerciseVersion.slug == slug,
            )
            .order_by(ExerciseVersion.version.desc())
        )
        .scalars()
        .all()
    )


def exercise_called(reader: Person, slug: str) -> Exercise:
    """One exercise of the reader's library. Raises NotFound for any other."""
    found = library_for(reader).get(slug)
    if found is None:
        raise NotFound
    return found
