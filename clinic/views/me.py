"""One's own account: where one is signed in, how pages look, signing out."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import needs, signed_in
from clinic.actions.people import choose_theme
from clinic.actions.sign_ins import end_sign_in
from clinic.domain.roles import Permission
from clinic.forms import ThemeForm
from clinic.queries.people import sign_ins_of
from clinic.web import notice, page

blueprint = Blueprint("me", __name__)


@blueprint.get("/me")
@needs(Permission.ACCOUNT_OWN)
def me() -> ResponseReturnValue:
    """The links of one's own account, the theme, and every sign-in that still counts."""
    return _me(ThemeForm(theme=signed_in().theme))


def _me(form: ThemeForm) -> ResponseReturnValue:
    person = signed_in()
    # The history page belongs to the package above, which this one does not know.
    has_history = not person.is_staff and "mine.history" in current_app.view_functions
    history_url = url_for("mine.history") if has_history else ""
    sign_ins = sign_ins_of(person, clock.now())
    return page("clinic/me/me.html", form, sign_ins=sign_ins, history_url=history_url)


@blueprint.post("/me/theme")
@needs(Permission.ACCOUNT_OWN)
def theme() -> ResponseReturnValue:
    """Light, dark, or as the device is set."""
    form = ThemeForm()
    if not form.validate_on_submit():
        return _me(form)
    choose_theme(actor=signed_in(), theme=form.theme.data)
    notice("Saved.")
    return redirect(url_for("me.me"))


@blueprint.post("/me/sign-ins/<uuid:sign_in_id>/end")
@needs(Permission.ACCOUNT_OWN)
def end(sign_in_id: UUID) -> ResponseReturnValue:
    """End one of one's own sign-ins, on this device or another."""
    end_sign_in(actor=signed_in(), sign_in_id=sign_in_id)
    notice("That sign-in has ended.")
    return redirect(url_for("me.me"))
