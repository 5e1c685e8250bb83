"""Help, urgent help, privacy and accessibility are open to everybody."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.extensions import db
from clinic.models import Practice
from tests.cast import AS, Cast
from tests.page import get_page

PAGES = ["/help", "/help/urgent", "/privacy", "/accessibility"]


@pytest.mark.parametrize("url", PAGES)
def test_it_is_open_to_everybody(cast: Cast, as_: AS, url: str) -> None:
    for person in (None, cast.sam, cast.priya, cast.sofia, cast.ada):
        get_page(as_(person), url)


@pytest.mark.parametrize("url", PAGES)
def test_both_partners_get_the_same_page(cast: Cast, as_: AS, url: str) -> None:
    assert get_page(as_(cast.sam), url).response.data == get_page(as_(cast.jo), url).response.data


@pytest.mark.parametrize("url", PAGES)
def test_a_partner_can_exit_from_it(cast: Cast, as_: AS, url: str) -> None:
    assert get_page(as_(cast.sam), url).select("a[data-exit]")


def test_urgent_help_is_the_text_of_ones_own_practice(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        db.session.get_one(Practice, cast.hill_house.id).urgent_help = "Ring the hill line.\nDay and night."
        db.session.commit()
    assert "Ring the hill line." in get_page(as_(cast.lea), "/help/urgent").words
    assert "hill line" not in get_page(as_(cast.sam), "/help/urgent").words


def test_urgent_help_before_signing_in_names_the_emergency_number(client: FlaskClient) -> None:
    assert "emergency number" in get_page(client, "/help/urgent").words
