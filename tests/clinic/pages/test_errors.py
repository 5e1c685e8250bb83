"""Error pages: plain, with a way on, and the same bytes for everybody."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from assignments.models import Entry
from clinic.access import public
from clinic.extensions import csrf, db, refuse_to_forget
from tests.cast import AS, Cast
from tests.page import get_page, read_page, submit

MADE_UP = f"/c/couples/{uuid4()}/settings"


def test_refused_is_byte_for_byte_not_found_whoever_asks(cast: Cast, as_: AS, client: FlaskClient) -> None:
    own = f"/c/couples/{cast.sam_and_jo.id}/settings"
    plain = get_page(client, "/no-such-page", 404).response.data
    assert get_page(as_(cast.priya), MADE_UP, 404).response.data == plain
    for name in ("sam", "jo", "ade", "marcus", "omar", "ada", "hana", "iris", "lea"):
        assert get_page(as_(getattr(cast, name)), own, 404).response.data == plain, name


def test_a_chosen_theme_and_a_waiting_notice_do_not_show_on_it(cast: Cast, as_: AS) -> None:
    plain = get_page(as_(cast.jo), "/no-such-page", 404).response.data
    client = as_(cast.sam)
    page = get_page(client, "/me")
    submit(client, page, {"theme": "dark"}, form='form[action="/me/theme"]')
    assert get_page(client, "/no-such-page", 404).response.data == plain
    assert "Saved." in get_page(client, "/me").words


def test_the_wrong_method_is_refused_plainly(client: FlaskClient) -> None:
    response = client.get("/sign-out", follow_redirects=False)
    read_page(response, 405)
    assert "POST" in response.headers["Allow"]


def test_ten_megabytes_are_refused_plainly(cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    read_page(client.post("/c/couples/new", data={"first_name": "x" * 10_000_000}), 413)


@pytest.mark.parametrize(
    "address", ["/c/couples/abc/settings", "/c/couples?q=%00", "/c/couples/%00", "/join/%00"]
)
def test_an_address_that_makes_no_sense_is_not_found(cast: Cast, as_: AS, address: str) -> None:
    get_page(as_(cast.priya), address, 404)


@pytest.mark.settings  # An application of its own, for the address it adds.
def test_an_unexpected_fault_gives_a_plain_page_without_its_cause(app: Flask) -> None:
    @public
    def broken() -> str:
        raise RuntimeError("the secret cause")

    app.add_url_rule("/broken", "broken", broken)
    page = get_page(app.test_client(), "/broken", 500)
    assert "Nothing you saved is lost" in page.words
    assert "secret" not in page.response.text


@pytest.mark.parametrize("status", [400, 404, 405, 409, 413, 429, 500, 503])
def test_every_error_page_leads_to_urgent_help(app: Flask, status: int) -> None:
    with app.test_request_context():
        text = app.jinja_env.get_template(f"errors/{status}.html").render(sentence="That has changed.")
    assert 'href="/help/urgent"' in text
    assert ("That has changed." in text) == (status == 409)


# --- What could not be saved.


def locked_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever begins to write finds the database locked."""

    def begin(*_: object) -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr("assignments.actions.entries.hold_partner", begin)


def test_what_could_not_be_saved_comes_back_and_counts_once_when_sent_again(
    cast: Cast, as_: AS, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_(cast.sam)
    form = get_page(client, "/thanks/new")
    words = {"what": "Two lines\r\nof <b>tea</b>", "visibility": "private"}
    with monkeypatch.context() as patch:
        locked_out(app, patch)
        refused = read_page(submit(client, form, words, status=503), 503)
    assert refused.response.headers["Retry-After"] == "5"
    assert "This was not saved" in refused.words
    assert "Two lines of <b>tea</b>" in refused.one("blockquote").get_text(" ", strip=True)
    assert submit(client, refused).location == "/thanks"
    again = submit(client, refused)
    assert again.location == "/thanks"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 1


@pytest.mark.settings  # An application of its own, for the address it adds.
def test_what_proves_who_one_is_never_comes_back_on_a_page(app: Flask) -> None:
    @csrf.exempt
    @public
    def busy() -> str:
        g.csrf_valid = True
        raise OperationalError("BEGIN", {}, Exception("database is locked"))

    app.add_url_rule("/busy", "busy", busy, methods=["POST"])
    client = app.test_client()
    kept = client.post("/busy", data={"what": "some words", "form_key": "a" * 32})
    assert "some words" in kept.text
    for name in ("password", "new_password", "code", "passphrase"):
        reply = client.post("/busy", data={"what": "some words", name: "evening walk"})
        assert reply.status_code == 503
        assert "evening walk" not in reply.text
        assert "some words" not in reply.text


HARMED: dict[str, Callable[[bytes, bytes], bytes]] = {
    "flipped": lambda own, _: own[:-1] + bytes([own[-1] ^ 1]),
    "flipped in its head": lambda own, _: bytes([own[0] ^ 1]) + own[1:],
    "of a key that is not there": lambda own, _: own[:1] + b"\x63" + own[2:],
    "truncated": lambda own, _: own[:-16],
    "emptied": lambda _, __: b"",
    "swapped for another of the same author": lambda _, other: other,
}


@pytest.mark.parametrize("how", HARMED)
def test_a_sealed_value_that_was_changed_shows_nothing_and_alarms(
    cast: Cast, as_: AS, app: Flask, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    client = as_(cast.sam)
    for words in ("Tea in bed", "Soup at noon"):
        submit(client, get_page(client, "/thanks/new"), {"what": words, "visibility": "private"})
    with app.app_context():
        one, other = db.session.scalars(select(Entry).order_by(Entry.id)).all()
        one.value_sealed = HARMED[how](one.value_sealed, other.value_sealed)
        db.session.commit()
    page = get_page(client, "/thanks", 503)
    assert "could not be read" in page.words
    assert "Tea" not in page.response.text
    assert "Soup" not in page.response.text
    assert "Retry-After" not in page.response.headers
    assert "does not open" in caplog.text


@pytest.mark.parametrize(("synchronous", "is_safe"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_database_that_does_not_wait_for_the_disk_is_refused(synchronous: int, is_safe: bool) -> None:
    if is_safe:
        refuse_to_forget(synchronous)
    else:
        with pytest.raises(RuntimeError, match="does not wait for the disk"):
            refuse_to_forget(synchronous)


def test_a_form_that_was_acted_on_is_answered_as_it_was_and_not_acted_on_again(
    cast: Cast, as_: AS, app: Flask
) -> None:
    """And whoever else holds its key is led to their own first page, and learns nothing."""
    sam, jo = as_(cast.sam), as_(cast.jo)
    page, fields = get_page(sam, "/thanks/new"), {"what": "Tea.", "visibility": "private"}
    first, again = (submit(sam, page, fields).location for _ in range(2))
    assert first == again
    key = str(page.one('[name="form_key"]')["value"])
    theirs = get_page(jo, "/thanks/new")
    theirs.one('[name="form_key"]')["value"] = key
    assert submit(jo, theirs, fields).location == "/"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 1


def test_a_file_in_place_of_words_is_refused(cast: Cast, as_: AS, app: Flask) -> None:
    sam = as_(cast.sam)
    fields = {one["name"]: one.get("value", "") for one in get_page(sam, "/thanks/new").select("form [name]")}
    file = {"what": (io.BytesIO(b"Tea."), "tea.txt"), "visibility": "private"}
    assert sam.post("/thanks/new", data={**fields, **file}).status_code == 400
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
