"""Passkeys: signing in with one, and the page where one's own are made, named and removed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from clinic import clock, passkeys
from clinic.access import fresh_pass_phrase, needs, public, signed_in
from clinic.actions.passkeys import (
    TO_SIGN_IN,
    WrongPasskey,
    add_passkey,
    ask,
    begin_passkey,
    is_the_last_way,
    question_waits,
    remove_passkey,
    rename_passkey,
    sign_in_with_passkey,
    to_make,
)
from clinic.actions.sign_ins import WrongSignIn
from clinic.domain.roles import Permission
from clinic.domain.sign_ins import device_name
from clinic.forms import EmptyForm, NewPasskeyForm, PasskeyForm, PasskeyNameForm, ProveForm
from clinic.queries.factors import name_of, own_passkey, passkeys_of
from clinic.views.account import codes_page
from clinic.views.sign_in import inside
from clinic.web import at_most, begin_session, device_token, ends_history, notice, page

blueprint = Blueprint("passkeys", __name__)


@blueprint.route("/sign-in/passkey", methods=["GET", "POST"])
@public
@ends_history
@at_most("30 per minute")
def sign_in() -> ResponseReturnValue:
    """A question to whatever passkey this device holds. Nobody is named, so nothing is told."""
    if current_user.is_authenticated:
        return redirect(url_for("home"))
    form, token = PasskeyForm(next=request.args.get("next")), str(session.get("passkey", ""))
    if form.validate_on_submit():
        name = device_name(request.user_agent.string)
        try:
            person = sign_in_with_passkey(
                token=token, answer=form.answer.data, device=device_token(), device_name=name
            )
        except WrongPasskey as problem:
            form.answer.data = ""  # Asked for anew: the same answer is never right later.
            form.form_errors.append(problem.sentence)
        else:
            begin_session(person, person.sign_in_token)
            return inside(person, form.next.data)
    if not question_waits(token, clock.now()):
        token = session["passkey"] = ask()
    options = passkeys.options_to_use(passkeys.challenge(token, TO_SIGN_IN))
    return page("clinic/passkeys/sign_in.html", form, options=options)


@blueprint.get("/me/sign-in/passkeys")
@needs(Permission.SIGN_INS)
def own() -> ResponseReturnValue:
    """One's own passkeys, each by the name it was given."""
    return render_template("clinic/passkeys/own.html", passkeys=passkeys_of(signed_in()))


@blueprint.route("/me/sign-in/passkeys/new", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_UPDATE)
@at_most("30 per hour")
def new() -> ResponseReturnValue:
    """What a passkey is and who could use it; the pass-phrase leads on."""
    form = ProveForm()
    if form.validate_on_submit():
        try:
            given = form.password.data
            session["new_passkey"] = begin_passkey(actor=signed_in(), given=given, device=device_token())
        except WrongSignIn as problem:
            form.password.errors = [problem.sentence]
        else:
            return redirect(url_for("passkeys.make"))
    return page("clinic/passkeys/new.html", form)


@blueprint.route("/me/sign-in/passkeys/make", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_UPDATE)
@at_most("30 per hour")
def make() -> ResponseReturnValue:
    """The device makes a passkey; its owner gives it a name."""
    person, token = signed_in(), str(session.get("new_passkey", ""))
    form = NewPasskeyForm(name=device_name(request.user_agent.string))
    if not question_waits(token, clock.now()):
        return redirect(url_for("passkeys.own"))
    if form.validate_on_submit():
        answer, name = form.answer.data, form.name.data
        try:
            codes = add_passkey(actor=person, token=token, answer=answer, name=name)
        except WrongPasskey as problem:
            form.answer.data = ""  # Asked for anew: the same answer is never right later.
            form.form_errors.append(problem.sentence)
        else:
            if codes:
                return codes_page(codes, first=True, instead=url_for("passkeys.own"))
            notice("Your passkey is added.")
            return redirect(url_for("passkeys.own"))
    options = passkeys.options_to_make(
        passkeys.challenge(token, to_make(person)),
        owner=person.id,
        name=person.sign_in_address or "",
        have=[one.credential_id for one in passkeys_of(person)],
    )
    return page("clinic/passkeys/make.html", form, options=options)


@blueprint.route("/me/sign-in/passkeys/<uuid:passkey_id>", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_UPDATE)
def passkey(passkey_id: UUID) -> ResponseReturnValue:
    """One passkey's name, and the way to remove it."""
    form = PasskeyNameForm(name=name_of(own_passkey(signed_in(), passkey_id)))
    if form.validate_on_submit():
        rename_passkey(actor=signed_in(), passkey_id=passkey_id, name=form.name.data)
        notice("Its name is changed.")
        return redirect(url_for("passkeys.own"))
    last = is_the_last_way(signed_in())
    return page("clinic/passkeys/passkey.html", form, passkey_id=passkey_id, is_last=last)


@blueprint.route("/me/sign-in/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_UPDATE)
@fresh_pass_phrase()
def remove(passkey_id: UUID) -> ResponseReturnValue:
    """Sign in with it no more."""
    row, form = own_passkey(signed_in(), passkey_id), EmptyForm()
    if form.validate_on_submit():
        remove_passkey(actor=signed_in(), passkey_id=passkey_id)
        notice("That passkey is removed.")
        return redirect(url_for("passkeys.own"))
    return page("clinic/passkeys/remove.html", form, passkey_id=passkey_id, name=name_of(row))
