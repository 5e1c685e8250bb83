"""Three states of a sign-in in which only marked views open, so that a new page is closed by default:
its screen is shown to a couple, its phone is in somebody else's hands, or its owner came back by two codes."""

from __future__ import annotations

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from clinic import access
from clinic.models import Person


def _is_marked(mark: str) -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), mark, False))


def back_to_the_room() -> ResponseReturnValue | None:
    """Two partners look at this screen: whatever was asked for, they get their room, and nothing is done.

    Public pages are asked about too, and of the marked ones only those of the couple in the room are let through.
    """
    if access.is_file(request.endpoint) or not current_user.is_authenticated:
        return None
    sign_in = access.signed_in().sign_in
    if sign_in.in_room_since is None:
        return None
    asked_for = (request.view_args or {}).get("couple_id", sign_in.room_couple_id)
    if _is_marked("is_for_the_room") and asked_for == sign_in.room_couple_id:
        return None
    return redirect(url_for(current_app.config["ROOM_ENDPOINT"], couple_id=sign_in.room_couple_id), 303)


def back_to_its_owner(person: Person, then: str | None) -> ResponseReturnValue | None:
    """To the page that says why this one is shut, where the person in front of it may not be who they seem.

    `then` is the address to go on to, once the phone is back in its owner's hands.
    """
    if person.sign_in.passed_at is not None and not _is_marked("is_open_while_passed"):
        return redirect(url_for("sign_in.hand_back", next=then), 303)
    if person.words_closed_at is not None and not _is_marked("is_open_while_unconfirmed"):
        return redirect(url_for("me.closed"), 303)
    return None
