"""The pass-phrase once more: what is most private asks for it, and leads back."""

from __future__ import annotations

import pytest
from flask import Flask

from clinic.extensions import db
from clinic.models import AuditLine
from clinic.web import FORMS_OPENED
from tests import builders
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit


def private_brief(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/brief?with=c"


def test_a_private_brief_asks_afresh_after_ten_minutes_and_leads_back(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    client = as_(cast.priya)
    get_page(client, private_brief(cast))
    clock.move(minutes=10)
    get_page(client, private_brief(cast).partition("?")[0])  # What may lie on the table asks for nothing.
    asked = client.get(private_brief(cast))
    assert asked.location.startswith("/sign-in/again?next=")
    page = get_page(client, asked.location)
    assert submit(client, page, {"password": builders.PASSPHRASE}).location == private_brief(cast)
    get_page(client, private_brief(cast))
    clock.move(minutes=9, seconds=59)
    get_page(client, private_brief(cast))
    clock.move(seconds=1)
    assert client.get(private_brief(cast)).status_code == 303
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(event="pass-phrase given again").count() == 1


def test_a_wrong_one_is_told_and_opens_nothing(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.priya)
    clock.move(minutes=10)
    page = get_page(client, client.get(private_brief(cast)).location)
    wrong = read_page(submit(client, page, {"password": "not the one I chose"}, status=422), 422)
    assert "That is not your password." in wrong.words
    assert client.get(private_brief(cast)).status_code == 303


def test_ten_wrong_ones_end_the_tries(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.priya)
    page = get_page(client, "/sign-in/again")
    for _ in range(10):
        submit(client, page, {"password": "not the one I chose"}, status=422)
    told = read_page(submit(client, page, {"password": builders.PASSPHRASE}, status=422), 422)
    assert "Too many tries" in told.words


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "\\\\evil"])
def test_it_leads_nowhere_else(cast: Cast, as_: AS, target: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, "/sign-in/again")
    page.select("[name=next]")[0]["value"] = target
    assert submit(client, page, {"password": builders.PASSPHRASE}).location == "/"


def test_nobody_is_asked_before_signing_in_and_strangers_learn_nothing(
    cast: Cast, as_: AS, clock: Clock
) -> None:
    assert "/sign-in?" in as_(None).get("/sign-in/again").location
    stranger = as_(cast.marcus)
    clock.move(minutes=11)
    made_up = private_brief(cast).replace(str(cast.sam_and_jo.id), str(cast.sam.id))
    for address in (private_brief(cast), made_up):
        assert stranger.get(address).location.startswith("/sign-in/again")
    partner = as_(cast.sam)
    assert partner.get(private_brief(cast)).data == partner.get("/made/up").data


def test_looking_at_what_needs_a_fresh_one_puts_no_opened_form_out_of_mind(
    cast: Cast, as_: AS, clock: Clock
) -> None:
    """Only so many forms are remembered, and these are no such forms: each act on them asks anew."""
    ada = as_(cast.ada)
    opened = get_page(ada, "/p/urgent-help")
    for _ in range(FORMS_OPENED):
        get_page(ada, "/p/keep")
    clock.move(minutes=15)
    assert submit(ada, opened, {"lines": "Ring us: 020 0000 000"}).location == "/p/urgent-help"


def test_a_form_one_opened_may_be_sent_however_long_one_wrote_and_no_other(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    """What was typed for a quarter of an hour is not lost; the same form from a sign-in that opened none asks."""
    ada = as_(cast.ada)
    opened = get_page(ada, "/p/urgent-help")
    clock.move(minutes=15)
    assert submit(ada, opened, {"lines": "Ring us: 020 0000 000"}).location == "/p/urgent-help"
    assert ada.get("/p/urgent-help").status_code == 303, "to look at it again asks"
    elsewhere = as_(cast.ada)
    clock.move(minutes=15)
    app.config["WTF_CSRF_ENABLED"] = False
    reply = elsewhere.post("/p/urgent-help", data={"country": "gb", "lines": "Ring nobody"})
    assert (reply.status_code, (reply.location or "").partition("?")[0]) == (303, "/sign-in/again")
