"""What machines ask: is it alive, may requests be sent here, how is it doing. Strangers learn yes or no."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response
from flask.typing import ResponseReturnValue

from clinic.access import public
from clinic.errors import NotFound
from clinic.metrics import metrics_for
from clinic.readiness import is_ready

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """This process answers."""
    return _plainly("alive")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Requests may be sent here. Why not is said by `flask doctor`, to whoever may run it."""
    ready = is_ready(current_app)
    return _plainly("ready" if ready else "not ready", 200 if ready else 503)


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Numbers, for a collector that shows the token; for everybody else there is no such page."""
    found = metrics_for(current_app)
    if found is None:
        raise NotFound
    return _plainly(found.text())


def _plainly(said: str | bytes, status: int = 200) -> ResponseReturnValue:
    response = make_response(said, status)
    response.mimetype = "text/plain"
    return response
