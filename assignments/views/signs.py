"""The referral signs of a couple and the counsellor's decision about them. Couples never see these pages."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import deciding
from assignments.actions.deciding import cosign_decision
from assignments.domain.signs import DecisionState, State
from assignments.forms import DecisionForm, DecisionNoteForm, JudgementForm
from assignments.queries.cosigning import cosignings_of, supervises
from assignments.queries.decisions import SignsPage, decision_of, decisions_of, signs_page
from assignments.views.figures import Figure
from assignments.views.sign_charts import chart_beside
from clinic import clock
from clinic.access import can, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.models import Couple
from clinic.queries.couples import couple_for
from clinic.web import notice, page

blueprint = Blueprint("signs", __name__)


@blueprint.get("/c/couples/<uuid:couple_id>/signs")
@needs(Permission.SIGNS_READ)
def signs(couple_id: UUID) -> ResponseReturnValue:
    """Every sign with its evidence, worked out as the page is asked for."""
    return _signs(couple_id)


def _signs(
    couple_id: UUID, sent: DecisionForm | JudgementForm | None = None, sign: str = ""
) -> ResponseReturnValue:
    """The page, with the form that did not pass, if one was sent."""
    couple = couple_for(signed_in(), couple_id)
    found = signs_page(signed_in(), couple, clock.now())
    decision = sent if isinstance(sent, DecisionForm) else DecisionForm(formdata=None, in_brief=True)
    decision.evidence.data = found.evidence
    return page(
        "assignments/signs/signs.html",
        sent,
        couple=couple,
        found=found,
        charts=_charts(found),
        decision=decision,
        views={
            row.sign.id: sent if sent and row.sign.id == sign else JudgementForm(row.sign.id, formdata=None)
            for row in found.rows
            if row.is_judged
        },
    )


def _charts(found: SignsPage) -> dict[str, Figure | None]:
    """Too little to judge is too little to draw: a line would claim what the words do not."""
    shown = [*found.rows, *([found.note] if found.note else [])]
    return {
        row.sign.id: chart_beside(row.sign.id, found.history, found.names)
        for row in shown
        if row.sign.state is not State.NOT_ENOUGH
    }


@blueprint.post("/c/couples/<uuid:couple_id>/signs/<sign>")
@needs(Permission.SIGNS_JUDGE)
def judge(couple_id: UUID, sign: str) -> ResponseReturnValue:
    """Keep the counsellor's own view of a sign that is hers to judge."""
    found = signs_page(signed_in(), couple_for(signed_in(), couple_id), clock.now())
    if sign not in {row.sign.id for row in found.rows if row.is_judged}:
        raise NotFound
    form = JudgementForm(sign)
    if not form.validate_on_submit():
        return _signs(couple_id, form, sign)
    deciding.judge_sign(
        actor=signed_in(),
        couple_id=couple_id,
        sign=sign,
        judgement=form.judgement.data,
        note=form.note.data,
    )
    notice("Your view is kept.")
    return redirect(url_for("signs.signs", couple_id=couple_id))


@blueprint.get("/c/couples/<uuid:couple_id>/signs/decisions")
@needs(Permission.DECISION_READ)
def decisions(couple_id: UUID) -> ResponseReturnValue:
    """Past decisions, each with the evidence as it stood and the notes written since."""
    return _decisions(couple_for(signed_in(), couple_id))


def _decisions(
    couple: Couple, sent: DecisionNoteForm | None = None, noted: UUID | None = None
) -> ResponseReturnValue:
    """The page, with the note that did not pass, if one was sent."""
    kept = decisions_of(signed_in(), couple)
    forms = {
        one.id: sent if sent is not None and one.id == noted else DecisionNoteForm(one.id, formdata=None)
        for one in kept
    }
    return page(
        "assignments/signs/decisions.html",
        sent,
        couple=couple,
        decisions=kept,
        forms=forms,
        cosigned=cosignings_of(signed_in(), couple),
        may_cosign=can(signed_in(), Permission.DECISION_COSIGN) and supervises(signed_in(), couple),
    )


@blueprint.post("/c/couples/<uuid:couple_id>/signs/decisions/<uuid:decision_id>/co-sign")
@needs(Permission.DECISION_COSIGN)
def cosign(couple_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """A supervisor puts their name beside one decision."""
    try:
        cosign_decision(actor=signed_in(), couple_id=couple_id, decision_id=decision_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Co-signed, with your name and the time.")
    return redirect(url_for("signs.decisions", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/signs/decisions/<uuid:decision_id>/notes")
@needs(Permission.DECISION_WRITE)
def note(couple_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """Write a dated note beside one decision, which itself stays as it was saved."""
    couple, form = couple_for(signed_in(), couple_id), DecisionNoteForm(decision_id)
    decision_of(signed_in(), couple, decision_id)
    if not form.validate_on_submit():
        return _decisions(couple, form, decision_id)
    deciding.note_decision(
        actor=signed_in(), couple_id=couple_id, decision_id=decision_id, words=form.words.data
    )
    notice("Your note is kept.")
    return redirect(url_for("signs.decisions", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/signs/decisions")
@needs(Permission.DECISION_WRITE)
def decide(couple_id: UUID) -> ResponseReturnValue:
    """Keep a decision. What was typed stays when it can't be kept."""
    couple_for(signed_in(), couple_id)
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            deciding.decide(
                actor=signed_in(),
                couple_id=couple_id,
                state=DecisionState(form.state.data),
                reason=form.reason.data,
                review_on=form.review_on.data,
                in_brief=form.in_brief.data,
                seen=form.evidence.data or "",
            )
        except deciding.WrongReviewDay as problem:
            form.review_on.errors = [problem.sentence]
        except Conflict as problem:
            form.reason.errors = [problem.sentence]
        else:
            notice("Saved, with the evidence as it stands.")
            return redirect(url_for("signs.decisions", couple_id=couple_id))
    return _signs(couple_id, form)
