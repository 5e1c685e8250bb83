"""The library: every exercise that ships, and one of them read through."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from assignments.domain.exercises import (
    FAMILY_NAMES,
    LEVEL_NAMES,
    SIZE_NAMES,
    WHO_NAMES,
    Exercise,
    Family,
    personalised,
    reading_grade,
    texts_of,
)
from assignments.domain.material import label_of
from assignments.library.loader import Library
from assignments.queries.library import exercise_called, library_for
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission

blueprint = Blueprint("library", __name__)


# How families, levels and the rest are called, for every template and macro that shows an exercise.
NAMES = {
    "FAMILY_NAMES": FAMILY_NAMES,
    "LEVEL_NAMES": LEVEL_NAMES,
    "WHO_NAMES": WHO_NAMES,
    "SIZE_NAMES": SIZE_NAMES,
}
blueprint.record_once(lambda setup: setup.app.jinja_env.globals.update(NAMES))


def asked_for(library: Library) -> tuple[str, Family | None, tuple[Exercise, ...]]:
    """The word and the family that the address asks for, and the exercises of this library that fit both."""
    word = request.args.get("q", "").strip()[:80]
    family = next((key for key in FAMILY_NAMES if key == request.args.get("family")), None)
    found = library.search(word, family=family)
    return word, family, tuple(personalised(exercise) for exercise in found)


@blueprint.get("/c/library")
@needs(Permission.LIBRARY_READ)
def library() -> ResponseReturnValue:
    """Every exercise by family; `q` and `family` narrow it."""
    library = library_for(signed_in())
    word, family, found = asked_for(library)
    return render_template(
        "assignments/library/library.html", word=word, family=family, exercises=found, own=library.own
    )


@blueprint.get("/c/library/<slug>")
@needs(Permission.LIBRARY_READ)
def exercise(slug: str) -> ResponseReturnValue:
    """One exercise as it ships: what it is for, how it goes, what is asked."""
    found = exercise_called(signed_in(), slug)
    return render_template(
        "assignments/library/exercise.html",
        exercise=personalised(found),
        grade=reading_grade("\n".join(texts_of(found))),
        labels={material_id: label_of(material_id) for material_id in (*found.sources, *found.signs)},
    )
