"""The way it runs in life: TLS ends in front of the application, and browsers send no Referer, because we ask them not to."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.builders import PASSPHRASE
from tests.cast import Cast

SECURE = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


@pytest.mark.settings(trusted_proxies=1)
def test_a_form_is_taken_over_https_without_a_referer(cast: Cast, client: FlaskClient) -> None:
    page = client.get("/sign-in", headers=SECURE)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    fields = {"email": "sam@mail.example", "password": PASSPHRASE, "csrf_token": token[1]}
    assert client.post("/sign-in", data=fields, headers=SECURE).status_code == 302


@pytest.mark.settings(trusted_proxies=1)
def test_a_form_without_its_token_is_refused_over_https_too(cast: Cast, client: FlaskClient) -> None:
    client.get("/sign-in", headers=SECURE)
    fields = {"email": "sam@mail.example", "password": PASSPHRASE}
    assert client.post("/sign-in", data=fields, headers=SECURE).status_code == 400
