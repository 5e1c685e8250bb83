"""Questionnaires: the practice words them, the counsellor switches them on, a partner answers them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import measuring
from assignments.domain import wordings
from assignments.domain.rounds import OPEN_FOR
from assignments.forms import instrument_form, wording_form
from assignments.queries.instruments import (
    asked_by_name,
    in_use,
    scored,
    worded,
    worded_for_practice,
)
from assignments.views.instrument_charts import charts_of
from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("instruments", __name__)


@blueprint.get("/p/instruments")
@needs(Permission.INSTRUMENT_WORD)
def instruments() -> ResponseReturnValue:
    """Which questionnaires there are, and how far their words have come."""
    return render_template("assignments/instruments/instruments.html", found=worded_for_practice(signed_in()))


@blueprint.route("/p/instruments/<name>", methods=["GET", "POST"])
@needs(Permission.INSTRUMENT_WORD)
@fresh_pass_phrase(before_writing=True)
def words(name: str) -> ResponseReturnValue:
    """Type the publisher's form in. It may be left half done; a couple is asked only when it is whole."""
    one = worded(signed_in(), name)
    form = wording_form(one.instrument, one.wording, one.version)
    if form.validate_on_submit():
        try:
            measuring.word_instrument(
                actor=signed_in(), name=name, wording=form.value(), version=form.version.data
            )
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            left = wordings.missing(one.instrument, form.value())
            notice("Saved. It is whole, so counsellors can use it." if not left else f"Saved. {left[0]}")
            return redirect(url_for("instruments.words", name=name))
    left = wordings.missing(one.instrument, one.wording)
    return page("assignments/instruments/words.html", form, one=one, left=left)


@blueprint.get("/c/couples/<uuid:couple_id>/questionnaires")
@needs(Permission.INSTRUMENT_READ)
def for_couple(couple_id: UUID) -> ResponseReturnValue:
    """What is switched on for a couple, and both partners' scores with what counts as a change."""
    couple, now = couple_for(signed_in(), couple_id), clock.now()
    scores = scored(signed_in(), couple)
    return render_template(
        "assignments/instruments/couple.html",
        couple=couple,
        found=in_use(signed_in(), couple, now),
        charts=charts_of(couple, scores),
        open_for=OPEN_FOR.days // 7,
    )


@blueprint.post("/c/couples/<uuid:couple_id>/questionnaires/<name>/on")
@needs(Permission.INSTRUMENT_SWITCH)
def switch_on(couple_id: UUID, name: str) -> ResponseReturnValue:
    """Ask both partners from today on."""
    measuring.switch_on(actor=signed_in(), couple_id=couple_id, name=name)
    notice("On from today, for both. Each finds it on Today.")
    return redirect(url_for("instruments.for_couple", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/questionnaires/<name>/off")
@needs(Permission.INSTRUMENT_SWITCH)
def switch_off(couple_id: UUID, name: str) -> ResponseReturnValue:
    """Ask no more; the scores stay."""
    measuring.switch_off(actor=signed_in(), couple_id=couple_id, name=name)
    notice("Off. The scores stay here.")
    return redirect(url_for("instruments.for_couple", couple_id=couple_id))


@blueprint.route("/check-in/<name>", methods=["GET", "POST"])
@needs(Permission.INSTRUMENT_ANSWER)
def answer(name: str) -> ResponseReturnValue:
    """The questions as the practice worded them. No score and no verdict is ever shown here."""
    place, now = g.place, clock.now()
    asked = asked_by_name(place, now, name)
    form = instrument_form(asked.instrument, asked.worded.wording, asked.worded.version, asked.scores)
    if form.validate_on_submit():
        if form.version.data != asked.worded.version:
            form.form_errors.append("The questions have changed. Please look again.")
        else:
            measuring.answer_instrument(actor=signed_in(), name=name, scores=form.scores())
            notice("Saved. Thank you.")
            return redirect(url_for("today.today"))
    return page(
        "assignments/instruments/answer.html",
        form,
        asked=asked,
        partner_name=place.couple.partner(place.place.other).name,
        counsellor_name=place.couple.counsellor.name,
        policy=practice_of(signed_in()).sharing_policy,
    )
