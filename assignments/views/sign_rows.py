"""What the counsellor does with a row of the signs page: set it aside, bring it back, add one, say if it helped."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import sign_rows
from assignments.domain.signs import KINDS
from assignments.domain.signs.topics import Topic
from assignments.forms import AsideForm, OwnRowForm, TopicsForm, UsefulForm
from assignments.views.signs import show_signs
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.queries.couples import couple_for
from clinic.web import notice, notice_with_undo

blueprint = Blueprint("sign_rows", __name__)


@blueprint.post("/c/couples/<uuid:couple_id>/signs/<sign>/aside")
@needs(Permission.SIGNS_JUDGE)
def aside(couple_id: UUID, sign: str) -> ResponseReturnValue:
    """Set a row aside with a reason. The reason stays typed when it can't be."""
    couple_for(signed_in(), couple_id)
    if sign not in KINDS:
        raise NotFound
    form = AsideForm(sign)
    if form.validate_on_submit():
        try:
            sign_rows.put_aside(actor=signed_in(), couple_id=couple_id, sign=sign, reason=form.reason.data)
        except Conflict as problem:
            form.reason.errors = [problem.sentence]
        else:
            notice_with_undo(
                "Set aside. It stands at the foot of the page.",
                url_for("sign_rows.back", couple_id=couple_id, sign=sign),
            )
            return redirect(url_for("signs.signs", couple_id=couple_id))
    return show_signs(couple_id, form, sign)


@blueprint.post("/c/couples/<uuid:couple_id>/signs/<sign>/back")
@needs(Permission.SIGNS_JUDGE)
def back(couple_id: UUID, sign: str) -> ResponseReturnValue:
    """Bring a row back by hand."""
    sign_rows.bring_back(actor=signed_in(), couple_id=couple_id, sign=sign)
    notice("Back among the rows.")
    return redirect(url_for("signs.signs", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/signs/<sign>/useful")
@needs(Permission.SIGNS_JUDGE)
def useful(couple_id: UUID, sign: str) -> ResponseReturnValue:
    """Say whether a sign was of use; another answer takes its place."""
    couple_for(signed_in(), couple_id)
    if sign not in KINDS:
        raise NotFound
    form = UsefulForm()
    if not form.validate_on_submit():
        return show_signs(couple_id, form, sign)
    sign_rows.find_useful(actor=signed_in(), couple_id=couple_id, sign=sign, useful=form.useful.data == "yes")
    notice("Thank you. Only the count goes to your practice.")
    return redirect(url_for("signs.signs", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/signs/asked")
@needs(Permission.SIGNS_JUDGE)
def asked(couple_id: UUID) -> ResponseReturnValue:
    """Keep that one partner was asked about something, alone, and on which day."""
    couple = couple_for(signed_in(), couple_id)
    form = TopicsForm()
    form.name_partners((couple.partner("A").name, couple.partner("B").name))
    if form.validate_on_submit():
        try:
            sign_rows.note_topics_asked(
                actor=signed_in(),
                couple_id=couple_id,
                slot=form.slot.data,
                topics=[Topic(one) for one in form.topics.data],
                asked_on=form.asked_on.data,
            )
        except Conflict as problem:
            form.asked_on.errors = [problem.sentence]
        else:
            notice("Kept: the day alone, and nothing that was said.")
            return redirect(url_for("signs.signs", couple_id=couple_id, _anchor="ask-alone"))
    return show_signs(couple_id, form)


@blueprint.post("/c/couples/<uuid:couple_id>/signs/own")
@needs(Permission.SIGNS_JUDGE)
def add(couple_id: UUID) -> ResponseReturnValue:
    """Add a row in the counsellor's own words."""
    couple_for(signed_in(), couple_id)
    form = OwnRowForm()
    if form.validate_on_submit():
        try:
            sign_rows.add_own_row(actor=signed_in(), couple_id=couple_id, title=form.title.data)
        except Conflict as problem:
            form.title.errors = [problem.sentence]
        else:
            notice("Your row is there. Only staff of this couple see it.")
            return redirect(url_for("signs.signs", couple_id=couple_id))
    return show_signs(couple_id, form)


@blueprint.post("/c/couples/<uuid:couple_id>/signs/own/<uuid:row_id>/remove")
@needs(Permission.SIGNS_JUDGE)
def remove(couple_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """Take a row of one's own out of the page."""
    sign_rows.remove_own_row(actor=signed_in(), couple_id=couple_id, row_id=row_id)
    notice("Taken out. Decisions that kept it still do.")
    return redirect(url_for("signs.signs", couple_id=couple_id))
