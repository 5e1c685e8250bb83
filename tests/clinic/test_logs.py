"""The log finds a fault and repeats nobody: canaries in every field, address and header, and none in the log."""

from __future__ import annotations

import io
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from clinic import access
from clinic.extensions import db
from tests.cast import AS, Cast
from tests.databases import app_on
from tests.page import get_page, submit

CANARY = "canary-7f3a"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What goes to standard error; the handlers of the run are put back afterwards."""
    said, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", said)
    yield said
    root.handlers, root.level = handlers, level


@pytest.fixture
def app(database_url: str, written: io.StringIO) -> Iterator[Flask]:
    with app_on(database_url, json_logs=True) as app:
        yield app


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_is_one_line_without_its_address(client: FlaskClient, written: io.StringIO) -> None:
    client.get("/help?about=something", headers={"X-Request-ID": "0123456789abcdef"})
    (line,) = lines(written)
    assert line.pop("ms") >= 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request", "endpoint": "help.help_page", "method": "GET", "status": 200,
        "request_id": "0123456789abcdef", "level": "info", "logger": "meanwhile.request",
    }  # fmt: skip


def test_a_made_up_number_of_a_request_is_not_repeated(client: FlaskClient, written: io.StringIO) -> None:
    client.get("/help", headers={"X-Request-ID": CANARY})
    (line,) = lines(written)
    assert len(line["request_id"]) == 32


def test_asking_whether_it_lives_is_not_told(client: FlaskClient, written: io.StringIO) -> None:
    client.get("/healthz")
    client.get("/readyz")
    assert not written.getvalue()


def test_no_word_address_or_id_gets_into_the_log(
    app: Flask, cast: Cast, as_: AS, written: io.StringIO
) -> None:
    sam = as_(cast.sam)
    submit(sam, get_page(sam, "/thanks/new"), {"what": CANARY, "meant": CANARY}, status=422)
    sam.get(f"/{CANARY}?q={CANARY}", headers={"User-Agent": CANARY, "Referer": CANARY, "Cookie": CANARY})
    sam.open("/today", method=CANARY.upper())
    sam.get(f"/c/couples/{cast.sam_and_jo.id}")
    app.test_client().post("/sign-in", data={"email": f"{CANARY}@x.example", "password": CANARY})
    app.test_client().get(f"/feed/{CANARY}.ics")
    text = written.getvalue().lower()
    assert len(lines(written)) >= 6
    for secret in (CANARY, str(cast.sam.id), str(cast.sam_and_jo.id), "sam@", "127.0.0.1", "/c/couples"):
        assert secret not in text


def test_a_fault_is_told_by_its_place_and_never_by_its_message(
    app: Flask, cast: Cast, written: io.StringIO
) -> None:
    @access.public
    def broken() -> str:
        raise ValueError(f"could not make sense of {request.args['q']}")

    app.add_url_rule("/broken", "broken", broken)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    assert app.test_client().get(f"/broken?q={CANARY}").status_code == 500
    fault, told = lines(written)
    assert CANARY not in written.getvalue()
    assert fault["fault"] == "ValueError"
    assert "test_logs.py" in fault["places"][-1]
    assert fault["request_id"] == told["request_id"]
    assert told["status"] == 500


def test_what_a_library_says_is_not_repeated(app: Flask, written: io.StringIO) -> None:
    logging.getLogger("sqlalchemy.engine").error("INSERT ... (%r)", CANARY)
    logging.getLogger("gunicorn.error").error("Error handling request /c/couples/%s", uuid4())
    logging.getLogger("weasyprint.progress").info("Step 3 - Applying CSS")
    logging.getLogger("gunicorn.error").info("Booting worker with pid: %s", 7)
    said = [line["event"] for line in lines(written)]
    assert said == ["said by sqlalchemy.engine", "said by gunicorn.error", "Booting worker with pid: 7"]


@pytest.mark.both_databases
def test_an_error_of_the_database_does_not_repeat_what_went_into_the_statement(app: Flask) -> None:
    """Wherever it is printed: by a log that is plain text, by a command, by whoever catches it."""
    with app.app_context(), pytest.raises(DBAPIError) as caught:
        db.session.execute(text("INSERT INTO no_such_table (what) VALUES (:what)"), {"what": CANARY})
    shown = "".join(traceback.format_exception(caught.value))
    assert "no_such_table" in shown
    assert CANARY not in shown
