"""Exchange: exercises and plans out as files, and in again as drafts."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.exchange import BroughtIn, bring_in
from assignments.forms.exchange import BringInForm
from assignments.library.reading import ZIP_BYTES, FileProblem, read_parcel
from assignments.library.writing import as_toml, as_zip, file_name
from assignments.queries.library import exercise_called, library_for
from assignments.queries.plans import plan_called, plans_for
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.web import notice, page, takes_a_file

blueprint = Blueprint("exchange", __name__)


@blueprint.get("/c/library/export")
@needs(Permission.LIBRARY_READ)
def choose() -> ResponseReturnValue:
    """Which to take along. With `one` in the address, once for each, they come as one zip."""
    library, plans = library_for(signed_in()), plans_for(signed_in())
    wanted = set(request.args.getlist("one")[:1000])
    if not wanted:
        ours = [one for one in library.all() if one.slug in library.own]
        shipped = [one for one in library.all() if one.slug not in library.own]
        return page("assignments/exchange/choose.html", ours=ours, shipped=shipped, plans=plans)
    chosen_plans = [one for one in plans if f"plan:{one.slug}" in wanted]
    # Elsewhere nobody has our own exercises, so they go along with a plan that names them.
    named = {slug for one in chosen_plans for slug in one.exercises if slug in library.own}
    chosen = [one for one in library.all() if one.slug in wanted | named]
    if not chosen and not chosen_plans:
        raise NotFound
    return _download(as_zip([*chosen, *chosen_plans]), "meanwhile-library.zip", "application/zip")


@blueprint.get("/c/library/<slug>/export")
@needs(Permission.LIBRARY_READ)
def exercise(slug: str) -> ResponseReturnValue:
    """One exercise as its file. A draft has none before it is published."""
    found = exercise_called(signed_in(), slug)
    return _download(as_toml(found).encode(), file_name(found), "application/toml")


@blueprint.get("/c/plans/<plan>/export")
@needs(Permission.PLAN_LIBRARY_READ)
def plan(plan: str) -> ResponseReturnValue:
    """One plan as its file. The exercises it names go in files of their own."""
    found = plan_called(signed_in(), plan)
    return _download(as_toml(found).encode(), file_name(found), "application/toml")


@blueprint.route("/c/library/import", methods=["GET", "POST"])
@needs(Permission.LIBRARY_WRITE)
@takes_a_file
def bring() -> ResponseReturnValue:
    """A file from elsewhere. Either all of it becomes drafts, or nothing is kept and every problem is told."""
    form = BringInForm()
    problems: tuple[str, ...] = ()
    if form.validate_on_submit():
        sent = form.parcel.data
        known = frozenset(one.slug for one in library_for(signed_in()).all())
        try:
            # One byte more than is allowed tells a large file from one that fits, and no more is ever read.
            parcel = read_parcel(sent.filename, sent.read(ZIP_BYTES + 1), known)
            brought = bring_in(actor=signed_in(), parcel=parcel)
        except FileProblem as error:
            problems = error.problems
            form.parcel.errors = ["This file cannot be used yet. What to change stands on this page."]
        except Conflict as problem:
            form.parcel.errors = [problem.sentence]
        else:
            notice(_said(brought))
            return redirect(_where_next(brought))
    return page("assignments/exchange/bring.html", form, problems=problems)


def _download(content: bytes, name: str, kind: str) -> Response:
    """A file to keep. It is never shown in the page, whatever its words are."""
    reply = Response(content, mimetype=kind)
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply


def _where_next(brought: BroughtIn) -> str:
    if len(brought.exercises) == 1 and not brought.plans:
        return url_for("builder.edit", own=brought.exercises[0])
    if len(brought.plans) == 1 and not brought.exercises:
        return url_for("plan_builder.edit", own=brought.plans[0])
    if brought.plans and not brought.exercises:
        return url_for("plans.plans")
    return url_for("library.library")


def _said(brought: BroughtIn) -> str:
    """What was kept, in a sentence or two."""
    counted = [
        f"{number} {one if number == 1 else more}"
        for number, one, more in (
            (len(brought.exercises), "exercise", "exercises"),
            (len(brought.plans), "plan", "plans"),
        )
        if number
    ]
    known = f" {brought.known_already} of them you have already." if brought.known_already else ""
    if not counted:
        return "You have all of this already, word for word. Nothing was added."
    verb = "is a draft" if counted[0].startswith("1 ") and len(counted) == 1 else "are drafts"
    return f"{' and '.join(counted)} {verb} now. Read them through before you publish.{known}"
