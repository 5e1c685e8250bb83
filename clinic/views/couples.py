"""The counsellor's couples: the list, adding one, and what stands around their work."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.actions.couples import NewPartner, add_couple, close_couple, record_safety_conversation
from clinic.actions.factors import reset_second_factor
from clinic.actions.invitations import Invited, invite_partner_again
from clinic.actions.sign_ins import issue_recovery_code
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.forms import CoupleForm, SafetyConversationForm
from clinic.models import Couple
from clinic.queries.appointments import next_starts
from clinic.queries.couples import couple_for, couples_for, partner_of_couple, safety_gate, standings
from clinic.queries.holds import held_back_since
from clinic.web import at_most, notice, page

blueprint = Blueprint("couples", __name__)


@blueprint.app_template_global("couple_url")
def couple_url(couple_id: UUID) -> str:
    """The couple's own page. It belongs to the package above, so its address is known here and not its view."""
    return f"{request.script_root}/c/couples/{couple_id}"


@blueprint.get("/c/couples")
@needs(Permission.COUPLE_LIST)
def couples() -> ResponseReturnValue:
    """Every couple the reader may see, by name; `q` narrows by a partner's name."""
    word = request.args.get("q", "").strip()[:80]
    found = couples_for(signed_in(), word=word)
    coming = next_starts(signed_in(), clock.now())
    return render_template("clinic/couples/couples.html", couples=found, coming=coming, word=word)


@blueprint.route("/c/couples/new", methods=["GET", "POST"])
@needs(Permission.COUPLE_CREATE)
def new() -> ResponseReturnValue:
    """Two names and two addresses; the same address twice is allowed."""
    form = CoupleForm()
    if not form.validate_on_submit():
        return page("clinic/couples/new.html", form)
    couple, invited = add_couple(
        actor=signed_in(),
        first=NewPartner(form.first_name.data, form.first_family_name.data, form.first_email.data),
        second=NewPartner(form.second_name.data, form.second_family_name.data, form.second_email.data),
    )
    return _codes(couple.id, invited)


def _codes(couple_id: UUID, invited: tuple[Invited, ...]) -> Response:
    """Show codes in the answer to the POST itself, so that they are kept nowhere and seen once."""
    couple = couple_for(signed_in(), couple_id)
    response = make_response(
        render_template(
            "clinic/couples/invited.html",
            couple=couple,
            invited=invited,
            shows_link=not current_app.config["MAIL_URL"],
        )
    )
    response.headers["Content-Location"] = url_for("couples.settings", couple_id=couple_id)
    return response


@blueprint.get("/c/couples/<uuid:couple_id>/settings")
@needs(Permission.COUPLE_READ)
def settings(couple_id: UUID) -> ResponseReturnValue:
    """How joining stands, whom the counsellor has spoken with alone, and the way back in."""
    return _settings(couple_for(signed_in(), couple_id), {})


def _settings(couple: Couple, sent: dict[str, SafetyConversationForm]) -> ResponseReturnValue:
    """The page, with the form that did not pass, if one was sent."""
    slots = [partner.slot for partner in couple.partners]
    return page(
        "clinic/couples/settings.html",
        next(iter(sent.values()), None),
        couple=couple,
        standings=standings(couple, clock.now()),
        gate=safety_gate(couple),
        held_since=held_back_since(couple.practice_id, couple.id, clock.now()),
        forms={slot: sent.get(slot) or SafetyConversationForm(slot, formdata=None) for slot in slots},
    )


@blueprint.post("/c/couples/<uuid:couple_id>/close")
@needs(Permission.COUPLE_END)
@fresh_pass_phrase(stands_on="couples.settings")
def close(couple_id: UUID) -> ResponseReturnValue:
    """The work is over: the couple leaves the board, and everything kept stays where it is."""
    close_couple(actor=signed_in(), couple_id=couple_id)
    notice("Closed. The record stays here.")
    return redirect(url_for("couples.settings", couple_id=couple_id))


@blueprint.post("/c/couples/<uuid:couple_id>/partners/<slot>/invitation")
@needs(Permission.INVITE_CREATE)
@at_most("30 per hour")
def invite_again(couple_id: UUID, slot: str) -> ResponseReturnValue:
    """A fresh link and code; the old ones stop working."""
    return _codes(couple_id, (invite_partner_again(actor=signed_in(), couple_id=couple_id, slot=slot),))


@blueprint.post("/c/couples/<uuid:couple_id>/partners/<slot>/safety-conversation")
@needs(Permission.SAFETY_RECORD)
def safety_conversation(couple_id: UUID, slot: str) -> ResponseReturnValue:
    """Record that the counsellor spoke with this partner alone, and when. Nothing else is recorded."""
    partner = partner_of_couple(signed_in(), couple_id, slot)
    form = SafetyConversationForm(slot)
    if form.validate_on_submit():
        day = form.held_on.data
        try:
            record_safety_conversation(actor=signed_in(), couple_id=couple_id, slot=slot, held_on=day)
        except Conflict as problem:
            form.held_on.errors = [problem.sentence]
        else:
            notice(f"Recorded for {partner.name}.")
            return redirect(url_for("couples.settings", couple_id=couple_id))
    return _settings(couple_for(signed_in(), couple_id), {slot: form})


@blueprint.post("/c/couples/<uuid:couple_id>/partners/<slot>/recovery-code")
@needs(Permission.RECOVERY_CODE)
@fresh_pass_phrase(stands_on="couples.settings")
def recovery_code(couple_id: UUID, slot: str) -> ResponseReturnValue:
    """The second code for a partner who has forgotten their pass-phrase, to be said aloud."""
    code = issue_recovery_code(actor=signed_in(), couple_id=couple_id, slot=slot)
    partner = partner_of_couple(signed_in(), couple_id, slot)
    back = url_for("couples.settings", couple_id=couple_id)
    response = make_response(
        render_template("clinic/couples/recovery_code.html", name=partner.name, code=code, back=back)
    )
    response.headers["Content-Location"] = back
    return response


@blueprint.post("/c/couples/<uuid:couple_id>/partners/<slot>/second-step/off")
@needs(Permission.FACTOR_RESET)
@fresh_pass_phrase(stands_on="couples.settings")
def reset_factor(couple_id: UUID, slot: str) -> ResponseReturnValue:
    """For a partner who has lost their phone and their recovery codes."""
    person = reset_second_factor(actor=signed_in(), couple_id=couple_id, slot=slot)
    notice(f"Done. {person.name} signs in with the password, and then chooses a new one.")
    return redirect(url_for("couples.settings", couple_id=couple_id))
