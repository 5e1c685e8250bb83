"""Before the first question: what it is, and two ways to put it off without a reason."""

from __future__ import annotations

from uuid import UUID

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.responding import offered_levels, set_aside
from assignments.domain.exercises import WHO_NAMES, personalised
from assignments.domain.one_phone import goes_on_one_phone
from assignments.domain.turns import has_exchange
from assignments.domain.visibility import readers_in_a_sentence
from assignments.forms import HardForm, LaterForm
from assignments.queries.assignments import exercise_of, note_of
from assignments.queries.doing import assignment_as_given
from assignments.queries.exchanges import exchange_for, is_exchange
from assignments.views.do.blueprint import blueprint, doing, page_url
from assignments.views.rituals import ritual_page
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.queries.people import practice_of
from clinic.web import notice, page


@blueprint.get("")
@needs(Permission.ASSIGNMENT_READ)
def intro(assignment_id: UUID) -> ResponseReturnValue:
    """What, why and how, who sees it, and Start. Staff see the same page, with nothing to press."""
    if signed_in().is_staff:
        couple, assignment = assignment_as_given(signed_in(), assignment_id)
        exercise = personalised(exercise_of(assignment))
        return render_template(
            "assignments/do/intro.html",
            doing=None,
            exercise=exercise,
            minutes=exercise.minutes,
            who=WHO_NAMES[exercise.who],
            note=note_of(assignment),
            counsellor=couple.counsellor.name,
            is_spoken=has_exchange(exercise),
        )
    mine = doing(assignment_id)
    if mine.ritual is not None:
        return ritual_page(mine, mine.ritual)
    exchange = None
    if is_exchange(mine.place.couple, mine.assignment):
        exchange = exchange_for(mine.place, assignment_id, clock.now())
    levels = offered_levels(mine.place, mine.assignment, practice_of(signed_in()), mine.turn)
    return render_template(
        "assignments/do/intro.html",
        doing=mine,
        exercise=mine.exercise,
        minutes=mine.minutes,
        who=WHO_NAMES[mine.exercise.who],
        note=note_of(mine.assignment),
        counsellor=mine.counsellor_name,
        offered=[
            readers_in_a_sentence(level, partner=mine.partner_name, counsellor=mine.counsellor_name)
            for level in levels
        ],
        start_url=page_url(mine, mine.next_page),
        exchange=exchange,
        is_spoken=has_exchange(mine.exercise),
        takes_turns=goes_on_one_phone(mine.exercise),
    )


@blueprint.route("/later", methods=["GET", "POST"])
@needs(Permission.DRAFT_WRITE)
def later(assignment_id: UUID) -> ResponseReturnValue:
    """ "Not tonight": it leaves the first place of Today, and nobody is asked why."""
    form, mine = LaterForm(), doing(assignment_id)
    if form.validate_on_submit():
        set_aside(actor=signed_in(), assignment_id=assignment_id, kind="later", choice=form.choice.data)
        notice("That is fine. It is put away for now.")
        return redirect(url_for("today.today"))
    return page("assignments/do/later.html", form, doing=mine)


@blueprint.route("/hard", methods=["GET", "POST"])
@needs(Permission.DRAFT_WRITE)
def hard(assignment_id: UUID) -> ResponseReturnValue:
    """ "This one feels hard": smaller, not at all, or in the session. The counsellor alone sees it."""
    form, mine = HardForm(), doing(assignment_id)
    if form.validate_on_submit():
        set_aside(actor=signed_in(), assignment_id=assignment_id, kind="hard", choice=form.choice.data)
        if form.choice.data == "smaller":
            notice("Here is a smaller one.")
            return redirect(url_for("do.intro", assignment_id=assignment_id))
        notice("That is fine. It is set aside.")
        return redirect(url_for("today.today"))
    return page("assignments/do/hard.html", form, doing=mine, place=g.place)
