"""Help, urgent help, privacy and accessibility: open to everybody, the same for both partners."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from clinic.access import public, signed_in
from clinic.domain.urgent_help import COUNTRIES, countries_from
from clinic.queries.people import practice_of

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@public
def help_page() -> ResponseReturnValue:
    """How the service works, in short."""
    return render_template("clinic/help/help_page.html")


@blueprint.get("/help/exit")
@public
def exit_page() -> ResponseReturnValue:
    """What Exit does and does not do; shown once after joining, and one step from the help page."""
    return render_template("clinic/help/exit.html")


@blueprint.get("/help/urgent")
@public
def urgent() -> ResponseReturnValue:
    """Where to turn when it can't wait; the practice's own lines first once one is signed in."""
    practice = practice_of(signed_in()) if current_user.is_authenticated else None
    return render_template(
        "clinic/help/urgent.html",
        practice=practice,
        own=practice.country if practice and practice.country in COUNTRIES else None,
        countries=countries_from(practice.country if practice else None),
    )


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is kept, who reads it, and what can't be promised."""
    return render_template("clinic/help/privacy.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """What was built in and how to say that something does not work."""
    return render_template("clinic/help/accessibility.html")
