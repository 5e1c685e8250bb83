"""One's own account: where its pages are, how pages look, signing out."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from clinic.access import needs, signed_in
from clinic.actions.people import choose_theme
from clinic.domain.roles import Permission
from clinic.forms import ThemeForm
from clinic.web import notice, page

blueprint = Blueprint("me", __name__)


@blueprint.get("/me")
@needs(Permission.ACCOUNT_OWN)
def me() -> ResponseReturnValue:
    """The links of one's own account, and the theme."""
    return _me(ThemeForm(theme=signed_in().theme))


def _me(form: ThemeForm) -> ResponseReturnValue:
    person = signed_in()
    # The history page belongs to the package above, which this one does not know.
    has_history = not person.is_staff and "mine.history" in current_app.view_functions
    history_url = url_for("mine.history") if has_history else ""
    return page("clinic/me/me.html", form, history_url=history_url)


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
