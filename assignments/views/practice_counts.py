"""How much goes on in the practice: counts for its admin, on a page and as a file."""

from __future__ import annotations

import csv
from io import StringIO

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from assignments.queries.practice_counts import counts_of
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission

blueprint = Blueprint("practice_counts", __name__)


@blueprint.get("/p/export")
@needs(Permission.PRACTICE_COUNTS)
def counts() -> ResponseReturnValue:
    """Twelve months of counts. A small one is not told."""
    return render_template(
        "assignments/practice_counts/counts.html", counts=counts_of(signed_in(), clock.now())
    )


@blueprint.get("/p/export/counts.csv")
@needs(Permission.PRACTICE_COUNTS)
def download() -> ResponseReturnValue:
    """The same as a file. Every cell is a month, a number or one fixed phrase, so none can be a formula."""
    found, text = counts_of(signed_in(), clock.now()), StringIO()
    writer = csv.writer(text)
    writer.writerow(("Month", *found.columns))
    writer.writerows((f"{month:%Y-%m}", *cells) for month, cells in found.rows)
    reply = Response(text.getvalue(), mimetype="text/csv")
    reply.headers["Content-Disposition"] = 'attachment; filename="counts.csv"'
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply
