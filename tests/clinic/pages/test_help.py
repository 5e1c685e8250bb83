"""Help, urgent help, privacy and accessibility are open to everybody."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.actions.practices import create_practice
from clinic.domain.urgent_help import COUNTRIES
from clinic.errors import Conflict
from clinic.extensions import db
from clinic.models import Practice
from tests.cast import AS, Cast
from tests.page import get_page, submit, submit_and_follow

PAGES = ["/help", "/help/exit", "/help/urgent", "/privacy", "/accessibility"]


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


def test_before_signing_in_every_country_has_a_number_to_ring(client: FlaskClient) -> None:
    page = get_page(client, "/help/urgent")
    for country in COUNTRIES.values():
        assert country.name in page.words
        assert page.select(f'a[href="tel:{country.lines[0].dialled}"]')


def test_once_signed_in_ones_own_country_stands_first_and_the_others_fold_away(
    app: Flask, cast: Cast, as_: AS
) -> None:
    with app.app_context():
        db.session.get_one(Practice, cast.hill_house.id).country = "IE"
        db.session.commit()
    page = get_page(as_(cast.lea), "/help/urgent")
    assert page.one("main h2").get_text() == "Ireland"
    assert next(h.get_text() for h in page.select("details h2")) == "Australia"


def test_a_number_is_dialled_as_it_is_written() -> None:
    for country in COUNTRIES.values():
        for line in country.lines:
            assert line.dialled.isdigit()
            assert 3 <= len(line.dialled) <= 11


def test_an_admin_chooses_the_country_and_adds_lines_of_their_own(app: Flask, cast: Cast, as_: AS) -> None:
    admin = as_(cast.iris)
    page = get_page(admin, "/p/urgent-help")
    submit_and_follow(admin, page, {"country": "NZ", "lines": "Hill crisis team: 0123 456"})
    told = get_page(as_(cast.tom), "/help/urgent").words
    assert "Hill crisis team: 0123 456" in told
    assert told.index("Hill crisis team") < told.index("New Zealand")
    assert "Hill crisis team" not in get_page(as_(cast.sam), "/help/urgent").words


@pytest.mark.parametrize("country", ["", "XX", "GB' --"])
def test_a_country_without_lines_is_refused_and_what_was_typed_is_kept(
    cast: Cast, as_: AS, country: str
) -> None:
    admin = as_(cast.ada)
    sent = {"country": country, "lines": "Our crisis team"}
    reply = submit(admin, get_page(admin, "/p/urgent-help"), sent, status=422)
    assert "Choose from this list." in reply.text or "Choose one of these." in reply.text
    assert "Our crisis team" in reply.text


def test_a_practice_is_not_founded_where_there_is_nobody_to_ring(app: Flask) -> None:
    with app.app_context(), pytest.raises(Conflict, match="no urgent-help lines for “ZZ”"):
        create_practice(
            name="Far Away",
            admin_name="Al",
            admin_family_name="Do",
            admin_address="a@b.example",
            country="ZZ",
        )


def test_what_exit_does_not_do_is_said_beside_what_it_does(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.sam), "/help/exit")
    assert "It does not clear your browser history." in page.words
    assert page.select('main a[href="/"]')
    assert get_page(as_(cast.sam), "/help").select('main a[href="/help/exit"]')
