"""One couple's work: how far they may share, whether it is held, and closing or opening it again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.couple_settings import end_work, limit_sharing, reopen_work
from assignments.domain.visibility import Level
from assignments.forms.couple_settings import SharingLimitForm
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.forms import EmptyForm
from clinic.models import Couple
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("couple_settings", __name__)


@blueprint.get("/c/couples/<uuid:couple_id>/settings/work")
@needs(Permission.COUPLE_READ)
def work(couple_id: UUID) -> ResponseReturnValue:
    """What is set for this couple's work."""
    couple = couple_for(signed_in(), couple_id)
    return _work(couple, SharingLimitForm(formdata=None, sharing_limit=couple.sharing_limit))


def _work(couple: Couple, form: SharingLimitForm) -> ResponseReturnValue:
    allowed = practice_of(signed_in()).allows_counsellor_only
    offered = (Level.SHARED, Level.BOTH, Level.COUNSELLOR, Level.PRIVATE)
    form.offer(
        [
            level
            for level in offered
            if allowed or level is not Level.COUNSELLOR or couple.sharing_limit == level
        ]
    )
    if form.is_submitted() and form.validate():
        try:
            limit_sharing(actor=signed_in(), couple_id=couple.id, limit=Level(form.sharing_limit.data))
        except Conflict as problem:
            form.sharing_limit.errors = [problem.sentence]
        else:
            notice("Saved. What was sent already keeps its own setting.")
            return redirect(url_for("couple_settings.work", couple_id=couple.id))
    return page("assignments/couple/work.html", form, couple=couple)


@blueprint.post("/c/couples/<uuid:couple_id>/settings/work")
@needs(Permission.COUPLE_SETTINGS)
def limit(couple_id: UUID) -> ResponseReturnValue:
    """Change how far they may share."""
    return _work(couple_for(signed_in(), couple_id), SharingLimitForm())


@blueprint.route("/c/couples/<uuid:couple_id>/settings/close", methods=["GET", "POST"])
@needs(Permission.COUPLE_END)
@fresh_pass_phrase()
def close(couple_id: UUID) -> ResponseReturnValue:
    """What closing means, and doing it."""
    return _end_or_reopen(couple_for(signed_in(), couple_id), closing=True)


@blueprint.route("/c/couples/<uuid:couple_id>/settings/reopen", methods=["GET", "POST"])
@needs(Permission.COUPLE_END)
@fresh_pass_phrase()
def reopen(couple_id: UUID) -> ResponseReturnValue:
    """What opening again means, and doing it."""
    return _end_or_reopen(couple_for(signed_in(), couple_id), closing=False)


def _end_or_reopen(couple: Couple, *, closing: bool) -> ResponseReturnValue:
    form = EmptyForm()
    if form.validate_on_submit():
        act = end_work if closing else reopen_work
        try:
            act(actor=signed_in(), couple_id=couple.id)
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("Closed. The record stays here." if closing else "Open again. They find their work.")
            return redirect(url_for("couples.settings", couple_id=couple.id))
    return page("assignments/couple/close.html", form, couple=couple, closing=closing)
