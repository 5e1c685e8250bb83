"""The one-page brief: as it comes, safe to lie on the table; with `?with=c`, the counsellor's own."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from assignments.actions.reviewing import record_reading, take_brief_away
from assignments.queries.brief import brief_for, shorter
from assignments.queries.brief.pieces import Brief
from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.files import as_file
from clinic.models import Couple
from clinic.paper import PDF, get_ready, one_page, paper_of
from clinic.queries.couples import couple_for
from clinic.web import at_most

blueprint = Blueprint("brief", __name__)

FILE_NAME = "notes.pdf"
# Large type where there is little to say, and smaller before anything is left out. The style knows each by name.
SIZES = ("roomy", "", "squeeze-1", "squeeze-2")
# Each try is laid out anew, so what is too long loses this many rows at a time.
ROWS_A_TRY = 3


def _with_own_part() -> bool:
    """Whether the counsellor's own part was asked for, which lies behind her pass-phrase."""
    return request.args.get("with") == "c"


@blueprint.get("/c/couples/<uuid:couple_id>/brief")
@needs(Permission.BRIEF_READ, leaves_audit_line=True)
@fresh_pass_phrase(when=_with_own_part)
def brief(couple_id: UUID) -> ResponseReturnValue:
    """One page for screen and paper. Words it shows are written down as read first."""
    couple, now = couple_for(signed_in(), couple_id), clock.now()
    found = brief_for(signed_in(), couple, now, with_own_part=_with_own_part())
    shared = found.shared
    if shared.words:
        record_reading(
            actor=signed_in(),
            couple_id=couple_id,
            response_ids=shared.answers,
            thanks_ids=shared.thanks,
            part_ids=shared.parts,
            what="brief",
        )
    get_ready()
    return render_template("assignments/brief/brief.html", couple=couple, brief=found, now=now)


@blueprint.get("/c/couples/<uuid:couple_id>/brief.pdf")
@needs(Permission.BRIEF_READ, leaves_audit_line=True)
@fresh_pass_phrase(when=_with_own_part)
@at_most("60 per hour", reading=True)
def pdf(couple_id: UUID) -> ResponseReturnValue:
    """The same as a file, on one page. It is laid out after the commit, so that nobody's saving waits for it."""
    couple = couple_for(signed_in(), couple_id)
    found = brief_for(signed_in(), couple, clock.now(), with_own_part=_with_own_part())
    drafts = _drafts(couple, found)
    take_brief_away(
        actor=signed_in(),
        couple_id=couple_id,
        response_ids=found.shared.answers,
        thanks_ids=found.shared.thanks,
        part_ids=found.shared.parts,
        own=found.own is not None,
    )
    return as_file(one_page(drafts, paper_of(request.args.get("paper"))), FILE_NAME, PDF)


def _drafts(couple: Couple, found: Brief) -> list[str]:
    """The page in smaller and smaller type, then with less and less on it."""
    tries = [(found, size) for size in SIZES]
    tries += [(one, SIZES[-1]) for one in list(shorter(found))[ROWS_A_TRY - 1 :: ROWS_A_TRY]]
    return [
        render_template("assignments/brief/paper.html", couple=couple, brief=one, now=clock.now(), size=size)
        for one, size in tries
    ]
