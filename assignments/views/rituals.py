"""A ritual whose days and place are agreed: start it, mark it as done, say how close it felt, or not today."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.noting import level_of_closeness, mark_done, rate_closeness, time_today, undo_done
from assignments.actions.responding import set_aside
from assignments.domain.exercises import ChooseOneStep, RatingStep, TimerStep
from assignments.domain.rituals import schedule_of
from assignments.domain.timers import running_timer, start_mark
from assignments.forms import StepForm, step_form
from assignments.queries.agreements import SharedAgreement
from assignments.queries.doing import Doing, doing_for
from assignments.queries.uses import own_times, value_of
from assignments.views.do.blueprint import page_url
from assignments.views.sharing import names_for
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired, NotFound
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of
from clinic.web import notice, notice_with_undo, page

blueprint = Blueprint("rituals", __name__)

HERE = "/ritual/<uuid:assignment_id>"
LAST = 5


def ritual_page(mine: Doing, agreed: SharedAgreement, sent: StepForm | None = None) -> ResponseReturnValue:
    """When and where, Start, We did it, Not today; and one's own closeness afterwards."""
    now, place = clock.now(), mine.place
    today = clock.today(practice_of(place.person).timezone)
    timer, rating = _step(mine, TimerStep), _step(mine, RatingStep)
    if not isinstance(timer, TimerStep) or not isinstance(rating, RatingStep):
        raise NotFound
    done = time_today(place, mine.assignment.id)
    said = value_of(done).get("closeness") if done is not None else None
    return page(
        "assignments/rituals/ritual.html",
        sent or step_form(rating, {"rating": said} if said is not None else None, formdata=None),
        doing=mine,
        schedule=schedule_of(agreed.step, agreed.value, minutes=timer.minutes, today=today),
        agreed=agreed,
        minutes=timer.minutes,
        rating=rating,
        timer=running_timer(timer.minutes, request.args.get("began"), now),
        starts_at=now,
        ends_at=now + timedelta(minutes=timer.minutes),
        done=done,
        times=own_times(place, mine.assignment.id, LAST),
        ideas=_ideas(mine),
        more_url=_more_url(mine),
        level=level_of_closeness(place, mine.assignment),
        names=names_for(place),
    )


@blueprint.post(f"{HERE}/start")
@needs(Permission.RITUAL_WRITE)
def start(assignment_id: UUID) -> ResponseReturnValue:
    """The time runs from now. The start travels in the address, so nothing about it is stored."""
    _ritual(assignment_id)
    return redirect(url_for("do.intro", assignment_id=assignment_id, began=start_mark(clock.now())))


@blueprint.post(f"{HERE}/done")
@needs(Permission.RITUAL_WRITE)
def done(assignment_id: UUID) -> ResponseReturnValue:
    """ "We did it". The other partner's page does not change by it."""
    _ritual(assignment_id)
    mark_done(actor=signed_in(), assignment_id=assignment_id)
    notice_with_undo("Done. Thank you for making time.", url_for("rituals.undo", assignment_id=assignment_id))
    return redirect(url_for("do.intro", assignment_id=assignment_id))


@blueprint.post(f"{HERE}/undo")
@needs(Permission.RITUAL_WRITE)
def undo(assignment_id: UUID) -> ResponseReturnValue:
    """Take "We did it" back."""
    _ritual(assignment_id)
    try:
        undo_done(actor=signed_in(), assignment_id=assignment_id)
    except (Conflict, Expired) as problem:
        notice(problem.sentence)
    else:
        notice("Taken back.")
    return redirect(url_for("do.intro", assignment_id=assignment_id))


@blueprint.post(f"{HERE}/closeness")
@needs(Permission.RITUAL_WRITE)
def closeness(assignment_id: UUID) -> ResponseReturnValue:
    """How close it felt, or that one would rather not say."""
    mine, agreed = _ritual(assignment_id)
    rating = _step(mine, RatingStep)
    entry = time_today(mine.place, assignment_id)
    if not isinstance(rating, RatingStep) or entry is None:
        return redirect(url_for("do.intro", assignment_id=assignment_id))
    form = step_form(rating)
    if not form.validate_on_submit():
        return ritual_page(mine, agreed, form)
    value: dict[str, Any] = form.value() or {}
    rate_closeness(
        actor=signed_in(), assignment_id=assignment_id, entry_id=entry.id, closeness=value.get("rating")
    )
    notice("Saved. That is enough for today.")
    return redirect(url_for("today.today"))


@blueprint.post(f"{HERE}/not-today")
@needs(Permission.RITUAL_WRITE)
def not_today(assignment_id: UUID) -> ResponseReturnValue:
    """Put away until tomorrow. Nothing is asked."""
    _ritual(assignment_id)
    set_aside(actor=signed_in(), assignment_id=assignment_id, kind="later", choice="tomorrow")
    notice("That is fine. It is put away for now.")
    return redirect(url_for("today.today"))


def _ritual(assignment_id: UUID) -> tuple[Doing, SharedAgreement]:
    mine = doing_for(own_place(signed_in()), assignment_id, clock.now())
    if mine.ritual is None:
        raise NotFound
    return mine, mine.ritual


def _step(mine: Doing, kind: type[TimerStep] | type[RatingStep]) -> TimerStep | RatingStep | None:
    """The timer or the rating as it stands in the size this partner was given."""
    of_size = (step for step in mine.exercise.steps_in(mine.size) if isinstance(step, kind))
    return next(of_size, None)


def _ideas(mine: Doing) -> list[str]:
    """Small questions to choose from, where the ritual has some to open with."""
    timer = _step(mine, TimerStep)
    quoted = mine.exercise.step(timer.quotes) if timer is not None and timer.quotes else None
    return [option.label for option in quoted.options] if isinstance(quoted, ChooseOneStep) else []


def _more_url(mine: Doing) -> str:
    """Where one can write something down as well, while this turn is not finished."""
    return page_url(mine, mine.next_page) if mine.pages and not mine.is_sent else ""
