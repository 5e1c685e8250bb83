"""The library: every exercise that ships, and one of them read through."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from assignments.domain.exercises import (
    FAMILY_NAMES,
    LEVEL_NAMES,
    SIZE_NAMES,
    WHO_NAMES,
    Exercise,
    personalised,
    reading_grade,
    texts_of,
)
from assignments.domain.material import label_of
from assignments.forms import FindForm
from assignments.library.finding import Wanted, find, sign_in_words, signs_helped, without_names
from assignments.library.loader import Library
from assignments.queries.library import exercise_called, library_for
from assignments.queries.offers import given_lately
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


@dataclass(frozen=True)
class Finding:
    """What the address asks a library for, what fits, and the form to ask anew."""

    wanted: Wanted
    exercises: tuple[Exercise, ...]
    form: FindForm
    helps: str

    @classmethod
    def in_library(cls, library: Library) -> Finding:
        """What fits in this library."""
        wanted = Wanted.asked_in(request.args)
        form = FindForm(formdata=None, data=wanted.in_address())
        form.offer([(sign, sign_in_words(sign)) for sign in signs_helped(library)])
        found = tuple(without_names(exercise) for exercise in find(library, wanted))
        return cls(wanted, found, form, sign_in_words(wanted.sign) if wanted.sign else "")


@blueprint.get("/c/library")
@needs(Permission.LIBRARY_READ)
def library() -> ResponseReturnValue:
    """Every exercise by family, or what the address asks for."""
    library = library_for(signed_in())
    finding = Finding.in_library(library)
    lately = given_lately(signed_in(), library) if finding.wanted.is_anything else []
    return render_template(
        "assignments/library/library.html", finding=finding, own=library.own, lately=lately
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
