"""Applications with a fault sown into them, to show that the ledger sees what it is there to see."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import sqlalchemy
from flask import Flask

from clinic import web
from clinic.extensions import db
from wsgi import create_app


def acknowledging_before_commit() -> Flask:
    """Says that a form was acted on and does it a moment later, as a queue without a disk would."""
    app = create_app()
    real = app.wsgi_app

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            return real(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        kept = {**environ, "wsgi.input": BytesIO(body)}

        def later() -> None:
            time.sleep(0.05)
            list(real(kept, lambda *_: lambda _bytes: None))

        threading.Thread(target=later, daemon=True).start()
        start_response("303 SEE OTHER", [("Location", "/thanks"), ("Content-Length", "0")])
        return [b""]

    app.wsgi_app = answer  # type: ignore[method-assign]  # how Flask itself says to do it
    return app


def forgetting_form_keys() -> Flask:
    """Takes a form that comes again for a new one."""
    web._form_key = lambda: None
    return create_app()


def not_waiting_for_the_disk() -> Flask:
    """Says "saved" when the words are in the memory of the machine."""
    app = create_app()
    with app.app_context():
        sqlalchemy.event.listen(
            db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
        )
    return app
