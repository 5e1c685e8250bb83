"""A link by mail that stands in for the pass-phrase, for accounts with a second step, which it never replaces."""

from __future__ import annotations

from flask import Blueprint, redirect, session, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import public
from clinic.actions.factors import mail_link, use_mailed_link
from clinic.actions.tokens import digest
from clinic.errors import NotFound
from clinic.forms import EmptyForm, SignInAddressForm
from clinic.queries.factors import mailed_half
from clinic.web import at_most, ends_history, notice, page

blueprint = Blueprint("mailed_link", __name__)


@blueprint.route("/sign-in/link", methods=["GET", "POST"])
@public
@ends_history
@at_most("10 per hour")
def ask() -> ResponseReturnValue:
    """Ask for a link. The next page is the same whether or not one was sent."""
    form = SignInAddressForm()
    if form.validate_on_submit():
        mail_link(address=form.email.data, link_with=_address_of)
        return redirect(url_for("mailed_link.sent"))
    return page("clinic/sign_in/link.html", form)


def _address_of(token: str) -> str:
    return url_for("mailed_link.open_link", token=token, _external=True)


@blueprint.get("/sign-in/link/sent")
@public
@ends_history
def sent() -> ResponseReturnValue:
    """What to do now, said to everybody who asked."""
    return page("clinic/sign_in/link_sent.html")


@blueprint.get("/sign-in/link/<token>")
@public
@ends_history
def open_link(token: str) -> ResponseReturnValue:
    """The link leads at once to an address without its secret. Opening it uses nothing up: mail filters do that too."""
    session["mailed_link"] = token
    return redirect(url_for("mailed_link.confirm"))


@blueprint.route("/sign-in/link/open", methods=["GET", "POST"])
@public
@ends_history
@at_most("30 per minute")
def confirm() -> ResponseReturnValue:
    """Sign in as whom? One press uses the link and asks for the second step."""
    token, form = str(session.get("mailed_link", "")), EmptyForm()
    found = mailed_half(digest(token), clock.now())
    if found is None:
        return _ask_again()
    if form.validate_on_submit():
        try:
            session["half_sign_in"] = use_mailed_link(token=token)
        except NotFound:
            return _ask_again()
        session.pop("mailed_link")
        return redirect(url_for("sign_in.code"))
    return page("clinic/sign_in/link_open.html", form, shown=_hidden(found[1].sign_in_address or ""))


def _ask_again() -> ResponseReturnValue:
    notice("That link no longer works. Ask for a new one.")
    return redirect(url_for("mailed_link.ask"))


def _hidden(address: str) -> str:
    """As much of an address as its owner needs to know it again."""
    return f"{address[:1]}•••@…"
