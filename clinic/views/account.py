"""One's own ways in: where one is signed in, the pass-phrase, and the second step."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.actions.accounts import SamePassphrase, change_passphrase, disown_sign_in
from clinic.actions.factors import (
    TooShortAlone,
    WrongSecondCode,
    begin_app,
    confirm_app,
    renew_spare_codes,
    turn_off,
)
from clinic.actions.invitations import WeakPassphrase
from clinic.actions.sign_ins import WrongSignIn, end_sign_in, prove_pass_phrase
from clinic.domain.roles import Permission
from clinic.domain.second_factor import in_groups
from clinic.forms import FirstCodeForm, NewPassPhraseForm, TurnOffForm
from clinic.one_time_codes import picture_of
from clinic.passphrase import SHORTEST, SHORTEST_WITH_SECOND_STEP
from clinic.queries.factors import factor_of, key_of, passkeys_of, spare_codes_left
from clinic.queries.people import sign_ins_of
from clinic.web import at_most, device_token, notice, page

blueprint = Blueprint("account", __name__)


@blueprint.get("/me/sign-in")
@needs(Permission.SIGN_INS)
def sign_ins() -> ResponseReturnValue:
    """Every sign-in that still counts, the pass-phrase, and whether there is a second step."""
    rows = sign_ins_of(signed_in(), clock.now())
    keys = len(passkeys_of(signed_in()))
    return render_template("clinic/account/sign_ins.html", sign_ins=rows, passkeys=keys)


@blueprint.post("/me/sign-ins/<uuid:sign_in_id>/end")
@needs(Permission.SIGN_INS)
def end(sign_in_id: UUID) -> ResponseReturnValue:
    """End one of one's own sign-ins, on this device or another."""
    end_sign_in(actor=signed_in(), sign_in_id=sign_in_id)
    notice("That sign-in has ended.")
    return redirect(url_for("account.sign_ins"))


@blueprint.post("/me/sign-ins/<uuid:sign_in_id>/not-me")
@needs(Permission.SIGN_INS)
def not_me(sign_in_id: UUID) -> ResponseReturnValue:
    """Somebody else was in: every other sign-in ends, and the pass-phrase has to be a new one."""
    disown_sign_in(actor=signed_in(), sign_in_id=sign_in_id)
    notice("Every other sign-in has ended.")
    return redirect(url_for("account.password"))


@blueprint.route("/me/sign-in/password", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_UPDATE)
@at_most("20 per hour")
def password() -> ResponseReturnValue:
    """A new pass-phrase for the old one; all other sign-ins end."""
    person, form = signed_in(), NewPassPhraseForm()
    if form.validate_on_submit() and _password_changed(form):
        notice("Your new password is set. Every other sign-in has ended.")
        return redirect(url_for("account.sign_ins"))
    shortest = SHORTEST_WITH_SECOND_STEP if person.second_factor_at else SHORTEST
    return page("clinic/account/password.html", form, shortest=shortest)


def _password_changed(form: NewPassPhraseForm) -> bool:
    try:
        change_passphrase(actor=signed_in(), old=form.old.data, new=form.password.data, device=device_token())
    except WrongSignIn as problem:
        form.old.errors = [problem.sentence]
    except (SamePassphrase, WeakPassphrase) as problem:
        form.password.errors = [problem.sentence]
    return not form.errors


@blueprint.route("/me/sign-in/app", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_UPDATE)
@fresh_pass_phrase()
@at_most("30 per hour")
def app() -> ResponseReturnValue:
    """The second step: why, then the key for an app, then a first code; later what can be done about it."""
    person, form = signed_in(), FirstCodeForm()
    factor = factor_of(person)
    has_app = factor is not None and factor.confirmed_at is not None
    asks_for_code = form.is_submitted() or "key" in request.args
    if person.second_factor_at is not None and (has_app or not asks_for_code):
        return render_template(
            "clinic/account/app_on.html",
            has_app=has_app,
            passkeys=len(passkeys_of(person)),
            left=spare_codes_left(person),
        )
    if factor is None:
        return page("clinic/account/app_begin.html", owed=person.owes_second_factor)
    if form.validate_on_submit():
        try:
            return codes_page(
                confirm_app(actor=person, code=form.code.data, device=device_token()), first=True
            )
        except WrongSecondCode as problem:
            form.code.errors = [problem.sentence]
    key = key_of(factor)
    picture = picture_of(key, person.sign_in_address or "")
    return page("clinic/account/app_key.html", form, key=in_groups(key), picture=picture)


def codes_page(codes: list[str], *, first: bool, instead: str = "") -> Response:
    """Show the recovery codes in the answer to the POST itself, so that they are kept nowhere and seen once.

    `instead` is where a second press of the same button leads.
    """
    response = make_response(
        render_template("clinic/account/codes.html", codes=[in_groups(code) for code in codes], first=first)
    )
    response.headers["Content-Location"] = instead or url_for("account.app")
    return response


@blueprint.post("/me/sign-in/app/begin")
@needs(Permission.ACCOUNT_UPDATE)
@fresh_pass_phrase()
@at_most("30 per hour")
def begin() -> ResponseReturnValue:
    """Make a key, and show it on the page it leads to. Beginning again makes another."""
    begin_app(actor=signed_in())
    return redirect(url_for("account.app", key=""))


@blueprint.post("/me/sign-in/app/codes")
@needs(Permission.ACCOUNT_UPDATE)
@fresh_pass_phrase()
@at_most("30 per hour")
def codes() -> ResponseReturnValue:
    """Ten new recovery codes in place of the old ones."""
    return codes_page(renew_spare_codes(actor=signed_in()), first=False)


@blueprint.route("/me/sign-in/app/off", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_UPDATE)
@at_most("30 per hour")
def off() -> ResponseReturnValue:
    """Turn the second step off, with the pass-phrase and a code."""
    if signed_in().second_factor_at is None:
        return redirect(url_for("account.app"))
    form = TurnOffForm()
    if form.validate_on_submit() and _turned_off(form):
        notice("The second step is off. Every other sign-in has ended.")
        return redirect(url_for("account.sign_ins"))
    return page("clinic/account/app_off.html", form)


def _turned_off(form: TurnOffForm) -> bool:
    given, device = form.password.data, device_token()
    try:
        prove_pass_phrase(actor=signed_in(), given=given, device=device)
        turn_off(actor=signed_in(), given=given, code=form.code.data, device=device)
    except (WrongSignIn, TooShortAlone) as problem:
        form.password.errors = [problem.sentence]
    except WrongSecondCode as problem:
        form.code.errors = [problem.sentence]
    return not form.errors
