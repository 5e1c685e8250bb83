"""Asking to talk alone: the same page for both partners, and the counsellor's page of who asked."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in, while_unconfirmed
from clinic.actions.talks import ask_to_talk, have_spoken, read_requests
from clinic.domain.roles import Permission
from clinic.forms import TalkForm
from clinic.models import AFTER_RECOVERY
from clinic.queries.couples import couple_for, own_place, standings
from clinic.web import at_most, notice, page

blueprint = Blueprint("talks", __name__)


@blueprint.route("/me/talk-alone", methods=["GET", "POST"])
@needs(Permission.TALK_ASK)
@while_unconfirmed
@at_most("20 per hour")
def ask() -> ResponseReturnValue:
    """Write-only: what was sent is said once and stands nowhere in the asker's account (decision 17)."""
    form, place = TalkForm(), own_place(signed_in())
    counsellor = place.couple.counsellor.name
    if form.validate_on_submit():
        ask_to_talk(actor=signed_in(), reach=form.reach.data)
        notice(f"Sent. {counsellor} sees it when they next open Meanwhile.")
        return redirect(url_for("talks.ask"))
    partner = place.couple.partner(place.place.other).name
    return page("clinic/talks/ask.html", form, counsellor=counsellor, partner=partner)


@blueprint.get("/c/couples/<uuid:couple_id>/talk")
@needs(Permission.TALK_READ, leaves_audit_line=True)
def requests(couple_id: UUID) -> ResponseReturnValue:
    """Who asked, when, and how to reach them; each look leaves a line."""
    couple = couple_for(signed_in(), couple_id)
    asked = read_requests(actor=signed_in(), couple_id=couple_id)
    # Whose account may be in other hands since when: what was asked there after that may not be theirs.
    unsure = {row.author_id: row.asked_at for row, _, _ in asked if row.kind == AFTER_RECOVERY}
    before_joining = [one for one in standings(couple, clock.now()) if one.wants_to_talk]
    return render_template(
        "clinic/talks/requests.html", couple=couple, asked=asked, unsure=unsure, before_joining=before_joining
    )


@blueprint.post("/c/couples/<uuid:couple_id>/talk/<uuid:request_id>")
@needs(Permission.TALK_ACKNOWLEDGE)
@fresh_pass_phrase(stands_on="talks.requests")
def spoken(couple_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """The talk took place, so the couple leaves the top of the board."""
    have_spoken(actor=signed_in(), couple_id=couple_id, request_id=request_id)
    notice("Noted. If you spoke about safety, record that in Settings.")
    return redirect(url_for("talks.requests", couple_id=couple_id))
