"""What goes over the line: files packed and kept for good, pages packed where they repeat nothing."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient

from clinic.packing import PADDING, packed
from tests.cast import AS, Cast
from tests.page import get_page, submit

PACKS = {"Accept-Encoding": "gzip"}


def test_a_plain_page_is_packed_and_says_the_same(cast: Cast, as_: AS) -> None:
    sam = as_(cast.sam)
    reply = sam.get("/help", headers=PACKS)
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.headers["Vary"].split(", ").count("Accept-Encoding") == 1
    assert b"<h1>" in gzip.decompress(reply.data)
    assert "Content-Encoding" not in sam.get("/help").headers


def test_a_page_that_shows_back_what_came_is_not(cast: Cast, as_: AS, client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/sign-in?next=/today", headers=PACKS).headers
    page = get_page(client, "/sign-in")
    fields = {"email": "guess@mail.example", "password": "a guess"}
    client.environ_base["HTTP_ACCEPT_ENCODING"] = "gzip"
    assert "Content-Encoding" not in submit(client, page, fields, status=422).headers
    assert "Content-Encoding" not in as_(cast.priya).get("/c/couples?q=x", headers=PACKS).headers


def test_one_page_has_many_lengths() -> None:
    page = b"<!doctype html>" + b"<p>The same words again.</p>" * 200
    lengths = {len(packed(page)) for _ in range(60)}
    assert len(lengths) > 20
    assert max(lengths) - min(lengths) <= PADDING
    assert gzip.decompress(packed(page)) == page


@pytest.mark.parametrize("name", ["style.css", "page.js", "icons.svg"])
def test_a_file_is_kept_for_good_under_an_address_of_its_content(client: FlaskClient, name: str) -> None:
    page = client.get("/sign-in").text
    address = next(part for part in page.split('"') if part.startswith(f"/static/{name}?v=")).split("#")[0]
    reply = client.get(address, headers=PACKS)
    assert "immutable" in reply.headers["Cache-Control"]
    assert gzip.decompress(reply.data) == client.get(address).data
    assert "Set-Cookie" not in reply.headers
    assert client.get(f"/static/{name}?v=old").headers["Cache-Control"] == "no-cache"
    etag = reply.headers["ETag"]
    assert client.get(address, headers={**PACKS, "If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("name", ["../web.py", "app.css", "no-such.js", "style.css/"])
def test_no_other_file_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404
