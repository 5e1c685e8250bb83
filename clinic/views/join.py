"""Joining: three short pages, each partner alone, with a link and a code told aloud."""

from __future__ import annotations

from flask import Blueprint, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from clinic import clock
from clinic.access import needs, public, signed_in
from clinic.actions.invitations import (
    AddressTaken,
    WeakPassphrase,
    WrongCode,
    accept_invitation,
    answer_invitation,
    count_wrong_code,
    finish_joining,
)
from clinic.actions.sign_ins import end_sign_in
from clinic.actions.tokens import digest
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.forms import AccountForm, AgreeForm, EmptyForm
from clinic.models import Person
from clinic.queries.couples import own_couple, own_place
from clinic.queries.people import open_invitation, practice_of
from clinic.views.sign_in import let_in
from clinic.web import at_most, device_token, ends_history, keep_form_open, page

blueprint = Blueprint("join", __name__)
ENDED = ", and this invitation has ended. Ask for a new one."


@blueprint.get("/join/<token>")
@public
@ends_history
def open_link(token: str) -> ResponseReturnValue:
    """The link leads at once to an address without its secret. A dead one is not found."""
    open_invitation(digest(token), clock.now())
    session["invitation"] = digest(token)
    return redirect(url_for("join.welcome"))


def invitation_hash() -> str:
    """The invitation this browser has opened. Raises NotFound when it has opened none."""
    found = session.get("invitation")
    if not isinstance(found, str):
        raise NotFound
    return found


@blueprint.get("/join")
@public
@ends_history
def welcome() -> ResponseReturnValue:
    """Who invites, to what, and what the choice is. It names nobody who is invited (R16)."""
    _, person, practice, sender = open_invitation(invitation_hash(), clock.now())
    template = "clinic/join/welcome_staff.html" if person.is_staff else "clinic/join/welcome.html"
    return page(template, EmptyForm(), practice=practice, sender=sender)


@blueprint.post("/join/no-thanks")
@public
@at_most("30 per minute")
def decline() -> ResponseReturnValue:
    """ "No, thank you": the invitation ends, and the one who sent it is told."""
    answer_invitation(token_hash=invitation_hash(), wants_to_talk=False)
    session.pop("invitation")
    session["answered"] = "no"
    return redirect(url_for("join.answered"))


@blueprint.post("/join/talk-first")
@public
@at_most("30 per minute")
def talk_first() -> ResponseReturnValue:
    """ "I'd like to talk first": the invitation stays open, and the one who sent it is told."""
    answer_invitation(token_hash=invitation_hash(), wants_to_talk=True)
    session["answered"] = "talk"
    return redirect(url_for("join.answered"))


@blueprint.get("/join/answered")
@public
@ends_history
def answered() -> ResponseReturnValue:
    """What happens now; only for the browser that has answered."""
    if "answered" not in session:
        raise NotFound
    return page("clinic/join/answered.html", wants_to_talk=session["answered"] == "talk")


@blueprint.route("/join/account", methods=["GET", "POST"])
@public
@ends_history
@at_most("30 per minute")
def account() -> ResponseReturnValue:
    """The code told aloud, an address of one's own and a pass-phrase."""
    _, invited, _, sender = open_invitation(invitation_hash(), clock.now())
    device, form = device_token(), AccountForm()
    person = _joined(form) if form.validate_on_submit() else None
    if person is not None:
        end_earlier_sign_in()
        let_in(person, device)
        return redirect(url_for("home" if person.is_staff else "join.agree"))
    return page("clinic/join/account.html", form, sender=sender, for_staff=invited.is_staff)


def _joined(form: AccountForm) -> Person | None:
    """Who has joined, by their code; None where something has to be put right first."""
    try:
        return accept_invitation(
            token_hash=invitation_hash(),
            code=form.code.data,
            address=form.email.data,
            new_passphrase=form.password.data,
            inbox_shared=form.inbox_shared.data,
        )
    except WrongCode as problem:
        form.code.errors = [problem.sentence if _has_tries_left() else f"That code is not right{ENDED}"]
    except AddressTaken as problem:
        form.email.errors = [problem.sentence if _has_tries_left() else f"Somebody has that address{ENDED}"]
    except WeakPassphrase as problem:
        form.password.errors = [problem.sentence]
    return None


def _has_tries_left() -> bool:
    keep_form_open()
    return count_wrong_code(token_hash=invitation_hash()) > 0


def end_earlier_sign_in() -> None:
    """Somebody else may still be signed in on a shared phone; joining takes their place."""
    if current_user.is_authenticated:
        end_sign_in(actor=signed_in(), sign_in_id=signed_in().sign_in.id)


@blueprint.route("/join/agree", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_JOIN)
def agree() -> ResponseReturnValue:
    """Reminders, how Exit works and what it can't do, and the practice's sharing policy."""
    person, form = signed_in(), AgreeForm()
    if own_place(person).policy_read_at is not None:
        return redirect(url_for("home"))
    if form.validate_on_submit():
        finish_joining(actor=person, wants_reminders=form.wants_reminders.data)
        return redirect(url_for("help.exit_page"))
    counsellor = own_couple(person).counsellor
    return page("clinic/join/agree.html", form, practice=practice_of(person), counsellor=counsellor)
