"""One couple's plan: where they are, its weeks, and what the counsellor may do with it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.plans import (
    answer_checkpoint,
    change_week,
    end_plan,
    give_again,
    keep_week,
    pause_plan,
    resume_plan,
    skip_week,
)
from assignments.forms.plans import CheckpointForm, HolidayForm, WeekNumberForm, WeeksForm, filled
from assignments.queries.history import record_of
from assignments.queries.library import library_for
from assignments.queries.plan_weeks import evidence, weeks_of
from assignments.queries.plans import plan_for_staff, plans_for
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.queries.couples import safety_gate
from clinic.web import notice, page

blueprint = Blueprint("couple_plan", __name__)


@blueprint.get("/c/couples/<uuid:couple_id>/plan")
@needs(Permission.PLAN_READ)
def couple_plan(couple_id: UUID) -> ResponseReturnValue:
    """Where they are and every week; without a plan, the plans to start."""
    return _plan_page(couple_id, HolidayForm(formdata=None))


@blueprint.post("/c/couples/<uuid:couple_id>/plan/pause")
@needs(Permission.PLAN_WRITE)
def pause(couple_id: UUID) -> ResponseReturnValue:
    """Stop the plan's calendar."""
    return _done(
        couple_id,
        lambda: pause_plan(actor=signed_in(), couple_id=couple_id),
        "Paused. Everything that is left waits.",
    )


@blueprint.post("/c/couples/<uuid:couple_id>/plan/resume")
@needs(Permission.PLAN_WRITE)
def resume(couple_id: UUID) -> ResponseReturnValue:
    """Go on."""
    return _done(
        couple_id,
        lambda: resume_plan(actor=signed_in(), couple_id=couple_id),
        "Going on. The weeks that are left have moved.",
    )


@blueprint.post("/c/couples/<uuid:couple_id>/plan/end")
@needs(Permission.PLAN_WRITE)
def end(couple_id: UUID) -> ResponseReturnValue:
    """End the plan before its last week."""
    return _done(
        couple_id,
        lambda: end_plan(actor=signed_in(), couple_id=couple_id),
        "Ended. What they wrote stays with them.",
    )


@blueprint.post("/c/couples/<uuid:couple_id>/plan/skip")
@needs(Permission.PLAN_WRITE)
def skip(couple_id: UUID) -> ResponseReturnValue:
    """Leave out a holiday week."""
    plan_for_staff(signed_in(), couple_id, clock.now())
    form = HolidayForm()
    if not form.validate_on_submit():
        return _plan_page(couple_id, form)
    try:
        skip_week(actor=signed_in(), couple_id=couple_id, day=form.day.data)
    except Conflict as problem:
        form.day.errors = [problem.sentence]
        return _plan_page(couple_id, form)
    notice("Left out. The weeks after it come a week later.")
    return _to_plan(couple_id)


@blueprint.post("/c/couples/<uuid:couple_id>/plan/keep")
@needs(Permission.PLAN_WRITE)
def keep(couple_id: UUID) -> ResponseReturnValue:
    """Take a holiday out again."""
    form = HolidayForm()
    if not form.validate_on_submit():
        return _refused(couple_id, form.day.errors[0])
    return _done(
        couple_id,
        lambda: keep_week(actor=signed_in(), couple_id=couple_id, day=form.day.data),
        "That week is back in the plan.",
    )


@blueprint.post("/c/couples/<uuid:couple_id>/plan/again")
@needs(Permission.PLAN_WRITE)
def again(couple_id: UUID) -> ResponseReturnValue:
    """Give a week once more."""
    form = WeekNumberForm()
    if not form.validate_on_submit():
        return _refused(couple_id, form.week.errors[0])
    return _done(
        couple_id,
        lambda: give_again(actor=signed_in(), couple_id=couple_id, week=form.week.data),
        f"Week {form.week.data} is given again. The rest waits a week.",
    )


@blueprint.post("/c/couples/<uuid:couple_id>/plan/checkpoint")
@needs(Permission.PLAN_WRITE)
def checkpoint(couple_id: UUID) -> ResponseReturnValue:
    """Record how it goes, and go where the answer leads."""
    _, running = plan_for_staff(signed_in(), couple_id, clock.now())
    form = CheckpointForm()
    form.offer(running.branches if running is not None else ())
    if not form.validate_on_submit():
        return _refused(couple_id, form.branch.errors[0])
    branch = form.branch.data
    said = {
        "carry_on": "Noted. The plan carries on.",
        "smaller": "Noted. The weeks to come are in their small size.",
        "change": "Noted. Change the weeks to come below.",
        "extra_contact": "Noted. Book the appointment here.",
    }
    try:
        answer_checkpoint(actor=signed_in(), couple_id=couple_id, branch=branch)
    except Conflict as problem:
        return _refused(couple_id, problem.sentence)
    notice(said[branch])
    if branch == "extra_contact":
        return redirect(url_for("appointments.appointments", couple_id=couple_id))
    return _to_plan(couple_id)


@blueprint.route("/c/couples/<uuid:couple_id>/plan/weeks/<int:week>", methods=["GET", "POST"])
@needs(Permission.PLAN_WRITE)
def edit_week(couple_id: UUID, week: int) -> ResponseReturnValue:
    """Swap, remove or add what a week to come brings, and its size."""
    couple, running = plan_for_staff(signed_in(), couple_id, clock.now())
    if running is None or running.is_over or not 1 <= week <= len(running.plan.weeks):
        raise NotFound
    if running.timetable.has_begun(week, running.today):
        return _refused(couple_id, "That week has begun. Change the weeks to come.")
    held = running.plan.week(week).items
    form = WeeksForm.for_weeks([week])(**filled({week: held}))
    names = (couple.partner("A").name, couple.partner("B").name)
    form.offer_exercises(library_for(signed_in()).all(), names, [item.exercise for item in held])
    if form.validate_on_submit():
        stays = {item.exercise for item in held if item.repeat == "weekly"}
        items = [
            item.model_copy(update={"repeat": "weekly"}) if item.exercise in stays else item
            for item in form.items_in(week)
        ]
        try:
            change_week(actor=signed_in(), couple_id=couple_id, week=week, items=items)
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice(f"Week {week} is changed.")
            return _to_plan(couple_id)
    return page("assignments/plans/week.html", form, couple=couple, week=week, plan=running.plan)


def _plan_page(couple_id: UUID, holiday: HolidayForm) -> ResponseReturnValue:
    now = clock.now()
    couple, running = plan_for_staff(signed_in(), couple_id, now)
    if running is None:
        return render_template(
            "assignments/plans/none.html",
            couple=couple,
            gate=safety_gate(couple),
            plans=plans_for(signed_in()),
        )
    record = record_of(signed_in(), couple, now)
    asks = CheckpointForm(formdata=None)
    asks.offer(running.branches)
    return page(
        "assignments/plans/couple_plan.html",
        holiday,
        couple=couple,
        running=running,
        plan=running.plan,
        weeks=weeks_of(signed_in(), running, record),
        evidence=evidence(running, couple, record.turns, record.checkins),
        asks=asks,
    )


def _done(couple_id: UUID, act: Callable[[], object], sentence: str) -> ResponseReturnValue:
    """Do it and say so, or say why not; either way back to the plan."""
    try:
        act()
    except Conflict as problem:
        return _refused(couple_id, problem.sentence)
    notice(sentence)
    return _to_plan(couple_id)


def _refused(couple_id: UUID, sentence: str) -> ResponseReturnValue:
    # Whoever may not see this couple learns no more than that there is no such page.
    plan_for_staff(signed_in(), couple_id, clock.now())
    flash(sentence, "error")
    return _to_plan(couple_id)


def _to_plan(couple_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("couple_plan.couple_plan", couple_id=couple_id))
