"""The application on a clock that somebody else sets, without setting the one of the machine, which all the others use."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from flask import Flask

from wsgi import create_app

CLOCK = "TEST_CLOCK"  # The file that says by how many seconds the clock is wrong.


def on_a_clock_of_its_own() -> Flask:
    """Before each request the clock is put to what the file says now; in between it goes on by itself."""
    app, path = create_app(), Path(os.environ[CLOCK])
    real, traveller = app.wsgi_app, time_machine.travel(datetime.now(UTC), tick=True).start()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        traveller.move_to(_told(path), tick=True)
        return real(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]  # how Flask itself says to do it
    return app


def _told(path: Path) -> datetime:
    return datetime.fromtimestamp(time_machine.escape_hatch.time.time(), UTC) + timedelta(
        seconds=float(path.read_text())
    )


def put(path: Path, offset: timedelta) -> None:
    """Set the clock by so much, all at once, as an administrator or a time server does."""
    anew = path.with_suffix(".new")
    anew.write_text(f"{offset.total_seconds()}\n")
    anew.replace(path)
