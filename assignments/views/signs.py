"""The referral signs of a couple and the counsellor's decision about them. Couples never see these pages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import deciding
from assignments.actions.deciding import cosign_decision
from assignments.domain.signs import DecisionState, State
from assignments.forms import AsideForm, DecisionForm, DecisionNoteForm, JudgementForm, OwnRowForm, TopicsForm
from assignments.queries.cosigning import cosignings_of, supervises
from assignments.queries.decisions import decision_of, decisions_of
from assignments.queries.signs import SignsPage, signs_page
from assignments.views.figures import Figure
from assignments.views.sign_charts import SignCharts
from clinic import clock
from clinic.access import can, fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.forms import EARLIEST, Form
from clinic.models import Couple
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("signs", __name__)


@blueprint.get("/c/couples/<uuid:couple_id>/signs")
@needs(Permission.SIGNS_READ)
def signs(couple_id: UUID) -> ResponseReturnValue:
    """Every sign with its evidence, worked out as the page is asked for.

    `on` asks for an earlier day, and `weeks=all` for every week the rules read.
    """
    if "on" not in request.args:
        return show_signs(couple_id)
    couple, day = couple_for(signed_in(), couple_id), _day_asked(request.args["on"])
    found = signs_page(signed_in(), couple, _end_of(day), every_week=_every_week())
    return render_template(
        "assignments/signs/signs.html",
        couple=couple,
        found=found,
        **_charts(found),
        as_of=day,
    )


def _every_week() -> bool:
    return request.args.get("weeks") == "all"


def _day_asked(text: str) -> date:
    """A day that has been. Raises NotFound for anything else: there is no such page."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
    if day.isoformat() != text or not EARLIEST <= day <= clock.today(practice_of(signed_in()).timezone):
        raise NotFound
    return day


def _end_of(day: date) -> datetime:
    """The last moment of a day where the practice is, or now, if it is still going on."""
    zone = ZoneInfo(practice_of(signed_in()).timezone)
    last = datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
    return min(last, clock.now())


def show_signs(couple_id: UUID, sent: Form | None = None, sign: str = "") -> ResponseReturnValue:
    """The page as it stands now, with the form that did not pass, if one was sent."""
    couple = couple_for(signed_in(), couple_id)
    found = signs_page(signed_in(), couple, clock.now(), every_week=_every_week())
    decision = sent if isinstance(sent, DecisionForm) else DecisionForm(formdata=None, in_brief=True)
    decision.evidence.data = found.evidence
    judged = [row.sign.id for row in found.rows if row.is_judged] + [row.key for row in found.own]
    return page(
        "assignments/signs/signs.html",
        sent,
        couple=couple,
        found=found,
        **_charts(found),
        decision=decision,
        views={
            key: sent
            if isinstance(sent, JudgementForm) and key == sign
            else JudgementForm(key, formdata=None)
            for key in judged
        },
        asides={
            row.sign.id: sent
            if isinstance(sent, AsideForm) and row.sign.id == sign
            else AsideForm(row.sign.id, formdata=None)
            for row in found.rows
            if row.shows
        },
        topics_form=sent if isinstance(sent, TopicsForm) else _topics_form(couple),
        own_form=sent if isinstance(sent, OwnRowForm) else OwnRowForm(formdata=None),
    )


def _topics_form(couple: Couple) -> TopicsForm:
    form = TopicsForm(formdata=None, asked_on=clock.today(practice_of(signed_in()).timezone))
    form.name_partners((couple.partner("A").name, couple.partner("B").name))
    return form


def _charts(found: SignsPage) -> dict[str, dict[str, Figure | None]]:
    """Too little to judge is too little to draw: a line would claim what the words do not."""
    shown = [*found.rows, *found.aside, *([found.note] if found.note else [])]
    ids = [row.sign.id for row in shown if row.sign.state is not State.NOT_ENOUGH]
    drawn = SignCharts(found.history, found.names, found.limits)
    return {
        "charts": {sign: drawn.beside(sign) for sign in ids},
        "large": {sign: drawn.within(sign) for sign in ids},
    }


@blueprint.post("/c/couples/<uuid:couple_id>/signs/<sign>")
@needs(Permission.SIGNS_JUDGE)
def judge(couple_id: UUID, sign: str) -> ResponseReturnValue:
    """Keep the counsellor's own view of a sign that is hers to judge."""
    found = signs_page(signed_in(), couple_for(signed_in(), couple_id), clock.now())
    judged = {row.sign.id for row in found.rows if row.is_judged} | {row.key for row in found.own}
    if sign not in judged:
        raise NotFound
    form = JudgementForm(sign)
    if form.validate_on_submit():
        try:
            deciding.judge_sign(
                actor=signed_in(),
                couple_id=couple_id,
                sign=sign,
                judgement=form.judgement.data,
                note=form.note.data,
            )
        except Conflict as problem:
            form.judgement.errors = [problem.sentence]
        else:
            notice("Your view is kept.")
            return redirect(url_for("signs.signs", couple_id=couple_id))
    return show_signs(couple_id, form, sign)


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
@fresh_pass_phrase(stands_on="signs.decisions")
def cosign(couple_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """A supervisor puts their name beside one decision."""
    try:
        cosign_decision(actor=signed_in(), couple_id=couple_id, decision_id=decision_id)
    except Conflict as problem:
        flash(problem.sentence, "error")
    else:
        notice("Co-signed, with your name and the time.")
    return redirect(url_for("signs.decisions", couple_id=couple_id))


@blueprint.get("/c/couples/<uuid:couple_id>/signs/decisions/<uuid:decision_id>")
@needs(Permission.DECISION_READ)
def decision(couple_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """What the page showed when this was decided, from what was kept then and nothing else."""
    couple = couple_for(signed_in(), couple_id)
    decision_of(signed_in(), couple, decision_id)
    kept = next(one for one in decisions_of(signed_in(), couple) if one.id == decision_id)
    day = kept.at.astimezone(ZoneInfo(practice_of(signed_in()).timezone)).date()
    return render_template("assignments/signs/decision.html", couple=couple, one=kept, day=day)


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
            kept = deciding.decide(
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
            if kept.state == DecisionState.REFER_ON:
                return redirect(url_for("referrals.new", couple_id=couple_id, decision_id=kept.id))
            return redirect(url_for("signs.decisions", couple_id=couple_id))
    return show_signs(couple_id, form)
