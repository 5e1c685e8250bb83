"""The pictures of the README, taken of the demo practice: `make screenshots`."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Partner, Person
from tests.browser import Device, OpenBrowser
from tests.conftest import SignInAs

PICTURES = [
    ("board", "priya@demo.example", "/c", "desktop"),
    ("today", "sam@demo.example", "/today", "phone"),
    ("signs", "priya@demo.example", "/c/couples/{stuck}/signs", "desktop"),
]


@pytest.mark.screenshots
@pytest.mark.browser
def test_take_the_pictures_of_the_readme(
    app: Flask, as_: SignInAs, open_browser: OpenBrowser, project: Path
) -> None:
    loaded = app.test_cli_runner().invoke(args=["demo", "load"])
    assert loaded.exit_code == 0, loaded.output
    folder = project / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    stuck = couple_of(app, "ade@demo.example")
    for name, address, path, device in PICTURES:
        take(folder / f"{name}.png", app, as_, open_browser, address, path.format(stuck=stuck), device)


def take(
    picture: Path, app: Flask, as_: SignInAs, open_browser: OpenBrowser, address: str, path: str, device: str
) -> None:
    kind: Device = "phone" if device == "phone" else "desktop"
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.sign_in_address == address)).one()
    page = open_browser(as_(person), device=kind)
    reply = page.goto(path)
    assert reply is not None
    assert reply.ok, f"{path} answers {reply.status}"
    page.screenshot(path=picture)


def couple_of(app: Flask, address: str) -> str:
    """The couple that the person with this address belongs to."""
    with app.app_context():
        own = (
            select(Partner)
            .join(Person, Person.id == Partner.person_id)
            .where(Person.sign_in_address == address)
        )
        return str(db.session.scalars(own).one().couple_id)
