"""One couple's own page: what comes next, two charts, and the weeks with each partner's side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.reviewing import look_through
from assignments.domain.checkins import ITEM_BY_KEY, SCALE_KEYS, monday_of, week_number
from assignments.domain.stalls import Names
from assignments.queries.history import Record, record_of
from assignments.queries.plan_weeks import evidence
from assignments.queries.plans import plan_of
from assignments.queries.timeline import Kind, looked_since, narrowed, timeline_of
from assignments.views import figures
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.models import Appointment, Couple
from clinic.queries.appointments import all_appointments_of
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
    record, appointments = record_of(signed_in(), found, now), all_appointments_of(signed_in(), found)
    wanted = request.args.get("kind")
    only = next((kind for kind in Kind if kind == wanted), None)
    since = looked_since(signed_in(), found, appointments, now)
    everything = timeline_of(signed_in(), record, appointments, now, since=since)
    weeks = narrowed(everything, only, only_new=wanted == NEW)
    plan = plan_of(found, now, ZoneInfo(practice_of(signed_in()).timezone))
    return render_template(
        "assignments/couple/couple.html",
        couple=found,
        gate=safety_gate(found),
        running=plan,
        how_it_goes=evidence(plan, record) if plan is not None and plan.checkpoint_due else "",
        waiting=waiting_to_join(found, now),
        coming=next((one for one in appointments if one.starts_at > now), None),
        figures=_figures(found, record, appointments),
        weeks=weeks if request.args.get("weeks") == "all" else weeks[:WEEKS_SHOWN],
        earlier=max(0, len(weeks) - WEEKS_SHOWN) if request.args.get("weeks") != "all" else 0,
        only=NEW if wanted == NEW else only,
        since=since,
        new=sum(one.is_new for week in everything for side in week.sides.values() for one in side),
        as_table=request.args.get("charts") == "table",
    )


@blueprint.post("/c/couples/<uuid:couple_id>/look")
@needs(Permission.ANSWER_MARK_READ)
def look(couple_id: UUID) -> ResponseReturnValue:
    """Say that one has looked through everything up to now."""
    look_through(actor=signed_in(), couple_id=couple_id)
    notice("Seen. What comes from now on is marked as new.")
    return redirect(url_for("couple.couple", couple_id=couple_id))


def _figures(found: Couple, record: Record, appointments: Sequence[Appointment]) -> list[figures.Figure]:
    """Every item that is answered on the scale and has an answer, over the same weeks."""
    names = Names(found.partner("A").name, found.partner("B").name)
    last = record.history.week
    weeks = (max(0, last - WEEKS_DRAWN + 1), last)
    visits = sorted({_week(one.starts_at, record) for one in appointments})
    keys = [*FIRST, *(key for key in SCALE_KEYS if key not in FIRST)]
    drawn = (figures.large(ITEM_BY_KEY[key].short, key, record.history, names, weeks, visits) for key in keys)
    return [one for one in drawn if one is not None]


def _week(moment: datetime, record: Record) -> int:
    return week_number(monday_of(moment.date()), record.monday(0))
