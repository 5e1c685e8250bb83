"""Exchange: exercises and plans out as files, and in again as drafts."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.exchange import BroughtIn, bring_in
from assignments.forms.exchange import CHOOSE_AGAIN, BringInForm, KeepForm
from assignments.library.finding import without_names
from assignments.library.reading import ZIP_BYTES, FileProblem, Parcel, read_parcel
from assignments.library.writing import as_toml, as_zip, file_name
from assignments.queries.incoming import incoming
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
    """A file from elsewhere. What it holds is shown in the answer itself; nothing of it is kept yet."""
    form = BringInForm()
    if not form.validate_on_submit():
        return page("assignments/exchange/bring.html", form)
    sent = form.parcel.data
    # One byte more than is allowed tells a large file from one that fits, and no more is ever read.
    content = sent.read(ZIP_BYTES + 1)
    try:
        parcel = _read(sent.filename, content)
    except FileProblem as error:
        return _refused(form, error)
    found = incoming(signed_in(), parcel)
    return render_template(
        "assignments/exchange/look.html",
        found=found,
        summaries=[without_names(one).summary for one in found.exercises],
        name=sent.filename,
        form=KeepForm.holding(sent.filename, content),
    )


def _read(name: str, content: bytes) -> Parcel:
    return read_parcel(name, content, frozenset(one.slug for one in library_for(signed_in()).all()))


def _refused(form: BringInForm, error: FileProblem) -> ResponseReturnValue:
    form.parcel.errors = ["This file cannot be used yet. What to change stands on this page."]
    return page("assignments/exchange/bring.html", form, problems=error.problems)


@blueprint.post("/c/library/import/keep")
@needs(Permission.LIBRARY_WRITE)
def keep() -> ResponseReturnValue:
    """The file that was looked at becomes drafts: all of it, or nothing is kept and every problem is told."""
    form, again = KeepForm(), BringInForm(formdata=None)
    if not form.validate_on_submit():
        again.parcel.errors = [CHOOSE_AGAIN]
        return page("assignments/exchange/bring.html", again)
    try:
        brought = bring_in(actor=signed_in(), parcel=_read(form.name.data, form.content))
    except FileProblem as error:
        return _refused(again, error)
    except Conflict as problem:
        again.parcel.errors = [problem.sentence]
        return page("assignments/exchange/bring.html", again)
    notice(_said(brought))
    return redirect(_where_next(brought))


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
