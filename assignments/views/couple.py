"""One couple's own page: what comes next, two charts, and the weeks with each partner's side."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.reviewing import look_through
from assignments.domain.checkins import ITEM_BY_KEY, SCALE_KEYS, monday_of, week_number
from assignments.domain.stalls import Names
from assignments.queries.plan_weeks import evidence
from assignments.queries.plans import plan_of
from assignments.queries.timeline import Kind, Timeline, timeline_of
from assignments.views import figures
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.queries.couples import couple_for, safety_gate, waiting_to_join
from clinic.queries.people import practice_of
from clinic.times import short_day
from clinic.web import notice

blueprint = Blueprint("couple", __name__)

WEEKS_SHOWN = 8
WEEKS_DRAWN = 12
# What the filter of all that is new is called in the address.
NEW = "new"
# The two measures that are looked for first; the others fold away below them.
FIRST = ("closeness", "tension")
# The row of pages about one couple, in reading order. Those that this installation lacks are left out.
PAGES = (
    ("timeline", "Timeline", "couple.couple"),
    ("answers", "Answers", "answers.answers"),
    ("plan", "Plan", "couple_plan.couple_plan"),
    ("notes", "Notes", "notes.notes"),
    ("signs", "Signs", "signs.signs"),
    ("appointments", "Appointments", "appointments.appointments"),
    ("settings", "Settings", "couples.settings"),
)


@blueprint.app_template_global("about_couple")
def about(endpoint: str, couple_id: UUID, **values: object) -> str | None:
    """The address of a page about this couple, or None where there is no such page."""
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, couple_id=couple_id, **values)  # type: ignore[arg-type]  # url_for takes any name


@blueprint.app_template_global("couple_pages")
def couple_pages(couple_id: UUID) -> list[tuple[str, str, str]]:
    """The local navigation of a couple's pages: key, label, address."""
    found = ((key, label, about(endpoint, couple_id)) for key, label, endpoint in PAGES)
    return [(key, label, address) for key, label, address in found if address is not None]


@blueprint.app_template_filter("week_span")
def week_span(monday: date) -> str:
    """As in "7–13 Sep" or "28 Sep–4 Oct"."""
    sunday = monday + timedelta(days=6)
    start = str(monday.day) if monday.month == sunday.month else short_day(monday)
    return f"{start}\N{EN DASH}{short_day(sunday)}"


@blueprint.get("/c/couples/<uuid:couple_id>")
@needs(Permission.COUPLE_READ)
def couple(couple_id: UUID) -> ResponseReturnValue:
    """The timeline; `kind` leaves one kind of thing or what is new, `weeks=all` shows every week, `charts=table` numbers."""
    found, now = couple_for(signed_in(), couple_id), clock.now()
    wanted = request.args.get("kind")
    only = next((kind for kind in Kind if kind == wanted), None)
    plan = plan_of(found, now, ZoneInfo(practice_of(signed_in()).timezone))
    asks = plan if plan is not None and plan.checkpoint_due else None
    told = timeline_of(
        signed_in(),
        found,
        now,
        most=None if request.args.get("weeks") == "all" else WEEKS_SHOWN,
        drawn=WEEKS_DRAWN,
        all_since=asks.row.starts_on if asks is not None else None,
        only=only,
        only_new=wanted == NEW,
    )
    return render_template(
        "assignments/couple/couple.html",
        couple=found,
        gate=safety_gate(found),
        running=plan,
        how_it_goes=evidence(asks, found, told.recent.turns, told.recent.checkins) if asks else "",
        waiting=waiting_to_join(found, now),
        coming=next((one for one, _ in told.recent.appointments if one.starts_at > now), None),
        figures=_figures(told),
        weeks=told.weeks,
        has_earlier=told.has_earlier,
        only=NEW if wanted == NEW else only,
        since=told.since,
        new=told.new,
        as_table=request.args.get("charts") == "table",
    )


@blueprint.post("/c/couples/<uuid:couple_id>/look")
@needs(Permission.ANSWER_MARK_READ)
def look(couple_id: UUID) -> ResponseReturnValue:
    """Say that one has looked through everything up to now."""
    look_through(actor=signed_in(), couple_id=couple_id)
    notice("Seen. What comes from now on is marked as new.")
    return redirect(url_for("couple.couple", couple_id=couple_id))


def _figures(told: Timeline) -> list[figures.Figure]:
    """Every item that is answered on the scale and has an answer, over the same weeks."""
    couple, history = told.recent.couple, told.recent.history
    names = Names(couple.partner("A").name, couple.partner("B").name)
    weeks = (max(0, history.week - WEEKS_DRAWN + 1), history.week)
    week_0 = told.week_0 or monday_of(told.recent.today)
    days = (one.starts_at.date() for one, _ in told.recent.appointments)
    visits = sorted({week_number(monday_of(day), week_0) for day in days})
    keys = [*FIRST, *(key for key in SCALE_KEYS if key not in FIRST)]
    drawn = (figures.large(ITEM_BY_KEY[key].short, key, history, names, weeks, visits) for key in keys)
    return [one for one in drawn if one is not None]
