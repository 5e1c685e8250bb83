"""Error pages: plain, with a way on, and the same bytes for everybody."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import AS, Cast
from tests.page import get_page, read_page

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
    from tests.page import submit

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
    from clinic.access import public

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
