"""One's own account: where its pages are, how pages look, signing out."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from clinic.access import needs, signed_in, while_unconfirmed
from clinic.actions.people import choose_theme
from clinic.domain.roles import Permission
from clinic.forms import ThemeForm
from clinic.queries.couples import own_place
from clinic.web import notice, page

blueprint = Blueprint("me", __name__)

# A partner's pages about themselves: endpoint, label, a line about it, symbol. Those of the package above stand here
# by name, because this one does not know it.
SIGNING_IN = ("account.sign_ins", "Signing in", "Where you are signed in, password, second step", "gear")
STAFF_PAGES = (SIGNING_IN,)
OWN_PAGES = (
    ("mine.history", "My answers", "What you wrote, and who sees it", "book"),
    ("talks.ask", "Talk on your own", "With your counsellor, without your partner", "speech"),
    SIGNING_IN,
    ("reminders.reminders", "Reminders", "By mail, and your calendar", "bell"),
    ("own_data.data", "My data", "Download what you wrote, or delete it", "note"),
    ("own_data.leave", "Leave the couple", "End practice, and what that means", "exit"),
    ("help.help_page", "Help", "How this works", "question"),
    ("help.privacy", "Privacy", "Who can read what", "lock"),
)


@blueprint.get("/me")
@needs(Permission.ACCOUNT_OWN)
@while_unconfirmed
def me() -> ResponseReturnValue:
    """The links of one's own account, and the theme."""
    return _me(ThemeForm(theme=signed_in().theme))


def _me(form: ThemeForm) -> ResponseReturnValue:
    person = signed_in()
    own_pages = [
        row for row in (STAFF_PAGES if person.is_staff else OWN_PAGES) if row[0] in current_app.view_functions
    ]
    return page("clinic/me/me.html", form, own_pages=own_pages)


@blueprint.get("/me/closed")
@needs(Permission.ACCOUNT_OWN)
@while_unconfirmed
def closed() -> ResponseReturnValue:
    """Why one's own words are shut after a recovery, and what is open meanwhile."""
    person = signed_in()
    if person.words_closed_at is None:
        return redirect(url_for("home"))
    return page("clinic/me/closed.html", counsellor=own_place(person).couple.counsellor.name)


@blueprint.post("/me/theme")
@needs(Permission.ACCOUNT_OWN)
@while_unconfirmed
def theme() -> ResponseReturnValue:
    """Light, dark, or as the device is set."""
    form = ThemeForm()
    if not form.validate_on_submit():
        return _me(form)
    choose_theme(actor=signed_in(), theme=form.theme.data)
    notice("Saved.")
    return redirect(url_for("me.me"))
