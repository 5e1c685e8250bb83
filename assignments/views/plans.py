"""Plans: the list, one read through, and starting one with a couple on a single page."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.access import has_ended
from assignments.actions.plans import PlanTerms, start_plan, undo_start
from assignments.domain.exercises import OWN_PREFIX
from assignments.domain.material import label_of
from assignments.domain.plans import Plan, Timetable, at_pace, with_weeks
from assignments.domain.visibility import Level
from assignments.forms.plans import StartPlanForm, filled
from assignments.queries.library import library_for
from assignments.queries.own_plans import own_plans
from assignments.queries.plans import plan_called, plan_of, plans_for
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.models import Couple
from clinic.queries.appointments import next_starts
from clinic.queries.couples import couple_for, couples_for, safety_gate
from clinic.queries.people import practice_of
from clinic.web import notice, notice_with_undo, page

blueprint = Blueprint("plans", __name__)

LOOSEST_FIRST = tuple(reversed(Level))


@blueprint.get("/c/plans")
@needs(Permission.PLAN_LIBRARY_READ)
def plans() -> ResponseReturnValue:
    """Every plan that can be given, the practice's own first."""
    given, own = plans_for(signed_in()), own_plans(signed_in())
    return render_template(
        "assignments/plans/plans.html",
        ours=[plan for plan in given if plan.slug.startswith(OWN_PREFIX)],
        shipped=[plan for plan in given if not plan.slug.startswith(OWN_PREFIX)],
        writing=[one for one in own if one.has_changes and not one.is_archived],
        archived=[one for one in own if one.is_archived],
    )


@blueprint.get("/c/plans/<plan>")
@needs(Permission.PLAN_LIBRARY_READ)
def plan(plan: str) -> ResponseReturnValue:
    """One plan read through: its weeks, and what each brings."""
    found = plan_called(signed_in(), plan)
    return render_template(
        "assignments/plans/plan.html",
        plan=found,
        is_own=found.slug.startswith(OWN_PREFIX),
        exercises={one.slug: one for one in library_for(signed_in()).all()},
        labels={material_id: label_of(material_id) for material_id in found.sources},
    )


@blueprint.route("/c/plans/<plan>/start", methods=["GET", "POST"])
@needs(Permission.PLAN_WRITE)
def start(plan: str) -> ResponseReturnValue:
    """Everything filled in and one button; without a couple in the address, pick the couple first."""
    found = plan_called(signed_in(), plan)
    if "couple" not in request.args:
        return _pick_couple(found)
    couple = _couple_asked_for()
    form = _start_form(found, couple)
    if not form.is_submitted():
        return _start_page(found, couple, form)
    if not form.validate() or "show" in request.form:
        return _start_page(found, couple, form)
    terms = PlanTerms(form.starts_on.data, int(form.pace.data), Level(form.sharing_limit.data), form.holidays)
    try:
        start_plan(actor=signed_in(), couple_id=couple.id, plan=_as_chosen(found, form), terms=terms)
    except Conflict as problem:
        form.form_errors.append(problem.sentence)
        return _start_page(found, couple, form)
    notice_with_undo(f"{found.name}: started.", url_for("plans.undo", couple_id=couple.id))
    return redirect(url_for("couple_plan.couple_plan", couple_id=couple.id))


@blueprint.post("/c/couples/<uuid:couple_id>/plan/undo")
@needs(Permission.PLAN_WRITE)
def undo(couple_id: UUID) -> ResponseReturnValue:
    """Take back a plan that was started a moment ago."""
    try:
        undo_start(actor=signed_in(), couple_id=couple_id)
    except (Conflict, Expired) as problem:
        flash(problem.sentence, "error")
    else:
        notice("Taken back. They will not see it.")
    return redirect(url_for("couple_plan.couple_plan", couple_id=couple_id))


def _start_form(found: Plan, couple: Couple) -> StartPlanForm:
    numbers = range(1, len(found.weeks) + 1)
    levels = _levels(couple)
    values: dict[str, object] = {
        "starts_on": _today(),
        "pace": str(found.pace),
        "sharing_limit": levels[0].value,
        **filled({number: found.week(number).items for number in numbers}),
    }
    form: StartPlanForm = StartPlanForm.for_weeks(numbers)(**values)
    form.offer(levels, max(found.pace, 2), _today())
    names = (couple.partner("A").name, couple.partner("B").name)
    form.offer_exercises(library_for(signed_in()).all(), names, found.exercises)
    return form


def _start_page(found: Plan, couple: Couple, form: StartPlanForm) -> ResponseReturnValue:
    now = clock.now()
    before = plan_of(couple, now, ZoneInfo(practice_of(signed_in()).timezone))
    return page(
        "assignments/plans/start.html",
        form if form.errors else None,
        couple=couple,
        plan=found,
        start=form,
        days=_days(found, form),
        gate=safety_gate(couple),
        has_plan=before is not None and not before.is_over,
    )


def _days(found: Plan, form: StartPlanForm) -> dict[int, tuple[date, date]]:
    """First and last day of each week of the plan, as far as what was typed gives any."""
    if form.errors or form.starts_on.data is None:
        return {}
    chosen, pace = _as_chosen(found, form), int(form.pace.data)
    table = Timetable(form.starts_on.data, len(at_pace(chosen, pace).weeks), skipped=form.holidays)
    days: dict[int, tuple[date, date]] = {}
    before = 0
    for number, week in enumerate(chosen.weeks, start=1):
        # A fuller week that the pace makes two of spans both.
        parts = -(-len(week.items) // pace)
        slots = [slot for part in range(before + 1, before + parts + 1) for slot in table.slots_of(part)]
        before += parts
        if slots[-1].ends_on is not None:
            days[number] = (slots[0].begins_on, slots[-1].ends_on)
    return days


def _as_chosen(found: Plan, form: StartPlanForm) -> Plan:
    """The plan with the exercises of the form; what stays on goes on staying where it still stands."""
    stays = {item.exercise for week in found.weeks for item in week.items if item.repeat == "weekly"}
    return with_weeks(
        found,
        {
            week: [
                item.model_copy(update={"repeat": "weekly"}) if item.exercise in stays else item
                for item in form.items_in(week)
            ]
            for week in form.weeks
        },
    )


def _couple_asked_for() -> Couple:
    """The couple in the address. Raises NotFound for anything that is not one of the reader's."""
    couple_id = request.args.get("couple", type=UUID)
    if couple_id is None:
        raise NotFound
    return couple_for(signed_in(), couple_id)


def _pick_couple(found: Plan) -> ResponseReturnValue:
    coming = next_starts(signed_in(), clock.now())
    couples = [couple for couple in couples_for(signed_in()) if not has_ended(couple)]
    couples.sort(key=lambda couple: (couple.id not in coming, coming.get(couple.id, clock.now())))
    return render_template("assignments/plans/pick_couple.html", couples=couples, coming=coming, plan=found)


def _levels(couple: Couple) -> list[Level]:
    """How far a plan may be shared with this couple, loosest first."""
    allowed = practice_of(signed_in()).allows_counsellor_only
    return [
        level
        for level in LOOSEST_FIRST
        if not level.is_looser_than(Level(couple.sharing_limit))
        and (allowed or level is not Level.COUNSELLOR)
    ]


def _today() -> date:
    return clock.today(practice_of(signed_in()).timezone)
