"""The one-page brief: as it comes, safe to lie on the table; with `?with=c`, the counsellor's own."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from assignments.actions.reviewing import record_reading
from assignments.queries.brief import brief_for
from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.queries.couples import couple_for

blueprint = Blueprint("brief", __name__)


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
            what="brief",
        )
    return render_template("assignments/brief/brief.html", couple=couple, brief=found, now=now)
