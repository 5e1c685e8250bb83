"""Taking turns on one phone: it is handed to and fro, and everything else is shut until its owner is back."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.domain.exercises import Exercise, personalised
from assignments.domain.one_phone import Hand, goes_on_one_phone, hands
from assignments.domain.turns import spoken_step
from assignments.forms import OnePhoneForm
from assignments.queries.assignments import exercise_of
from assignments.queries.doing import Doing
from assignments.views.do.blueprint import doing
from assignments.views.turns import blueprint
from clinic.access import needs, signed_in, while_passed
from clinic.actions.sign_ins import pass_phone
from clinic.domain.roles import Permission, Slot
from clinic.errors import NotFound
from clinic.web import page


@blueprint.route("/one-phone", methods=["GET", "POST"])
@needs(Permission.TOGETHER_READ)
def one_phone(assignment_id: UUID) -> ResponseReturnValue:
    """How it goes, and who speaks first."""
    mine = _doing(assignment_id)
    form = OnePhoneForm()
    form.name_both(mine.place.person.name, mine.partner_name)
    if form.validate_on_submit():
        pass_phone(actor=signed_in())
        first = mine.place.place if form.first.data == "me" else mine.place.place.other
        return redirect(url_for("turns.hand", assignment_id=assignment_id, slot=first, number=1))
    return page("assignments/turns/one_phone.html", form, doing=mine)


@blueprint.get("/one-phone/<slot>/<int:number>")
@needs(Permission.TOGETHER_READ)
@while_passed
def hand(assignment_id: UUID, slot: str, number: int) -> ResponseReturnValue:
    """One page of it. It holds the exercise alone, and no word that either of the two ever wrote."""
    mine = _doing(assignment_id)
    if signed_in().sign_in.passed_at is None:
        return redirect(url_for("turns.one_phone", assignment_id=assignment_id))
    own, other = mine.place.place, mine.place.place.other
    if slot not in (own, other):
        raise NotFound
    pages = hands(mine.exercise, owner=own, other=other, first=slot)
    if not 1 <= number <= len(pages) + 1:
        raise NotFound
    here = pages[number - 1] if number <= len(pages) else Hand(own)
    names = {own: mine.place.person.name, other: mine.partner_name}
    as_read = _as_read_by(mine, here, names)
    step = as_read.step(here.step) if here.step else None
    return render_template(
        "assignments/turns/hand.html",
        exercise=as_read,
        step=spoken_step(step) if step else None,
        here=here,
        name=names[Slot(here.holder)],
        other_name=names[Slot(here.holder).other],
        is_over=number > len(pages),
        before=url_for("turns.hand", assignment_id=assignment_id, slot=slot, number=max(number - 1, 1)),
        after=url_for("turns.hand", assignment_id=assignment_id, slot=slot, number=number + 1),
        # The same for everybody: a step would tell whoever holds the phone whether its owner has sent theirs.
        own_part=url_for("do.intro", assignment_id=mine.assignment.id),
    )


def _doing(assignment_id: UUID) -> Doing:
    mine = doing(assignment_id)
    if not goes_on_one_phone(mine.exercise):
        raise NotFound
    return mine


def _as_read_by(mine: Doing, here: Hand, names: dict[Slot, str]) -> Exercise:
    """The exercise as whoever holds the phone reads it: the partner it names is the other one."""
    partner = names[Slot(here.holder).other]
    return personalised(exercise_of(mine.assignment), partner=partner, counsellor=mine.counsellor_name)
