"""Today: one thing now, and what else there is this week."""

from __future__ import annotations

from flask import Blueprint, current_app, g, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.access import has_ended
from assignments.queries.today import today_for
from clinic import clock
from clinic.access import needs
from clinic.domain.roles import Permission

blueprint = Blueprint("today", __name__)
MOST_ROWS = 4


@blueprint.get("/today")
@needs(Permission.TODAY_READ)
def today() -> ResponseReturnValue:
    """The partner's own first page. It shows no answers and nothing the other partner did."""
    check_in_url = _url_if_built("check_in.check_in")
    return render_template(
        "assignments/today/today.html",
        place=g.place,
        has_ended=has_ended(g.place.couple),
        today=today_for(g.place, clock.now(), has_check_in=bool(check_in_url)),
        check_in_url=check_in_url,
        thanks_url=_url_if_built("thanks.new"),
        most_rows=MOST_ROWS,
    )


def _url_if_built(endpoint: str) -> str:
    """An address of another area, or nothing where the practice's version does not carry it."""
    return url_for(endpoint) if endpoint in current_app.view_functions else ""
