"""The library: every exercise that ships, and one of them read through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from assignments.domain.exercises import (
    FAMILY_NAMES,
    LEVEL_NAMES,
    OWN_PREFIX,
    SIZE_NAMES,
    WHO_NAMES,
    Exercise,
    personalised,
)
from assignments.domain.exercises.building import sketch
from assignments.domain.exercises.grades import grades_of
from assignments.domain.material import articles_behind, label_of
from assignments.forms import FindForm
from assignments.library.finding import Wanted, look_for, sign_in_words, signs_helped, without_names
from assignments.library.loader import Library
from assignments.library.searching import Found
from assignments.models import ExerciseVersion
from assignments.queries.assignments import exercise_in
from assignments.queries.library import (
    OwnExercise,
    exercise_called,
    library_for,
    own_exercise,
    own_exercises,
    versions_of,
)
from assignments.queries.offers import given_lately
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import NotFound

blueprint = Blueprint("library", __name__)


# How families, levels and the rest are called, for every template and macro that shows an exercise.
NAMES = {
    "FAMILY_NAMES": FAMILY_NAMES,
    "LEVEL_NAMES": LEVEL_NAMES,
    "WHO_NAMES": WHO_NAMES,
    "SIZE_NAMES": SIZE_NAMES,
}
blueprint.record_once(lambda setup: setup.app.jinja_env.globals.update(NAMES))


@dataclass(frozen=True)
class Finding:
    """What the address asks a library for, what fits, and the form to ask anew."""

    wanted: Wanted
    exercises: tuple[Exercise, ...]
    form: FindForm
    helps: str
    how: Found

    @classmethod
    def in_library(cls, library: Library) -> Finding:
        """What fits in this library."""
        wanted = Wanted.asked_in(request.args)
        form = FindForm(formdata=None, data=wanted.in_address())
        form.offer([(sign, sign_in_words(sign)) for sign in signs_helped(library)])
        how = look_for(library, wanted)
        found = tuple(without_names(exercise) for exercise in how.exercises)
        return cls(wanted, found, form, sign_in_words(wanted.sign) if wanted.sign else "", how)


@blueprint.get("/c/library")
@needs(Permission.LIBRARY_READ)
def library() -> ResponseReturnValue:
    """Every exercise by family, or what the address asks for. What the practice is writing stands apart."""
    shelves = library_for(signed_in())
    finding = Finding.in_library(shelves)
    whole = finding.wanted.is_anything
    drafts = own_exercises(signed_in()) if whole else []
    return render_template(
        "assignments/library/library.html",
        finding=finding,
        lately=given_lately(signed_in(), shelves) if whole else [],
        ours=[one for one in finding.exercises if one.slug in shelves.own],
        shipped=[one for one in finding.exercises if one.slug not in shelves.own],
        writing=[one for one in drafts if one.has_changes and not one.is_archived],
        archived=[one for one in drafts if one.is_archived],
    )


@blueprint.get("/c/library/<slug>")
@needs(Permission.LIBRARY_READ)
def exercise(slug: str) -> ResponseReturnValue:
    """One exercise: what it is for, how it goes, what is asked. One of our own may be a draft or archived."""
    own = own_exercise(signed_in(), slug) if slug.startswith(OWN_PREFIX) else None
    versions = versions_of(signed_in(), slug) if own else []
    if own is None:
        found = exercise_called(signed_in(), slug)
    elif versions:
        found = exercise_in(versions[0])
    else:
        found = sketch(own.draft)
    return _exercise(found, own=own, versions=versions)


@blueprint.get("/c/library/<own>/versions/<int:number>")
@needs(Permission.LIBRARY_READ)
def version(own: str, number: int) -> ResponseReturnValue:
    """An earlier version of one of our own, as it was published. It is never changed."""
    found = own_exercise(signed_in(), own)
    versions = versions_of(signed_in(), own)
    published = next((one for one in versions if one.version == number), None)
    if published is None:
        raise NotFound
    return _exercise(exercise_in(published), own=found, versions=versions)


def _exercise(
    found: Exercise, *, own: OwnExercise | None, versions: Sequence[ExerciseVersion]
) -> ResponseReturnValue:
    return render_template(
        "assignments/library/exercise.html",
        exercise=personalised(found),
        grades=grades_of(found),
        labels={material_id: label_of(material_id) for material_id in (*found.sources, *found.signs)},
        articles=articles_behind(found.sources),
        own=own,
        versions=versions,
        is_latest=own is None or found.version == own.row.published_version,
    )
