"""What a practice admin does: the people who work here, and the safety rule."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.actions.accounts import see_disowned
from clinic.actions.factors import reset_second_factor
from clinic.actions.invitations import Invited
from clinic.actions.practices import (
    change_safety_rule,
    change_urgent_help,
    invite_staff,
    invite_staff_again,
)
from clinic.actions.sign_ins import issue_recovery_code
from clinic.domain.roles import Permission, Role
from clinic.domain.urgent_help import COUNTRIES
from clinic.forms import SafetyRuleForm, StaffForm, UrgentHelpForm
from clinic.queries.people import colleagues_of, practice_of, safety_rule_changes, staff_member, staff_of
from clinic.web import at_most, notice, page

blueprint = Blueprint("practice", __name__)


@blueprint.get("/p/people")
@needs(Permission.STAFF_CREATE)
def people() -> ResponseReturnValue:
    """Everybody who works for the practice and how joining stands."""
    colleagues = colleagues_of(signed_in(), clock.now())
    return render_template("clinic/practice/people.html", colleagues=colleagues)


@blueprint.route("/p/people/new", methods=["GET", "POST"])
@needs(Permission.STAFF_CREATE)
@fresh_pass_phrase(before_writing=True)
def add() -> ResponseReturnValue:
    """Add a counsellor, a supervisor or an admin and invite them."""
    form = StaffForm()
    staff = staff_of(signed_in())
    form.offer([(str(p.id), f"{p.name} {p.family_name}") for p in staff if p.kind is Role.COUNSELLOR])
    if not form.validate_on_submit():
        return page("clinic/practice/add.html", form)
    invited = invite_staff(
        actor=signed_in(),
        name=form.name.data,
        family_name=form.family_name.data,
        address=form.email.data,
        role=Role(form.role.data),
        supervises=[UUID(chosen) for chosen in form.supervises.data or []],
    )
    return _codes(invited)


def _codes(invited: Invited) -> Response:
    """Show the code in the answer to the POST itself, so that it is kept nowhere and seen once."""
    shows_link = not current_app.config["MAIL_URL"]
    response = make_response(
        render_template("clinic/practice/invited.html", invited=invited, shows_link=shows_link)
    )
    response.headers["Content-Location"] = url_for("practice.people")
    return response


@blueprint.post("/p/people/<uuid:person_id>/invitation")
@needs(Permission.STAFF_CREATE)
@fresh_pass_phrase(stands_on="practice.people")
@at_most("30 per hour")
def invite_again(person_id: UUID) -> ResponseReturnValue:
    """A fresh link and code; the old ones stop working."""
    return _codes(invite_staff_again(actor=signed_in(), person_id=person_id))


@blueprint.post("/p/people/<uuid:person_id>/recovery-code")
@needs(Permission.STAFF_CREATE)
@fresh_pass_phrase(stands_on="practice.people")
def recovery_code(person_id: UUID) -> ResponseReturnValue:
    """The second code for a colleague who has forgotten their pass-phrase, to be said aloud."""
    code = issue_recovery_code(actor=signed_in(), person_id=person_id)
    name = staff_member(signed_in(), person_id).name
    response = make_response(render_template("clinic/practice/recovery_code.html", name=name, code=code))
    response.headers["Content-Location"] = url_for("practice.people")
    return response


@blueprint.post("/p/people/<uuid:person_id>/second-step/off")
@needs(Permission.STAFF_CREATE)
@fresh_pass_phrase(stands_on="practice.people")
def reset_factor(person_id: UUID) -> ResponseReturnValue:
    """For a colleague who has lost their phone and their recovery codes."""
    person = reset_second_factor(actor=signed_in(), person_id=person_id)
    notice(f"Done. {person.name} signs in with the password, and then chooses a new one.")
    return redirect(url_for("practice.people"))


@blueprint.post("/p/people/<uuid:person_id>/sign-in-seen")
@needs(Permission.STAFF_CREATE)
def seen(person_id: UUID) -> ResponseReturnValue:
    """The admin has spoken with a colleague who ended a sign-in that was not theirs."""
    see_disowned(actor=signed_in(), person_id=person_id)
    notice("Noted.")
    return redirect(url_for("practice.people"))


@blueprint.route("/p/urgent-help", methods=["GET", "POST"])
@needs(Permission.PRACTICE_SETTINGS)
@fresh_pass_phrase(before_writing=True)
def urgent_help() -> ResponseReturnValue:
    """Where the practice's clients turn when it can't wait: its country's lines and its own."""
    practice = practice_of(signed_in())
    form = UrgentHelpForm(data={"country": practice.country, "lines": practice.urgent_help})
    if form.validate_on_submit():
        change_urgent_help(actor=signed_in(), country=form.country.data, lines=form.lines.data)
        notice("Saved. Look at the page as your clients see it.")
        return redirect(url_for("practice.urgent_help"))
    return page("clinic/practice/urgent_help.html", form, countries=COUNTRIES, practice=practice)


@blueprint.get("/p/rules")
@needs(Permission.SAFETY_RULE)
@fresh_pass_phrase(before_writing=True)
def rules() -> ResponseReturnValue:
    """The safety rule, and every change of it with its reason."""
    return _rules(SafetyRuleForm(formdata=None))


def _rules(form: SafetyRuleForm) -> ResponseReturnValue:
    person = signed_in()
    changes = safety_rule_changes(person)
    return page("clinic/practice/rules.html", form, practice=practice_of(person), changes=changes)


@blueprint.post("/p/rules")
@needs(Permission.SAFETY_RULE)
@fresh_pass_phrase(stands_on="practice.rules", before_writing=True)
def change_rule() -> ResponseReturnValue:
    """Turn the rule off or on again, with a reason."""
    form = SafetyRuleForm()
    if not form.validate_on_submit():
        return _rules(form)
    change_safety_rule(actor=signed_in(), asks=form.asks.data == "yes", reason=form.reason.data)
    notice("Saved, with your name and the reason.")
    return redirect(url_for("practice.rules"))
