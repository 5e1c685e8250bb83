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

# A partner's pages about themselves: endpoint, label, a line about it, symbol. Those of the package above stand here
# by name, because this one does not know it.
OWN_PAGES = (
    ("mine.history", "My answers", "What you wrote, and who sees it", "book"),
    ("talks.ask", "Talk on your own", "With your counsellor, without your partner", "speech"),
    ("reminders.reminders", "Reminders", "By mail, and your calendar", "bell"),
    ("own_data.data", "My data", "Download what you wrote, or delete it", "note"),
    ("own_data.leave", "Leave the couple", "End practice, and what that means", "exit"),
    ("help.help_page", "Help", "How this works", "question"),
    ("help.privacy", "Privacy", "Who can read what", "lock"),
)


@blueprint.get("/me")
@needs(Permission.ACCOUNT_OWN)
def me() -> ResponseReturnValue:
    """The links of one's own account, the theme, and every sign-in that still counts."""
    return _me(ThemeForm(theme=signed_in().theme))


def _me(form: ThemeForm) -> ResponseReturnValue:
    person = signed_in()
    sign_ins = sign_ins_of(person, clock.now())
    own_pages = [] if person.is_staff else [row for row in OWN_PAGES if row[0] in current_app.view_functions]
    return page("clinic/me/me.html", form, sign_ins=sign_ins, own_pages=own_pages)


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
