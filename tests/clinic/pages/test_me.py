"""One's own account."""

from __future__ import annotations

import pytest
from flask import Flask

from clinic.extensions import db
from clinic.models import Person
from tests.cast import AS, Cast
from tests.page import get_page, read_page, submit, submit_and_follow

THEME = 'form[action="/me/theme"]'


@pytest.mark.parametrize("who", ["sam", "jo", "priya", "sofia", "ada"])
def test_everybody_has_one(cast: Cast, as_: AS, who: str) -> None:
    person = getattr(cast, who)
    assert f"You sign in with {person.sign_in_address}." in get_page(as_(person), "/me").words


def test_nobody_has_one_without_signing_in(as_: AS) -> None:
    assert as_(None).get("/me").location == "/sign-in?next=/me"


def test_a_theme_is_kept(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    page = submit_and_follow(client, get_page(client, "/me"), {"theme": "dark"}, form=THEME)
    assert page.html is not None
    assert page.html["data-theme"] == "dark"
    with app.app_context():
        assert db.session.get_one(Person, cast.jo.id).theme == "system"


@pytest.mark.parametrize("theme", ["pink", "\0", ""])
def test_a_theme_there_is_not_is_refused(cast: Cast, as_: AS, theme: str) -> None:
    client = as_(cast.sam)
    response = submit(client, get_page(client, "/me"), {"theme": theme}, form=THEME, status=422)
    assert "Choose" in read_page(response, 422).words
