"""Exit: out of the account and on to a page that says nothing about where one has been."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from clinic.access import in_room, needs, signed_in
from clinic.actions.sign_ins import end_sign_in
from clinic.domain.roles import Permission
from clinic.queries.people import NEUTRAL_PAGE, practice_of
from clinic.web import end_session, ends_history

blueprint = Blueprint("leave", __name__)


@blueprint.get("/leave")
@needs(Permission.PAGE_PUBLIC, leaves_audit_line=True)
@in_room
@ends_history
def leave() -> ResponseReturnValue:
    """A blank page of our own, because a bare redirect leaves the page before it readable by Back.

    A page of somebody else's that links or redirects here does not sign anybody out.
    """
    target = NEUTRAL_PAGE
    if current_user.is_authenticated:
        target = practice_of(signed_in()).exit_url
        if request.headers.get("Sec-Fetch-Site") != "cross-site":
            end_sign_in(actor=signed_in(), sign_in_id=signed_in().sign_in.id)
            end_session()
    response = make_response(render_template("clinic/leave/leave.html", target=target))
    response.headers["Refresh"] = f"0; url={target}"
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
