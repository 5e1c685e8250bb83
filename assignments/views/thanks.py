"""Small thank-yous: one's own log by week, and what the partner has shared."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.access import sharing_of_entry
from assignments.actions.entries import (
    change_thanks,
    delete_thanks,
    offered_levels,
    restore_thanks,
    save_thanks,
)
from assignments.domain import visibility
from assignments.domain.visibility import Level
from assignments.forms import ThanksForm
from assignments.models import Entry
from assignments.queries.entries import (
    by_week,
    last_choice,
    own_entry,
    own_thanks,
    thanks_from_partner,
    words_of,
)
from assignments.views.sharing import labels_for, lines_for, names_for
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.models import Partner
from clinic.queries.couples import own_place
from clinic.web import notice, notice_with_undo, page

blueprint = Blueprint("thanks", __name__)

# How many weeks with a thank-you stand there at first, of one's own and of the partner's.
WEEKS_SHOWN = 12
SHOW = {"shared": Level.SHARED, "only-me": Level.PRIVATE}


@blueprint.get("/thanks")
@needs(Permission.ENTRY_WRITE)
def thanks() -> ResponseReturnValue:
    """One's own thank-yous by week, all or by who sees them, and those the partner shared."""
    place, now = g.place, clock.now()
    own = own_thanks(place, now)
    wanted = SHOW.get(request.args.get("show", ""))
    return render_template(
        "assignments/thanks/thanks.html",
        weeks=by_week(one for one in own if wanted in (None, one.level)),
        has_any=bool(own),
        show=request.args["show"] if wanted else "all",
        from_partner=by_week(thanks_from_partner(place, now)),
        shown=None if request.args.get("all") else WEEKS_SHOWN,
        names=names_for(place),
    )


@blueprint.route("/thanks/new", methods=["GET", "POST"])
@needs(Permission.ENTRY_WRITE)
def new() -> ResponseReturnValue:
    """One thing they did. Who sees it begins as the writer's own last choice, here alone."""
    place = g.place
    levels = offered_levels(place)
    last = last_choice(place)
    form = ThanksForm(visibility=last.value if last in levels else None)
    form.offer(labels_for(place, levels))
    if not form.validate_on_submit():
        return _page("assignments/thanks/new.html", place, form)
    level = Level(form.visibility.data)
    try:
        save_thanks(actor=signed_in(), what=form.what.data, meant=form.meant.data, level=level)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _page("assignments/thanks/new.html", own_place(signed_in()), form)
    notice(_saved(place, level))
    return redirect(url_for("thanks.new" if form.another.data else "thanks.thanks"))


@blueprint.route("/thanks/<uuid:entry_id>", methods=["GET", "POST"])
@needs(Permission.ENTRY_WRITE)
def edit(entry_id: UUID) -> ResponseReturnValue:
    """Change one's own words, until they may have been read, or who sees them."""
    place = g.place
    entry = own_entry(place, entry_id)
    what, meant = words_of(entry)
    wanted = sharing_of_entry(entry).heading_to(clock.now())
    form = ThanksForm(what=what, meant=meant, visibility=wanted, version=entry.version)
    form.offer(labels_for(place, offered_levels(place, wanted)))
    if form.validate_on_submit():
        try:
            _change(entry, form)
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("Saved.")
            return redirect(url_for("thanks.thanks"))
        # A refused act has let go of what was read before it.
        place = own_place(signed_in())
        entry = own_entry(place, entry_id)
    return _page("assignments/thanks/edit.html", place, form, entry)


@blueprint.post("/thanks/<uuid:entry_id>/delete")
@needs(Permission.ENTRY_WRITE)
def delete(entry_id: UUID) -> ResponseReturnValue:
    """Gone from view at once, for everybody."""
    delete_thanks(actor=signed_in(), entry_id=entry_id)
    notice_with_undo("Deleted.", url_for("thanks.restore", entry_id=entry_id))
    return redirect(url_for("thanks.thanks"))


@blueprint.post("/thanks/<uuid:entry_id>/restore")
@needs(Permission.ENTRY_WRITE)
def restore(entry_id: UUID) -> ResponseReturnValue:
    """Undo deleting, for ten minutes."""
    restore_thanks(actor=signed_in(), entry_id=entry_id)
    notice("It is back.")
    return redirect(url_for("thanks.thanks"))


def _change(entry: Entry, form: ThanksForm) -> None:
    fixed = visibility.is_frozen_text(sharing_of_entry(entry), None, clock.now())
    what, meant = words_of(entry) if fixed else (form.what.data, form.meant.data)
    change_thanks(
        actor=signed_in(),
        entry_id=entry.id,
        what=what,
        meant=meant,
        level=Level(form.visibility.data),
        version=form.version.data or 0,
    )


def _page(template: str, place: Partner, form: ThanksForm, entry: Entry | None = None) -> ResponseReturnValue:
    now = clock.now()
    sharing = sharing_of_entry(entry) if entry else None
    fixed = sharing is not None and visibility.is_frozen_text(sharing, None, now)
    return page(
        template,
        form,
        entry=entry,
        fixed=fixed,
        pending=visibility.opens_next(sharing, now) if sharing else None,
        slot=place.slot,
        names=names_for(place),
        outcomes=lines_for(place, sharing.heading_to(now) if sharing else None, may_have_been_read=fixed),
    )


def _saved(place: Partner, level: Level) -> str:
    if level is Level.PRIVATE:
        return "Saved. Only you see it."
    return f"Saved. {lines_for(place)[Level.SHARED][1]}"
