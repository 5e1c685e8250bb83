"""Signing in and out, and getting back in with two codes."""

from __future__ import annotations

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from clinic import clock, passkeys
from clinic.access import in_room, needs, public, signed_in, while_passed, while_unconfirmed
from clinic.actions.factors import WrongSecondCode, finish_half_sign_in, start_half_sign_in
from clinic.actions.invitations import WeakPassphrase, WrongCode
from clinic.actions.kept_forms import leave_kept_form
from clinic.actions.passkeys import SECOND_STEP, WrongPasskey, finish_with_passkey
from clinic.actions.sign_ins import (
    WrongSignIn,
    ask_for_recovery,
    check_sign_in,
    count_wrong_recovery,
    end_sign_in,
    finish_recovery,
    give_pass_phrase_again,
    start_sign_in,
    take_phone_back,
)
from clinic.actions.tokens import digest
from clinic.domain.roles import Permission
from clinic.domain.sign_ins import device_name
from clinic.forms import (
    PasskeyForm,
    PassPhraseForm,
    RecoveryCodesForm,
    RecoveryForm,
    SecondCodeForm,
    SignInForm,
)
from clinic.models import Person
from clinic.queries.factors import half_sign_in, passkeys_of
from clinic.queries.people import fields_of, kept_form_of
from clinic.web import (
    at_most,
    begin_session,
    device_token,
    end_session,
    ends_history,
    local_target,
    notice,
    page,
)

blueprint = Blueprint("sign_in", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@ends_history
@at_most("30 per minute")
def sign_in() -> ResponseReturnValue:
    """Email and pass-phrase; everything that does not match reads the same."""
    if current_user.is_authenticated:
        return redirect(url_for("home"))
    device, form = device_token(), SignInForm(next=request.args.get("next"))
    if form.validate_on_submit():
        try:
            person = check_sign_in(address=form.email.data, given=form.password.data, device=device)
        except WrongSignIn as problem:
            form.form_errors.append(problem.sentence)
        else:
            if person.second_factor_at is not None:
                session["half_sign_in"] = start_half_sign_in(person)
                return redirect(url_for("sign_in.code", next=local_target(form.next.data)))
            let_in(person, device)
            return inside(person, form.next.data)
    return page("clinic/sign_in/sign_in.html", form)


def inside(person: Person, target: str | None) -> ResponseReturnValue:
    """Where somebody who is in goes on: first to what they sent after a time-out, if there is any."""
    if kept_form_of(person, clock.now()) is not None:
        return redirect(url_for("sign_in.carry_on"))
    return redirect(local_target(target) or url_for("home"))


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@public
@ends_history
@at_most("30 per minute")
def code() -> ResponseReturnValue:
    """The second step, for a browser that has given the right pass-phrase a short time ago."""
    token = str(session.get("half_sign_in", ""))
    half = half_sign_in(digest(token), clock.now())
    if half is None:
        return redirect(url_for("home" if current_user.is_authenticated else "sign_in.sign_in"))
    form, passkey = SecondCodeForm(next=request.args.get("next")), PasskeyForm(next=request.args.get("next"))
    with_passkey = bool(passkey.answer.data)
    if (passkey if with_passkey else form).validate_on_submit():
        try:
            person = _finished(token, form.code.data, passkey.answer.data)
        except WrongPasskey as problem:
            form.form_errors = [problem.sentence]
        except WrongSecondCode as problem:
            form.code.errors = [problem.sentence]
        else:
            begin_session(person, person.sign_in_token)
            return inside(person, form.next.data)
    elif with_passkey:
        form.form_errors = list(passkey.answer.errors)
    have = [one.credential_id for one in passkeys_of(half[1])]
    question = passkeys.challenge(token, SECOND_STEP)
    options = passkeys.options_to_use(question, have=have) if have else ""
    return page("clinic/sign_in/code.html", form, passkey=passkey, options=options)


def _finished(token: str, code: str, answer: str | None) -> Person:
    device, name = device_token(), device_name(request.user_agent.string)
    if answer:
        return finish_with_passkey(token=token, answer=answer, device=device, device_name=name)
    return finish_half_sign_in(token=token, code=code, device=device, device_name=name)


@blueprint.route("/sign-in/again", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_OWN)
@at_most("10 per minute")
def again() -> ResponseReturnValue:
    """The pass-phrase once more, before what is most private; then on to where it was asked for."""
    form = PassPhraseForm(next=request.args.get("next"))
    if form.validate_on_submit():
        try:
            give_pass_phrase_again(actor=signed_in(), given=form.password.data, device=device_token())
        except WrongSignIn as problem:
            form.password.errors = [problem.sentence]
        else:
            return redirect(local_target(form.next.data) or url_for("home"))
    return page("clinic/sign_in/again.html", form)


@blueprint.route("/sign-in/hand-back", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_OWN)
@while_passed
@at_most("10 per minute")
def hand_back() -> ResponseReturnValue:
    """The pass-phrase of whoever's phone this is, after it was passed to somebody else."""
    form = PassPhraseForm(next=request.args.get("next"))
    if signed_in().sign_in.passed_at is None:
        return redirect(local_target(form.next.data) or url_for("home"))
    if form.validate_on_submit():
        try:
            take_phone_back(actor=signed_in(), given=form.password.data, device=device_token())
        except WrongSignIn as problem:
            form.password.errors = [problem.sentence]
        else:
            return redirect(local_target(form.next.data) or url_for("home"))
    return page("clinic/sign_in/hand_back.html", form)


def let_in(person: Person, device: str) -> None:
    """Open a sign-in for this browser, which it keeps as its one cookie."""
    token = start_sign_in(person, device=device, device_name=device_name(request.user_agent.string))
    begin_session(person, token)


@blueprint.get("/sign-in/carry-on")
@needs(Permission.ACCOUNT_OWN)
def carry_on() -> ResponseReturnValue:
    """Complete what was sent after a time-out: by itself with script, with one press without."""
    form = kept_form_of(signed_in(), clock.now())
    if form is None:
        return redirect(url_for("home"))
    return page("clinic/sign_in/carry_on.html", path=form.path, fields=fields_of(form))


@blueprint.post("/sign-in/carry-on")
@needs(Permission.ACCOUNT_OWN)
def leave_it() -> ResponseReturnValue:
    """Or throw it away."""
    leave_kept_form(actor=signed_in())
    notice("That is gone. Nothing was changed.")
    return redirect(url_for("home"))


@blueprint.post("/sign-out")
@needs(Permission.ACCOUNT_OWN)
@in_room
@while_unconfirmed
def sign_out() -> ResponseReturnValue:
    """End this sign-in. The page it leads to sets the cookie that blanks what Back would show."""
    person = signed_in()
    end_sign_in(actor=person, sign_in_id=person.sign_in.id)
    end_session()
    return redirect(url_for("sign_in.sign_in"))


@blueprint.route("/sign-in/recover", methods=["GET", "POST"])
@public
@ends_history
@at_most("10 per hour")
def recover() -> ResponseReturnValue:
    """Ask for the first code. The next page is the same whether or not anybody signs in with the address."""
    form = RecoveryForm()
    if form.validate_on_submit():
        ask_for_recovery(address=form.email.data)
        return redirect(url_for("sign_in.recover_codes"))
    return page("clinic/sign_in/recover.html", form)


@blueprint.route("/sign-in/recover/codes", methods=["GET", "POST"])
@public
@ends_history
@at_most("30 per hour")
def recover_codes() -> ResponseReturnValue:
    """Both codes and a new pass-phrase; every sign-in of the person ends."""
    form = RecoveryCodesForm()
    if form.validate_on_submit():
        try:
            finish_recovery(
                address=form.email.data,
                mail_code=form.mail_code.data,
                spoken_code=form.spoken_code.data,
                new_passphrase=form.password.data,
            )
        except WrongCode as problem:
            count_wrong_recovery(address=form.email.data)
            form.form_errors.append(problem.sentence)
        except WeakPassphrase as problem:
            form.password.errors = [problem.sentence]
        else:
            notice("Your new password is set. Sign in with it.")
            return redirect(url_for("sign_in.sign_in"))
    return page("clinic/sign_in/recover_codes.html", form)
