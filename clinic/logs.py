"""What is written down about each request and fault, so that it can be found and nobody read.

A line names an endpoint, never an address: addresses hold ids of answers, links and feeds. A fault is told by its type
and the places in the code it came through, never by its message, which may repeat what somebody wrote.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

from flask import Flask, Response, g, has_request_context, request

REQUEST_ID = re.compile(r"[0-9a-f]{16,64}")
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"}
# They ask every few seconds and would drown the rest.
UNTOLD = {"health.healthz", "health.readyz", "health.metrics"}
UNKNOWN = "none"

log = logging.getLogger("meanwhile.request")


def init_logs(app: Flask, *, as_json: bool) -> None:
    """Number each request and measure it; with `as_json` write a line of JSON for it, and for all that is logged."""
    app.before_request(_begin)
    if as_json:
        _write_json()
        app.after_request(_tell)


def endpoint() -> str:
    """The name of the view that was asked for; one name for all that there is not."""
    return request.endpoint or UNKNOWN


def method() -> str:
    """The method of the request, and one name for whatever is none."""
    return request.method if request.method in METHODS else UNKNOWN


def seconds() -> float:
    """How long this request has taken so far."""
    return time.perf_counter() - float(g.get("began", time.perf_counter()))


def _begin() -> None:
    g.began = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _tell(response: Response) -> Response:
    if endpoint() not in UNTOLD:
        told = {
            "endpoint": endpoint(),
            "method": method(),
            "status": response.status_code,
            "ms": round(seconds() * 1000, 1),
        }
        log.info("request", extra={"told": told})
    return response


def places(problem: BaseException) -> list[str]:
    """The places that a fault came through, outermost first: file, line and function, and no word of anybody's."""
    frames = traceback.extract_tb(problem.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    """A file by its last two folders, which is enough to find it and says nothing of the machine."""
    return "/".join(filename.rsplit("/", 3)[-3:])


def _write_json() -> None:
    """Everything that is logged goes to standard error, a line of JSON each."""
    import structlog  # Only where it is wanted: it costs more to import than a page does to make.

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                _add_what_is_known,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _drop_messages_of_faults,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    # Of a library only the name is told, so a line of how it is getting on tells nothing. Each PDF would bring eight.
    handler.addFilter(lambda record: _may_be_repeated(record) or record.levelno >= logging.WARNING)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)


def _add_what_is_known(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record: logging.LogRecord = event["_record"]
    if not _may_be_repeated(record):
        event["event"] = f"said by {record.name}"
    event.update(getattr(record, "told", {}))
    if has_request_context() and "request_id" in g:
        event["request_id"] = g.request_id
    if record.exc_info and record.exc_info[1] is not None:
        problem = record.exc_info[1]
        event["fault"], event["places"] = type(problem).__name__, places(problem)
    return event


def _drop_messages_of_faults(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name in ("exc_info", "exception", "stack", "stack_info"):
        event.pop(name, None)
    return event


def _may_be_repeated(record: logging.LogRecord) -> bool:
    """Our own sentences, migrations by their number and concern, and the server's about its processes.

    A library's, and the server's about a request, may hold values of rows, addresses of pages or of people.
    """
    ours = record.name.startswith(("meanwhile", "clinic", "alembic.runtime"))
    by_the_server = record.name.startswith("gunicorn")
    return ours or (by_the_server and (record.module == "arbiter" or record.levelno < logging.WARNING))
