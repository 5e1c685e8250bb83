"""Exit: out of the account, by way of a blank page of our own."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.cast import AS, Cast
from tests.page import get_page


def test_exit_ends_the_sign_in_and_moves_on_to_a_neutral_page(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    kept = client.get_cookie("meanwhile")
    response = client.get("/leave")
    assert response.status_code == 200
    assert response.headers["Refresh"] == "0; url=https://www.bbc.co.uk/weather"
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert client.get("/me").status_code == 302
    thief = app.test_client()
    thief.set_cookie("meanwhile", kept.value if kept else "")
    assert thief.get("/me").status_code == 302


def test_the_page_is_blank_and_says_nothing_of_anybody(cast: Cast, as_: AS) -> None:
    text = as_(cast.sam).get("/leave").text
    assert "Sam" not in text
    assert "Canal" not in text


def test_the_blank_page_sets_a_fresh_cookie_that_script_cannot_read(client: FlaskClient) -> None:
    lines = client.get("/leave").headers.getlist("Set-Cookie")
    assert any(line.startswith("visit=") and "HttpOnly" in line for line in lines)


def test_another_site_cannot_sign_anybody_out(cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    assert client.get("/leave", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    get_page(client, "/me")
    client.get("/leave", headers={"Sec-Fetch-Site": "same-origin"})
    assert client.get("/me").status_code == 302


def test_somebody_who_is_not_signed_in_leaves_as_well(client: FlaskClient) -> None:
    assert "bbc.co.uk" in client.get("/leave").headers["Refresh"]


def test_leaving_twice_does_no_harm(cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    assert [client.get("/leave").status_code for _ in range(2)] == [200, 200]
