"""The blueprint the pages of one exercise hang on, and what each of them begins with."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, url_for

from assignments.queries.doing import Doing, DoingPage, doing_for
from clinic import clock
from clinic.access import signed_in
from clinic.queries.couples import own_place

blueprint = Blueprint("do", __name__, url_prefix="/do/<uuid:assignment_id>")


def doing(assignment_id: UUID) -> Doing:
    """The running turn of whoever asked."""
    return doing_for(g.place, assignment_id, clock.now())


def doing_afresh(assignment_id: UUID) -> Doing:
    """The same after a refused save, which has emptied everything that was read before it."""
    g.place = own_place(signed_in())
    return doing(assignment_id)


def page_url(of: Doing, page: DoingPage | None) -> str:
    """Where one question stands; the page to check on comes after the last."""
    if page is None:
        return url_for("do.check", assignment_id=of.assignment.id)
    return url_for("do.step", assignment_id=of.assignment.id, step=page.step.key, part=page.part)
