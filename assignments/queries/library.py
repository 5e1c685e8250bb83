"""The library as a member of staff reads it: what ships, and what their own practice has written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from assignments.domain.exercises import Exercise
from assignments.library.loader import Library, load_library
from assignments.models import ExerciseVersion, PracticeExercise
from assignments.queries.assignments import exercise_in
from assignments.queries.own_drafts import Own, draft_in, row_called, rows_of
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Person


@dataclass(frozen=True)
class OwnExercise(Own[PracticeExercise]):
    """One exercise of the practice's own."""

    @property
    def original(self) -> str:
        """The name of the shipped exercise it was copied from, as far as that still ships."""
        found = load_library().get(self.row.copied_from or "")
        return found.name if found else ""


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
    return [OwnExercise(row, draft_in(row)) for row in rows_of(reader, PracticeExercise)]


def own_exercise(reader: Person, slug: str, *, for_change: bool = False) -> OwnExercise:
    """One exercise of the reader's practice. Raises NotFound for any other, whoever's it is."""
    row = row_called(reader, PracticeExercise, slug, for_change=for_change)
    return OwnExercise(row, draft_in(row))


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
